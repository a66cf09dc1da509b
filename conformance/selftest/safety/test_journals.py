"""What a killed run left behind is neither moved, overwritten nor forgotten, however its journal was damaged."""

import json
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from conformance.exchange import CampaignKey
from conformance.selftest.safety.scene import CAMPAIGNS, ENDS, Ended, Scene, command_in, ended, scene

PATIENCE = 45.0
BEFORE: Mapping[CampaignKey, frozenset[str]] = {key: frozenset(numbers) for key, numbers in CAMPAIGNS.items()}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    """A server of a test's own: each leaves it disturbed."""
    with scene(tmp_path) as opened:
        yield opened


def _killed(stage: Scene, *options: str) -> None:
    """A run that has taken originals out when it is killed."""
    process = stage.begin("run", "--target", str(stage.target), "--no-html", *options)
    end = time.monotonic() + PATIENCE
    while _whole(stage):
        assert process.poll() is None, ended(process).said
        assert time.monotonic() < end, "it never took an original out"
    process.kill()
    ended(process)


def _whole(stage: Scene) -> bool:
    """Whether every campaign holds at least what it held."""
    return all(BEFORE[key] <= (numbers or frozenset()) for key, numbers in stage.contents().items())


def _restore(stage: Scene, *arguments: str) -> Ended:
    return stage.command("restore", *arguments, "--target", str(stage.target))


def _refused(done: Ended, journal: Path) -> None:
    assert done.code == 2, done.said
    assert f"isales-conformance restore {journal}" in done.said
    assert "Nothing was sent" in done.said
    assert "Traceback" not in done.said


# -- H7: neither moved nor overwritten ----------------------------------------------------------------


def test_a_demo_into_the_folder_of_a_killed_run_is_refused(stage: Scene) -> None:
    _killed(stage, "--out", "shared")
    journal = stage.folder / "shared" / "journal.jsonl"
    data = journal.read_bytes()
    _refused(stage.command("run", "--effort", "quick", "--no-html", "--out", "shared"), journal)
    assert journal.read_bytes() == data
    done = _restore(stage, "shared")
    assert (done.code, stage.contents()) == (0, BEFORE), done.said


def test_no_command_begins_on_campaigns_that_are_not_put_back(stage: Scene) -> None:
    _killed(stage, "--out", "first")
    journal, target = stage.folder / "first" / "journal.jsonl", str(stage.target)
    disturbed = stage.contents()
    _refused(stage.command("run", "--target", target, "--effort", "quick", "--out", "second"), journal)
    _refused(stage.command("run", "--target", target, "--effort", "quick", "-n", "2"), journal)
    _refused(stage.command("compare", target, target), journal)
    _refused(stage.command("record", "--target", target, "--out", "a.jsonl", "--yes"), journal)
    _refused(stage.command("check", "--target", target), journal)
    assert stage.contents() == disturbed
    assert not [each for each in (stage.folder / "reports").glob("*") if each.name != "latest"]
    words = _restore(stage, str(journal))
    assert (words.code, stage.contents()) == (0, BEFORE), words.said
    assert stage.command("check", "--target", target).code == 0


def test_a_journal_may_have_any_name(stage: Scene, tmp_path: Path) -> None:
    _killed(stage, "--out", "first")
    other = tmp_path / "kept" / "journal.before-1.jsonl"
    other.parent.mkdir()
    shutil.copy(stage.folder / "first" / "journal.jsonl", other)
    done = _restore(stage, str(other))
    assert (done.code, stage.contents()) == (0, BEFORE), done.said


def test_each_run_has_a_folder_of_its_own(stage: Scene) -> None:
    reports = stage.folder / "reports"
    _killed(stage)
    (folder,) = [each for each in reports.iterdir() if each.name != "latest"]
    server = stage.emulator.base_url.removeprefix("https://").replace(":", "-")
    assert folder.name.endswith(f"Z-{server}-standard")
    assert (reports / "latest").resolve() == folder.resolve()
    _refused(stage.command("run", "--target", str(stage.target), "--effort", "quick"), folder / "journal.jsonl")
    assert (reports / "latest").resolve() == folder.resolve(), "a run that was refused leaves no folder"
    demo = stage.command("run", "--effort", "quick", "--no-html", "--only", "uri.vdn-id")
    assert demo.code in {0, 3}, demo.said
    newest = (reports / "latest").resolve()
    assert newest.name.endswith("Z-emulator-quick")
    assert json.loads((newest / "verdict.json").read_text())["verdict"]
    assert (newest / "allure-results").is_dir()
    done = _restore(stage, str(folder))
    assert (done.code, stage.contents()) == (0, BEFORE), done.said


