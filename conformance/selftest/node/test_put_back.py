"""Campaigns are put back on servers that refuse a list for one number in it, or show late what they
did.
"""

from pathlib import Path

import pytest

from conformance.campaigns import Episode
from conformance.plugin.opened_target import opened
from conformance.selftest.compare.test_compare import CAMPAIGNS, needs_node, target
from conformance.selftest.long import long
from conformance.selftest.node.production import start


@needs_node
@pytest.mark.parametrize("difference", ["in-order-only", long("seen-late")])
def test_what_the_campaign_held_is_put_back(difference: str, tmp_path: Path) -> None:
    with start(campaigns=CAMPAIGNS, faults=(difference,)) as server:
        with (
            opened(target(server, tmp_path / "a.toml"), tmp_path, name="a", seed=1) as (
                _,
                campaign_set,
            ),
            Episode(campaign_set) as episode,
        ):
            # a set: it is put back sorted, which is not the order in which it was added
            episode.hold(campaign_set.fresh(6))
        with opened(target(server, tmp_path / "a.toml"), tmp_path, name="b", seed=1) as (
            _,
            campaign_set,
        ):
            assert campaign_set.original[campaign_set.keys[0]].numbers == frozenset(
                CAMPAIGNS["1/1001"]
            )
