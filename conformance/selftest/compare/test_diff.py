"""Accepting an upgrade: two runs compared through the command line, and the page that says so."""

import json
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from conformance.cli import app
from conformance.compare import changespage, toml_text
from conformance.compare.changes import DEFAULT_POLICY, RunChange, Side, changes, matters

UPGRADED = """\
[codes]
"member.unknown" = "02000009"
[readings]
num = "named"
absent = "refuse"
"""


def command(*arguments: object) -> "subprocess.CompletedProcess[str]":
    program = [sys.executable, "-m", "conformance.cli", *map(str, arguments)]
    return subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)


def diff(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["diff", *map(str, arguments)])


def made(out: Path, *options: object) -> Path:
    result = command("run", "--effort", "quick", "--no-html", "-q", "--out", out, *options)
    assert (out / "profile.toml").exists(), result.stderr
    return out


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The old release twice, with other seeds, and the new one with two faults."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "new.toml").write_text(UPGRADED, encoding="utf-8")
    lies = (
        "--profile",
        folder / "new.toml",
        "--fault",
        "code.locale",
        "--fault",
        "auth.tells-signature",
    )
    asked: list[tuple[object, ...]] = [("--seed", 1), ("--seed", 2), ("--seed", 3, *lies)]
    with ThreadPoolExecutor(2) as pool:
        one, two, new = pool.map(
            lambda numbered: made(folder / str(numbered[0]), *numbered[1]), enumerate(asked)
        )
    return one, two, new


def test_the_same_server_twice_has_not_changed(runs: tuple[Path, Path, Path]) -> None:
    result = diff(runs[0], runs[1])
    assert (result.exit_code, result.stdout.splitlines()[0].startswith("Nothing has changed")) == (
        0,
        True,
    ), result.stdout


def test_an_upgrade_with_two_faults_and_three_readings(
    runs: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    page, text = tmp_path / "page.html", tmp_path / "page.md"
    result = diff(runs[0], runs[2], "--json", "--html", page, "--markdown", text)
    found = json.loads(result.stdout)
    by_kind = {
        kind: {each["subject"] for each in found["changes"] if each["kind"] == kind}
        for kind in ("broken", "readings")
    }
    assert by_kind == {
        "broken": {"header.locale", "reply.no-internals"},
        "readings": {"member.unknown", "number.absent", "readings.num"},
    }
    assert {each["kind"] for each in found["changes"]} == {"broken", "readings"}
    assert result.exit_code == 1
    assert "header.locale" in page.read_text("utf-8")
    assert "curl" in text.read_text("utf-8")
    assert diff(runs[0], runs[2], "--fail-on", "latency").exit_code == 0


def test_fixed_the_other_way_round(runs: tuple[Path, Path, Path]) -> None:
    found = json.loads(diff(runs[2], runs[0], "--json").stdout)
    assert {each["subject"] for each in found["changes"] if each["kind"] == "fixed"} == {
        "header.locale",
        "reply.no-internals",
    }
    assert found["passes"]


def test_a_usage_error_names_what_exists(tmp_path: Path) -> None:
    assert "verdict.json" in str(diff(tmp_path, tmp_path).exception)
    (tmp_path / "profile.toml").touch()
    assert 'did you mean "broken"' in str(diff(tmp_path, tmp_path, "--fail-on", "brokne").exception)


def profile(**tables: object) -> Side:
    return Side(name="x", profile=tables)


CASES: list[tuple[dict[str, object], dict[str, object], set[tuple[str, str]]]] = [
    (
        {"codes": {"body.empty": "02000001"}},
        {"codes": {"body.empty": "02000008"}},
        {("codes", "body.empty")},
    ),
    (
        {"codes": {"key.duplicate": "accept"}},
        {"codes": {"key.duplicate": "02000008"}},
        {("readings", "key.duplicate")},
    ),
    ({"codes": {"body.empty": "02000001"}}, {"codes": {}}, set()),
    (
        {"reply": {"indent": 0}},
        {"reply": {"indent": 2, "extra": {"a": 1}}},
        {("shape", "reply.indent"), ("shape", "reply.extra")},
    ),
    (
        {"text": {"return_desc": "same"}},
        {"text": {"return_desc": "code"}},
        {("text", "text.return_desc")},
    ),
    ({"order": {"items": "first-item"}}, {}, {("readings", "order.items")}),
    (
        {"learnt": {"latency_ms": {"p50": 3, "p90": 4}}},
        {"learnt": {"latency_ms": {"p50": 90, "p90": 4}}},
        {("latency", "p50")},
    ),
    ({"learnt": {"latency_ms": {"p50": 0.3}}}, {"learnt": {"latency_ms": {"p50": 9}}}, set()),
    (
        {"codes": {"a": "1", "b": "2"}, "learnt": {"a+b": {"1": 3}}},
        {"codes": {"a": "1", "b": "2"}, "learnt": {"a+b": {"2": 3}}},
        {("readings", "order of a+b")},
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_classes_of_change(
    old: dict[str, object], new: dict[str, object], expected: set[tuple[str, str]]
) -> None:
    assert {
        (change.kind, change.subject) for change in changes(profile(**old), profile(**new))
    } == expected


def test_the_policy_picks_what_matters() -> None:
    found = [RunChange(kind="readings", subject="a"), RunChange(kind="codes", subject="b")]
    assert matters(found, DEFAULT_POLICY) == [found[1]]


def test_a_page_holds_hostile_text_harmlessly() -> None:
    page = changespage.ChangesPage(
        old="a",
        new="b",
        changes=(RunChange(kind="text", subject="<script>", before="&", after="x"),),
        policy=(),
    )
    assert "<script>" not in changespage.html(page)


def test_toml_that_is_written_is_read() -> None:
    table = {
        "name": 'q"\\\n\x7f',
        "a b": {"x": {"1.5": [1, True, "é"], "e": {}}, "f": 0.5},
        "n": {"k": "v"},
    }
    assert tomllib.loads(toml_text.document(table)) == table
