"""The questionnaire: each defect once, each reading once, on a small campaign. What the server answers, the learner takes down.

It is what a run asks to know how a server behaves, and what a gentle recording of a production server consists of.
"""

from collections.abc import Iterator, Sequence

from conformance.campaigns import Episode, Ground
from conformance.exchange import Exchange
from conformance.generation.deeds import Deed, Stage, catalogue, pairs
from conformance.oracle import answer_of

HELD = 4
"""Numbers in the campaign when a question is asked: enough for every question, and few."""
LOOK_EVERY = 6
"""Refused questions between two looks at the campaign."""


def stage_of(ground: Ground, present: Sequence[str], absent: Sequence[str]) -> Stage:
    """The stage that a ground offers."""
    return Stage(
        key=ground.keys[0],
        present=tuple(present),
        absent=tuple(absent),
        other=ground.keys[1] if len(ground.keys) > 1 else None,
        foreign=ground.foreign,
        base_path=ground.base_path,
        priority=ground.priority,
        authenticated=ground.authenticated,
    )


def questions(stage: Stage, *, orders: bool = True) -> list[Deed]:
    """Each behaviour of the catalogue in its first form (defects whose forms a profile tells apart, in each), then pairs."""
    first = [deed for deed in catalogue(stage) if deed.form == 0 or _told_apart(deed)]
    return first + (pairs(stage) if orders else [])


def gentle(stage: Stage) -> list[Deed]:
    """Each defect and each reading once; no pairs, and no spoilt credentials, which a production server may count as an attack."""
    return [deed for deed in questions(stage, orders=False) if not deed.behaviour.startswith("credential")]


def _told_apart(deed: Deed) -> bool:
    """Further forms that show another thing: an id too long for any integer, a text far too long, a parameter of the query."""
    if deed.behaviour == "access-code.too-long":
        return deed.form == 5
    if deed.behaviour == "campaign-id.out-of-range":
        return deed.form in {2, 6}
    if deed.behaviour == "vdn-id.very-long":
        return deed.form == 1
    return deed.behaviour in {"query.unknown", "content-type.other"} or (deed.behaviour == "vdn-id.out-of-range" and deed.form == 1)


def ask(episode: Episode, deeds: Sequence[Deed], numbers: Sequence[str], absent: Sequence[str]) -> Iterator[tuple[Deed, Exchange]]:
    """Put the questions one after another, the campaign set up before each one that needs it."""
    for place, deed in enumerate(deeds):
        episode.hold(numbers, exact=episode.may_be_exact())
        exchange = episode.send(deed.make(stage_of(episode.ground, numbers, absent)))
        if answer_of(exchange).outcome != "refused" or place % LOOK_EVERY == 0:
            episode.look()
        yield deed, exchange
