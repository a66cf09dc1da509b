from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.errors import CampaignUnusable, UsageError
from conformance.transport.journal import Fact, Holding, Journal, Restored, WillAdd, read
from conformance.transport.lock import CampaignLock, state_folder

URL = "https://10.0.0.5:28443"
KEYS = st.tuples(st.integers(1, 9999), st.integers(1, 5000))
NUMBERS = st.lists(st.text("0123456789", min_size=1, max_size=24), max_size=4).map(tuple)
FACTS = st.one_of(
    st.builds(Holding, campaign=KEYS, numbers=NUMBERS, complete=st.booleans()),
    st.builds(WillAdd, campaign=KEYS, numbers=NUMBERS),
    st.builds(Restored, campaign=KEYS),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)  # the file is made anew each time
@given(facts=st.lists(FACTS, max_size=5), more=FACTS, cut=st.integers(0, 60))
def test_a_journal_survives_a_crash_at_any_byte(tmp_path: Path, facts: list[Fact], more: Fact, cut: int) -> None:
    file = tmp_path / "journal.jsonl"
    file.unlink(missing_ok=True)
    with Journal(file, base_url=URL) as journal:
        journal.write(*facts)
    assert read(file).facts == tuple(facts)
    assert read(file).header.base_url == URL
    data = file.read_bytes()
    file.write_bytes(data[: max(0, len(data) - cut)])
    with Journal(file, base_url=URL) as journal:
        journal.write(more)
    kept = read(file).facts
    assert kept == (*facts[: len(kept) - 1], more)


def test_facts_are_on_disk_before_write_returns(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", base_url=URL) as journal:
        journal.write(Holding(campaign=(1, 1001), numbers=("1",), complete=True))
        assert len(read(tmp_path / "j").facts) == 1


def test_a_journal_of_another_target_is_not_written_to(tmp_path: Path) -> None:
    Journal(tmp_path / "j", base_url=URL).close()
    with pytest.raises(UsageError, match="not about https://other"):
        Journal(tmp_path / "j", base_url="https://other")


def test_what_is_no_journal(tmp_path: Path) -> None:
    file = tmp_path / "j"
    file.write_bytes(b'{"type":"holding"}\n')
    with pytest.raises(UsageError, match="no journal"):
        read(file)
    file.write_bytes(b"")
    with pytest.raises(UsageError, match="no complete line"):
        read(file)
    with pytest.raises(UsageError, match="No such file"):
        read(tmp_path / "none")


def test_a_second_run_on_a_campaign_is_refused(tmp_path: Path) -> None:
    with CampaignLock(tmp_path, base_url=URL, campaign=(1, 1001)):
        with pytest.raises(CampaignUnusable, match=r"process \d+, started \d{4}-"):
            CampaignLock(tmp_path, base_url=URL, campaign=(1, 1001))
        CampaignLock(tmp_path, base_url=URL, campaign=(1, 1002)).close()
        CampaignLock(tmp_path, base_url="https://other", campaign=(1, 1001)).close()
    CampaignLock(tmp_path, base_url=URL, campaign=(1, 1001)).close()


def test_where_locks_are(tmp_path: Path) -> None:
    assert state_folder({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "isales-conformance"
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(UsageError, match="can't be written"):
        CampaignLock(file, base_url=URL, campaign=(1, 1))
