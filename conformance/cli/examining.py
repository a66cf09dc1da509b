"""`exam`: the suite judged by its own faults and correct profiles."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct, to_builtins
from rich.console import Console
from rich.table import Table

from conformance.errors import CannotJudge, UsageError, nearest, needing_the_emulator
from conformance.expectations import expected_clauses
from conformance.report import verdict_json
from conformance.report.terminal import console
from conformance.verdict import VerdictDocument

RUN_LIMIT = 900
"""Seconds after which one run of the exam is given up."""


class Paper(Struct, frozen=True, kw_only=True):
    """One run of the exam: a fault or a correct profile, what was expected and what came."""

    name: str
    kind: str
    """`fault` or `profile`."""
    result: str
    """found, elsewhere (found, but under other clauses), survived; conforms, false-alarm, unjudged; broken."""
    verdict: str = ""
    expected: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    calls: int = 0
    seconds: float = 0.0
    first_at_call: int = 0
    shortest: int = 0
    """Calls of the shortest program shown for an expected clause, set-up not counted."""
    note: str = ""


def exam(
    effort: Annotated[str, typer.Option(help="quick, standard or thorough.")] = "standard",
    jobs: Annotated[int, typer.Option(help="Runs at the same time.")] = max(1, os.cpu_count() or 1),
    only: Annotated[list[str] | None, typer.Option(help="Only this fault or profile (repeatable).")] = None,
    seed: Annotated[int, typer.Option(help="Seed of every run.")] = 1,
    out: Annotated[Path, typer.Option(help="File for the result as JSON.")] = Path("reports/exam.json"),
) -> None:
    """Run the suite on every fault of the emulator and on every correct profile; print what it finds, misses and wrongly fails."""
    named = _papers(only or [])
    screen = console()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="isales-exam-") as folder, ThreadPoolExecutor(jobs) as pool:
        sit = _sitting(effort, seed, Path(folder), screen)
        papers = list(pool.map(sit, named))
    _print(papers, screen, time.monotonic() - begun)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(
        json.dumps({"effort": effort, "seed": seed, "papers": to_builtins(papers)} | _figures(papers), indent=1), encoding="utf-8"
    )
    screen.print(f"Written to {out}.")
    if any(paper.result in {"false-alarm", "broken"} for paper in papers):
        raise typer.Exit(1)


def _papers(only: Iterable[str]) -> list[tuple[str, str]]:
    with needing_the_emulator():
        from conformance.emulator import FAULTS, profile_names  # noqa: PLC0415 - the suite works without the emulator
    known = [("fault", name) for name in FAULTS] + [("profile", name) for name in profile_names()]
    names = [name for _, name in known]
    for wanted in only:
        if wanted not in names:
            raise UsageError(f"There is no fault or profile {wanted!r}{nearest(wanted, names)}. `faults` and `profiles` list them.")
    return [paper for paper in known if not only or paper[1] in set(only)]


def _sitting(effort: str, seed: int, folder: Path, screen: Console) -> Callable[[tuple[str, str]], Paper]:
    def sit(named: tuple[str, str]) -> Paper:
        kind, name = named
        paper = _run(kind, name, effort, seed, folder / f"{kind}-{name}")
        screen.print(
            f"{paper.result:12} {kind} {name}  {paper.calls} calls {paper.seconds:.1f} s  {', '.join(paper.failed)[:90]} {paper.note[:120]}"
        )
        return paper

    return sit


def _run(kind: str, name: str, effort: str, seed: int, folder: Path) -> Paper:
    command = [sys.executable, "-m", "conformance.cli", "run", "-q", "--no-html", f"--effort={effort}", f"--seed={seed}", f"--out={folder}"]
    command.append(f"--{kind}={name}")
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_LIMIT, env=environment, check=False)  # noqa: S603 - our own command
        document = verdict_json.load(folder / verdict_json.FILE)
    except subprocess.TimeoutExpired as problem:
        return Paper(name=name, kind=kind, result="broken", note=str(problem)[:300])
    except UsageError:
        begun = kind == "profile" and done.returncode == CannotJudge.exit_code  # said why it did not begin: no verdict, and no alarm
        return Paper(name=name, kind=kind, result="unjudged" if begun else "broken", note=(done.stderr or done.stdout)[-300:])
    return _marked(kind, name, document)


def _marked(kind: str, name: str, document: VerdictDocument) -> Paper:
    failed = tuple(result.id for result in document.clauses if result.verdict == "fail")
    expected = expected_clauses(name) if kind == "fault" else ()
    shown = [deviation for result in document.of("fail") for deviation in result.deviations if not expected or result.id in expected]
    if kind == "fault":
        result = "found" if set(failed) & set(expected) else "elsewhere" if failed else "survived"
    else:
        result = {"conforms": "conforms", "deviates": "false-alarm", "inconclusive": "unjudged"}[document.verdict]
    return Paper(
        name=name,
        kind=kind,
        result=result,
        verdict=document.verdict,
        expected=expected,
        failed=failed,
        calls=document.requests,
        seconds=document.seconds,
        first_at_call=min((deviation.at_call for deviation in shown if deviation.at_call), default=0),
        shortest=min((sum(call.status is not None for call in deviation.calls) for deviation in shown if deviation.calls), default=0),
        note="; ".join(document.headline) if kind == "profile" and result != "conforms" else "",
    )


def _figures(papers: list[Paper]) -> dict[str, object]:
    faults = [paper for paper in papers if paper.kind == "fault" and paper.result != "broken"]
    profiles = [paper for paper in papers if paper.kind == "profile" and paper.result != "broken"]
    found = [paper for paper in faults if paper.result in {"found", "elsewhere"}]
    first = sorted(paper.first_at_call for paper in found if paper.first_at_call)
    return {
        "sensitivity": {"found": len(found), "of": len(faults)},
        "right_clause": {"found": sum(paper.result == "found" for paper in faults), "of": len(faults)},
        "false_alarms": {"alarms": sum(paper.result == "false-alarm" for paper in profiles), "of": len(profiles)},
        "unjudged": {"profiles": sum(paper.result == "unjudged" for paper in profiles), "of": len(profiles)},
        "broken": [paper.name for paper in papers if paper.result == "broken"],
        "survivors": [paper.name for paper in faults if paper.result == "survived"],
        "calls_to_first_finding": {"median": statistics.median(first) if first else None, "worst": first[-1] if first else None},
        "calls_per_run": {"median": statistics.median(paper.calls for paper in papers), "worst": max(paper.calls for paper in papers)},
        "shown_calls": {
            "median": statistics.median([paper.shortest for paper in found] or [0]),
            "worst": max((paper.shortest for paper in found), default=0),
        },
    }


def _print(papers: list[Paper], screen: Console, seconds: float) -> None:
    table = Table("", "name", "expected", "failed", "calls", "first at", "shown", box=None, pad_edge=False)
    for paper in sorted(papers, key=lambda paper: (paper.kind, paper.result, paper.name)):
        if paper.result not in {"found", "conforms"}:
            table.add_row(
                paper.result,
                paper.name,
                " ".join(paper.expected),
                " ".join(paper.failed) or paper.note[:80],
                str(paper.calls),
                str(paper.first_at_call),
                str(paper.shortest),
            )
    screen.print(table)
    for name, value in _figures(papers).items():
        screen.print(f"{name.replace('_', ' ')}: {value}")
    screen.print(f"{len(papers)} runs in {seconds:.0f} s")
