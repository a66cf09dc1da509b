import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from conformance.report.terminal import console, final_table, proposals
from conformance.selftest.report import documents
from conformance.verdict import VerdictDocument

FILES = [Path("reports/run/summary.html"), Path("reports/run/verdict.json")]
Made = Callable[[], VerdictDocument]


def shown(document: VerdictDocument, width: int = 80, **rest: object) -> str:
    out = io.StringIO()
    final_table(
        document,
        console(out, width),
        files=FILES,
        problems=["report.html was not made: no Node was found."],
        **rest,  # type: ignore[arg-type]  # given by name
    )
    return out.getvalue()


@pytest.mark.parametrize(
    "made",
    [
        documents.passing,
        documents.failing,
        documents.inconclusive,
        documents.waived,
        documents.hostile,
    ],
)
def test_eighty_columns_of_plain_text(made: Made) -> None:
    text = shown(made())
    lines = text.splitlines()
    pasted = [line for line in lines if line.startswith("    ") and not line.startswith("     ")]
    prose = [line for line in lines if line not in pasted]
    assert max(len(line) for line in prose) <= 80
    assert not [line for line in prose if line != line.rstrip()]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", text)


def test_a_failing_run_reads_from_the_top() -> None:
    text = shown(documents.failing())
    at = [
        text.index(words)
        for words in (
            "DEVIATES",
            "3 failed",
            "seed 4711",
            "! 3 of 54",
            "Failed (3)",
            "12 of 13 reached",
            "Not tested (3)",
            "Report",
            "Next",
        )
    ]
    assert at == sorted(at)
    failed = [
        text.index(f"FAIL {name}")
        for name in ("restriction.last-number", "code.02000010", "response.count")
    ]
    assert failed == sorted(failed)
    assert "not reached 02000010 Hour and minute (120 tries;" in text


def test_lines_to_paste_are_never_broken() -> None:
    lines = shown(documents.failing()).splitlines()
    for result in documents.failing().of("fail"):
        assert f"    {result.deviations[0].calls[-1].curl}" in lines
    assert (
        "    isales-conformance run --target lab.toml --only restriction.last-number --seed 4711"
        in lines
    )


def test_calls_that_must_meet_are_one_line_and_the_emulator_is_started_once_more() -> None:
    lines = shown(documents.meeting()).splitlines()
    assert (
        "    ISALES_EMULATOR_SK=example isales-conformance emulate --port 28443 --fault last.race"
        in lines
    )
    assert "  - Line 2 of 2, the calls that must meet; the others are in the report:" in lines
    assert (
        lines[
            lines.index("  - Line 2 of 2, the calls that must meet; the others are in the report:")
            + 1
        ]
        == "    curl -Z one --next two"
    )


def test_an_inconclusive_run_says_why_by_reason() -> None:
    text = " ".join(shown(documents.inconclusive()).split())
    assert (
        "The target file names one campaign; two are needed. uri.vdn-id, effect.other-campaigns,"
        " effect.concurrent" in text
    )
    assert "3 could not be judged" in text
    assert "isales-conformance check --target lab.toml" in text


def test_what_to_type_next() -> None:
    hold = "isales-conformance run --target lab.toml --expect {}/profile.toml --out NEXT"
    assert list(proposals(documents.passing(), [Path("x/report.html")])) == [hold.format("x")]
    assert list(proposals(documents.passing(), FILES)) == [
        hold.format("reports/run"),
        "isales-conformance report reports/run",
    ]
    assert "    next thing" in shown(documents.passing(), next_steps=["next thing"])


def test_colour_on_a_terminal_and_none_where_it_is_unwanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for unset in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(unset, raising=False)
    coloured = io.StringIO()
    final_table(
        documents.failing(), Console(file=coloured, force_terminal=True, width=80, highlight=False)
    )
    assert "\x1b[" in coloured.getvalue()
    assert (
        re.sub(r"\x1b\[[0-9;]*m", "", coloured.getvalue()).split("\nNext")[0]
        == shown(documents.failing()).split("\nReport")[0]
    )
    monkeypatch.setenv("NO_COLOR", "1")
    grey = io.StringIO()
    final_table(documents.failing(), Console(file=grey, force_terminal=True, width=80))
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", grey.getvalue())
