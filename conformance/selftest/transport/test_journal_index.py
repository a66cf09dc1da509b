"""The index of open journals: it names what has to be put back, and loses no original."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.transport.journal import Holding, Journal, Restored, WillAdd
from conformance.transport.journal_index import OpenJournals, refuse_unfinished

URL = "https://10.0.0.5:28443"
KEY, OTHER = (1, 1001), (1, 1002)
HELD = Holding(campaign=KEY, numbers=("3", "1", "2"), complete=True, priorities=(1, None, 2))


@pytest.fixture
def index(tmp_path: Path) -> OpenJournals:
    return OpenJournals(tmp_path / "state")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "journal.jsonl"


@pytest.fixture
def journal(index: OpenJournals, path: Path) -> Iterator[Journal]:
    """One that its run leaves as it is until the test is over, as if the run had been killed."""
    journal = Journal(
        path, base_url=URL, entry=index.add(path, base_url=URL, campaigns=[KEY, OTHER])
    )
    yield journal
    journal.close()


def test_an_open_journal_is_named_until_everything_is_restored(
    journal: Journal, index: OpenJournals, path: Path
) -> None:
    with journal:
        assert index.naming(URL, [KEY]) == []
        journal.write(HELD, Holding(campaign=OTHER, numbers=(), complete=True))
        journal.write(WillAdd(campaign=KEY, numbers=("9",)))
        (found,) = index.naming(f"{URL}/", [KEY])
        assert (found.path, found.holdings[0], found.unrestored) == (path, HELD, (KEY, OTHER))
        journal.write(Restored(campaign=KEY))
        assert index.naming(URL, [KEY]) == []
        assert len(index.naming(URL, [OTHER])) == 1
        assert index.naming("https://10.0.0.5:28444", [OTHER]) == []
    assert index.of(path) is not None, "closed, and not restored"
    with Journal(path, base_url=URL, entry=index.entry(path)) as later:
        later.write(Restored(campaign=OTHER))
    assert index.of(path) is None
    assert index.all() == []


def test_the_files_are_private(
    journal: Journal, index: OpenJournals, path: Path, tmp_path: Path
) -> None:
    journal.write(HELD)
    files = list((tmp_path / "state" / "open-journals").iterdir())
    assert len(files) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(files[0].parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("left", [0, 1, 60, 200])
def test_a_journal_that_was_cut_loses_no_original(
    journal: Journal, index: OpenJournals, path: Path, left: int
) -> None:
    journal.write(HELD, WillAdd(campaign=KEY, numbers=("9",)))
    path.write_bytes(path.read_bytes()[:left])
    contents = index.read(path)
    assert contents.damage
    assert HELD in contents.facts
    assert (contents.open_campaigns, contents.finished) == ((KEY,), False)


def test_a_cut_at_the_end_of_a_line_is_seen(
    journal: Journal, index: OpenJournals, path: Path
) -> None:
    journal.write(HELD, WillAdd(campaign=KEY, numbers=("9",)))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert index.read(path).damage == ("1 record(s) of journal.jsonl are missing: 3",)
    with Journal(path, base_url=URL, entry=index.entry(path)) as later:
        later.write(WillAdd(campaign=KEY, numbers=("8",)))
    assert index.read(path).damage == ("1 record(s) of journal.jsonl are missing: 3",), (
        "it stays known"
    )


def test_killed_while_the_count_is_written(
    journal: Journal, index: OpenJournals, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A count that was emptied first would let a journal that was cut look whole."""
    journal.write(Holding(campaign=KEY, numbers=("1",), complete=True))
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", _killed)
        with pytest.raises(KeyboardInterrupt):
            journal.write(WillAdd(campaign=KEY, numbers=("2",)))
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    contents = index.read(path)
    assert contents.damage
    assert not contents.finished


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_journal_that_is_gone(journal: Journal, index: OpenJournals, path: Path) -> None:
    journal.write(HELD)
    path.unlink()
    contents = index.read(path)
    assert contents.damage == ("journal.jsonl is gone",)
    assert (contents.facts, contents.header and contents.header.base_url) == ((HELD,), URL)
    assert [each.path for each in index.within(path.parent)] == [path]


def test_a_run_that_was_killed_before_its_first_fact_had_changed_nothing(
    journal: Journal, index: OpenJournals, path: Path
) -> None:
    assert index.read(path).intact
    assert index.read(path).finished
    path.write_bytes(b"")
    assert not index.read(path).intact


def test_what_is_not_put_back_is_refused_with_the_command(
    journal: Journal, index: OpenJournals, path: Path
) -> None:
    journal.write(HELD)
    with pytest.raises(UsageError) as refused:
        refuse_unfinished(index, URL, [KEY, OTHER], target=Path("my target.toml"))
    words = str(refused.value)
    assert f"isales-conformance restore {path} --target 'my target.toml'" in words
    assert "campaign 1001 of VDN 1" in words
    assert "1002" not in words
    assert str(path) in words
    assert refused.value.exit_code == 2
    refuse_unfinished(index, URL, [OTHER])
    refuse_unfinished(index, "https://other", [KEY])
    refuse_unfinished(index, URL, [KEY], run_folder=path.parent)


def test_a_run_killed_before_its_first_fact_leaves_no_entry_for_long(
    journal: Journal, index: OpenJournals, path: Path
) -> None:
    refuse_unfinished(index, URL, [KEY])
    assert index.all() == []


def test_an_entry_that_can_not_be_read_is_no_leave_to_go_on(
    journal: Journal, index: OpenJournals, path: Path, tmp_path: Path
) -> None:
    journal.write(HELD)
    next((tmp_path / "state" / "open-journals").glob("*.json")).write_text("{")
    with pytest.raises(UsageError, match="have to be put back"):
        refuse_unfinished(index, URL, [KEY])
