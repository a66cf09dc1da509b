"""Everything that a run leaves beside its recording, written in one go."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from msgspec.structs import replace

from conformance.errors import SuiteError
from conformance.report import (
    allure_door,
    allure_html,
    har,
    junit,
    summary_html,
    summary_md,
    verdict_json,
)
from conformance.report.failure import headlines, record
from conformance.transport.redaction import Redactor, known
from conformance.verdict import Failure, VerdictDocument


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenFiles:
    """What was written, most useful to a person first, and the sentences on what could not be."""

    files: tuple[tuple[Path, int], ...]
    """Path and bytes; of the folder of Allure's results the sum."""
    problems: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    """What of the suite itself failed while it wrote; the verdict file says so already."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files without their sizes."""
        return tuple(path for path, _ in self.files)


@dataclass(frozen=True, kw_only=True, slots=True)
class Traffic:
    """What `traffic.har` is made of."""

    source: har.Source
    base_url: str
    evidence: Collection[int] = ()
    """Numbers of exchanges that are kept however many there are."""


def write_all(
    document: VerdictDocument,
    out_dir: Path,
    *,
    traffic: Traffic | None = None,
    secrets: Iterable[str] = (),
    html: bool = True,
    append_history: bool = True,
    history: Path | None = None,
) -> WrittenFiles:
    """Write every file of a run into the folder. Allure's results that pytest left in
    `allure-results/` stay beside the clauses'.

    `html=False` leaves out `report.html`; `append_history=False` is for a report that is made
    again. Secrets are left out: those that are given, else all that this process has read. The
    verdict comes first, and once more where a later writer failed, so that it says so. Raises
    SuiteError, which names each file that could not be written, after the others have been.
    """
    given = tuple(secrets)
    redactor = Redactor(given) if given else known()
    document = redactor.every(document)
    results, page, sentences = out_dir / allure_door.FOLDER, out_dir / allure_html.FILE, list[str]()
    attempts = _Attempts(out_dir)
    attempts.make(*_texts(document, out_dir))
    attempts.make(
        (results, lambda path: allure_door.write_clause_results(document, path, redactor))
    )
    if traffic is not None:
        attempts.make((out_dir / har.FILE, lambda path: _har(traffic, document, path, redactor)))
    if html:
        attempts.make(
            (
                page,
                lambda _: sentences.extend(
                    _page(document, results, out_dir, history, append_history)
                ),
            )
        )
    if failures := tuple(attempts.failures.values()):
        document = told_of(document, failures)
        attempts.make(
            *(writer for writer in _texts(document, out_dir) if writer[0] not in attempts.failures)
        )
    if attempts.unwritten:
        raise SuiteError(_paragraph(list(attempts.unwritten.values()), out_dir))
    made = [path for path in attempts.made if path != page or not sentences]
    # what a person reads comes first
    files = sorted(made, key=lambda path: (path.name != summary_html.FILE, path != page))
    return WrittenFiles(
        files=tuple((path, _size(path)) for path in files),
        problems=tuple(sentences),
        failures=failures,
    )


def told_of(document: VerdictDocument, failures: Iterable[Failure]) -> VerdictDocument:
    """The document with these failures of the suite itself: it does not conform any more, but what
    it found stands.
    """
    more = tuple(failures)
    return replace(
        document,
        verdict="deviates" if document.verdict == "deviates" else "inconclusive",
        headline=(*headlines(more), *document.headline),
        failures=(*document.failures, *more),
    )


_Writer: TypeAlias = tuple[Path, Callable[[Path], None]]


class _Attempts:
    """Files that were written, those that the disk did not take, with why, and those whose writer
    failed.
    """

    def __init__(self, out_dir: Path) -> None:
        self._out_dir = out_dir
        self.made: dict[Path, None] = {}
        self.unwritten: dict[Path, str] = {}
        self.failures: dict[Path, Failure] = {}

    def make(self, *writers: _Writer) -> None:
        for path, writer in writers:
            try:
                writer(path)
            except OSError as problem:
                self.unwritten[path] = f"{path} ({problem.strerror or problem})"
            # one writer that fails must not take the others with it
            except Exception as error:  # noqa: BLE001
                self.failures[path] = record(f"writing {path.name}", error, self._out_dir)
            else:
                self.made[path] = None


def _texts(document: VerdictDocument, out_dir: Path) -> Iterator[_Writer]:
    """Those that a document alone is written with, which is quick."""
    yield out_dir / verdict_json.FILE, lambda path: verdict_json.write(document, path)
    yield out_dir / summary_html.FILE, lambda path: summary_html.write(document, path)
    yield out_dir / summary_md.FILE, lambda path: summary_md.write(document, path)
    yield out_dir / junit.FILE, lambda path: junit.write(document, path)


def _page(
    document: VerdictDocument,
    results: Path,
    out_dir: Path,
    history: Path | None,
    append_history: bool,
) -> list[str]:
    made = allure_html.write(
        document, results, out_dir, history=history, append_history=append_history
    )
    return [] if made.path else [made.sentence]


def _har(traffic: Traffic, document: VerdictDocument, path: Path, redactor: Redactor) -> None:
    har.write(
        traffic.source,
        traffic.base_url,
        path,
        document=document,
        evidence=traffic.evidence,
        redactor=redactor,
    )


def _paragraph(failures: list[str], out_dir: Path) -> str:
    several = "These files could" if len(failures) > 1 else "This file could"
    return (
        f"{several} not be written: {'; '.join(failures)}. The other files of {out_dir} are"
        " complete. Make room, or name a folder that can be written with --out;"
        " `isales-conformance report DIR` writes them again without a new run."
    )


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.iterdir())
    return path.stat().st_size
