"""What a campaign may hold: the possible worlds, and how one call moves from world to world.

A world is the set of numbers in one campaign. `successors` is the whole rule book: with no defect
and nothing open a call is served exactly when it leaves a number; where the document is silent both
ways are kept; a reply rules worlds out; no world left is a deviation.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct

from conformance.oracle.calls import Facts
from conformance.oracle.reply import Answer, Outcome

World: TypeAlias = frozenset[str]

MAX_WORLDS = 64
"""More possible worlds than this are not followed: the campaign is then unknown until it is looked
at.
"""
MAX_ORDERS = 50_000
"""Steps of the search for an order of concurrent calls; beyond, the verdict is `undecided`, never a
pass.
"""


class TooManyOrdersError(Exception):
    """The search for an order was given up at its limit."""


class WorldStep(Struct, frozen=True, kw_only=True):
    """A call on this campaign with its outcome and its time, as far as worlds are concerned."""

    facts: Facts
    outcome: Outcome
    start: float
    end: float


def step_of(facts: Facts, answer: Answer, start: float, end: float) -> WorldStep:
    """The step of one exchange."""
    return WorldStep(facts=facts, outcome=answer.outcome, start=start, end=end)


def may_be_served(facts: Facts, world: World, *, complete: bool) -> Iterator[World]:
    """The worlds after the call, for each reading under which it may be served in this world."""
    if facts.defects:
        return
    for removal in facts.removals:
        left = world - removal
        if left or not complete or not (world & removal):
            yield left


def may_be_refused(facts: Facts, world: World, *, complete: bool) -> bool:
    """Whether a failure is legal: a defect, something open, a number that is absent, or no number
    would be left.
    """
    if facts.defects or facts.open_points or not complete:
        return True
    return any(not removal <= world or removal >= world for removal in facts.removals)


def successors(step: WorldStep, world: World, *, complete: bool) -> frozenset[World]:
    """The worlds in which the campaign may be after a step; none: the reply is not legal in this
    world.
    """
    facts = step.facts
    if facts.kind == "add":
        return _after_add(step, world)
    if facts.kind != "delete" or facts.unauthorised or step.outcome == "nothing":
        return frozenset({world})
    found: set[World] = set()
    if step.outcome != "refused":
        found.update(may_be_served(facts, world, complete=complete))
    if step.outcome == "unknown" or (
        step.outcome == "refused" and may_be_refused(facts, world, complete=complete)
    ):
        found.add(world)
    return frozenset(found)


def _after_add(step: WorldStep, world: World) -> frozenset[World]:
    if step.facts.unauthorised or step.outcome in {"refused", "nothing"}:
        return frozenset({world})
    added = world | step.facts.named
    return frozenset({added}) if step.outcome == "served" else frozenset({world, added})


def after(step: WorldStep, worlds: Iterable[World], *, complete: bool) -> frozenset[World]:
    """The worlds after a step from any of these."""
    return frozenset().union(*(successors(step, world, complete=complete) for world in worlds))


def after_some_order(
    steps: Sequence[WorldStep], worlds: Iterable[World], *, complete: bool
) -> frozenset[World]:
    """The worlds after all steps in some order that respects real time (linearizability). Raises
    TooManyOrdersError.

    Many orders lead to the same few worlds, which may be large: each is kept once.
    """
    known: dict[World, World] = {}
    ends: set[World] = set()
    every = frozenset(range(len(steps)))
    stack = [(every, known.setdefault(world, world)) for world in worlds]
    seen = set(stack)
    while stack:
        left, world = stack.pop()
        if not left:
            ends.add(world)
            continue
        for i in _first_of(left, steps):
            rest = left - {i}
            for then in successors(steps[i], world, complete=complete):
                place = (rest, known.setdefault(then, then))
                if place not in seen:
                    seen.add(place)
                    stack.append(place)
        if len(seen) > MAX_ORDERS:
            raise TooManyOrdersError
    return frozenset(ends)


def _first_of(left: frozenset[int], steps: Sequence[WorldStep]) -> list[int]:
    """Those that may come first: no other one had ended before they began."""
    earliest_end = min(steps[i].end for i in left)
    return [i for i in left if steps[i].start <= earliest_end]
