"""The campaign of another VDN, which several workers share: one at a time has it, and leaves it as
it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from conformance.campaigns.ground import Ground
from conformance.campaigns.opening import note_originals, usable
from conformance.campaigns.restoring import restore
from conformance.exchange import CampaignKey

PATIENCE = 600.0
"""Seconds that a worker waits for another one to give the campaign back."""


@contextmanager
def leased_foreign(ground: Ground) -> Iterator[CampaignKey | None]:
    """The foreign campaign, or None where none is listed; where workers share it, for this block
    alone: what it holds is looked at first, and what this process added is taken out at the end.

    Raises filelock.Timeout where another worker does not give it back.
    """
    if ground.shared_foreign is None or ground.foreign is not None:
        yield ground.foreign
        return
    key, lock = ground.shared_foreign
    with FileLock(lock, timeout=PATIENCE):
        yield from _alone(ground, key)


def _alone(ground: Ground, key: CampaignKey) -> Iterator[CampaignKey]:
    exchange = ground.ask(key)
    usable(key, exchange)
    look = ground.read(exchange) if ground.shows == "all" else None
    whole = look is not None and look.whole
    note_originals(ground, key, look.pairs if look and whole else (), complete=whole)
    ground.foreign = key
    try:
        yield key
    finally:
        ground.restored_early[key] = restore(ground, [key])[key]
        ground.foreign = None
        ground.forget(key)


def lock_of(folder: Path) -> str:
    """The file by which workers of one run take turns."""
    return str(folder / "foreign.lock")
