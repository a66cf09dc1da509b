"""`exam`: the suite judged by its own faults and correct profiles."""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from msgspec import to_builtins
from rich.console import Console
from rich.table import Table

from conformance.cli.papers import Figures, Paper, figures, in_words, marked
from conformance.errors import CannotJudge, UsageError, nearest, needing_the_emulator
from conformance.expectations import why_unseen
from conformance.report import verdict_json
from conformance.report.terminal import console

RUN_LIMIT = 1800
"""Seconds after which one run of the exam is given up."""


def exam(
    effort: Annotated[str, typer.Option(help="quick, standard or thorough.")] = "standard",
    jobs: Annotated[int, typer.Option(help="Runs at the same time.")] = max(1, os.cpu_count() or 1),
    only: Annotated[
        list[str] | None, typer.Option(help="Only this fault or profile (repeatable).")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of every run.")] = 1,
    out: Annotated[Path, typer.Option(help="File for the result as JSON.")] = Path(
        "reports/exam.json"
    ),
) -> None:
    """Run the suite on every fault of the emulator and on every correct profile; print what it
    finds, misses and wrongly fails.
    """
    named = _papers(only or [])
    screen = console()
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="isales-exam-") as folder,
        ThreadPoolExecutor(jobs) as pool,
    ):
        sit = _sitting(effort, seed, Path(folder), screen, len(named))
        papers = list(pool.map(sit, named))
    sums = figures(papers)
    _print(papers, sums, screen)
    screen.print(
        f"{len(papers)} runs at {effort} effort, seed {seed}, in {time.monotonic() - begun:.0f} s."
        f" Written to {out}."
    )
    document = {
        "effort": effort,
        "seed": seed,
        "figures": to_builtins(sums),
        "papers": to_builtins(papers),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(document, indent=1), encoding="utf-8")
    if sums.false_alarms or sums.broken:
        raise typer.Exit(1)


def _papers(only: Iterable[str]) -> list[tuple[str, str]]:
    with needing_the_emulator():
        from conformance.emulator import (  # noqa: PLC0415 - the suite works without the emulator
            FAULTS,
            profile_names,
        )
    known = [("fault", name) for name in FAULTS] + [("profile", name) for name in profile_names()]
    names = [name for _, name in known]
    for wanted in only:
        if wanted not in names:
            raise UsageError(
                f"There is no fault or profile {wanted!r}{nearest(wanted, names)}. `faults` and"
                " `profiles` list them."
            )
    return [paper for paper in known if not only or paper[1] in set(only)]


def _sitting(
    effort: str, seed: int, folder: Path, screen: Console, of: int
) -> Callable[[tuple[str, str]], Paper]:
    places = itertools.count(1)

    def sit(named: tuple[str, str]) -> Paper:
        kind, name = named
        paper = _run(kind, name, effort, seed, folder / f"{kind}-{name}")
        told = (
            f"{paper.calls} calls {paper.seconds:.1f} s  {', '.join(paper.failed)[:90]}"
            f" {paper.note[:120]}"
        )
        screen.print(f"{next(places):3}/{of}  {paper.result:12} {kind} {name}  {told}".rstrip())
        return paper

    return sit


def _run(kind: str, name: str, effort: str, seed: int, folder: Path) -> Paper:
    command = [
        sys.executable,
        "-m",
        "conformance.cli",
        "run",
        "-q",
        "--no-html",
        f"--effort={effort}",
        f"--seed={seed}",
        f"--out={folder}",
    ]
    command.append(f"--{kind}={name}")
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    try:
        process = subprocess.run(  # noqa: S603 - our own command
            command, capture_output=True, text=True, timeout=RUN_LIMIT, env=environment, check=False
        )
        document = verdict_json.load(folder / verdict_json.FILE)
    except subprocess.TimeoutExpired as problem:
        return Paper(name=name, kind=kind, result="broken", note=str(problem)[:300])
    except UsageError:
        # said why it did not begin: no verdict, and no alarm
        begun = kind == "profile" and process.returncode == CannotJudge.exit_code
        return Paper(
            name=name,
            kind=kind,
            result="unjudged" if begun else "broken",
            note=(process.stderr or process.stdout)[-300:],
        )
    return marked(kind, name, document)


def _print(papers: list[Paper], sums: Figures, screen: Console) -> None:
    """First what did not come out as it should, then the figures."""
    odd = Table(
        "",
        "name",
        "expected",
        "failed",
        "calls",
        box=None,
        pad_edge=False,
        title="Not as the answer key has it",
        title_justify="left",
    )
    for paper in sorted(papers, key=lambda paper: (paper.kind, paper.result, paper.name)):
        if paper.result not in {"found", "conforms"} or paper.beside:
            said = " ".join(paper.failed) or paper.note[:80] or why_unseen(paper.name)
            odd.add_row(
                "beside" if paper.result == "found" else paper.result,
                paper.name,
                " ".join(paper.expected),
                said,
                str(paper.calls),
            )
    if odd.row_count:
        screen.print(odd)
    table = Table("figure", "measured", box=None, pad_edge=False)
    for row in in_words(sums):
        table.add_row(*row)
    screen.print(table)
