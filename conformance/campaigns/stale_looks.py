"""Looks that show late what had been changed, of a cache or a replica: they are no evidence."""

import time
from typing import TYPE_CHECKING

from conformance.exchange import CampaignKey, Exchange
from conformance.generation.calls import query
from conformance.oracle import answer_of, shown_numbers

if TYPE_CHECKING:
    from conformance.campaigns.campaign_set import CampaignSet

WAITS = (0.3, 0.9, 2.0)
"""Seconds before a look that contradicts replies is asked for again."""
STEADY = 3
"""Looks in a row that must agree, so that instances which know nothing of each other are found."""
MOST_CONTRADICTIONS = 1
"""Looks that contradict replies for good, after which no other is asked for again: looks are
steady.
"""


def unless_stale(
    campaign_set: "CampaignSet",
    key: CampaignKey,
    first: Exchange,
    expected: frozenset[str],
    doubtful: frozenset[str],
) -> Exchange:
    """A look, or the later one that shows it to have been stale: what replies told, again and
    again.

    `expected` is what replies told, beside the `doubtful`, which may be there. A stale look is
    noted in `campaign_set.stale`, and from then on looks wait as long as it was late. Once a
    server contradicted itself for good, nothing is waited for any more: what its looks show is
    there.
    """

    def shows_it(exchange: Exchange) -> bool:
        shown = shown_numbers(answer_of(exchange), campaign_set.look_form)
        return shown is not None and shown - doubtful == expected

    if shows_it(first) or shown_numbers(answer_of(first), campaign_set.look_form) is None:
        return first
    asked, begun = [first], time.perf_counter()
    for wait in (
        WAITS if campaign_set.stale or campaign_set.contradictions < MOST_CONTRADICTIONS else ()
    ):
        campaign_set.sleep(wait)
        waited = time.perf_counter() - begun
        agreeing: list[Exchange] = []
        while len(agreeing) < STEADY:
            agreeing.append(campaign_set.send(query(key, base_path=campaign_set.base_path)))
            if not shows_it(agreeing[-1]):
                break
        else:
            campaign_set.stale.update(each.number for each in asked)
            campaign_set.settle = max(campaign_set.settle, waited)
            return agreeing[-1]
        asked += agreeing
    campaign_set.contradictions += 1
    return asked[-1]
