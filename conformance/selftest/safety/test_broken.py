"""A failure of the suite itself: exit code 4, a verdict file that says so, one paragraph, the
traceback in a file, everything put back.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.cli import app, main
from conformance.report import failure
from conformance.selftest.safety.breaking import CHECK, ROOT, BrokenRun, raising, replacing, run
from conformance.selftest.safety.scene import CAMPAIGNS, scene

FAULT = "auth.other-scheme"


def assert_told(broken: BrokenRun, step: str, error: str) -> None:
    """Whatever failed is told in the same four places."""
    assert broken.ended.code == 4
    assert "Traceback" not in broken.ended.said
    assert re.search(
        rf"isales-conformance: The suite itself failed: {re.escape(step)} \({re.escape(error)}",
        broken.ended.said,
    )
    assert "failure.txt" in broken.ended.said
    document = broken.verdict
    assert document["verdict"] == "inconclusive"
    assert document["format"] == 3
    assert [each["step"] for each in document["failures"]] == [step]
    assert error in document["failures"][0]["error"]
    assert any(line.startswith(f"The suite itself failed: {step}") for line in document["headline"])
    assert "Traceback (most recent call last)" in broken.traceback
    assert error.partition(":")[0] in broken.traceback


def test_a_check_that_raises(tmp_path: Path) -> None:
    """Its clauses are not tested, though they were judged in passing; the others are."""
    broken = run(tmp_path, raising())
    assert_told(broken, f"the check {CHECK}", "IndexError: list index out of range")
    served = [
        each
        for each in broken.verdict["clauses"]
        if each["verdict"] == "not-tested" and CHECK in each["reason"]
    ]
    assert served
    assert any(each["cases"] for each in served)
    assert sum(each["verdict"] == "pass" for each in broken.verdict["clauses"]) > 30
    assert {path.name for path in broken.out.iterdir()} >= {
        "summary.html",
        "summary.md",
        "junit.xml",
        "traffic.har",
        "profile.toml",
    }


@pytest.mark.long
def test_a_deviation_counts_all_the_same(tmp_path: Path) -> None:
    broken = run(tmp_path, raising(), "--fault", FAULT)
    assert broken.ended.code == 1
    assert broken.verdict["verdict"] == "deviates"
    assert broken.verdict["failures"]
    assert "The suite itself failed" in broken.ended.said


@pytest.mark.parametrize(
    ("place", "step"),
    [
        ("conformance.report.junit.render", "writing junit.xml"),
        ("conformance.report.har.write", "writing traffic.har"),
        ("conformance.report.summary_html.render", "writing summary.html"),
        ("conformance.plugin.closing.write_profile", "writing profile.toml"),
        ("conformance.report.terminal.final_table", "printing the end"),
        ("conformance.plugin.closing.changes_of", "making the verdict"),
        ("conformance.plugin.open_run", "opening the run"),
    ],
)
def test_a_step_that_raises(tmp_path: Path, place: str, step: str) -> None:
    broken = run(
        tmp_path, replacing(place, "LookupError('no such thing')"), "--only", "header.authorization"
    )
    assert_told(broken, step, "LookupError: no such thing")


def test_the_writer_of_the_verdict_raises(tmp_path: Path) -> None:
    """Then nothing can be said as the schema has it, but the file says what happened."""
    broken = run(
        tmp_path,
        replacing("conformance.report.verdict_json.as_json", "LookupError('no such thing')"),
        "--only",
        "auth.changes-nothing",
    )
    assert broken.ended.code == 4
    left = json.loads((broken.out / "verdict.json").read_text())
    assert left["verdict"] == "inconclusive"
    assert "writing verdict.json" in [each["step"] for each in left["failures"]]


def test_pytest_itself_fails_between_two_checks(tmp_path: Path) -> None:
    source = "def pytest_runtest_logfinish(nodeid):\n    raise LookupError('no such thing')\n"
    broken = run(tmp_path, source)
    assert_told(broken, "between the checks", "LookupError: no such thing")
    assert all(each["verdict"] in {"not-tested", "pass"} for each in broken.verdict["clauses"])


def test_campaigns_are_put_back_first(tmp_path: Path) -> None:
    with scene(tmp_path) as sandbox:
        source = (
            raising("state.machine")
            + "\n"
            + replacing("conformance.report.summary_md.render", "LookupError('no such thing')")
        )
        broken = run(
            tmp_path,
            source,
            "--target",
            str(sandbox.target),
            variables=tuple(sandbox.environment.items()),
        )
        assert broken.ended.code == 4
        assert [each["step"] for each in broken.verdict["failures"]] == [
            "the check state.machine",
            "writing summary.md",
        ]
        assert sandbox.contents() == {key: frozenset(numbers) for key, numbers in CAMPAIGNS.items()}


def test_putting_back_raises(tmp_path: Path) -> None:
    """The campaigns are named, with the command that puts them back."""
    with scene(tmp_path) as sandbox:
        source = replacing("conformance.campaigns.opener.restore", "LookupError('no such thing')")
        broken = run(
            tmp_path,
            source,
            "--target",
            str(sandbox.target),
            "--only",
            "header.authorization",
            variables=tuple(sandbox.environment.items()),
        )
    assert_told(broken, "putting the campaigns back", "LookupError: no such thing")
    assert "isales-conformance restore" in broken.ended.said
    assert any("could not be put back" in line for line in broken.verdict["headline"])


def test_interrupted_while_the_reports_are_written(tmp_path: Path) -> None:
    """The verdict is there, and the exit code is not that of a deviation."""
    broken = run(
        tmp_path,
        replacing("conformance.report.har.write", "KeyboardInterrupt"),
        "--only",
        "header.authorization",
    )
    assert broken.ended.code == 3
    assert broken.verdict["verdict"] == "conforms"
    assert "isales-conformance report" in broken.ended.said
    assert "Traceback" not in broken.ended.said


def test_a_worker_that_dies(tmp_path: Path) -> None:
    source = f"""
