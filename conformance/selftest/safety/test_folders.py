"""The folder of a run: its name, its end, and what `latest` leads to."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.plugin.folders import drop_unused, followed, kind_of, lead_latest, new_folder
from conformance.plugin.journals import make_room, unfinished_in
from conformance.transport.journal import Holding, Journal, Restored
from conformance.transport.journal_index import OpenJournals

NOW = datetime(2026, 11, 25, 14, 15, 0, tzinfo=UTC)
URL = "https://10.0.0.5:28443"
KEY = (1, 1001)


@pytest.mark.parametrize(
    ("base_url", "name"),
    [
        (URL, "10.0.0.5-28443"),
        ("https://lab.example/isales", "lab.example"),
        ("https://[fe80::1]:8443", "fe80-1-8443"),
        (None, "emulator"),
    ],
)
def test_its_name_says_what_was_judged(tmp_path: Path, base_url: str | None, name: str) -> None:
    folder = new_folder(kind_of(base_url, "quick"), root=tmp_path / "reports", now=NOW)
    assert folder == tmp_path / "reports" / f"2026-11-25T141500Z-{name}-quick"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_none_is_used_twice(tmp_path: Path) -> None:
    names = [new_folder("x", root=tmp_path, now=NOW).name for _ in range(3)]
    assert names == [f"2026-11-25T141500Z-x{more}" for more in ("", "-2", "-3")]


def test_where_no_folder_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="Give one with --out"):
        new_folder("x", root=tmp_path / "file")


def test_latest_leads_to_the_newest(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        assert lead_latest(tmp_path / name) == ""
        assert (tmp_path / "latest").readlink() == Path(name)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "b", "latest"]


def test_a_folder_of_that_name_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    (tmp_path / "a").mkdir()
    assert "stays as it is" in lead_latest(tmp_path / "a")
    assert not (tmp_path / "latest").is_symlink()


def test_where_no_links_can_be_made_a_file_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(1, "no links here")

    monkeypatch.setattr(os, "symlink", refuse)
    (tmp_path / "a").mkdir()
    assert lead_latest(tmp_path / "a") == ""
    assert (tmp_path / "latest.txt").read_text() == "a\n"
    assert followed(tmp_path / "latest") == tmp_path / "a"
    assert followed(tmp_path / "b") == tmp_path / "b"


def test_one_in_which_nothing_was_written_goes(tmp_path: Path) -> None:
    folder = new_folder("x", root=tmp_path)
    (folder / "allure-results").mkdir()
    drop_unused(folder)
    assert not folder.exists()
    folder = new_folder("x", root=tmp_path)
    (folder / "journal.jsonl").touch()
    drop_unused(folder)
    assert folder.exists()


def test_a_folder_that_was_named_is_used_once_more_once_everything_is_put_back(
    tmp_path: Path,
) -> None:
    index, file = OpenJournals(tmp_path / "state"), tmp_path / "out" / "journal.jsonl"
    with Journal(file, base_url=URL) as journal:
        journal.write(Holding(campaign=KEY, numbers=("1",), complete=True))
    with pytest.raises(
        UsageError, match=r"isales-conformance restore .*journal.jsonl --target t.toml"
    ):
        make_room(file.parent, index, Path("t.toml"))
    assert unfinished_in(file.parent, index) == [file]
    with Journal(file, base_url=URL) as journal:
        journal.write(Restored(campaign=KEY))
    make_room(file.parent, index)
    assert not file.exists()


@pytest.mark.parametrize("content", ["", "notes\n", '{"type":"journal","base_url":"https://a"}\n'])
def test_what_proves_nothing_stays(tmp_path: Path, content: str) -> None:
    file = tmp_path / "journal.jsonl"
    file.write_text(content)
    with pytest.raises(UsageError, match="not known to have put everything back"):
        make_room(tmp_path, OpenJournals(tmp_path / "state"))
    assert file.read_text() == content
