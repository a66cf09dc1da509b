"""Calling numbers: fresh ones of every legal shape, and strategies that draw integers where digits
are meant.

Drawing one integer per number and writing it out is several times faster than drawing texts (see
the benchmark).
"""

import itertools
import math
import random
from collections.abc import Callable, Container, Iterator

from hypothesis import strategies as st

from conformance.contract import MAX_NUMBER_LENGTH

OWN_DIGITS = 10
"""Random digits of an ordinary number behind the user's prefix: nobody else has it by chance."""
DEFAULT_LENGTH = 13
"""Digits of an ordinary number at least, so that it can be told from short ones that people have.
"""
_FIRST_STEP, _STRIDE = 3571, 7
"""Away from the neighbours, and without a factor of ten, so that none comes twice."""
_VARIED = 4
"""Last digits in which numbers derived from an ordinary one differ from it."""


SHAPE_TRIES = 60
"""Draws of a number of a given shape, of which there may be few, before none counts as free."""


def ordinary_length(prefix: str) -> int:
    """Digits of the ordinary numbers of a run, the user's prefix included."""
    return min(max(DEFAULT_LENGTH, len(prefix) + OWN_DIGITS), MAX_NUMBER_LENGTH)


def derived(number: str, count: int) -> Iterator[str]:
    """Other numbers that differ from an ordinary one in its last digits, `count` of them at most.

    They are as unlikely to be anybody's as the number is; nothing is known of whether they are
    there.
    """
    stem, last = number[:-_VARIED], int(number[-_VARIED:] or "0")
    size = 10**_VARIED
    steps = range(_FIRST_STEP, _FIRST_STEP + _STRIDE * min(count, size - 1), _STRIDE)
    return (f"{stem}{(last + step) % size:0{_VARIED}d}" for step in steps)


numbers: st.SearchStrategy[str] = st.integers(1, MAX_NUMBER_LENGTH).flatmap(
    lambda length: st.integers(0, 10**length - 1).map(lambda value: f"{value:0{length}d}")
)
"""Any calling number: 1 to 24 digits, leading zeros included."""

list_sizes: st.SearchStrategy[int] = st.sampled_from((1, 1, 1, 2, 2, 3, 5, 10, 50, 98, 99, 100))
"""Sizes of a list of numbers, the limits among them; lists drawn freely never come near 100."""


class NumberPool:
    """Gives out calling numbers that were not given out before and that `taken` does not hold.

    All begin with `prefix` (the user's, so that they can be told from anybody else's). Same seed,
    same numbers: a run's seed is joined with its campaigns, so that two runs of one day on other
    campaigns draw other numbers.
    """

    def __init__(
        self, *, prefix: str = "", taken: Container[str] = (), seed: int | str = 0
    ) -> None:
        self.prefix = self._prefix = prefix
        self._taken = taken
        self._given: set[str] = set()
        self._random = random.Random(seed)  # noqa: S311 - reproducible test data, nothing secret
        self._series = _Series(prefix, self._random)

    def plain(self, count: int) -> list[str]:
        """Ordinary numbers, as long as `ordinary_length` says."""
        made = (
            number
            for number in self._series
            if number not in self._given and number not in self._taken
        )
        return list(itertools.islice(made, count))

    def of_length(self, length: int) -> str:
        """A number of this length, or of the nearest that the prefix leaves free."""
        return self._fresh(
            lambda: self._digits(max(length, len(self._prefix) + (length <= len(self._prefix))))
        )

    def shaped_like(self, number: str) -> str | None:
        """A number as long as another one, with as many leading zeros, behind the prefix; None
        where none is free.
        """
        zeros = len(number) - len(number.lstrip("0"))
        head = self._prefix or "0" * zeros
        free = len(number) - len(head)
        if free < 0 or (self._prefix and zeros):
            return None
        for _ in range(SHAPE_TRIES):
            first = str(self._random.randrange(1, 10)) if free and not self._prefix else ""
            tail = "".join(self._random.choices("0123456789", k=free - len(first)))
            if self._take(shaped := head + first + tail):
                return shaped
        return None

    def family(self, count: int) -> list[str]:
        """Numbers that are easily taken for each other: prefixes, leading zeros, one digit apart,
        the greatest lengths.
        """
        made: list[str] = []
        while len(made) < count:
            base = self._fresh(lambda: self._digits(len(self._prefix) + 7))
            relatives = (
                base,
                base + "0",
                base[:-1],
                "0" + base if not self._prefix else base + "00",
                base + "1",
                self._neighbour(base),
            )
            made += [
                number
                for number in dict.fromkeys(relatives)
                if self._take(number) or number == base
            ]
        return made[:count]

    def extremes(self) -> list[str]:
        """One number of each remarkable length, with and without leading zeros, and one of zeros
        alone, as far as the prefix allows.
        """
        lengths = [
            length
            for length in (1, 2, 3, 15, 16, 17, 18, 19, 20, 23, 24)
            if length > len(self._prefix)
        ]
        zeros = [] if self._prefix else [self._zero_led(count) for count in (1, 3, 18)]
        nothing = [] if self._prefix else [self._fresh(lambda: "0" * self._random.randrange(2, 8))]
        return nothing + [self.of_length(length) for length in lengths] + zeros

    def _zero_led(self, zeros: int) -> str:
        return self._fresh(lambda: "0" * zeros + self._digits(6))

    def reserve(self, given: str) -> None:
        """Never give out this one."""
        self._given.add(given)

    def _digits(self, length: int) -> str:
        free = max(length - len(self._prefix), 0)
        return (
            self._prefix
            + (str(self._random.randrange(1, 10)) if free else "")
            + "".join(self._random.choices("0123456789", k=free - 1))
        )

    def _neighbour(self, number: str) -> str:
        return number[:-1] + str((int(number[-1]) + 1) % 10)

    def _take(self, number: str) -> bool:
        if number in self._given or number in self._taken or number in self._series or not number:
            return False
        self._given.add(number)
        return True

    def _fresh(self, draw: Callable[[], str]) -> str:
        for _ in range(30):
            if self._take(number := draw()):
                return number
        return self._fresh(
            lambda: self._digits(min(ordinary_length(self._prefix) + 4, MAX_NUMBER_LENGTH))
        )


class _Series:
    """Numbers of one length in an order that looks like chance, each once: nothing has to be
    remembered to tell which have come.

    The n-th is `start + n * step` on a circle of so many numbers, `step` sharing no factor with
    their count.
    """

    def __init__(self, prefix: str, chance: random.Random) -> None:
        self._prefix = prefix
        self._digits = ordinary_length(prefix) - len(prefix)
        self._least: int = 10 ** (self._digits - 1)
        self._count = 9 * self._least
        self._start = chance.randrange(self._count)
        steps = iter(lambda: chance.randrange(self._count // 3, self._count), 0)
        self._step = next(step for step in steps if math.gcd(step, self._count) == 1)
        self._back = pow(self._step, -1, self._count)
        self._come = 0

    def __iter__(self) -> Iterator[str]:
        while self._come < self._count:
            place = (self._start + self._come * self._step) % self._count
            self._come += 1
            yield f"{self._prefix}{self._least + place}"

    def __contains__(self, number: str) -> bool:
        """Whether it has come."""
        digits = number.removeprefix(self._prefix)
        if not number.startswith(self._prefix) or len(digits) != self._digits:
            return False
        place = int(digits) - self._least
        return place >= 0 and (place - self._start) * self._back % self._count < self._come
