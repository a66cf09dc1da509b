"""How many numbers the query companion shows: a server may show only the first ones of a large
campaign, or cut the text off.

What is not shown must not be taken for gone. So before anything is judged a campaign is grown with
own numbers as far as the run will grow it, and looked at.
"""

from conformance.campaigns.campaign_set import CampaignSet, chunks
from conformance.contract import MAX_NUMBERS_PER_CALL
from conformance.exchange import CampaignKey, QueryShows
from conformance.oracle import answer_of

CLEARLY_FEWER = 3
"""A campaign is seen whole only where it shows so many times fewer than the limit: a limit may
count characters, not numbers."""
USEFUL = MAX_NUMBERS_PER_CALL + 3
"""Of the numbers added for this, how many stay: the checks begin with a large campaign."""


def measure_query(
    campaign_set: CampaignSet, key: CampaignKey, first: frozenset[str], wide: int
) -> tuple[QueryShows, int | None]:
    """Grow a campaign to `wide` numbers and look. `first` is what it showed just before.

    Gives how the companion is to be read, and how many numbers it shows at most (None: no limit was
    met). Where numbers are missing although the server said that it added them, some of those that
    it shows are deleted: what comes into sight then had been there.
    """
    expected = _grow(campaign_set, key, first, wide)
    shown = campaign_set.look(key) or frozenset()
    if expected <= shown:
        _shrink(campaign_set, key, expected & campaign_set.added[key], keep=USEFUL)
        return "all", None
    _shrink(campaign_set, key, shown & campaign_set.added[key], keep=2)
    then = campaign_set.look(key) or frozenset()
    if not then & (expected - shown):
        return "all", None  # what is missing was never added, whatever the server said
    return ("nothing" if (shown | then) - expected else "one"), len(shown)


def _grow(
    campaign_set: CampaignSet, key: CampaignKey, first: frozenset[str], wide: int
) -> frozenset[str]:
    """What the campaign should then hold, by what the server said."""
    expected = first
    for chunk in chunks(campaign_set.fresh(max(0, wide - len(expected)))):
        if answer_of(campaign_set.add(key, chunk)).outcome != "served":
            campaign_set.added[key].difference_update(chunk)
            break
        expected |= frozenset(chunk)
    return expected


def _shrink(
    campaign_set: CampaignSet, key: CampaignKey, numbers: frozenset[str], *, keep: int
) -> None:
    """Delete all but so many of these."""
    for chunk in chunks(sorted(numbers)[keep:]):
        campaign_set.delete(key, chunk)
