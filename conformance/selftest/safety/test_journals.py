"""What a killed run left behind is neither moved, overwritten nor forgotten, however its journal
was damaged.
"""

import json
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from conformance.exchange import CampaignKey
from conformance.selftest.long import long
from conformance.selftest.safety.scene import (
    CAMPAIGNS,
    ENDS,
    CommandResult,
    Sandbox,
    command_in,
    ended,
    scene,
)
from conformance.selftest.waiting import until

BEFORE: Mapping[CampaignKey, frozenset[str]] = {
    key: frozenset(numbers) for key, numbers in CAMPAIGNS.items()
}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A server of a test's own: each leaves it disturbed."""
    with scene(tmp_path) as opened:
        yield opened


EXACT = "restriction.last-number"
"""A clause for which originals are taken out soon."""


def _killed(sandbox: Sandbox, *options: str) -> None:
    """A run that has taken originals out when it is killed."""
    process = sandbox.begin(
        "run", "--target", str(sandbox.target), "--no-html", "--only", EXACT, *options
    )
    until(lambda: process.poll() is not None or not _whole(sandbox))
    assert process.poll() is None, ended(process).said
    process.kill()
    ended(process)


def _whole(sandbox: Sandbox) -> bool:
    """Whether every campaign holds at least what it held."""
    return all(
        BEFORE[key] <= (numbers or frozenset()) for key, numbers in sandbox.contents().items()
    )


def _restore(sandbox: Sandbox, *arguments: str) -> CommandResult:
    return sandbox.command("restore", *arguments, "--target", str(sandbox.target))


def _refused(result: CommandResult, journal: Path) -> None:
    assert result.code == 2, result.said
    assert f"isales-conformance restore {journal}" in result.said
    assert "Nothing was sent" in result.said
    assert "Traceback" not in result.said


# -- H7: neither moved nor overwritten -------------------------------------------------------------


def test_a_demo_into_the_folder_of_a_killed_run_is_refused(sandbox: Sandbox) -> None:
    _killed(sandbox, "--out", "shared")
    journal = sandbox.folder / "shared" / "journal.jsonl"
    data = journal.read_bytes()
    _refused(sandbox.command("run", "--effort", "quick", "--no-html", "--out", "shared"), journal)
    assert journal.read_bytes() == data
    result = _restore(sandbox, "shared")
    assert (result.code, sandbox.contents()) == (0, BEFORE), result.said


def test_no_command_begins_on_campaigns_that_are_not_put_back(sandbox: Sandbox) -> None:
    _killed(sandbox, "--out", "first")
    journal, target = sandbox.folder / "first" / "journal.jsonl", str(sandbox.target)
    disturbed = sandbox.contents()
    _refused(
        sandbox.command("run", "--target", target, "--effort", "quick", "--out", "second"), journal
    )
    _refused(sandbox.command("run", "--target", target, "--effort", "quick", "-n", "2"), journal)
    _refused(sandbox.command("compare", target, target), journal)
    _refused(sandbox.command("record", "--target", target, "--out", "a.jsonl", "--yes"), journal)
    _refused(sandbox.command("check", "--target", target), journal)
    assert sandbox.contents() == disturbed
    assert not [each for each in (sandbox.folder / "reports").glob("*") if each.name != "latest"]
    words = _restore(sandbox, str(journal))
    assert (words.code, sandbox.contents()) == (0, BEFORE), words.said
    assert sandbox.command("check", "--target", target).code == 0


@pytest.mark.long
def test_a_journal_may_have_any_name(sandbox: Sandbox, tmp_path: Path) -> None:
    _killed(sandbox, "--out", "first")
    other = tmp_path / "kept" / "journal.before-1.jsonl"
    other.parent.mkdir()
    shutil.copy(sandbox.folder / "first" / "journal.jsonl", other)
    result = _restore(sandbox, str(other))
    assert (result.code, sandbox.contents()) == (0, BEFORE), result.said


def test_each_run_has_a_folder_of_its_own(sandbox: Sandbox) -> None:
    reports = sandbox.folder / "reports"
    _killed(sandbox)
    (folder,) = [each for each in reports.iterdir() if each.name != "latest"]
    server = sandbox.emulator.base_url.removeprefix("https://").replace(":", "-")
    assert folder.name.endswith(f"Z-{server}-standard")
    assert (reports / "latest").resolve() == folder.resolve()
    _refused(
        sandbox.command("run", "--target", str(sandbox.target), "--effort", "quick"),
        folder / "journal.jsonl",
    )
    assert (reports / "latest").resolve() == folder.resolve(), (
        "a run that was refused leaves no folder"
    )
    demo = sandbox.command("run", "--effort", "quick", "--no-html", "--only", "uri.vdn-id")
    assert demo.code in {0, 3}, demo.said
    newest = (reports / "latest").resolve()
    assert newest.name.endswith("Z-emulator-quick")
    assert json.loads((newest / "verdict.json").read_text())["verdict"]
    assert (newest / "allure-results").is_dir()
    result = _restore(sandbox, str(folder))
    assert (result.code, sandbox.contents()) == (0, BEFORE), result.said


