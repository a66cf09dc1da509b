"""The campaign that workers share: one that does not come back is told in a sentence."""

from pathlib import Path

import pytest
from filelock import FileLock

from conformance.campaigns import CampaignSet
from conformance.campaigns.foreign import leased_foreign, lock_of
from conformance.contract import PATH_PREFIX
from conformance.errors import CampaignInUse
from conformance.generation.numbers import NumberPool
from conformance.selftest.campaigns.test_strangers_have_an_end import StrangerWire
from conformance.selftest.compare.scene import Silent
from conformance.transport.guard import Guard

KEY, FOREIGN = (1, 1001), (2, 2001)


def test_a_campaign_that_another_worker_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = lock_of(tmp_path)
    campaign_set = CampaignSet(
        wire=StrangerWire(1),
        log=Silent(),
        keys=(KEY,),
        pool=NumberPool(prefix="", seed=1),
        guard=Guard(listed=[KEY, FOREIGN], path_prefix=PATH_PREFIX),
        shared_foreign=(FOREIGN, lock),
    )
    monkeypatch.setattr("conformance.campaigns.foreign.PATIENCE", 0.0)
    with (
        FileLock(lock),
        pytest.raises(CampaignInUse, match="Campaign 2001 of VDN 2 was not given back"),
    ):
        leased_foreign(campaign_set).__enter__()
    with leased_foreign(campaign_set) as key:
        assert key == FOREIGN
    with FileLock(lock, timeout=0):
        assert campaign_set.foreign is None
