"""`check`: whether a run can begin on a target, step by step, with what to do."""

import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from conformance.checking import Step, Wishes, inspect
from conformance.cli import planning
from conformance.config import load_target
from conformance.errors import CannotJudge, UsageError
from conformance.plugin.journals import refuse_early
from conformance.readable import one_line
from conformance.report.console import console, write_json
from conformance.session.amounts import AMOUNTS
from conformance.transport.lock import state_folder

WIDTH = 80
"""Columns where no terminal says how wide it is."""
_STYLES = {"ok": "green", "warning": "yellow", "error": "bold red", "skipped": "dim"}
_LABEL, _STEP = 8, 18


def check(
    target: Annotated[
        Path | None,
        typer.Option(readable=False, help="Target file (TOML); else ISALES_* variables."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override a key of the target file."),
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Send reads only: add no number, delete nothing.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print a list of {step, status, says, do}.")
    ] = False,
    yes: Annotated[
        bool, typer.Option(help="Do not ask before a target that is not this machine.")
    ] = False,
) -> None:
    """Look at a target: reachable, credentials, campaigns, how long a run takes, what it can judge.
    Exit 0: a run can begin.
    """
    loaded = load_target(target, os.environ, planning.overridden(set_ or []))
    why_not = "--read-only" if read_only else _no_consent(target, set_ or [], yes=yes)
    if not why_not:
        refuse_early(loaded, target)
    journal = (
        state_folder() / f"check-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}-{os.getpid()}.journal.jsonl"
    )
    wishes = Wishes(
        efforts={name: amounts.calls for name, amounts in AMOUNTS.items()},
        journal=journal,
        read_only=why_not,
    )
    steps = list(_printed(inspect(loaded, wishes), silent=json))
    if json:
        write_json(steps)
    failed = any(step.status == "error" for step in steps)
    if not failed:
        journal.unlink(missing_ok=True)
    raise typer.Exit(CannotJudge.exit_code if failed else 0)


def _no_consent(target: Path | None, pairs: list[str], *, yes: bool) -> str:
    """Why nothing may be added; empty where the user agrees."""
    try:
        planning.consent(target, pairs, yes=yes)
    except UsageError:
        return "nobody agreed to changes on that host; --yes agrees"
    return ""


def _printed(steps: Iterable[Step], *, silent: bool) -> Iterable[Step]:
    out = console(width=None if sys.stdout.isatty() else WIDTH)
    for step in steps:
        if not silent:
            _print(step, out)
        yield step


def _print(step: Step, out: Console) -> None:
    head = Text.assemble((step.status.ljust(_LABEL), _STYLES[step.status]), step.step.ljust(_STEP))
    for place, line in enumerate(_wrapped(step.says, out)):
        out.print(Text.assemble(head if not place else " " * (_LABEL + _STEP), line))
    advice, _, command = step.do.partition("\n")
    for place, line in enumerate(_wrapped(advice, out) if advice else []):
        out.print(Text.assemble(" " * (_LABEL + _STEP - 3), "   " if place else "-> ", line))
    if command:
        out.print(Text("    " + one_line(command)), soft_wrap=True)


def _wrapped(text: str, out: Console) -> list[str]:
    lines = Text(one_line(text)).wrap(out, max(out.width - _LABEL - _STEP, 20))
    return [line.plain.rstrip() for line in lines]
