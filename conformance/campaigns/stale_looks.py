"""Looks that show late what had been changed, of a cache or a replica: they are no evidence."""

import time
from typing import TYPE_CHECKING

from conformance.exchange import CampaignKey, Exchange
from conformance.generation.calls import query
from conformance.oracle import answer_of, shown_numbers

if TYPE_CHECKING:
    from conformance.campaigns.ground import Ground

WAITS = (0.3, 0.9, 2.0)
"""Seconds before a look that contradicts replies is asked for again."""
STEADY = 3
"""Looks in a row that must agree, so that instances which know nothing of each other are found."""
MOST_CONTRADICTIONS = 4
"""Looks that contradict replies for good, after which no other is asked for again."""


def unless_stale(ground: "Ground", key: CampaignKey, expected: frozenset[str], first: Exchange) -> Exchange:
    """A look, or the later one that shows it to have been stale: what replies told, again and again.

    `expected` is what replies told. A stale look is noted in `ground.stale`, and from then on looks
    wait as long as it was late. Where servers were met a few times that contradict themselves for
    good, nothing is waited for any more.
    """

    def shown(exchange: Exchange) -> frozenset[str] | None:
        return shown_numbers(answer_of(exchange), ground.look_form)

    if shown(first) in {None, expected}:
        return first
    asked, begun = [first], time.perf_counter()
    for wait in WAITS if ground.stale or ground.contradictions < MOST_CONTRADICTIONS else ():
        ground.sleep(wait)
        waited = time.perf_counter() - begun
        latest = [ground.send(query(key, base_path=ground.base_path)) for _ in range(STEADY)]
        if all(shown(each) == expected for each in latest):
            ground.stale.update(each.number for each in asked)
            ground.settle = max(ground.settle, waited)
            return latest[-1]
        asked += latest
    ground.contradictions += 1
    return asked[-1]
