"""Taking originals out for the checks that need exact contents, in steps, each of which must be seen
to come back before more is touched.

The journal names each number before it is taken; `restoring` puts all of them back, as they were
shown: in their order and with their priorities.
"""

from collections.abc import Sequence

from conformance.campaigns.ground import Ground, chunks
from conformance.campaigns.put_back import add_in_order
from conformance.campaigns.rehearsal import rehearse_shapes
from conformance.errors import OriginalsStay
from conformance.exchange import CampaignKey
from conformance.finding import counted
from conformance.oracle import answer_of

_LISTED = 10
FEW = 3
"""Own numbers that stay in a campaign whose originals are out: the last number nobody can delete."""


def may_be_exact(ground: Ground, key: CampaignKey) -> bool:
    """Whether a campaign can be given exact contents; its originals are taken out to find out."""
    try:
        borrow(ground, key)
    except OriginalsStay:
        return False
    return True


def borrow(ground: Ground, key: CampaignKey) -> None:
    """Take all originals of a campaign out, unless they are out. Raises OriginalsStay where they
    may not be, or where the first ones did not come back."""
    ground.need_exact(key)
    originals = [number for number, _ in ground.in_order[key]]
    if key in ground.borrowed or not originals:
        return
    _must_keep_priorities(ground, key)
    _keep_company(ground, key)
    _make_room(ground, key)
    if reason := rehearse_shapes(ground, key):
        _end(ground, reason)
    with ground.guard.naming_originals(key):
        for step in _steps(originals):
            _there_and_back(ground, key, step)
        _take(ground, key, originals)
    ground.borrowed.add(key)


def _steps(originals: Sequence[str]) -> list[Sequence[str]]:
    """First one number alone, then half of the others."""
    rest = originals[1:]
    return [originals[:1]] + ([rest[: (len(rest) + 1) // 2]] if len(rest) > 1 else [])


def _must_keep_priorities(ground: Ground, key: CampaignKey) -> None:
    if not ground.keeps_priority and any(priority for _, priority in ground.in_order[key]):
        _end(ground, "the server showed a number with another priority than it was added with")


def _keep_company(ground: Ground, key: CampaignKey) -> None:
    """Have a few own numbers in the campaign, so that no original is ever its last number."""
    lacking = FEW - len(ground.own(key))
    if lacking > 0:
        ground.add(key, ground.fresh(lacking))
        if ground.shows == "all":
            ground.look(key)
    if not ground.own(key):
        _end(ground, f"no number could be added to campaign {key[1]} beside its own")


def _make_room(ground: Ground, key: CampaignKey) -> None:
    """Delete all but a few own numbers where the server allows a campaign no more: the rehearsal adds some."""
    surplus = sorted(ground.own(key))[FEW:] if ground.most is not None else []
    for chunk in chunks(surplus):
        ground.delete(key, chunk)
    if surplus and ground.shows == "all":
        ground.look(key)


def _there_and_back(ground: Ground, key: CampaignKey, numbers: Sequence[str]) -> None:
    """Take some out, put them back, and see them back: with their priorities, where shown."""
    _take(ground, key, numbers)
    _return(ground, key, numbers)


def _take(ground: Ground, key: CampaignKey, numbers: Sequence[str]) -> None:
    """Take originals out and see that they are. Where they stay the campaign can't be exact."""
    ground.log.borrowed(key, numbers)
    ground.taken_out.setdefault(key, set()).update(numbers)
    for chunk in chunks(numbers):
        if answer_of(ground.delete(key, chunk)).outcome != "served" and len(chunk) > 1:
            for number in chunk:
                ground.delete(key, [number])
    still = set(numbers) & _remaining(ground, key)
    for number in sorted(still):  # a faulty server may take a part of a list only
        ground.delete(key, [number])
    still = still and set(numbers) & _remaining(ground, key)
    if still:
        _end(ground, f"{_some(still)} could not be taken out of campaign {key[1]}")


def _remaining(ground: Ground, key: CampaignKey) -> frozenset[str]:
    if ground.shows == "all":
        ground.look(key)
    return ground.held[key].numbers


def _return(ground: Ground, key: CampaignKey, numbers: Sequence[str]) -> None:
    """Put originals back, and see that they are. The first that does not come back ends borrowing."""
    wanted = dict(ground.in_order[key])
    add_in_order(ground, key, [(number, wanted[number]) for number in numbers])
    missing = set(numbers) - _back(ground, key, numbers)
    if missing:
        ground.lost.setdefault(key, set()).update(missing)
        _end(ground, f"{_some(missing)} of campaign {key[1]} did not come back when put back")


def _back(ground: Ground, key: CampaignKey, numbers: Sequence[str]) -> set[str]:
    """Those that a look shows, with the priority that they had; without looks, those that can be
    deleted once more, and were added again."""
    if ground.shows == "all":
        look = ground.read(ground.ask(key))
        shown = dict(look.pairs) if look is not None and look.whole else {}
        wanted = dict(ground.in_order[key])
        return {number for number in numbers if number in shown and shown[number] == wanted[number]}
    there = [number for number in numbers if answer_of(ground.delete(key, [number])).outcome == "served"]
    add_in_order(ground, key, [(number, None) for number in there])
    return set(there)


def _end(ground: Ground, reason: str) -> None:
    """End borrowing for the whole run."""
    ground.borrowing_ended = f"{reason}: originals are taken out no more in this run"
    raise OriginalsStay(f"It needs a campaign with exact contents, and {ground.borrowing_ended}.")


def _some(numbers: set[str]) -> str:
    listed = sorted(numbers)
    more = f" … ({counted(len(listed), 'number')})" if len(listed) > _LISTED else ""
    return ", ".join(listed[:_LISTED]) + more
