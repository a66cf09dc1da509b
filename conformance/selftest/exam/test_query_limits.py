"""A query that shows only part of a large campaign: what it does not show is never taken for
gone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.campaigns import CampaignSet, Episode, Plan
from conformance.campaigns import opened as opened_campaigns
from conformance.config import load_target
from conformance.emulator import EmulatorOptions, profile_path, start
from conformance.errors import OriginalsStay
from conformance.exchange import CampaignKey, Exchange
from conformance.oracle import mentions
from conformance.selftest.exam.judged import judged

KEY: CampaignKey = (1, 1001)


@pytest.mark.long
@pytest.mark.parametrize("profile", ["query-ten", "query-cut", "absent-before-limit"])
def test_a_query_that_shows_a_part_conforms(profile: str, tmp_path: Path) -> None:
    run = judged(tmp_path / "out", f"--profile={profile}")
    assert (run.code, run.document.verdict) == (0, "conforms"), run.printed


@contextmanager
def opened(
    folder: Path, *, profile: str, wide: int, numbers: tuple[str, ...] = ("5245241",)
) -> Iterator[CampaignSet]:
    options = EmulatorOptions(
        ca_dir=folder,
        profile=profile_path(profile),
        campaigns={KEY: numbers, (1, 1002): ("7000001",)},
    )
    with start(options) as server:
        target = folder / "target.toml"
        target.write_text(
            f'base_url = "{server.base_url}"\nvdn_id = 1\ncampaigns = [1001,'
            f' 1002]\n[auth]\naccess_key = "{server.access_key}"\nsecret_key ='
            f' "{server.secret_key}"\n[tls]\nca_file = "{server.ca_file}"\n'
        )
        plan = Plan(journal=folder / "journal.jsonl", seed=1, wide=wide, indexed=False)
        with opened_campaigns(load_target(target, {}), plan) as opening:
            yield opening.campaign_set
        assert opening.unrestored == {}


@pytest.mark.parametrize(
    ("profile", "wide", "shows"),
    [
        ("query-ten", 30, "one"),
        ("query-ten", 8, "all"),
        ("query-cut", 60, "nothing"),
        ("plain", 130, "all"),
    ],
)
def test_how_far_a_query_can_be_read(profile: str, wide: int, shows: str, tmp_path: Path) -> None:
    with opened(tmp_path, profile=profile, wide=wide) as campaign_set:
        assert campaign_set.shows == shows
        assert campaign_set.held[KEY].complete
        assert KEY in campaign_set.guard.recoverable
        assert campaign_set.original[KEY].numbers == {"5245241"}
        assert campaign_set.original[KEY].complete


@pytest.mark.parametrize(
    ("profile", "shows"), [("plain", "all"), ("query-first", "one"), ("query-absent", "nothing")]
)
def test_a_campaign_that_is_empty_tells_as_much(profile: str, shows: str, tmp_path: Path) -> None:
    """One number stays in it after the rehearsal: that alone does not tell a look that shows one
    from a look that shows all.
    """
    with opened(tmp_path, profile=profile, wide=0, numbers=()) as campaign_set:
        assert campaign_set.shows == shows


@pytest.mark.parametrize("size", [7, 10, 33])
def test_a_campaign_nearly_as_large_as_the_limit_stays_as_it_is(size: int, tmp_path: Path) -> None:
    """Nothing is taken away to find out what it holds, so that it is not known whole, and none of
    its own is ever out.
    """
    numbers = tuple(f"52{index:05d}" for index in range(size))
    with opened(tmp_path, profile="query-ten", wide=30, numbers=numbers) as campaign_set:
        assert campaign_set.shows in {"one", "nothing"}
        assert not campaign_set.held[KEY].complete
        assert KEY not in campaign_set.guard.recoverable
        with pytest.raises(OriginalsStay, match="List a campaign of one's own number"):
            campaign_set.need_exact(KEY)
        sent: list[Exchange] = []
        campaign_set.listeners.append(sent.append)
        with Episode(campaign_set) as episode:
            episode.hold_at_least(4)
        assert not {number for each in sent for number in mentions(each.call.body)} & set(numbers)
