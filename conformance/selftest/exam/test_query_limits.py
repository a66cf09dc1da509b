"""A query that shows only part of a large campaign: what it does not show is never taken for gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.campaigns import Ground, JournalLog, open_ground, restore
from conformance.config import load_target
from conformance.config.connection import transport_options
from conformance.emulator import Options, profile_path, start
from conformance.exchange import CampaignKey
from conformance.generation.numbers import NumberPool
from conformance.selftest.exam.judged import judged
from conformance.transport import Transport
from conformance.transport.journal import Journal

KEY: CampaignKey = (1, 1001)


@pytest.mark.parametrize("profile", ["query-ten", "query-cut", "absent-before-limit"])
def test_a_query_that_shows_a_part_conforms(profile: str, tmp_path: Path) -> None:
    run = judged(tmp_path / "out", f"--profile={profile}")
    assert (run.code, run.document.verdict) == (0, "conforms"), run.printed


@contextmanager
def opened(folder: Path, *, profile: str, wide: int, numbers: tuple[str, ...] = ("5245241",)) -> Iterator[Ground]:
    options = Options(ca_dir=folder, profile=profile_path(profile), campaigns={KEY: numbers, (1, 1002): ("7000001",)})
    with start(options) as server:
        target = folder / "target.toml"
        target.write_text(
            f'base_url = "{server.base_url}"\nvdn_id = 1\ncampaigns = [1001, 1002]\n[auth]\naccess_key = "{server.access_key}"\n'
            f'secret_key = "{server.secret_key}"\n[tls]\nca_file = "{server.ca_file}"\n'
        )
        loaded = load_target(target, {})
        with Journal(folder / "journal.jsonl", base_url=loaded.base_url) as journal, Transport(transport_options(loaded)) as wire:
            ground = Ground(wire=wire, log=JournalLog(journal), keys=(KEY, (1, 1002)), pool=NumberPool(seed=1))
            open_ground(ground, given={}, wide=wide)
            yield ground


@pytest.mark.parametrize(
    ("profile", "wide", "shows"), [("query-ten", 30, "one"), ("query-ten", 8, "all"), ("query-cut", 60, "nothing"), ("plain", 130, "all")]
)
def test_how_far_a_query_can_be_read(profile: str, wide: int, shows: str, tmp_path: Path) -> None:
    with opened(tmp_path, profile=profile, wide=wide) as ground:
        assert ground.shows == shows
        assert ground.held[KEY].complete
        assert "5245241" in ground.held[KEY].numbers
        assert ground.original[KEY].numbers == {"5245241"}
        assert ground.original[KEY].complete


@pytest.mark.parametrize("size", [7, 10, 33])
def test_a_campaign_nearly_as_large_as_the_limit_is_found_out(size: int, tmp_path: Path) -> None:
    """What is shown is taken away until nothing more comes into sight; the rest of the run goes by what it did itself."""
    numbers = tuple(f"52{index:05d}" for index in range(size))
    with opened(tmp_path, profile="query-ten", wide=30, numbers=numbers) as ground:
        assert ground.shows == "one"
        assert ground.original[KEY].complete
        assert ground.original[KEY].numbers == set(numbers)
        assert ground.held[KEY].complete
        ground.restoring = True
        assert restore(ground) == {}
        assert ground.own(KEY) == set(numbers)
