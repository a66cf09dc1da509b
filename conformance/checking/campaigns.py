"""The campaigns: whether each is there, what the query shows, whether numbers can be added and
taken out again.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from conformance.campaigns import CampaignSet, Plan, opened
from conformance.checking import service
from conformance.checking.step import Step, error, ok, warning
from conformance.config import Campaign, Target
from conformance.errors import SuiteError
from conformance.exchange import Exchange, QueryShows
from conformance.finding import counted
from conformance.generation.calls import query
from conformance.oracle import answer_of, shown_numbers
from conformance.transport import Transport

SHOWS = {
    "all": "the query shows every number of a campaign",
    "one": "the query shows one number of a campaign",
    "nothing": "the query does not show what a campaign holds",
}


class CampaignTrial(Struct, frozen=True, kw_only=True):
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
        return error(
            name,
            "its query gets no answer",
            "Run this again; if it stays so, ask the server's keeper.",
        )
    code = answer_of(exchange).code
    if code == "0200007":
        advice = (
            "Name campaigns that exist, and that are disposable, under `campaigns` and `foreign`."
        )
        return error(name, f"does not exist in VDN {campaign.vdn_id} (0200007)", advice)
    return _holding(name, campaign, exchange)


def _holding(name: str, campaign: Campaign, exchange: Exchange) -> Step:
    shown = shown_numbers(answer_of(exchange))
    if (
        campaign.numbers is not None
        and shown is not None
        and not shown <= frozenset(campaign.numbers)
    ):
        says = (
            f"the query shows {len(shown - frozenset(campaign.numbers))} number(s) that the list in"
            " the target file lacks"
        )
        return error(
            name, says, "Correct `numbers`: what is not in that list would not be put back."
        )
    given = "" if campaign.numbers is None else f"; the target file lists {len(campaign.numbers)}"
    if shown is None:
        return ok(
            name,
            f"is answered (HTTP {exchange.reply.status if exchange.reply else 0}), its numbers are"
            f" not shown{given}",
        )
    return ok(name, f"is there, {len(shown)} number(s) shown{given}")


def adding(target: Target, journal: Path) -> CampaignTrial:
    """Open the campaigns as a run would: add, look, delete and add again with own numbers."""
    plan = Plan(journal=journal, seed=os.getpid(), all_campaigns=True)
    try:
        with opened(target, plan) as opening:
            campaign_set = opening.campaign_set
            each = (_of_campaign(campaign_set, campaign) for campaign in listed(target))
            steps = (service.harmless(target, campaign_set), *each)
            shows, looks = campaign_set.shows, _query(campaign_set)
    except SuiteError as problem:
        return CampaignTrial(steps=(error("adding", *_split(str(problem))),))
    if opening.unrestored:
        advice = f"Put it back: isales-conformance restore {journal} with the target file."
        return CampaignTrial(
            steps=tuple(
                error(f"campaign {key[1]}", f"own numbers were added; {what}", advice)
                for key, what in opening.unrestored.items()
            ),
            shows=shows,
        )
    remarks = (ok("afterwards", words) for words in opening.remarks())
    return CampaignTrial(steps=(*steps, *looks, *remarks), shows=shows, can_add=True)


def _of_campaign(campaign_set: CampaignSet, campaign: Campaign) -> Step:
    """What was seen of one campaign with own numbers, and what a run will do to its own."""
    name, key = f"adding to {campaign.campaign_id}", campaign.key
    priority = (
        f", with priority {campaign_set.priority}" if campaign_set.priority is not None else ""
    )
    if key == campaign_set.foreign:
        return ok(name, "own numbers will be added and taken out; none of its own is named")
    size = len(campaign_set.original[key].numbers)
    reason = campaign_set.why_not_exact(key)
    if not reason:
        touched = (
            f"its {counted(size, 'number')} will be taken out once and put back"
            if size
            else "it is empty, and one number of the run stays: nobody can delete the last one"
        )
        return ok(name, f"own numbers were added{priority}, and taken out again; {touched}")
    advice = f"The last-number rule and races can't be judged there: {reason}."
    return warning(name, f"own numbers can be added{priority}; its own will be left alone", advice)


def _query(campaign_set: CampaignSet) -> tuple[Step, ...]:
    if campaign_set.shows == "all":
        late = f", {campaign_set.settle:.1f} s after a change" if campaign_set.settle else ""
        first = ok("query", f"{SHOWS['all']}{late}")
    else:
        advice = (
            "What happened is then told by replies; [observe] query says outright what it shows."
        )
        first = warning("query", SHOWS[campaign_set.shows], advice)
    held = any(each.numbers for each in campaign_set.original.values())
    shown = campaign_set.look_form is not None and campaign_set.look_form.shows_priority
    if not held or shown or campaign_set.policy == "keep":
        return (first,)
    says = (
        "the query shows none, so numbers that are put back have the run's or none; "
        'where the server keeps some that matter, set [safety] originals = "keep"'
    )
    return first, ok("priorities", says)


def _split(paragraph: str) -> Sequence[str]:
    first, dot, rest = paragraph.partition(". ")
    return (first, rest) if dot else (paragraph, "See above.")
