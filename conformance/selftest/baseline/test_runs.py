"""A regression line held by whole runs: a waived fault keeps exit 0, and every way to rot turns the
run red for its own reason.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from conformance.selftest.baseline.running import (
    CLAUSE,
    FAULT,
    FURTHER_FAULT,
    RunResult,
    run,
    waivers_command,
)

SOON = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """A run that shows the fault, without waivers."""
    return run(tmp_path_factory.mktemp("broken") / "out")


@pytest.fixture
def waivers(broken: RunResult, tmp_path: Path) -> Path:
    """What `waivers add` makes of it, completed by hand."""
    file = tmp_path / "waivers.toml"
    assert waivers_command("add", "--from", str(broken.out), "--to", str(file)) == 0
    return replaced(
        file, {'reason = ""': 'reason = "Ticket 7"', 'owner = ""': 'owner = "A. Tester"'}
    )


def replaced(file: Path, changes: dict[str, str]) -> Path:
    text = file.read_text("utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return file


def test_a_waived_fault_keeps_exit_0_and_shows_in_the_headline(
    broken: RunResult, waivers: Path, tmp_path: Path
) -> None:
    assert broken.code == 1
    ended = run(tmp_path / "out", "--waivers", str(waivers))
    assert ended.code == 0, ended.said
    assert re.search(rf"[0-9]+ waivers excuse deviations of {CLAUSE}\.", ended.headline)
    assert (ended.verdict["verdict"], ended.clause()["verdict"]) == ("conforms", "waived")
    assert "Ticket 7 (owner A. Tester, until " in ended.clause()["reason"]
    assert all("Ticket 7" in each["waived"] for each in ended.clause()["deviations"])
    for report in ("summary.html", "summary.md", "junit.xml"):
        assert "Ticket 7" in (ended.out / report).read_text("utf-8"), report


def test_once_it_is_fixed_the_waiver_fails_the_run(waivers: Path, tmp_path: Path) -> None:
    ended = run(tmp_path / "out", "--waivers", str(waivers), faults=())
    assert (ended.code, ended.verdict["verdict"], ended.clause()["verdict"]) == (
        1,
        "deviates",
        "pass",
    )
    assert f"Waiver fails the run: {CLAUSE} (let-in" in ended.headline
    assert "fixed? remove the waiver" in ended.headline
    assert {each["standing"] for each in ended.verdict["waivers"]} == {"gone"}
    failures = ET.parse(ended.out / "junit.xml").iter("failure")
    assert len(list(failures)) == len(ended.verdict["waivers"])
    assert "No clause is broken that nobody answers for" in " ".join(ended.said.split())


def test_an_expired_waiver_fails_the_run(waivers: Path, tmp_path: Path) -> None:
    waivers.write_text(
        re.sub(r"expires = \S+", "expires = 2026-01-31", waivers.read_text("utf-8")),
        encoding="utf-8",
    )
    ended = run(tmp_path / "out", "--waivers", str(waivers))
    assert (ended.code, ended.clause()["verdict"]) == (1, "fail")
    assert "expired on 2026-01-31, the deviation still occurs; ask A. Tester" in ended.headline
    assert waivers_command("check", str(waivers)) == 1


def test_days_before_it_expires_the_run_says_so(waivers: Path, tmp_path: Path) -> None:
    waivers.write_text(
        re.sub(r"expires = \S+", f"expires = {SOON}", waivers.read_text("utf-8")), encoding="utf-8"
    )
    ended = run(tmp_path / "out", "--waivers", str(waivers))
    assert ended.code == 0
    assert re.search(rf"Waiver expires in [45] days, on {SOON}: {CLAUSE}", ended.headline)
    assert waivers_command("check", str(waivers)) == 0


def test_a_misspelt_clause_is_an_error_before_anything_is_sent(
    waivers: Path, tmp_path: Path
) -> None:
    replaced(waivers, {CLAUSE: "header.authorisation"})
    ended = run(tmp_path / "out", "--waivers", str(waivers))
    assert ended.code == 2
    assert f"there is no clause 'header.authorisation' (did you mean \"{CLAUSE}\"?)" in " ".join(
        ended.said.split()
    )
    assert not list((tmp_path / "out").glob("traffic*"))


def test_a_draft_that_nobody_completed_is_an_error(broken: RunResult, tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    waivers_command("add", "--from", str(broken.out), "--to", str(file))
    ended = run(tmp_path / "out", "--waivers", str(file))
    assert ended.code == 2
    assert "reason is empty" in ended.said


def test_a_second_deviation_of_the_same_clause_is_not_excused(
    waivers: Path, tmp_path: Path
) -> None:
    ended = run(tmp_path / "out", "--waivers", str(waivers), faults=(FAULT, FURTHER_FAULT))
    assert (ended.code, ended.clause()["verdict"]) == (1, "fail")
    unexcused = [each for each in ended.clause()["deviations"] if not each["waived"]]
    assert [(each["kind"], each["detail"]) for each in unexcused] == [("let-in", "omitted")]
    assert {each["standing"] for each in ended.verdict["waivers"]} == {"excuses"}


def test_another_server_needs_waivers_of_its_own(waivers: Path, tmp_path: Path) -> None:
    replaced(waivers, {"127.0.0.1": "10.0.0.5"})
    ended = run(tmp_path / "out", "--waivers", str(waivers))
    assert (ended.code, ended.clause()["verdict"]) == (1, "fail")
    assert "Waiver does not apply" in ended.headline


@pytest.mark.parametrize(("told", "code"), [("02000001", 0), ("02000004", 1)])
def test_a_legal_change_against_a_profile(told: str, code: int, tmp_path: Path) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text(f'[codes]\n"access-code.empty" = "{told}"\n', encoding="utf-8")
    ended = run(tmp_path / "out", "--expect", str(profile), only="code.02000001", faults=())
    assert (ended.code, ended.verdict["verdict"]) == (code, "conforms"), ended.said
    assert [
        (each["subject"], each["expected"], each["got"]) for each in ended.verdict["changes"]
    ] == [("access-code.empty", ["02000004"], "02000001")] * code
    assert (
        f"Changed against {profile}: access-code.empty gave 02000001" in ended.headline
    ) == bool(code)


def test_what_was_found_last_night_is_tried_first(tmp_path: Path) -> None:
    database = ("--database", str(tmp_path / "known"))
    first = run(tmp_path / "first", *database)
    second = run(tmp_path / "second", *database)
    fixed = run(tmp_path / "fixed", *database, faults=())
    assert [ended.code for ended in (first, second, fixed)] == [1, 1, 0]
    assert {each["found_by"] for each in first.clause()["deviations"]} == {"auth.tampering"}
    assert {each["found_by"] for each in second.clause()["deviations"]} == {"regression.known"}
    assert min(each["at_call"] for each in second.clause()["deviations"]) <= min(
        each["at_call"] for each in first.clause()["deviations"]
    )
