"""Taking originals out for the checks that need exact contents, in steps, each of which must be
seen to come back before more is touched.

The journal names each number before it is taken; `restoring` puts all of them back, as they were
shown: in their order and with their priorities.
"""

from collections.abc import Sequence

from conformance.campaigns.campaign_set import CampaignSet, chunks
from conformance.campaigns.put_back import add_in_order
from conformance.campaigns.rehearsal import rehearse_shapes
from conformance.errors import OriginalsStay
from conformance.exchange import CampaignKey
from conformance.finding import counted
from conformance.oracle import answer_of

_LISTED = 10
FEW = 3
"""Own numbers that stay in a campaign whose originals are out: the last number nobody can delete.
"""


def may_be_exact(campaign_set: CampaignSet, key: CampaignKey) -> bool:
    """Whether a campaign can be given exact contents; its originals are taken out to find out."""
    try:
        borrow(campaign_set, key)
    except OriginalsStay:
        return False
    return True


def borrow(campaign_set: CampaignSet, key: CampaignKey) -> None:
    """Take all originals of a campaign out, unless they are out. Raises OriginalsStay where they
    may not be, or where the first ones did not come back."""
    campaign_set.need_exact(key)
    originals = [number for number, _ in campaign_set.in_order[key]]
    if key in campaign_set.borrowed or not originals:
        return
    _must_keep_priorities(campaign_set, key)
    _keep_company(campaign_set, key)
    _make_room(campaign_set, key)
    if reason := rehearse_shapes(campaign_set, key):
        _end(campaign_set, reason)
    with campaign_set.guard.naming_originals(key):
        for step in _steps(originals):
            _there_and_back(campaign_set, key, step)
        _take(campaign_set, key, originals)
    campaign_set.borrowed.add(key)


def _steps(originals: Sequence[str]) -> list[Sequence[str]]:
    """First one number alone, then half of the others."""
    rest = originals[1:]
    return [originals[:1]] + ([rest[: (len(rest) + 1) // 2]] if len(rest) > 1 else [])


def _must_keep_priorities(campaign_set: CampaignSet, key: CampaignKey) -> None:
    if not campaign_set.keeps_priority and any(
        priority for _, priority in campaign_set.in_order[key]
    ):
        _end(
            campaign_set, "the server showed a number with another priority than it was added with"
        )


def _keep_company(campaign_set: CampaignSet, key: CampaignKey) -> None:
    """Have a few own numbers in the campaign, so that no original is ever its last number."""
    lacking = FEW - len(campaign_set.own(key))
    if lacking > 0:
        campaign_set.add(key, campaign_set.fresh(lacking))
        if campaign_set.shows == "all":
            campaign_set.look(key)
    if not campaign_set.own(key):
        _end(campaign_set, f"no number could be added to campaign {key[1]} beside its own")


def _make_room(campaign_set: CampaignSet, key: CampaignKey) -> None:
    """Delete all but a few own numbers where the server allows a campaign no more: the rehearsal
    adds some.
    """
    surplus = sorted(campaign_set.own(key))[FEW:] if campaign_set.most is not None else []
    for chunk in chunks(surplus):
        campaign_set.delete(key, chunk)
    if surplus and campaign_set.shows == "all":
        campaign_set.look(key)


def _there_and_back(campaign_set: CampaignSet, key: CampaignKey, numbers: Sequence[str]) -> None:
    """Take some out, put them back, and see them back: with their priorities, where shown."""
    _take(campaign_set, key, numbers)
    _return(campaign_set, key, numbers)


def _take(campaign_set: CampaignSet, key: CampaignKey, numbers: Sequence[str]) -> None:
    """Take originals out and see that they are. Where they stay the campaign can't be exact."""
    campaign_set.log.borrowed(key, numbers)
    campaign_set.taken_out.setdefault(key, set()).update(numbers)
    for chunk in chunks(numbers):
        if answer_of(campaign_set.delete(key, chunk)).outcome != "served" and len(chunk) > 1:
            for number in chunk:
                campaign_set.delete(key, [number])
    still = set(numbers) & _remaining(campaign_set, key)
    for number in sorted(still):  # a faulty server may take a part of a list only
        campaign_set.delete(key, [number])
    still = still and set(numbers) & _remaining(campaign_set, key)
    if still:
        _end(campaign_set, f"{_some(still)} could not be taken out of campaign {key[1]}")


def _remaining(campaign_set: CampaignSet, key: CampaignKey) -> frozenset[str]:
    if campaign_set.shows == "all":
        campaign_set.look(key)
    return campaign_set.held[key].numbers


def _return(campaign_set: CampaignSet, key: CampaignKey, numbers: Sequence[str]) -> None:
    """Put originals back, and see that they are. The first that does not come back ends
    borrowing.
    """
    wanted = dict(campaign_set.in_order[key])
    add_in_order(campaign_set, key, [(number, wanted[number]) for number in numbers])
    missing = set(numbers) - _back(campaign_set, key, numbers)
    if missing:
        campaign_set.lost.setdefault(key, set()).update(missing)
        _end(campaign_set, f"{_some(missing)} of campaign {key[1]} did not come back when put back")


def _back(campaign_set: CampaignSet, key: CampaignKey, numbers: Sequence[str]) -> set[str]:
    """Those that a look shows, with the priority that they had; without looks, those that can be
    deleted once more, and were added again."""
    if campaign_set.shows == "all":
        look = campaign_set.read(campaign_set.ask(key))
        shown = dict(look.pairs) if look is not None and look.whole else {}
        wanted = dict(campaign_set.in_order[key])
        return {number for number in numbers if number in shown and shown[number] == wanted[number]}
    there = [
        number
        for number in numbers
        if answer_of(campaign_set.delete(key, [number])).outcome == "served"
    ]
    add_in_order(campaign_set, key, [(number, None) for number in there])
    return set(there)


def _end(campaign_set: CampaignSet, reason: str) -> None:
    """End borrowing for the whole run."""
    campaign_set.borrowing_ended = f"{reason}: originals are taken out no more in this run"
    raise OriginalsStay(
        f"It needs a campaign with exact contents, and {campaign_set.borrowing_ended}."
    )


def _some(numbers: set[str]) -> str:
    listed = sorted(numbers)
    more = f" … ({counted(len(listed), 'number')})" if len(listed) > _LISTED else ""
    return ", ".join(listed[:_LISTED]) + more
