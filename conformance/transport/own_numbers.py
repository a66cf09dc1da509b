"""The calling numbers that a run made up: random, and so long that they are nobody else's."""

import threading
from collections.abc import Iterable

LEAST_DIGITS, MOST_DIGITS = 12, 24
RANDOM_DIGITS = 9
"""After the user's prefix: so few campaigns hold one of these by chance that none does."""


class OwnNumbers:
    """Registry of own numbers; safe for several threads.

    *Announced* is every number that the run may add. *Own* are the long ones among them and their
    neighbours: whatever begins with the prefix and the random digits of an announced number can be
    nobody else's. Leading zeros don't count, since a store may drop them.
    """

    def __init__(self, prefix: str = "") -> None:
        """`prefix`: the first digits of all numbers that the user lets the run make up."""
        zeros = len(prefix) - len(prefix.lstrip("0"))
        self._stem = len(prefix) - zeros + RANDOM_DIGITS
        self._least = max(LEAST_DIGITS - zeros, self._stem)
        self._announced: set[str] = set()
        self._stems: set[str] = set()
        self._lock = threading.Lock()

    def announce(self, numbers: Iterable[str]) -> None:
        """Register numbers, before a call names them."""
        with self._lock:
            for number in numbers:
                self._announced.add(number)
                if _is_number(number) and len(digits := number.lstrip("0")) >= self._least:
                    self._stems.add(digits[: self._stem])

    def announced(self, number: str) -> bool:
        """Whether exactly this number was announced, however short."""
        return number in self._announced

    def is_own(self, number: str) -> bool:
        """Whether the number is long, and announced or a neighbour of an announced one."""
        if not _is_number(number):
            return False
        digits = number.lstrip("0")
        return len(digits) >= self._least and digits[: self._stem] in self._stems


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