import os
import pytest

def pytest_runtest_call(item):
    if item.get_closest_marker("check").args[0] == {CHECK!r}:
        os._exit(9)
"""
    broken = run(tmp_path, source, "-n", "2")
    assert broken.ended.code == 4
    assert broken.verdict["verdict"] == "inconclusive"
    assert broken.verdict["failures"][0]["step"].startswith("the worker process gw")
    unmade = [each for each in broken.verdict["clauses"] if CHECK in each["reason"]]
    assert unmade
    assert all(each["verdict"] == "not-tested" for each in unmade)


@pytest.mark.long
def test_a_worker_that_cannot_open(tmp_path: Path) -> None:
    broken = run(
        tmp_path,
        replacing("conformance.plugin.open_run", "LookupError('no such thing')"),
        "-n",
        "2",
    )
    assert broken.ended.code == 4
    assert broken.verdict["failures"][0]["step"] == "opening the run"
    assert broken.verdict["verdict"] == "inconclusive"


def test_a_command_that_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["isales-conformance", "clauses"])
    monkeypatch.setattr("conformance.cli.listing.all_clauses", [].pop)
    monkeypatch.setattr("conformance.cli.app", app)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == failure.EXIT_CODE
    said = capsys.readouterr().err
    assert (
        "The suite itself failed: the command clauses (IndexError: pop from empty list)"
        in " ".join(said.split())
    )
    assert "Traceback" not in said
    file = tmp_path / "isales-conformance" / "failure.txt"
    assert "IndexError" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_reader_that_has_gone(tmp_path: Path) -> None:
    """`isales-conformance clauses | head -1` ends without a word."""
    command = f"{sys.executable} -m conformance.cli clauses | head -1"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = ["bash", "-o", "pipefail", "-c", command]
    ended = subprocess.run(
        words, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
