"""Putting back, later and from its journals alone, what a run has left behind.

Numbers that the run did not announce are never named: whoever added them meanwhile wants them there.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from conformance.campaigns.ground import Ground
from conformance.campaigns.leftovers import Leftover
from conformance.campaigns.opening import note_originals, usable
from conformance.campaigns.rehearsal import rehearse
from conformance.campaigns.restoring import Restoration, restore
from conformance.errors import CampaignUnusable
from conformance.exchange import CampaignKey, Contents, Exchange
from conformance.oracle import Look


def resume(ground: Ground, left: Sequence[Leftover], *, observe: str, settle: float | None) -> list[Restoration]:
    """Give each campaign what it held before the run.

    Raises TargetUnreachable or CredentialsRefused when nothing can be done at all.
    """
    outcomes = [settled(each) for each in left if each.settled]
    todo = {each.campaign: each for each in left if not each.settled}
    first, refused = _first_looks(ground, todo)
    outcomes += refused
    if first:
        ground.keys, ground.opened = tuple(first), True
        _take_over(ground, todo, first)
        _learn(ground, first, observe=observe, settle=settle)
        outcomes += [_one(ground, todo[key], first[key]) for key in first]
    damage = {key: each.damage for key, each in todo.items()}
    return [replace(each, damage=damage.get(each.campaign, ())) for each in outcomes]


def settled(left: Leftover) -> Restoration:
    """Of a campaign that had been put back already, or seen to by hand."""
    kept = frozenset(left.kept)
    return Restoration(campaign=left.campaign, settled_before=True, forgotten=left.forgotten, kept=kept)


def _first_looks(ground: Ground, todo: Mapping[CampaignKey, Leftover]) -> tuple[dict[CampaignKey, Exchange], list[Restoration]]:
    """A look at each campaign; and what is wrong with those that can't be used."""
    first: dict[CampaignKey, Exchange] = {}
    refused = []
    for key in todo:
        exchange = ground.ask(key)
        try:
            usable(key, exchange)
            first[key] = exchange
        except CampaignUnusable as reason:
            refused.append(Restoration(campaign=key, problem=str(reason)))
    return first, refused


def _take_over(ground: Ground, todo: Mapping[CampaignKey, Leftover], first: Mapping[CampaignKey, Exchange]) -> None:
    """Know again what the journals say: originals, and numbers that may have been added."""
    for key in first:
        each = todo[key]
        ground.announce(list(each.announced))  # a restoration names them in their own campaigns alone
        ground.added[key] = set(each.announced)
        for number in (*each.order, *each.announced):
            ground.pool.reserve(number)
        priorities = each.priorities or (None,) * len(each.order)
        pairs = zip(each.order, priorities, strict=True)
        note_originals(ground, key, pairs, complete=each.original.complete)


def _learn(
    ground: Ground,
    first: Mapping[CampaignKey, Exchange],
    *,
    observe: str,
    settle: float | None,
) -> None:
    """How looks are read is in the journal where the rehearsal came so far; else it is tried."""
    if ground.look_form is not None or observe == "none":
        return
    key = ground.keys[0]
    rehearse(ground, key, first[key], settle=settle)
    look = ground.read(ground.ask(key))
    shows_all = look is not None and look.whole and observe != "first" and len(look.numbers) > 1
    ground.shows = "all" if shows_all else "nothing"


def _one(ground: Ground, left: Leftover, first: Exchange) -> Restoration:
    key = left.campaign
    look = ground.read(first) if ground.shows == "all" else None
    if look is not None and look.whole:
        strangers = _strangers(ground, left, look)
        ground.held[key] = Contents(numbers=frozenset(look.numbers), complete=True)
        # a campaign seen whole in the first look of the run, as its journal says, is known whole
        ground.guard.recoverable.add(key)
        return replace(restore(ground, [key])[key], strangers=strangers)
    away = frozenset(left.borrowed)
    ground.held[key] = Contents(numbers=left.original.numbers - away, complete=False)
    may_be_there = ground.added.get(key, set()) | set(left.announced)  # the rehearsal's own among them
    ground.added[key] = set(may_be_there)
    ground.uncertain[key] = set(may_be_there)
    return restore(ground, [key])[key]


def _strangers(ground: Ground, left: Leftover, look: Look) -> frozenset[str]:
    known = {*left.order, *left.announced, *ground.added.get(left.campaign, ())}
    return frozenset(look.numbers) - known
