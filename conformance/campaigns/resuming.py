"""Putting back, later and from its journals alone, what a run has left behind.

Numbers that the run did not announce are never named: whoever added them meanwhile wants them
there.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from conformance.campaigns.campaign_set import CampaignSet
from conformance.campaigns.leftovers import Leftover
from conformance.campaigns.opening import note_originals, usable
from conformance.campaigns.rehearsal import rehearse
from conformance.campaigns.restoring import Restoration, restore
from conformance.errors import CampaignUnusable
from conformance.exchange import CampaignKey, Contents, Exchange
from conformance.oracle import Look


def resume(
    campaign_set: CampaignSet, left: Sequence[Leftover], *, observe: str, settle: float | None
) -> list[Restoration]:
    """Give each campaign what it held before the run.

    Raises TargetUnreachable or CredentialsRefused when nothing can be done at all.
    """
    outcomes = [settled(each) for each in left if each.settled]
    todo = {each.campaign: each for each in left if not each.settled}
    first, refused = _first_looks(campaign_set, todo)
    outcomes += refused
    if first:
        campaign_set.keys, campaign_set.opened = tuple(first), True
        _take_over(campaign_set, todo, first)
        _learn(campaign_set, first, observe=observe, settle=settle)
        outcomes += [_one(campaign_set, todo[key], first[key]) for key in first]
    damage = {key: each.damage for key, each in todo.items()}
    return [replace(each, damage=damage.get(each.campaign, ())) for each in outcomes]


def settled(left: Leftover) -> Restoration:
    """Of a campaign that had been put back already, or seen to by hand."""
    kept = frozenset(left.kept)
    return Restoration(
        campaign=left.campaign, settled_before=True, forgotten=left.forgotten, kept=kept
    )


def _first_looks(
    campaign_set: CampaignSet, todo: Mapping[CampaignKey, Leftover]
) -> tuple[dict[CampaignKey, Exchange], list[Restoration]]:
    """A look at each campaign; and what is wrong with those that can't be used."""
    first: dict[CampaignKey, Exchange] = {}
    refused = []
    for key in todo:
        exchange = campaign_set.ask(key)
        try:
            usable(key, exchange)
            first[key] = exchange
        except CampaignUnusable as reason:
            refused.append(Restoration(campaign=key, problem=str(reason)))
    return first, refused


def _take_over(
    campaign_set: CampaignSet,
    todo: Mapping[CampaignKey, Leftover],
    first: Mapping[CampaignKey, Exchange],
) -> None:
    """Know again what the journals say: originals, and numbers that may have been added."""
    for key in first:
        each = todo[key]
        # a restoration names them in their own campaigns alone
        campaign_set.announce(list(each.announced))
        campaign_set.added[key] = set(each.announced)
        for number in (*each.order, *each.announced):
            campaign_set.pool.reserve(number)
        priorities = each.priorities or (None,) * len(each.order)
        pairs = zip(each.order, priorities, strict=True)
        note_originals(campaign_set, key, pairs, complete=each.original.complete)


def _learn(
    campaign_set: CampaignSet,
    first: Mapping[CampaignKey, Exchange],
    *,
    observe: str,
    settle: float | None,
) -> None:
    """How looks are read is in the journal where the rehearsal came so far; else it is tried."""
    if campaign_set.look_form is not None or observe == "none":
        return
    key = campaign_set.keys[0]
    rehearse(campaign_set, key, first[key], settle=settle)
    look = campaign_set.read(campaign_set.ask(key))
    shows_all = look is not None and look.whole and observe != "first" and len(look.numbers) > 1
    campaign_set.shows = "all" if shows_all else "nothing"


def _one(campaign_set: CampaignSet, left: Leftover, first: Exchange) -> Restoration:
    key = left.campaign
    look = campaign_set.read(first) if campaign_set.shows == "all" else None
    if look is not None and look.whole:
        strangers = _strangers(campaign_set, left, look)
        campaign_set.held[key] = Contents(numbers=frozenset(look.numbers), complete=True)
        # a campaign seen whole in the first look of the run, as its journal says, is known whole
        campaign_set.guard.recoverable.add(key)
        return replace(restore(campaign_set, [key])[key], strangers=strangers)
    if left.original.complete and (campaign_set.readds or not left.order):
        campaign_set.guard.recoverable.add(key)  # as it was for the run, whose numbers may be short
    away = frozenset(left.borrowed)
    campaign_set.held[key] = Contents(numbers=left.original.numbers - away, complete=False)
    # the rehearsal's own among them
    may_be_there = campaign_set.added.get(key, set()) | set(left.announced)
    campaign_set.added[key] = set(may_be_there)
    campaign_set.uncertain[key] = set(may_be_there)
    return restore(campaign_set, [key])[key]


def _strangers(campaign_set: CampaignSet, left: Leftover, look: Look) -> frozenset[str]:
    known = {*left.order, *left.announced, *campaign_set.added.get(left.campaign, ())}
    return frozenset(look.numbers) - known
