"""The campaign of another VDN, which several workers share: one at a time has it, and leaves it as
it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from conformance.campaigns.campaign_set import CampaignSet
from conformance.campaigns.opening import (
    note_originals,
    usable,
    withdraw_where_deletions_reach_others,
)
from conformance.campaigns.rehearsal import rehearse_readding
from conformance.campaigns.restoring import restore
from conformance.errors import CampaignInUse
from conformance.exchange import CampaignKey

PATIENCE = 600.0
"""Seconds that a worker waits for another one to give the campaign back."""


@contextmanager
def leased_foreign(campaign_set: CampaignSet) -> Iterator[CampaignKey | None]:
    """The foreign campaign, or None where none is listed; where workers share it, for this block
    alone: what it holds is looked at first, and what this process added is taken out at the end.

    Raises CampaignInUse where another worker does not give it back.
    """
    if campaign_set.shared_foreign is None or campaign_set.foreign is not None:
        yield campaign_set.foreign
        return
    key, lock = campaign_set.shared_foreign
    try:
        lease = FileLock(lock).acquire(timeout=PATIENCE)
    except Timeout:
        raise CampaignInUse(
            f"Campaign {key[1]} of VDN {key[0]} was not given back by another worker of this run"
            f" within {PATIENCE:.0f} s. Try with one worker, without -n."
        ) from None
    with lease:
        yield from _alone(campaign_set, key)


def rehearse_shared(campaign_set: CampaignSet) -> None:
    """Try whether a deletion in the campaign that workers share reaches another one: each worker
    must know it, as a run of one process does.
    """
    if campaign_set.shared_foreign is None or campaign_set.shows != "all":
        return
    beside = next((key for key in campaign_set.keys if campaign_set.own(key)), campaign_set.keys[0])
    with leased_foreign(campaign_set) as key:
        if key is not None:
            rehearse_readding(campaign_set, key, beside)
    withdraw_where_deletions_reach_others(campaign_set)


def _alone(campaign_set: CampaignSet, key: CampaignKey) -> Iterator[CampaignKey]:
    exchange = campaign_set.ask(key)
    usable(key, exchange)
    look = campaign_set.read(exchange) if campaign_set.shows == "all" else None
    whole = look is not None and look.whole
    note_originals(campaign_set, key, look.pairs if look and whole else (), complete=whole)
    campaign_set.foreign = key
    try:
        yield key
    finally:
        campaign_set.restored_early[key] = restore(campaign_set, [key])[key]
        campaign_set.foreign = None
        campaign_set.forget(key)


def lock_of(folder: Path) -> str:
    """The file by which workers of one run take turns."""
    return str(folder / "foreign.lock")
