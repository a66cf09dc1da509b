"""Every command on servers of every behaviour, and a table of what happened to their campaigns.

`python -m conformance.selftest.harm --quick` runs quick effort on all of them; `--full` is the
whole matrix.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from conformance.clauses import all_clauses
from conformance.selftest.harm.behaviours import (
    ALL,
    EVERY_CLAUSE,
    STANDARD,
    THOROUGH,
    ServerBehaviour,
    behaviour,
)
from conformance.selftest.harm.commands import COMMANDS, run_only
from conformance.selftest.harm.judging import HarmJudgement, judged
from conformance.selftest.harm.scene import HarmResult, NodeSandbox, scene

ON_ALL: Final = ("run", "workers", "check", "compare", "record", "replay", "restore")
_USAGE: Final = 2
Task = tuple[ServerBehaviour, str]
"""A behaviour and the name of a command; `only CLAUSE` is one of a run."""


class Row(Struct, frozen=True, kw_only=True):
    """What one command did to one server."""

    behaviour: ServerBehaviour
    command: str
    ended: HarmResult
    calls: int
    seconds: float
    judgement: HarmJudgement

    @property
    def verdict(self) -> str:
        """One word. A command that sent nothing because it was told something that it does not know
        has shown nothing.
        """
        if self.ended.code is None:
            return "NO END"
        if self.ended.code == _USAGE and not self.calls:
            return "not tried"
        return self.judgement.verdict

    @property
    def bad(self) -> bool:
        return self.verdict in {"HARM", "NO END"} or self.ended.crashed


def tried(task: Task, folder: Path) -> Row:
    """Run one command on one server."""
    chosen, name = task
    command = run_only(name.removeprefix("only ")) if name.startswith("only ") else COMMANDS[name]
    with scene(folder, chosen) as sandbox:
        began = time.monotonic()
        ended = command(sandbox)
        seconds = time.monotonic() - began
        # A server that was repaired is an honest one.
        judgement = _judgement(
            sandbox, ended, replace(chosen, faulty=False) if name == "mended" else chosen
        )
        return Row(
            behaviour=chosen,
            command=name,
            ended=ended,
            calls=sandbox.control.calls(),
            seconds=seconds,
            judgement=judgement,
        )


def _judgement(sandbox: NodeSandbox, ended: HarmResult, server: ServerBehaviour) -> HarmJudgement:
    code = -1 if ended.code is None else ended.code
    return judged(
        server, sandbox.before, sandbox.settled(), listed=sandbox.listed, said=ended.said, code=code
    )


def tasks(*, full: bool, only: Sequence[str], commands: Sequence[str]) -> list[Task]:
    """What is to be tried, the quick ones first."""
    named = [behaviour(name) for name in only] or list(ALL)
    if not full:
        return [(each, command) for command in commands or ["run"] for each in named]
    return [task for task in _matrix(named) if not commands or task[1].split()[0] in commands]


def _matrix(named: Sequence[ServerBehaviour]) -> Iterator[Task]:
    chosen = {each.name for each in named}
    yield from ((each, command) for command in ON_ALL for each in named)
    yield from ((each, "mended") for each in named if each.mends)
    yield from ((behaviour(name), "standard") for name in STANDARD if name in chosen)
    yield from (
        (behaviour(name), f"only {clause_id}")
        for name in EVERY_CLAUSE
        if name in chosen
        for clause_id in all_clauses()
    )
    yield from ((behaviour(name), "thorough") for name in THOROUGH if name in chosen)


HEAD: Final = (
    "behaviour",
    "command",
    "exit",
    "calls",
    "seconds",
    "lost",
    "left",
    "named",
    "order",
    "priority",
    "verdict",
    "why",
)


def line(row: Row) -> str:
    """A row of the table."""
    found = row.judgement
    changed = found.lost or found.left
    kept = ("yes" if found.kept("order") else "no", "yes" if found.kept("priority") else "no")
    why = "; ".join(found.reasons) if row.verdict == "HARM" else ""
    cells = (
        row.behaviour.name,
        row.command,
        "-" if row.ended.code is None else row.ended.code,
        row.calls,
        f"{row.seconds:.0f}",
        found.lost,
        found.left,
        ("yes" if found.named else "no") if changed else "",
        kept[0] if row.behaviour.order else f"({kept[0]})",
        kept[1] if row.behaviour.priorities else f"({kept[1]})",
        row.verdict + (", crashed" if row.ended.crashed else ""),
        why[:200],
    )
    return _joined(cells)


def _joined(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def rows(given: Sequence[Task], jobs: int, folder: Path) -> Iterator[Row]:
    """Try all, so many at a time; in the order of the tasks."""
    places = [
        folder / f"{place:04}-{each.name}-{command.split()[0]}"
        for place, (each, command) in enumerate(given)
    ]
    attempt: Callable[[Task, Path], Row] = tried
    if jobs == 1:
        yield from map(attempt, given, places)
        return
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(attempt, given, places)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit 1 where there was harm."""
    options = _options(arguments)
    given = tasks(full=options.full, only=options.only, commands=options.command)
    sys.stdout.write(_joined(HEAD) + "\n" + _joined("---" for _ in HEAD) + "\n")
    results = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        for row in rows(given, options.jobs, Path(options.folder or temporary)):
            results.append(row)
            sys.stdout.write(line(row) + "\n")
            sys.stdout.flush()
    sys.stdout.write(_summary(results) + "\n")
    return 1 if any(row.bad for row in results) else 0


def _summary(results: Sequence[Row]) -> str:
    counts = {
        verdict: sum(row.verdict == verdict for row in results)
        for verdict in sorted({row.verdict for row in results})
    }
    crashed = sum(row.ended.crashed for row in results)
    parts = [f"{count} {verdict}" for verdict, count in counts.items()]
    return (
        f"\n{len(results)} commands: {', '.join(parts)}; {crashed} crashed. In parentheses: not"
        " shown by looks, not judged."
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m conformance.selftest.harm", description=__doc__
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--quick", action="store_true", help="quick runs on every behaviour (the default)"
    )
    size.add_argument(
        "--full",
        action="store_true",
        help="every command on every behaviour, and the longer efforts on some",
    )
    names = [each.name for each in ALL]
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=names,
        metavar="BEHAVIOUR",
        help=f"{', '.join(names)}",
    )
    parser.add_argument(
        "--command", action="append", default=[], choices=[*COMMANDS, "only"], help="repeatable"
    )
    parser.add_argument("--jobs", type=int, default=1, help="so many at a time (default 1)")
    parser.add_argument("--folder", help="keep what the commands wrote here")
    return parser.parse_args(arguments)
