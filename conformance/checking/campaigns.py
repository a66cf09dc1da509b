"""The campaigns: whether each is there, what the query shows, whether numbers can be added and taken out again."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct

from conformance.campaigns import Ground, JournalLog, abandon, open_ground
from conformance.checking.step import Step, error, ok, warning
from conformance.config import Campaign, Target
from conformance.errors import SuiteError
from conformance.exchange import CampaignKey, Exchange, QueryShows
from conformance.generation.calls import query
from conformance.generation.numbers import NumberPool
from conformance.oracle import answer_of, shown_numbers
from conformance.transport import Transport
from conformance.transport.journal import Journal
from conformance.transport.journal_index import OpenJournals
from conformance.transport.lock import CampaignLock, state_folder

SHOWS = {
    "all": "the query shows every number of a campaign",
    "one": "the query shows one number of a campaign",
    "nothing": "the query does not show what a campaign holds",
}


class Seen(Struct, frozen=True, kw_only=True):
    """What a try on a campaign has shown."""

    steps: tuple[Step, ...]
    shows: QueryShows = "nothing"
    can_add: bool = False


def listed(target: Target) -> tuple[Campaign, ...]:
    """Every campaign of a target file, the foreign one last."""
    return (*target.campaigns, *((target.foreign,) if target.foreign else ()))


def there(target: Target, transport: Transport, campaign: Campaign) -> Step:
    """Whether a campaign exists, and how many numbers the query shows."""
    return holds(campaign, transport.send(query(campaign.key, base_path=target.address.base_path)))


def holds(campaign: Campaign, exchange: Exchange) -> Step:
    """What the query of a campaign tells of it."""
    name = f"campaign {campaign.campaign_id}"
    if exchange.reply is None:
        return error(name, "its query gets no answer", "Run this again; if it stays so, ask the server's keeper.")
    code = answer_of(exchange).code
    if code == "0200007":
        advice = "Name campaigns that exist, and that are disposable, under `campaigns` and `foreign`."
        return error(name, f"does not exist in VDN {campaign.vdn_id} (0200007)", advice)
    return _holding(name, campaign, exchange)


def _holding(name: str, campaign: Campaign, exchange: Exchange) -> Step:
    shown = shown_numbers(answer_of(exchange))
    if campaign.numbers is not None and shown is not None and not shown <= frozenset(campaign.numbers):
        says = f"the query shows {len(shown - frozenset(campaign.numbers))} number(s) that the list in the target file lacks"
        return error(name, says, "Correct `numbers`: what is not in that list would not be put back.")
    given = "" if campaign.numbers is None else f"; the target file lists {len(campaign.numbers)}"
    if shown is None:
        return ok(name, f"is answered (HTTP {exchange.reply.status if exchange.reply else 0}), its numbers are not shown{given}")
    return ok(name, f"is there, {len(shown)} number(s) shown{given}")


def adding(target: Target, transport: Transport, journal: Path) -> Seen:
    """In each campaign: add two fresh numbers, look, take them out again. What is added stands in the journal first."""
    tries = [_try(target, transport, campaign, journal) for campaign in listed(target)]
    steps = tuple(step for seen in tries for step in seen.steps)
    return Seen(steps=(*steps, _query(tries[0].shows)), shows=tries[0].shows, can_add=all(seen.can_add for seen in tries))


def _query(shows: QueryShows) -> Step:
    if shows == "all":
        return ok("query", SHOWS[shows])
    advice = "What happened is then told by draining campaigns, which takes more calls; [observe] query says it outright."
    return warning("query", SHOWS[shows], advice)


def _try(target: Target, transport: Transport, campaign: Campaign, journal: Path) -> Seen:
    name = f"adding to {campaign.campaign_id}"
    try:
        with ExitStack() as stack:
            stack.enter_context(CampaignLock(state_folder(), base_url=target.base_url, campaign=campaign.key))
            entry = OpenJournals(state_folder()).add(journal, base_url=target.base_url, campaigns=[campaign.key])
            log = JournalLog(stack.enter_context(Journal(journal, base_url=target.base_url, entry=entry)))
            return _tried(name, _ground(target, transport, campaign.key, log), campaign, journal, target.query)
    except SuiteError as problem:
        return Seen(steps=(error(name, *_split(str(problem))),))


def _tried(name: str, ground: Ground, campaign: Campaign, journal: Path, observe: str) -> Seen:
    given = {} if campaign.numbers is None else {campaign.key: campaign.numbers}
    try:
        open_ground(ground, given=given, observe=observe)
    finally:
        left = abandon(ground)
    if left:
        advice = f"Put it back: isales-conformance restore {journal} with the target file."
        return Seen(steps=(error(name, f"two numbers were added; {left[campaign.key]}", advice),), shows=ground.shows)
    if not ground.can_add:
        advice = "A run needs it: is the campaign full, or must numbers be assigned elsewhere first ([numbers] prefix)?"
        return Seen(steps=(error(name, "no number can be added", advice),), shows=ground.shows)
    extra = f", with priority {ground.priority}" if ground.priority is not None else ""
    return Seen(steps=(ok(name, f"two numbers were added{extra}, and taken out again"),), shows=ground.shows, can_add=True)


def _ground(target: Target, transport: Transport, key: CampaignKey, log: JournalLog) -> Ground:
    return Ground(
        wire=transport,
        log=log,
        keys=(key,),
        pool=NumberPool(prefix=target.numbers.prefix, seed=os.getpid()),
        base_path=target.address.base_path,
        authenticated=target.auth.scheme != "none",
        priority=target.numbers.priority,
        restoring=True,
    )


def _split(paragraph: str) -> Sequence[str]:
    first, dot, rest = paragraph.partition(". ")
    return (first, rest) if dot else (paragraph, "See above.")
