"""Giving a campaign the contents that an episode needs, and checking that it has them.

Set-up uses the calls under test, so it trusts none of them: where the campaign can be looked at, it
is; where it can't, what is uncertain is removed number by number. Only own numbers are added and
removed; what the campaign held before stays beside them, unless exact contents are asked for.
"""

from collections.abc import Collection, Sequence

from conformance.campaigns.borrowing import borrow
from conformance.campaigns.campaign_set import CampaignSet, chunks
from conformance.exchange import CampaignKey, Contents
from conformance.oracle import answer_of

MAX_TRIES = 2
"""Rounds of adding and deleting before an arrangement is given up."""
RESERVE = 32
"""Numbers added beyond what is missing where any number will do: an addition costs two calls."""


def arrange(
    campaign_set: CampaignSet, key: CampaignKey, wanted: Collection[str], *, exact: bool = False
) -> bool:
    """Make a campaign hold exactly these of the run's numbers. True if it then does.

    `exact`: and no others, so that its originals are borrowed; raises OriginalsStay where they may
    not be.
    """
    if exact:
        borrow(campaign_set, key)
    return any(_round(campaign_set, key, frozenset(wanted)) for _ in range(MAX_TRIES))


def one_by_one(campaign_set: CampaignSet, key: CampaignKey, wanted: Collection[str]) -> None:
    """Add and remove number by number what a campaign lacks and has too many, for a server that
    refuses a list for one number in it."""
    for number in sorted(frozenset(wanted) - campaign_set.held[key].numbers):
        campaign_set.add(key, [number])
    surplus = sorted(campaign_set.own(key) - frozenset(wanted)) if wanted else []
    for number in surplus:
        campaign_set.delete(key, [number])
    if campaign_set.shows == "all":
        campaign_set.look(key)


def arrange_count(
    campaign_set: CampaignSet, key: CampaignKey, count: int, *, exactly: bool = False
) -> list[str]:
    """Make a campaign hold at least so many own numbers, or exactly so many and no others; gives
    them in order."""
    if exactly:
        borrow(campaign_set, key)
    own = sorted(campaign_set.own(key) - campaign_set.uncertain.get(key, set()))
    missing = count - len(own)
    if missing > 0:
        _top_up(campaign_set, key, own, missing, 0 if exactly else RESERVE)
    elif (exactly and missing < 0) or campaign_set.uncertain.get(key):
        arrange(campaign_set, key, own[:count] if exactly else own)
    return sorted(campaign_set.own(key))


def _top_up(
    campaign_set: CampaignSet, key: CampaignKey, own: Sequence[str], missing: int, reserve: int
) -> None:
    """Add what is missing and a reserve, unless the server is known to allow no campaign so many;
    then without one."""
    size = len(campaign_set.held[key].numbers)
    fits = campaign_set.most is None or size + missing + reserve <= campaign_set.most
    if (
        reserve
        and fits
        and arrange(campaign_set, key, [*own, *campaign_set.fresh(missing + reserve)])
    ):
        return
    more = campaign_set.fresh(missing)
    if arrange(campaign_set, key, [*own, *more]) or key in campaign_set.borrowed:
        return
    if campaign_set.original[key].numbers and not campaign_set.why_not_exact(key):
        borrow(campaign_set, key)  # the server allows no more: what the campaign held makes room
        arrange(campaign_set, key, [*own, *more])


def _round(campaign_set: CampaignSet, key: CampaignKey, wanted: frozenset[str]) -> bool:
    settle_uncertain(campaign_set, key)
    _add(campaign_set, key, sorted(wanted - campaign_set.held[key].numbers))
    accompanied = bool(wanted) or bool(campaign_set.held[key].numbers - campaign_set.own(key))
    _remove(campaign_set, key, sorted(campaign_set.own(key) - wanted), keep=accompanied)
    return campaign_set.own(key) == wanted and not campaign_set.uncertain.get(key)


def settle_uncertain(campaign_set: CampaignSet, key: CampaignKey) -> None:
    """Make sure of numbers of which nobody knows whether they are there: by a look, or where looks
    don't tell by deleting each."""
    doubtful = campaign_set.uncertain.get(key)
    if not doubtful:
        return
    if campaign_set.shows == "all":
        # where it fails the target is not well: no time for a call per number
        campaign_set.look(key)
        return
    known = campaign_set.held[key].numbers - doubtful
    if not known:
        _add(campaign_set, key, campaign_set.fresh(1))
    for number in sorted(doubtful):
        campaign_set.delete(key, [number])
    held = campaign_set.held[key]
    campaign_set.held[key] = Contents(numbers=held.numbers - doubtful, complete=held.complete)
    campaign_set.uncertain.pop(key, None)


def _add(campaign_set: CampaignSet, key: CampaignKey, numbers: Sequence[str]) -> None:
    for chunk in chunks(numbers):
        exchange = campaign_set.add(key, chunk)
        if answer_of(exchange).outcome != "served":
            _fill(campaign_set, key, chunk)
            campaign_set.most = max(campaign_set.most or 0, len(campaign_set.held[key].numbers))
            break
    if numbers and campaign_set.shows == "all":
        campaign_set.look(key)


def _fill(campaign_set: CampaignSet, key: CampaignKey, refused: Sequence[str]) -> None:
    """Add as many of a refused list as the server takes: half of it, a quarter, and so on."""
    size, at = len(refused) // 2, 0
    while size:
        if answer_of(campaign_set.add(key, refused[at : at + size])).outcome == "served":
            at += size
        size //= 2


def _remove(
    campaign_set: CampaignSet, key: CampaignKey, numbers: Sequence[str], *, keep: bool
) -> None:
    """Delete surplus numbers; never all at once, since something wanted must be left."""
    if not numbers or not keep:
        return
    for chunk in chunks(numbers):
        campaign_set.delete(key, chunk)
    if campaign_set.shows == "all":
        campaign_set.look(key)
