"""Putting back what the campaigns held."""

from conformance.campaigns.arranging import arrange
from conformance.campaigns.ground import Ground
from conformance.exchange import CampaignKey


def restore(ground: Ground) -> dict[CampaignKey, str]:
    """Give every campaign what it held before the run. The result names, per campaign that could not be restored, what is wrong."""
    problems: dict[CampaignKey, str] = {}
    for key in ground.all_keys:
        if key not in ground.original:
            continue
        if problem := _restore(ground, key):
            problems[key] = problem
        else:
            ground.log.restored(key)
    return problems


def _restore(ground: Ground, key: CampaignKey) -> str:
    original = ground.original[key]
    untouched = not ground.added.get(key) and ground.held[key].numbers == original.numbers
    if untouched:
        return ""
    if original.complete and original.numbers:
        arrange(ground, key, original.numbers)
    else:
        _take_out_own(ground, key, original.numbers)
    missing, surplus = original.numbers - ground.held[key].numbers, ground.own(key) - original.numbers
    parts = [f"{len(missing)} number(s) could not be added again: {_some(missing)}"] if missing else []
    parts += [f"{len(surplus)} number(s) could not be removed: {_some(surplus)}"] if surplus else []
    return "; ".join(parts)


def _take_out_own(ground: Ground, key: CampaignKey, keep: frozenset[str]) -> None:
    """Where the campaign can't be seen whole, or was empty: remove what the run added, one by one, as far as the server lets it."""
    for number in sorted(ground.own(key) - keep):
        ground.delete(key, [number])


def _some(numbers: frozenset[str]) -> str:
    listed = sorted(numbers)
    return ", ".join(listed[:10]) + (" …" if len(listed) > 10 else "")
