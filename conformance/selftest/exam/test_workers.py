"""A run by two workers leaves the report that a run by one leaves.

What the same calls tell is the same: verdicts, reasons, deviations, codes, and how Allure shows
them. What workers can't share differs with reason: each has campaigns of its own to open and draws
its own races, so numbers of calls and cases differ a little, and which of several exchanges is
shown as a sample; and neither knows what the other has found, so a deviation may fail a check in
each.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.plugin.workers import asks_for_checks
from conformance.report import junit
from conformance.selftest.exam.judged import Judged, judged
from conformance.selftest.long import long
from conformance.selftest.safety.breaking import ROOT
from conformance.verdict import ClauseResult, Deviation

FAULTS = ("limit.off-by-one", "values.25-digits", "code.unreachable.02000011")


@pytest.fixture(scope="module", params=[long(()), FAULTS], ids=["honest", "three faults"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Judged, Judged]:
    folder = tmp_path_factory.mktemp("workers")
    faults = [f"--fault={name}" for name in request.param]
    return judged(folder / "one", *faults), judged(folder / "two", *faults, "-n2")


def test_the_same_verdict(both: tuple[Judged, Judged]) -> None:
    one, two = both
    assert one.code == two.code
    assert one.document.verdict == two.document.verdict
    assert [facts(result) for result in one.document.clauses] == [
        facts(result) for result in two.document.clauses
    ]
    assert one.document.headline == two.document.headline
    assert one.document.options == two.document.options
    assert [(code.code, code.says, code.reached) for code in one.document.codes] == [
        (code.code, code.says, code.reached) for code in two.document.codes
    ]
    assert [set(code.instead) == set() for code in one.document.codes] == [
        set(code.instead) == set() for code in two.document.codes
    ]


def facts(result: ClauseResult) -> tuple[object, ...]:
    return (result.id, result.verdict, result.reason, [told(each) for each in result.deviations])


def told(deviation: Deviation) -> tuple[object, ...]:
    summary = re.sub(r"[0-9]+", "N", deviation.summary.partition(" instead ")[0])
    calls = sum(call.part == "call" for call in deviation.calls)
    return (
        deviation.kind,
        deviation.detail,
        summary,
        deviation.rerun,
        calls,
        bool(deviation.paste),
    )


def test_the_same_in_allure(both: tuple[Judged, Judged]) -> None:
    one, two = (results(run.out) for run in both)
    assert one == two
    assert len(one) > 60


def results(out: Path) -> dict[str, Any]:
    """Each result as a reader sees it, without figures."""
    read = [
        json.loads(file.read_text("utf-8"))
        for file in (out / "allure-results").glob("*-result.json")
    ]
    return {result["fullName"]: seen(result) for result in read}


def seen(result: dict[str, Any]) -> dict[str, Any]:
    clause = result["fullName"].startswith("clause ")
    labels = sorted(
        (label["name"], label["value"])
        for label in result["labels"]
        if label["name"] not in {"host", "thread"}
    )
    return {
        "title": result["name"],
        "status": result["status"] if clause else "",
        "labels": labels,
        "history": result["historyId"],
        "parameters": result.get("parameters", []),
        "steps": steps(result) if clause and result["status"] != "passed" else [],
        "attachments": [each["name"] for each in result.get("attachments", [])],
    }


def steps(result: dict[str, Any]) -> list[str]:
    """Colours of the steps, without set-up: how many numbers it must add hangs on the exchange that
    is shown.
    """
    return [
        step["status"]
        for step in result.get("steps", [])
        if not step["name"].startswith("Set-up: ")
    ]


def test_the_same_files_and_test_cases(both: tuple[Judged, Judged]) -> None:
    one, two = both
    names = [{re.sub(r"-gw[0-9]+", "", file.name) for file in run.out.iterdir()} for run in both]
    assert names[0] == names[1]
    cases = [
        re.findall(r'<testcase classname="[^"]*" name="[^"]*"', junit.render(run.document))
        for run in (one, two)
    ]
    assert cases[0] == cases[1]
    assert len(cases[0]) == len(one.document.clauses)


@pytest.mark.parametrize(
    ("arguments", "checks"),
    [
        (["--pyargs", "conformance.suite"], True),
        (["conformance/suite/test_request.py::test_headers"], True),
        (["conformance"], True),
        (["conformance/selftest"], False),
        (["conformance/selftest/exam/test_workers.py::test_the_same_verdict"], False),
    ],
)
def test_a_run_begins_only_where_checks_are_asked_for(arguments: list[str], checks: bool) -> None:
    assert asks_for_checks(arguments, ROOT) is checks


def test_tests_of_the_suite_itself_leave_no_report(tmp_path: Path) -> None:
    one = str(ROOT / "conformance/selftest/architecture/test_files.py")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "2",
        "--rootdir",
        str(ROOT),
        "-p",
        "conformance.plugin",
        "-p",
        "no:cacheprovider",
        one,
    ]
    process = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    assert list(tmp_path.iterdir()) == []