def test_the_newest_run_is_restored_by_the_name_latest(stage: Scene) -> None:
    _killed(stage)
    done = _restore(stage, "reports/latest")
    assert (done.code, stage.contents()) == (0, BEFORE), done.said


def test_workers_write_into_one_folder(tmp_path: Path) -> None:
    with scene(tmp_path) as stage:
        _killed(stage, "-n", "2")
        (folder,) = [each for each in (tmp_path / "reports").iterdir() if each.name != "latest"]
        assert sorted(file.name for file in folder.glob("journal*")) == ["journal-gw0.jsonl", "journal-gw1.jsonl"]
        _wait_for_locks(stage, folder)
        assert stage.contents() == BEFORE


def _wait_for_locks(stage: Scene, folder: Path) -> None:
    """Workers notice a little later that their master is gone; some put back what they took."""
    end = time.monotonic() + PATIENCE
    while (done := _restore(stage, str(folder))).code == 3 and "in use by another run" in done.said:
        assert time.monotonic() < end, done.said
    assert done.code == 0, done.said


def test_what_somebody_has_seen_to_is_forgotten_on_request(stage: Scene) -> None:
    _killed(stage, "--out", "first")
    disturbed = stage.contents()
    done = stage.command("restore", "--forget", "first")
    assert done.code == 0, done.said
    assert "campaign 1001 of VDN 1 held 5245241, 5245242, 5245243" in done.said
    assert stage.contents() == disturbed
    again = _restore(stage, "first")
    assert (again.code, "seen to by hand" in again.said) == (0, True), again.said
    assert stage.contents() == disturbed
    assert stage.command("check", "--target", str(stage.target)).code == 0


# -- H8: damaged --------------------------------------------------------------------------------------


def _flip_holding(lines: list[bytes]) -> list[bytes]:
    place = next(place for place, line in enumerate(lines) if b'"holding"' in line and b"5245" in line)
    return [*lines[:place], lines[place].replace(b"5245", b"5255"), *lines[place + 1 :]]


def _without_header(lines: list[bytes]) -> list[bytes]:
    return lines[1:]


def _cut_deep(lines: list[bytes]) -> list[bytes]:
    return lines[:1]


def _cut_within(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[2][:20]]


def _nothing(_: list[bytes]) -> list[bytes]:
    return []


@pytest.mark.parametrize("damage", [_flip_holding, _without_header, _cut_deep, _cut_within, _nothing])
def test_a_damaged_journal_loses_no_original(stage: Scene, damage: Callable[[list[bytes]], list[bytes]]) -> None:
    _killed(stage, "--out", "first")
    journal = stage.folder / "first" / "journal.jsonl"
    journal.write_bytes(b"".join(damage(journal.read_bytes().splitlines(keepends=True))))
    damaged = journal.read_bytes()
    done = _restore(stage, str(journal))
    _told(done)
    assert journal.read_bytes().startswith(damaged)
    assert b'"restored"' not in journal.read_bytes()
    assert _whole(stage), done.said
    _refused(stage.command("run", "--target", str(stage.target), "--effort", "quick", "--out", "second"), journal)
    assert stage.command("restore", "--forget", str(journal)).code == 0
    assert stage.command("check", "--target", str(stage.target)).code == 0


def _told(done: Ended) -> None:
    assert done.code == 3, done.said
    assert "had changed nothing" not in done.said
    assert "can't be known" in done.said
    assert "--forget" in done.said
    assert "Traceback" not in done.said


def test_a_journal_that_is_gone_is_put_back_from_the_index(stage: Scene) -> None:
    _killed(stage, "--out", "first")
    shutil.rmtree(stage.folder / "first")
    done = _restore(stage, "first/journal.jsonl")
    _told(done)
    assert _whole(stage)


