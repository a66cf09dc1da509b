"""What tells two servers apart: differences between normalised replies and states, by class."""

from collections.abc import Iterator
from typing import Literal, TypeAlias, get_args

from msgspec import Struct

from conformance.compare.seen import SEPARATOR, NormalExchange
from conformance.exchange import Exchange

DifferenceClass: TypeAlias = Literal["state", "success", "code", "status", "shape", "text", "time"]
CLASSES: tuple[DifferenceClass, ...] = get_args(DifferenceClass)
CASUAL: frozenset[DifferenceClass] = frozenset({"text", "time"})
"""Classes that do not count unless somebody is strict: the document leaves words and time to the
server.
"""


class Contrast(Struct, frozen=True, kw_only=True):
    """One thing that two servers did differently: `what` (a member, `result`, a campaign), and what
    each did.
    """

    kind: DifferenceClass
    what: str
    ours: str
    theirs: str


class Difference(Struct, kw_only=True):
    """A contrast with the shortest programme that shows it: the exchanges of both servers, call
    by call.

    `behaviours` are all calls that showed the same contrast. `steady`: it showed again when it
    was played again.
    """

    contrast: Contrast
    behaviours: list[str]
    held: tuple[str, ...]
    named_calls: tuple[str, ...]
    ours: tuple[Exchange, ...]
    theirs: tuple[Exchange, ...]
    steady: bool = True

    @property
    def counts(self) -> bool:
        """Whether it counts for somebody who is not strict."""
        return self.steady and self.contrast.kind not in CASUAL


def contrasts(ours: NormalExchange, theirs: NormalExchange) -> Iterator[Contrast]:
    """Everything that differs between two replies to the same call. What follows from another
    difference is not told twice.
    """
    if ours.result != theirs.result:
        yield Contrast(kind="success", what="result", ours=_told(ours), theirs=_told(theirs))
        return
    if ours.result.startswith("no answer"):
        return
    unread = [side for side in (ours, theirs) if dict(side.shape).get("body")]
    if not unread:
        yield from _codes(ours, theirs)
    if ours.status != theirs.status:
        yield Contrast(
            kind="status", what="status", ours=str(ours.status), theirs=str(theirs.status)
        )
    if len(unread) == 1:
        bodies = [dict(side.shape).get("body", "members") for side in (ours, theirs)]
        yield Contrast(kind="shape", what="body", ours=bodies[0], theirs=bodies[1])
        return
    yield from _by_part("shape", *_both_have(SEPARATOR, ours.shape, theirs.shape))
    if ours.codes == theirs.codes:
        # a missing member is a matter of shape
        both = dict(ours.text).keys() & dict(theirs.text).keys()
        yield from _by_part(
            "text",
            *(tuple(part for part in side.text if part[0] in both) for side in (ours, theirs)),
        )


Parts: TypeAlias = tuple[tuple[str, str], ...]


def _both_have(name: str, ours: Parts, theirs: Parts) -> tuple[Parts, Parts]:
    """Both without a part that only one has: how many numbers are shown is a matter of state."""
    if name in dict(ours) and name in dict(theirs):
        return ours, theirs
    one, other = (tuple(part for part in side if part[0] != name) for side in (ours, theirs))
    return one, other


def _codes(ours: NormalExchange, theirs: NormalExchange) -> Iterator[Contrast]:
    """One contrast where returnCode follows resultCode on both sides."""
    agree = all(side.codes[0] == side.codes[1] for side in (ours, theirs))
    for place, name in enumerate(("resultCode", "returnCode")[: 1 if agree else 2]):
        if ours.codes[place] != theirs.codes[place]:
            yield Contrast(
                kind="code",
                what=name,
                ours=ours.codes[place] or "none",
                theirs=theirs.codes[place] or "none",
            )


def _told(seen: NormalExchange) -> str:
    return f"{seen.result} {seen.codes[0] or f'HTTP {seen.status}'}" if seen.status else seen.result


def _by_part(kind: DifferenceClass, ours: Parts, theirs: Parts) -> Iterator[Contrast]:
    before, after = dict(ours), dict(theirs)
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield Contrast(
                kind=kind,
                what=name,
                ours=before.get(name, "missing"),
                theirs=after.get(name, "missing"),
            )


def state_contrast(campaign: str, ours: frozenset[str], theirs: frozenset[str]) -> Contrast | None:
    """What one campaign holds after the same calls, where it is not the same."""
    if ours == theirs:
        return None
    only_ours, only_theirs = sorted(ours - theirs), sorted(theirs - ours)
    return Contrast(
        kind="state",
        what=campaign,
        ours=_kept(only_ours, only_theirs),
        theirs=_kept(only_theirs, only_ours),
    )


def _kept(kept: list[str], gone: list[str]) -> str:
    """Counts, not numbers: the same difference on other numbers is the same difference."""
    parts = [f"keeps {len(kept)} number(s) that the other removes"] if kept else []
    parts += [f"removes {len(gone)} that the other keeps"] if gone else []
    return ", ".join(parts)
