"""Which characters UTF-8 can write, told to hypothesis.

By itself it tries each of 1.1 million and makes a table of them: seconds, and 200 MB of memory, in
every folder that has no cache of its.
"""

from typing import Any

from hypothesis.internal import charmap
from hypothesis.internal.intervalsets import IntervalSet

ENCODABLE = ((0, 0xD7FF), (0xE000, 0x10FFFF))
"""All but the surrogates."""
UNSTABLE: tuple[tuple[int, int], ...] = ()
"""Characters that are not read as they were written: UTF-8 has none."""

_tried: Any = charmap.intervals_from_codec


def intervals_from_codec(codec: str) -> tuple[IntervalSet, IntervalSet]:
    """What hypothesis' function of this name gives."""
    if codec == "utf-8":
        return IntervalSet(ENCODABLE), IntervalSet(UNSTABLE)
    found: tuple[IntervalSet, IntervalSet] = _tried(codec)
    return found


def tell_hypothesis() -> None:
    """From now on hypothesis asks here."""
    # a plain function for one that remembers
    charmap.intervals_from_codec = intervals_from_codec  # type: ignore[assignment]
