"""How each waiver stands after a run: it excuses, or it has rotted and says why. Pure: the day is
given, nothing is looked up.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from conformance.baseline.waiver import Waiver
from conformance.errors import nearest
from conformance.verdict import WaiverResult, WaiverStanding

CHANCE = 0.01
"""An intermittent deviation is too frequent when its rate would bring about what was seen with less
than this probability.
"""
RED: frozenset[WaiverStanding] = frozenset({"expired", "gone", "too-often"})
"""With one of these a run deviates, even if every clause is kept or excused."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """A deviation of this run, and in how many of how many cases it was seen."""

    clause: str
    kind: str
    detail: str
    seen: int
    of: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """The run in which waivers must prove themselves.

    `left_out` are clauses that the user did not ask for; `unjudged` tells for others why a
    deviation of theirs may have been overlooked.
    """

    target: Mapping[str, str]
    today: date
    left_out: Collection[str] = ()
    unjudged: Mapping[str, str] = field(default_factory=dict)


def excuse(
    waivers: Iterable[Waiver], target: Mapping[str, str], today: date
) -> Callable[[Occurrence], str]:
    """A function that gives the reason of the waiver that excuses a deviation, or an empty text."""
    valid = [
        waiver for waiver in waivers if waiver.meant_for(target) and waiver.days_left(today) >= 0
    ]

    def reason(found: Occurrence) -> str:
        excusing = (
            waiver for waiver in valid if _covers(waiver, found) and not _too_often(waiver, found)
        )
        return next((waiver.excuse for waiver in excusing), "")

    return reason


def stand(
    waivers: Iterable[Waiver], found: Sequence[Occurrence], run: Circumstances
) -> tuple[WaiverResult, ...]:
    """How each waiver stands, in the order of the file."""
    return tuple(
        _result(waiver, [each for each in found if each.clause == waiver.clause], run)
        for waiver in waivers
    )


def _result(waiver: Waiver, found: Sequence[Occurrence], run: Circumstances) -> WaiverResult:
    standing, says = _standing(waiver, found, run)
    return WaiverResult(
        clause=waiver.clause,
        kind=waiver.kind,
        detail=waiver.detail,
        server=waiver.server,
        reason=waiver.reason,
        owner=waiver.owner,
        expires=waiver.expires.isoformat(),
        days_left=waiver.days_left(run.today),
        standing=standing,
        red=standing in RED,
        says=f"{waiver.subject}: {says}",
    )


def _standing(
    waiver: Waiver, found: Sequence[Occurrence], run: Circumstances
) -> tuple[WaiverStanding, str]:
    occurred = [each for each in found if _covers(waiver, each)]
    if waiver.clause in run.left_out:
        return "not-judged", "the clause was left out of this run"
    if not waiver.meant_for(run.target):
        told = ", ".join(f"{name} {value!r}" for name, value in run.target.items())
        return (
            "elsewhere",
            f"written for the server {waiver.server!r}, does not apply to this one ({told})",
        )
    if waiver.days_left(run.today) < 0:
        still = "the deviation still occurs" if occurred else "the deviation was not seen any more"
        return "expired", f"expired on {waiver.expires.isoformat()}, {still}; ask {waiver.owner}"
    if frequent := [each for each in occurred if _too_often(waiver, each)]:
        worst = max(frequent, key=lambda each: each.seen / each.of)
        return (
            "too-often",
            f"seen in {worst.seen} of {worst.of} cases, more than the rate {waiver.rate:g} allows",
        )
    if occurred:
        return "excuses", f"waived: {waiver.excuse}"
    if waiver.intermittent:
        return "quiet", "did not occur this time, and is marked as intermittent"
    if why := run.unjudged.get(waiver.clause):
        return "not-judged", f"whether it still occurs could not be judged: {why}"
    return "gone", _gone(waiver, found)


def _gone(waiver: Waiver, found: Sequence[Occurrence]) -> str:
    """Fixed, or never written for what there is: the words tell which is the likelier."""
    others = [f"{each.kind}: {each.detail}" if each.detail else each.kind for each in found]
    hint = nearest(f"{waiver.kind}: {waiver.detail}" if waiver.detail else waiver.kind, others)
    return f"no longer occurs: fixed? remove the waiver{hint}"


def _covers(waiver: Waiver, found: Occurrence) -> bool:
    return waiver.covers(found.clause, found.kind, found.detail)


def _too_often(waiver: Waiver, found: Occurrence) -> bool:
    return (
        waiver.rate is not None
        and found.seen > waiver.rate * found.of
        and at_least(found.seen, found.of, waiver.rate) < CHANCE
    )


def at_least(seen: int, of: int, rate: float) -> float:
    """The probability of so many or more among so many independent cases, each of this
    probability.
    """
    if seen <= 0 or rate >= 1:
        return 1.0
    terms = (
        math.lgamma(of + 1)
        - math.lgamma(k + 1)
        - math.lgamma(of - k + 1)
        + k * math.log(rate)
        + (of - k) * math.log1p(-rate)
        for k in range(seen, of + 1)
    )
    return min(1.0, math.fsum(math.exp(term) for term in terms))
