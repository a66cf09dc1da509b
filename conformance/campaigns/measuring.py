"""How many numbers the query companion shows: a server may show only the first ones of a large campaign, or cut the text off.

What is not shown must not be taken for gone. So before anything is judged a campaign is grown as far as the run will grow it,
and looked at.
"""

from collections.abc import Mapping

from conformance.campaigns.ground import Ground, chunks
from conformance.contract import MAX_NUMBERS_PER_CALL
from conformance.exchange import CampaignKey, Contents, QueryShows
from conformance.oracle import answer_of

CLEARLY_FEWER = 3
"""A campaign is seen whole only where it shows so many times fewer than the limit: a limit may count characters, not numbers."""

USEFUL = MAX_NUMBERS_PER_CALL + 3
"""Of the numbers that were added for this, how many stay: the checks begin with a large campaign."""


def measure_query(ground: Ground, shown: Mapping[CampaignKey, frozenset[str] | None], wide: int) -> QueryShows:
    """Grow the first campaign to `wide` numbers and look. `shown` is what each campaign showed first.

    Gives "all" where everything appears; else how the companion is to be read from now on, with what is known of the contents
    written to the ground. Where numbers are missing although the server said that it added them, some of those that it shows
    are deleted: what comes into sight then had been there.
    """
    key = ground.keys[0]
    expected = _grow(ground, key, shown[key] or frozenset(), wide)
    seen = ground.look(key) or frozenset()
    if expected <= seen:
        _shrink(ground, key, expected & ground.added[key], keep=USEFUL)
        return "all"
    _shrink(ground, key, seen & ground.added[key], keep=2)
    then = ground.look(key) or frozenset()
    if not then & (expected - seen):
        return "all"  # what is missing was never added, whatever the server said
    for each in ground.all_keys:
        first, held = shown[each], ground.held[each]
        whole = first is not None and len(first) * CLEARLY_FEWER < len(seen)
        ground.held[each] = Contents(numbers=held.numbers, complete=held.complete or whole)
    return "nothing" if (seen | then) - expected else "one"


def _grow(ground: Ground, key: CampaignKey, first: frozenset[str], wide: int) -> frozenset[str]:
    """What the campaign should then hold, by what the server said."""
    expected = first | frozenset(ground.added.get(key, ()))
    for chunk in chunks(ground.fresh(max(0, wide - len(expected)))):
        if answer_of(ground.add(key, chunk)).outcome != "served":
            ground.added[key].difference_update(chunk)
            break
        expected |= frozenset(chunk)
    return expected


def _shrink(ground: Ground, key: CampaignKey, numbers: frozenset[str], *, keep: int) -> None:
    """Delete all but so many of these."""
    for chunk in chunks(sorted(numbers)[keep:]):
        ground.delete(key, chunk)
