"""Putting back, later and from its journals alone, what a run has left behind.

Numbers that the run did not announce are never named: whoever added them meanwhile wants them there.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from conformance.campaigns.ground import Ground
from conformance.campaigns.leftovers import Leftover
from conformance.campaigns.opening import read_query, usable
from conformance.campaigns.restoring import restore
from conformance.campaigns.unseen import put_back_unseen
from conformance.errors import CampaignUnusable, SuiteError
from conformance.exchange import CampaignKey, Contents
from conformance.generation.calls import query
from conformance.oracle import answer_of, shown_numbers

SPARE = 4
"""Fresh numbers with which the restoration itself finds out what the target shows and whether it adds."""


class PutBack(Struct, frozen=True, kw_only=True):
    """What was done to one campaign, and what could not be done (`problem`). `seen`: its contents could be looked at.

    `strangers`: numbers there that are neither original nor announced; they were left alone.
    """

    campaign: CampaignKey
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    strangers: frozenset[str] = frozenset()
    seen: bool = True
    settled_before: bool = False
    forgotten: bool = False
    problem: str = ""
    damage: tuple[str, ...] = ()
    """What the journals have lost: what could be read was put back, and nobody knows of the rest."""


def resume(ground: Ground, left: Sequence[Leftover], *, observe: str) -> list[PutBack]:
    """Give each campaign what it held. Raises TargetUnreachable or CredentialsRefused when nothing can be done at all."""
    done = [PutBack(campaign=each.campaign, settled_before=True, forgotten=each.forgotten) for each in left if each.settled]
    todo = {each.campaign: each for each in left if not each.settled}
    shown = _first_look(ground, todo)
    done += [PutBack(campaign=key, problem=reason) for key, reason in shown.items() if isinstance(reason, str)]
    readable = {key: seen for key, seen in shown.items() if not isinstance(seen, str)}
    if readable:
        ground.keys = tuple(readable)
        ground.stock = ground.announce(ground.pool.plain(SPARE))
        ground.shows = read_query(ground, readable, observe)
        done += [_one(ground, todo[key], readable[key]) for key in readable]
    return [replace(each, damage=todo[each.campaign].damage) if each.campaign in todo else each for each in done]


def _first_look(ground: Ground, todo: Mapping[CampaignKey, Leftover]) -> dict[CampaignKey, frozenset[str] | str | None]:
    """What the query companion shows of each campaign (None: nothing), or words for a campaign that can't be used."""
    shown: dict[CampaignKey, frozenset[str] | str | None] = {}
    for key, each in todo.items():
        ground.held[key] = Contents(numbers=each.original.numbers, complete=False)
        for number in (*each.original.numbers, *each.announced):
            ground.pool.reserve(number)
        exchange = ground.send(query(key, base_path=ground.base_path))
        try:
            usable(key, exchange)
            shown[key] = shown_numbers(answer_of(exchange))
        except CampaignUnusable as reason:
            shown[key] = str(reason)
    return shown


def _one(ground: Ground, left: Leftover, first: frozenset[str] | None) -> PutBack:
    key = left.campaign
    announced = (*left.announced, *ground.added.get(key, ()))
    try:
        if ground.shows == "all" and first is not None:
            return _in_sight(ground, left, frozenset(announced), first)
        added, removed, problem = put_back_unseen(ground, key, left.original, announced)
        if not problem:
            ground.log.restored(key)
        return PutBack(campaign=key, added=added, removed=removed, seen=False, problem=problem)
    except SuiteError as reason:
        return PutBack(campaign=key, problem=str(reason))


def _in_sight(ground: Ground, left: Leftover, announced: frozenset[str], first: frozenset[str]) -> PutBack:
    key, original = left.campaign, left.original.numbers
    strangers = first - announced - original
    ground.held[key] = Contents(numbers=first, complete=True)
    ground.added[key] = set(announced)
    ground.original[key] = Contents(numbers=original | strangers, complete=True)
    problem = restore(ground, [key]).get(key, "")
    held = ground.held[key].numbers
    return PutBack(campaign=key, added=held - first, removed=first - held, strangers=strangers, problem=problem)
