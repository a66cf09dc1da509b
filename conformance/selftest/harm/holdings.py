"""What the server's campaigns hold before a command: listed ones, and neighbours that nobody
listed.

The neighbours hold the same company numbers: a call that strays takes something that can be missed.
"""

import random
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from conformance.selftest.node.control import Contents, Entry

LONG: Final = "524530000000000000000024"
SHORT: Final = ("7", "0143")
FOREIGN: Final = "2/2001"
LISTED: Final = ("1/1001", "1/1002", "1/1003", "1/1004", FOREIGN)
LARGE, EMPTY = "1/1001", "1/1003"


def _company(count: int, seed: int) -> tuple[Entry, ...]:
    """So many numbers with mixed priorities, in an order that is neither sorted nor reversed."""
    chance = random.Random(seed)
    numbers = [f"5245{place:05}" for place in range(10_000, 10_000 + count)]
    chance.shuffle(numbers)
    return tuple((number, chance.randint(1, 5)) for number in numbers)


def _mixed() -> tuple[Entry, ...]:
    """150 numbers: those of the company, one with a leading zero, one as long as can be."""
    numbers = _company(148, 1)
    return (*numbers[:20], ("0143555", 2), *numbers[20:90], (LONG, 5), *numbers[90:])


_HELD: Final[dict[str, tuple[Entry, ...]]] = {
    "1/1001": _mixed(),
    "1/1002": (
        ("524520005", 4),
        ("524520001", 1),
        ("524520003", 5),
        ("524520002", 1),
        ("524520004", 2),
    ),
    "1/1003": (),
    "1/1004": (("0143", 3), ("524540001", 1), ("7", 5)),
    "2/2001": (("624520002", 2), ("624520001", 4), ("624520003", 1)),
}
_SAME: Final = (*_HELD["1/1001"][:40], ("7", 1), ("0143", 4), (LONG, 3))
_FEW: Final = (*_HELD["1/1002"], ("7", 2), ("624520001", 3))
_UNLISTED: Final[dict[str, tuple[Entry, ...]]] = {
    "2/1001": _SAME,
    "9999/1001": _SAME[::-1],
    "3/1001": _SAME[:1],
    "2/1002": _FEW,
    "9999/1002": _FEW[1:],
    "2/1003": (("7", 5), ("524520001", 2)),
    "9999/1003": (),
    "2/1004": _HELD["1/1004"],
    "1/2001": (*_HELD["2/2001"], ("7", 3)),
    "1/1000": _SAME[3:9],
    "1/1005": (*_SAME[:12], ("7", 4), ("0143", 1)),
    "1/1006": (),
    "1/1": _SAME[:5],
    "1/2": _FEW,
    "1/7": (("7", 1),),
    "1/100": _SAME[5:11],
    "1/10010": _SAME[2:20],
    "1/2147483647": _SAME[:7],
    "2/1": _SAME[:3],
    "2/2000": _FEW,
    "2/2002": _FEW,
    "1001/1": _SAME[:4],
}
HELD: Final[Mapping[str, tuple[Entry, ...]]] = MappingProxyType(_HELD | _UNLISTED)
"""Every campaign; the listed ones come first."""


def notation(contents: Mapping[str, Iterable[Entry]] = HELD) -> dict[str, list[str]]:
    """Campaigns as the server's command line wants them."""
    return {
        name: [number if rank is None else f"{number}:{rank}" for number, rank in entries]
        for name, entries in contents.items()
    }


def numbers_of(contents: Contents, name: str) -> tuple[str, ...]:
    """The numbers of a campaign, in order."""
    return tuple(number for number, _ in contents.get(name, ()))
