"""What the raw log of a server shows: which numbers were named, and where."""

import re
from collections.abc import Collection, Iterable
from urllib.parse import unquote

from msgspec import Struct

from conformance.selftest.harm.holdings import numbers_of
from conformance.selftest.node.calling import numbers_path
from conformance.selftest.node.control import Contents, NodeChange

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_OWNERLESS_DIGITS = 4
"""A number of fewer digits may be one of the run's own in another campaign."""


class Naming(Struct, frozen=True, kw_only=True):
    """A call that named originals, and which."""

    change: NodeChange
    numbers: tuple[str, ...]


def texts(change: NodeChange) -> str:
    """Target, body and redirections in every decoding."""
    written = "\n".join((change.target, change.body, *change.redirections.values()))
    unescaped = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), written)
    return "\n".join((written, unescaped, unquote(written), unquote(unquote(written))))


def _is_in(number: str, text: str) -> bool:
    if len(number) >= _OWNERLESS_DIGITS:
        return re.search(rf"(?<![0-9]){number}(?![0-9])", text) is not None
    return re.search(rf'"?accessCode"?\s*:\s*"?{number}(?![0-9])', text) is not None


def destination(change: NodeChange, listed: Collection[str]) -> str | None:
    """The listed campaign to whose calling numbers a call goes byte for byte."""
    if change.redirections:
        return None
    return next((name for name in listed if change.target == numbers_path(name)), None)


def strays(
    changes: Iterable[NodeChange], contents: Contents, listed: Collection[str]
) -> list[Naming]:
    """Calls that go elsewhere than to a listed campaign, and name a number that some campaign held
    before.
    """
    originals = {number for name in contents for number in numbers_of(contents, name)}
    found = (each for each in changes if destination(each, listed) is None)
    return _naming(found, originals)


def moves(
    changes: Iterable[NodeChange], contents: Contents, listed: Collection[str]
) -> list[Naming]:
    """Calls to a listed campaign that name what another one held before, and it did not."""
    namings: list[Naming] = []
    for change in changes:
        name = destination(change, listed)
        if name is None:
            continue
        own = set(numbers_of(contents, name))
        others = {number for each in contents for number in numbers_of(contents, each)} - own
        namings += _naming(
            [change], {number for number in others if len(number) >= _OWNERLESS_DIGITS}
        )
    return namings


def touches(
    changes: Iterable[NodeChange], contents: Contents, listed: Collection[str]
) -> list[Naming]:
    """Calls to a listed campaign that name what it held before."""
    namings: list[Naming] = []
    for change in changes:
        name = destination(change, listed)
        if name is not None:
            namings += _naming([change], set(numbers_of(contents, name)))
    return namings


def _naming(changes: Iterable[NodeChange], originals: Collection[str]) -> list[Naming]:
    namings = []
    for change in changes:
        text = texts(change)
        if numbers := tuple(sorted(number for number in originals if _is_in(number, text))):
            namings.append(Naming(change=change, numbers=numbers))
    return namings