@pytest.mark.long
def test_the_newest_run_is_restored_by_the_name_latest(sandbox: Sandbox) -> None:
    _killed(sandbox)
    result = _restore(sandbox, "reports/latest")
    assert (result.code, sandbox.contents()) == (0, BEFORE), result.said


def test_workers_write_into_one_folder(tmp_path: Path) -> None:
    with scene(tmp_path) as sandbox:
        _killed(sandbox, "-n", "2")
        (folder,) = [each for each in (tmp_path / "reports").iterdir() if each.name != "latest"]
        assert sorted(file.name for file in folder.glob("journal*")) == [
            "journal-gw0.jsonl",
            "journal-gw1.jsonl",
        ]
        _wait_for_locks(sandbox, folder)
        assert sandbox.contents() == BEFORE


def _wait_for_locks(sandbox: Sandbox, folder: Path) -> None:
    """Workers notice a little later that their master is gone; some put back what they took."""
    results: list[CommandResult] = []

    def free() -> bool:
        results.append(_restore(sandbox, str(folder)))
        return "in use by another run" not in results[-1].said

    until(free)
    assert results[-1].code == 0, results[-1].said


def test_what_somebody_has_seen_to_is_forgotten_on_request(sandbox: Sandbox) -> None:
    _killed(sandbox, "--out", "first")
    disturbed = sandbox.contents()
    result = sandbox.command("restore", "--forget", "first")
    assert result.code == 0, result.said
    assert "campaign 1001 of VDN 1 held 5245241, 5245242, 5245243" in result.said
    assert sandbox.contents() == disturbed
    repeat = _restore(sandbox, "first")
    assert (repeat.code, "seen to by hand" in repeat.said) == (0, True), repeat.said
    assert sandbox.contents() == disturbed
    assert sandbox.command("check", "--target", str(sandbox.target)).code == 0


# -- H8: damaged -----------------------------------------------------------------------------------


def _flip_holding(lines: list[bytes]) -> list[bytes]:
    place = next(
        place for place, line in enumerate(lines) if b'"holding"' in line and b"5245" in line
    )
    return [*lines[:place], lines[place].replace(b"5245", b"5255"), *lines[place + 1 :]]


def _without_header(lines: list[bytes]) -> list[bytes]:
    return lines[1:]


def _cut_deep(lines: list[bytes]) -> list[bytes]:
    return lines[:1]


def _cut_within(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[2][:20]]


def _nothing(_: list[bytes]) -> list[bytes]:
    return []


@pytest.mark.parametrize(
    "damage", [_flip_holding, *map(long, (_without_header, _cut_deep, _cut_within, _nothing))]
)
def test_a_damaged_journal_loses_no_original(
    sandbox: Sandbox, damage: Callable[[list[bytes]], list[bytes]]
) -> None:
    _killed(sandbox, "--out", "first")
    journal = sandbox.folder / "first" / "journal.jsonl"
    journal.write_bytes(b"".join(damage(journal.read_bytes().splitlines(keepends=True))))
    damaged = journal.read_bytes()
    result = _restore(sandbox, str(journal))
    _told(result)
    assert journal.read_bytes().startswith(damaged)
    assert b'"restored"' not in journal.read_bytes()
    assert _whole(sandbox), result.said
    _refused(
        sandbox.command(
            "run", "--target", str(sandbox.target), "--effort", "quick", "--out", "second"
        ),
        journal,
    )
    assert sandbox.command("restore", "--forget", str(journal)).code == 0
    assert sandbox.command("check", "--target", str(sandbox.target)).code == 0


def _told(result: CommandResult) -> None:
    assert result.code == 3, result.said
    assert "had changed nothing" not in result.said
    assert "can't be known" in result.said
    assert "--forget" in result.said
    assert "Traceback" not in result.said


def test_a_journal_that_is_gone_is_put_back_from_the_index(sandbox: Sandbox) -> None:
    _killed(sandbox, "--out", "first")
    shutil.rmtree(sandbox.folder / "first")
    result = _restore(sandbox, "first/journal.jsonl")
    _told(result)
    assert _whole(sandbox)


