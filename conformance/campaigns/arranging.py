"""Giving a campaign the contents that an episode needs, and checking that it has them.

Set-up uses the calls under test, so it trusts none of them: where the campaign can be looked at, it
is; where it can't, what is uncertain is removed number by number. Only own numbers are added and
removed; what the campaign held before stays beside them, unless exact contents are asked for.
"""

from collections.abc import Collection, Sequence

from conformance.campaigns.borrowing import borrow
from conformance.campaigns.ground import Ground, chunks
from conformance.exchange import CampaignKey, Contents
from conformance.oracle import answer_of

MAX_TRIES = 2
"""Rounds of adding and deleting before an arrangement is given up."""
RESERVE = 32
"""Numbers added beyond what is missing where any number will do: an addition costs two calls."""


def arrange(ground: Ground, key: CampaignKey, wanted: Collection[str], *, exact: bool = False) -> bool:
    """Make a campaign hold exactly these of the run's numbers. True if it then does.

    `exact`: and no others, so that its originals are borrowed; raises OriginalsStay where they may
    not be.
    """
    if exact:
        borrow(ground, key)
    return any(_round(ground, key, frozenset(wanted)) for _ in range(MAX_TRIES))


def one_by_one(ground: Ground, key: CampaignKey, wanted: Collection[str]) -> None:
    """Add and remove number by number what a campaign lacks and has too many, for a server that
    refuses a list for one number in it."""
    for number in sorted(frozenset(wanted) - ground.held[key].numbers):
        ground.add(key, [number])
    surplus = sorted(ground.own(key) - frozenset(wanted)) if wanted else []
    for number in surplus:
        ground.delete(key, [number])
    if ground.shows == "all":
        ground.look(key)


def arrange_count(ground: Ground, key: CampaignKey, count: int, *, exactly: bool = False) -> list[str]:
    """Make a campaign hold at least so many own numbers, or exactly so many and no others; gives
    them in order."""
    if exactly:
        borrow(ground, key)
    own = sorted(ground.own(key) - ground.uncertain.get(key, set()))
    missing = count - len(own)
    if missing > 0:
        _top_up(ground, key, own, missing, 0 if exactly else RESERVE)
    elif (exactly and missing < 0) or ground.uncertain.get(key):
        arrange(ground, key, own[:count] if exactly else own)
    return sorted(ground.own(key))


def _top_up(ground: Ground, key: CampaignKey, own: Sequence[str], missing: int, reserve: int) -> None:
    """Add what is missing and a reserve, unless the server is known to allow no campaign so many;
    then without one."""
    size = len(ground.held[key].numbers)
    fits = ground.most is None or size + missing + reserve <= ground.most
    if reserve and fits and arrange(ground, key, [*own, *ground.fresh(missing + reserve)]):
        return
    more = ground.fresh(missing)
    if arrange(ground, key, [*own, *more]) or key in ground.borrowed:
        return
    if ground.original[key].numbers and not ground.why_not_exact(key):
        borrow(ground, key)  # the server allows no more: what the campaign held makes room
        arrange(ground, key, [*own, *more])


def _round(ground: Ground, key: CampaignKey, wanted: frozenset[str]) -> bool:
    settle_uncertain(ground, key)
    _add(ground, key, sorted(wanted - ground.held[key].numbers))
    accompanied = bool(wanted) or bool(ground.held[key].numbers - ground.own(key))
    _remove(ground, key, sorted(ground.own(key) - wanted), keep=accompanied)
    return ground.own(key) == wanted and not ground.uncertain.get(key)


def settle_uncertain(ground: Ground, key: CampaignKey) -> None:
    """Make sure of numbers of which nobody knows whether they are there: by a look, or where looks
    don't tell by deleting each."""
    doubtful = ground.uncertain.get(key)
    if not doubtful:
        return
    if ground.shows == "all":
        ground.look(key)  # where it fails the target is not well: no time for a call per number
        return
    known = ground.held[key].numbers - doubtful
    if not known:
        _add(ground, key, ground.fresh(1))
    for number in sorted(doubtful):
        ground.delete(key, [number])
    held = ground.held[key]
    ground.held[key] = Contents(numbers=held.numbers - doubtful, complete=held.complete)
    ground.uncertain.pop(key, None)


def _add(ground: Ground, key: CampaignKey, numbers: Sequence[str]) -> None:
    for chunk in chunks(numbers):
        exchange = ground.add(key, chunk)
        if answer_of(exchange).outcome != "served":
            _fill(ground, key, chunk)
            ground.most = max(ground.most or 0, len(ground.held[key].numbers))
            break
    if numbers and ground.shows == "all":
        ground.look(key)


def _fill(ground: Ground, key: CampaignKey, refused: Sequence[str]) -> None:
    """Add as many of a refused list as the server takes: half of it, a quarter, and so on."""
    size, at = len(refused) // 2, 0
    while size:
        if answer_of(ground.add(key, refused[at : at + size])).outcome == "served":
            at += size
        size //= 2


def _remove(ground: Ground, key: CampaignKey, numbers: Sequence[str], *, keep: bool) -> None:
    """Delete surplus numbers; never all at once, since something wanted must be left."""
    if not numbers or not keep:
        return
    for chunk in chunks(numbers):
        ground.delete(key, chunk)
    if ground.shows == "all":
        ground.look(key)
