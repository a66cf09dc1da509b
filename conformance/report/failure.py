"""A failure of the suite itself: its traceback in a file, one paragraph for a person, and a verdict
that says so.
"""

import os
import platform
import sys
import traceback
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from conformance import private_files
from conformance.clauses import Clause, all_clauses
from conformance.readable import one_line, readable
from conformance.transport.lock import state_folder
from conformance.transport.redaction import known
from conformance.verdict import ClauseResult, Deviation, Failure, VerdictDocument

FILE = "failure.txt"
EXIT_CODE = 4
"""Nothing is said of the target: neither that it conforms nor that it can't be judged."""
LONGEST = 300
"""Characters of an exception's words in a sentence; the file has them whole."""
NOT_KEPT = "nowhere (no folder could be written)"


def words(error: BaseException) -> str:
    """An exception in a few words."""
    return one_line(known().text(f"{type(error).__name__}: {error}")[:LONGEST].rstrip(": "))


def record(step: str, error: BaseException, folder: Path | None = None) -> Failure:
    """Keep the traceback, in the folder or else in the state folder."""
    return record_text(step, words(error), "".join(traceback.format_exception(error)), folder)


def record_text(step: str, error: str, told: str, folder: Path | None = None) -> Failure:
    """The same for a traceback that came as a text, from another process."""
    python = f"Python {platform.python_version()} on {sys.platform}"
    text = f"isales-conformance failed itself: {step} ({error}), {python}\n\n{told.rstrip()}\n\n"
    data = readable(known().text(text)).encode()
    return Failure(step=step, error=error, traceback=_kept(data, folder))


def _kept(data: bytes, folder: Path | None) -> str:
    for place in (folder, state_folder()):
        with suppress(OSError):
            if place is not None:
                private_files.make_folder(place)
                with os.fdopen(
                    private_files.create(place / FILE, os.O_WRONLY | os.O_APPEND), "ab"
                ) as file:
                    file.write(data)
                return str(place / FILE)
    return NOT_KEPT


def paragraph(failures: Sequence[Failure]) -> str:
    """What a person is told."""
    first = failures[0]
    more = f", and {len(failures) - 1} more" if len(failures) > 1 else ""
    return (
        f"The suite itself failed: {first.step} ({first.error}){more}. That says nothing about the"
        f" target. The traceback is in {first.traceback}; please send that file, with the command"
        " line and verdict.json where there is one, to whoever keeps this suite."
    )


def headlines(failures: Iterable[Failure]) -> list[str]:
    """A sentence for each."""
    return [
        f"The suite itself failed: {each.step} ({each.error}). The traceback is in"
        f" {each.traceback}."
        for each in failures
    ]


def bare_document(
    failures: Sequence[Failure],
    *,
    seed: int,
    effort: str,
    started: str,
    target: str,
    found: Iterable[tuple[str, Deviation]] = (),
) -> VerdictDocument:
    """A verdict where no other can be made: nothing is judged but what had been found, told without
    its calls.
    """
    deviations: dict[str, list[Deviation]] = {}
    for clause, deviation in found:
        deviations.setdefault(clause, []).append(deviation)
    results = tuple(
        _bare(row, deviations.get(row.id, []), failures) for row in all_clauses().values()
    )
    return VerdictDocument(
        verdict=(
            "deviates" if any(result.verdict == "fail" for result in results) else "inconclusive"
        ),
        target={"base_url": target},
        seed=seed,
        effort=effort,
        requests=0,
        seconds=0.0,
        clauses=results,
        codes=(),
        headline=tuple(headlines(failures)),
        started=started,
        options={"target": target},
        failures=tuple(failures),
    )


def _bare(row: Clause, found: Sequence[Deviation], failures: Sequence[Failure]) -> ClauseResult:
    broken = bool(found) and row.binding
    reason = (
        row.untestable
        if not row.checkable
        else f"the suite itself failed: {failures[0].step} ({failures[0].error})"
    )
    return ClauseResult(
        id=row.id,
        section=row.section,
        title=row.title,
        demand=row.demand,
        level=row.level,
        severity=row.severity,
        category=row.category,
        verdict="fail" if broken else "not-tested",
        reason="" if broken else reason,
        deviations=tuple(found) if broken else (),
    )
