"""Which numbers a server could read out of one segment of a path, however leniently it reads."""

import re
import unicodedata
from collections.abc import Iterator

_LEADING = re.compile(r"[\s\x00]*([+-]?)[\s\x00]*([0-9]+)")
_HEX = re.compile(r"\s*([+-]?)0[xX]([0-9a-fA-F]+)")
_FLOAT = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)")
_SEPARATORS = re.compile(r"[,;|&\s\x00]")
_GROUPING = re.compile(r"[_,'\s\u00a0\u2009\u202f\u200b\ufeff]")

PLAUSIBLE_ID = 10_000_000
"""An id beyond 32 or 64 bits is none, but a server that cuts it to its low bits lands on a small one. Only such small ones can be
somebody's campaign; anything else would forbid nearly every large id."""

_MOST_DIGITS = 400
"""Longer digit strings overflow every type; reading them as numbers would only cost time."""


def readings(segment: str) -> frozenset[int]:
    """Every integer that some reader makes of the text; empty when none does."""
    found: set[int] = set()
    for text in _spellings(segment):
        found.update(_integers(text))
    return frozenset(found | {low for value in found for low in _cut(value)})


def _spellings(segment: str) -> Iterator[str]:
    for form in dict.fromkeys((segment, unicodedata.normalize("NFKC", segment))):
        digits = "".join(str(unicodedata.decimal(letter, letter)) for letter in form)
        yield digits
        yield _GROUPING.sub("", digits)
        yield from _SEPARATORS.split(digits)


def _integers(text: str) -> Iterator[int]:
    if leading := _LEADING.match(text):
        sign, digits = leading.groups()
        digits = digits[:_MOST_DIGITS]
        yield int(sign + digits)
        if digits.startswith("0") and not set(digits) & {"8", "9"}:
            yield int(sign + digits, 8)
    if hexadecimal := _HEX.match(text):
        sign, digits = hexadecimal.groups()
        yield int(sign + digits[:_MOST_DIGITS], 16)
    if (real := _FLOAT.match(text)) and abs(value := float(real.group(1))) < 2**63:
        yield from (int(value), round(value))


def _cut(value: int) -> Iterator[int]:
    """What remains of an overflowing value in a type of 32 or 64 bits."""
    if not -(2**31) <= value < 2**31:
        yield from (low for bits in (32, 64) if 0 < (low := value % 2**bits) <= PLAUSIBLE_ID)