@pytest.mark.parametrize("damage", [_cut_deep, _nothing])
def test_without_the_index_a_cut_journal_proves_nothing(stage: Scene, damage: Callable[[list[bytes]], list[bytes]]) -> None:
    _killed(stage, "--out", "first")
    journal = stage.folder / "first" / "journal.jsonl"
    journal.write_bytes(b"".join(damage(journal.read_bytes().splitlines(keepends=True))))
    shutil.rmtree(stage.folder / "state")
    done = _restore(stage, str(journal))
    assert done.code == 3, done.said
    assert "had changed nothing" not in done.said
    assert "Traceback" not in done.said


def test_without_the_index_what_is_whole_is_put_back(stage: Scene) -> None:
    _killed(stage, "--out", "first")
    journal = stage.folder / "first" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    place = next(place for place, line in enumerate(lines) if b'"will-add"' in line)
    journal.write_bytes(b"".join([*lines[:place], lines[place][5:], *lines[place + 1 :]]))
    shutil.rmtree(stage.folder / "state")
    done = _restore(stage, str(journal))
    _told(done)
    assert f"damaged: {place + 1}" in done.said
    assert _whole(stage)


def test_a_journal_that_was_closed_before_it_named_a_campaign(tmp_path: Path) -> None:
    """Only where this is proved, it is said."""
    with scene(tmp_path) as stage:
        arguments = ("run", "--target", str(stage.target), "--effort", "quick", "--out", "run")
        target = stage.target.read_text()
        stage.target.write_text(target.replace("[1001, 1002]", "[4711]"))
        assert stage.command(*arguments).code == 3
        assert not (tmp_path / "run" / "journal.jsonl").exists(), "it was found out before anything could be changed"
        done = stage.command("restore", "run", "--target", str(stage.target))
        assert (done.code, "nothing is to be put back" in done.said) == (0, True), done.said
        (tmp_path / "run" / "verdict.json").write_text("{}")
        assert stage.command("restore", "run", "--target", str(stage.target)).code == 2, "of that nothing is known"
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    done = command_in(tmp_path, ["restore", str(empty)], {})
    assert (done.code, "had changed nothing" in done.said) == (3, False), done.said


def test_a_live_run_is_not_forgotten(stage: Scene) -> None:
    process = stage.begin("run", "--target", str(stage.target), "--no-html", "--out", "live")
    end = time.monotonic() + PATIENCE
    while _whole(stage):
        assert process.poll() is None
        assert time.monotonic() < end
    done = stage.command("restore", "--forget", "live")
    assert (done.code, "is in use by another run" in done.said) == (3, True), done.said
    process.send_signal(signal.SIGINT)
    assert "Traceback" not in ended(process).said
    assert stage.contents() == BEFORE
    assert stage.command("check", "--target", str(stage.target)).code == 0


def test_what_was_seen_to_is_told_whatever_is_left_of_it(stage: Scene) -> None:
    _killed(stage, "--out", "first")
    journal = stage.folder / "first" / "journal.jsonl"
    journal.write_bytes(b"".join(_without_header(journal.read_bytes().splitlines(keepends=True))))
    assert stage.command("restore", "--forget", "first").code == 0
    done = stage.command("restore", "first")
    assert (done.code, "seen to by hand" in done.said) == (0, True), done.said


def test_a_folder_that_is_refused_keeps_everything(stage: Scene) -> None:
    _killed(stage, "--out", "first")
    results = stage.folder / "first" / "allure-results"
    (results / "kept-result.json").write_text("{}")
    before = sorted(file.name for file in results.iterdir())
    _refused(stage.command("run", "--effort", "quick", "--no-html", "--out", "first"), stage.folder / "first" / "journal.jsonl")
    assert sorted(file.name for file in results.iterdir()) == before


@pytest.mark.parametrize("number", ENDS)
def test_whoever_ends_a_command_it_puts_back(stage: Scene, number: signal.Signals) -> None:
    process = stage.begin("compare", str(stage.target), str(stage.target), "--max-calls", "60000", "--out", "compared")
    end = time.monotonic() + PATIENCE
    while stage.contents() == BEFORE:
        assert process.poll() is None
        assert time.monotonic() < end
    process.send_signal(number)
    done = ended(process)
    assert (done.code, "Interrupted." in done.said, "Traceback" in done.said) == (3, True, False), done.said
    assert stage.contents() == BEFORE