@pytest.mark.parametrize("damage", [_cut_deep, long(_nothing)])
def test_without_the_index_a_cut_journal_proves_nothing(
    sandbox: Sandbox, damage: Callable[[list[bytes]], list[bytes]]
) -> None:
    _killed(sandbox, "--out", "first")
    journal = sandbox.folder / "first" / "journal.jsonl"
    journal.write_bytes(b"".join(damage(journal.read_bytes().splitlines(keepends=True))))
    shutil.rmtree(sandbox.folder / "state")
    result = _restore(sandbox, str(journal))
    assert result.code == 3, result.said
    assert "had changed nothing" not in result.said
    assert "Traceback" not in result.said


@pytest.mark.long
def test_without_the_index_what_is_whole_is_put_back(sandbox: Sandbox) -> None:
    _killed(sandbox, "--out", "first")
    journal = sandbox.folder / "first" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    place = next(place for place, line in enumerate(lines) if b'"will-add"' in line)
    journal.write_bytes(b"".join([*lines[:place], lines[place][5:], *lines[place + 1 :]]))
    shutil.rmtree(sandbox.folder / "state")
    result = _restore(sandbox, str(journal))
    _told(result)
    assert f"damaged: {place + 1}" in result.said
    assert _whole(sandbox)


def test_a_journal_that_was_closed_before_it_named_a_campaign(tmp_path: Path) -> None:
    """Only where this is proved, it is said."""
    with scene(tmp_path) as sandbox:
        arguments = ("run", "--target", str(sandbox.target), "--effort", "quick", "--out", "run")
        target = sandbox.target.read_text()
        sandbox.target.write_text(target.replace("[1001, 1002]", "[4711]"))
        assert sandbox.command(*arguments).code == 3
        assert not (tmp_path / "run" / "journal.jsonl").exists(), (
            "it was found out before anything could be changed"
        )
        result = sandbox.command("restore", "run", "--target", str(sandbox.target))
        assert (result.code, "nothing is to be put back" in result.said) == (0, True), result.said
        (tmp_path / "run" / "verdict.json").write_text("{}")
        assert sandbox.command("restore", "run", "--target", str(sandbox.target)).code == 2, (
            "of that nothing is known"
        )
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    result = command_in(tmp_path, ["restore", str(empty)], {})
    assert (result.code, "had changed nothing" in result.said) == (3, False), result.said


def test_a_live_run_is_not_forgotten(sandbox: Sandbox) -> None:
    process = sandbox.begin("run", "--target", str(sandbox.target), "--no-html", "--out", "live")
    until(lambda: process.poll() is not None or not _whole(sandbox))
    assert process.poll() is None, ended(process).said
    result = sandbox.command("restore", "--forget", "live")
    assert (result.code, "is in use by another run" in result.said) == (3, True), result.said
    process.send_signal(signal.SIGINT)
    assert "Traceback" not in ended(process).said
    assert sandbox.contents() == BEFORE
    assert sandbox.command("check", "--target", str(sandbox.target)).code == 0


@pytest.mark.long
def test_what_was_seen_to_is_told_whatever_is_left_of_it(sandbox: Sandbox) -> None:
    _killed(sandbox, "--out", "first")
    journal = sandbox.folder / "first" / "journal.jsonl"
    journal.write_bytes(b"".join(_without_header(journal.read_bytes().splitlines(keepends=True))))
    assert sandbox.command("restore", "--forget", "first").code == 0
    result = sandbox.command("restore", "first")
    assert (result.code, "seen to by hand" in result.said) == (0, True), result.said


@pytest.mark.long
def test_a_folder_that_is_refused_keeps_everything(sandbox: Sandbox) -> None:
    _killed(sandbox, "--out", "first")
    results = sandbox.folder / "first" / "allure-results"
    (results / "kept-result.json").write_text("{}")
    before = sorted(file.name for file in results.iterdir())
    _refused(
        sandbox.command("run", "--effort", "quick", "--no-html", "--out", "first"),
        sandbox.folder / "first" / "journal.jsonl",
    )
    assert sorted(file.name for file in results.iterdir()) == before


@pytest.mark.parametrize("number", ENDS)
def test_whoever_ends_a_command_it_puts_back(sandbox: Sandbox, number: signal.Signals) -> None:
    process = sandbox.begin(
        "compare",
        str(sandbox.target),
        str(sandbox.target),
        "--max-calls",
        "60000",
        "--out",
        "compared",
    )
    until(lambda: process.poll() is not None or sandbox.contents() != BEFORE)
    assert process.poll() is None, ended(process).said
    process.send_signal(number)
    result = ended(process)
    assert (result.code, "Interrupted." in result.said, "Traceback" in result.said) == (
        3,
        True,
        False,
    ), result.said
    assert sandbox.contents() == BEFORE
