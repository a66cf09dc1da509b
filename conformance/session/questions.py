"""The questionnaire: each defect once, each reading once, on a small campaign. What the server
answers, the learner takes down.

It is what a run asks to know how a server behaves, and what a gentle recording of a production
server consists of.
"""

from collections.abc import Iterator, Sequence

from conformance.campaigns import CampaignSet, Episode
from conformance.exchange import Exchange
from conformance.generation.named_calls import CallContext, NamedCall, catalogue, pairs
from conformance.oracle import answer_of

HELD = 4
"""Numbers in the campaign when a question is asked: enough for every question, and few."""
LOOK_EVERY = 6
"""Refused questions between two looks at the campaign."""


def context_of(
    campaign_set: CampaignSet, present: Sequence[str], absent: Sequence[str]
) -> CallContext:
    """The context that a campaign set offers."""
    return CallContext(
        key=campaign_set.keys[0],
        present=tuple(present),
        absent=tuple(absent),
        other=campaign_set.keys[1] if len(campaign_set.keys) > 1 else None,
        foreign=campaign_set.foreign,
        base_path=campaign_set.base_path,
        priority=campaign_set.priority,
        authenticated=campaign_set.authenticated,
    )


def questions(context: CallContext, *, orders: bool = True) -> list[NamedCall]:
    """Each behaviour of the catalogue in its first form (defects whose forms a profile tells apart,
    in each), then pairs.
    """
    first = [
        named_call
        for named_call in catalogue(context)
        if named_call.form == 0 or _told_apart(named_call)
    ]
    return first + (pairs(context) if orders else [])


def gentle(context: CallContext) -> list[NamedCall]:
    """Each defect and each reading once; no pairs, and no spoilt credentials, which a production
    server may count as an attack.
    """
    return [
        named_call
        for named_call in questions(context, orders=False)
        if not named_call.behaviour.startswith("credential")
    ]


def _told_apart(named_call: NamedCall) -> bool:
    """Further forms that show another thing: an id too long for any integer, a text far too long, a
    parameter of the query.
    """
    if named_call.behaviour == "access-code.too-long":
        return named_call.form == 5
    if named_call.behaviour == "campaign-id.out-of-range":
        return named_call.form in {2, 6}
    if named_call.behaviour == "vdn-id.very-long":
        return named_call.form == 1
    return named_call.behaviour in {"query.unknown", "content-type.other"} or (
        named_call.behaviour == "vdn-id.out-of-range" and named_call.form == 1
    )


def ask(
    episode: Episode,
    named_calls: Sequence[NamedCall],
    numbers: Sequence[str],
    absent: Sequence[str],
) -> Iterator[tuple[NamedCall, Exchange]]:
    """Put the questions one after another, the campaign set up before each one that needs it."""
    for place, named_call in enumerate(named_calls):
        episode.hold(numbers, exact=episode.may_be_exact())
        exchange = episode.send(named_call.make(context_of(episode.campaign_set, numbers, absent)))
        if answer_of(exchange).outcome != "refused" or place % LOOK_EVERY == 0:
            episode.look()
        yield named_call, exchange
