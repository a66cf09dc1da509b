"""Adding numbers that a campaign held before: in their order, each with its priority."""

from collections.abc import Mapping, Sequence

from conformance.campaigns.campaign_set import CampaignSet, chunks
from conformance.exchange import CampaignKey
from conformance.oracle import answer_of


def add_in_order(
    campaign_set: CampaignSet, key: CampaignKey, listed: Sequence[tuple[str, int | None]]
) -> set[str]:
    """Add numbers as they stand, a hundred at a time, one by one where a list is refused.

    A number without a priority of its own gets the run's, as the server wants one or not.
    Gives the numbers whose addition was answered with success.
    """
    own = {number: priority for number, priority in listed if priority is not None}
    accepted: set[str] = set()
    with campaign_set.guard.naming_originals(key):
        for chunk in chunks([number for number, _ in listed]):
            if _served(campaign_set, key, chunk, own):
                accepted |= set(chunk)
            elif len(chunk) > 1:
                accepted |= {
                    number for number in chunk if _served(campaign_set, key, [number], own)
                }
    return accepted


def _served(
    campaign_set: CampaignSet,
    key: CampaignKey,
    numbers: Sequence[str],
    own: Mapping[str, int | None],
) -> bool:
    return answer_of(campaign_set.add(key, numbers, own)).outcome == "served"
