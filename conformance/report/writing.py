"""Everything that a run leaves beside its recording, written in one go."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import SuiteError
from conformance.report import allure_door, allure_html, har, junit, summary_html, summary_md, verdict_json
from conformance.report.redaction import Redactor
from conformance.verdict import VerdictDocument


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What was written, most useful to a person first, and the sentences on what could not be."""

    files: tuple[tuple[Path, int], ...]
    """Path and bytes; of the folder of Allure's results the sum."""
    problems: tuple[str, ...] = ()

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
) -> Written:
    """Write every file of a run into the folder. Allure's results that pytest left in `allure-results/` stay beside the clauses'.

    `html=False` leaves out `report.html`; `append_history=False` is for a report that is made again. Raises SuiteError, which names
    each file that could not be written, after the others have been.
    """
    redactor = Redactor(secrets)
    document = redactor.struct(document)
    results = out_dir / allure_door.FOLDER
    writers: list[tuple[Path, Callable[[Path], None]]] = [
        (out_dir / summary_html.FILE, lambda path: summary_html.write(document, path)),
        (out_dir / verdict_json.FILE, lambda path: verdict_json.write(document, path)),
        (out_dir / summary_md.FILE, lambda path: summary_md.write(document, path)),
        (out_dir / junit.FILE, lambda path: junit.write(document, path)),
        (results, lambda path: allure_door.write_clause_results(document, path, redactor)),
    ]
    if traffic is not None:
        writers.append((out_dir / har.FILE, lambda path: _har(traffic, document, path, redactor)))
    failures = [failure for path, writer in writers if (failure := _attempt(path, writer))]
    sentences: list[str] = []
    page = out_dir / allure_html.FILE
    if html:
        made = allure_html.write(document, results, out_dir, history=history, append_history=append_history)
        sentences = [] if made.path else [made.sentence]
    if failures:
        raise SuiteError(_paragraph(failures, out_dir))
    paths = [out_dir / summary_html.FILE, *([page] if html and not sentences else []), *(path for path, _ in writers[1:])]
    return Written(files=tuple((path, _size(path)) for path in paths), problems=tuple(sentences))


def _har(traffic: Traffic, document: VerdictDocument, path: Path, redactor: Redactor) -> None:
    har.write(traffic.source, traffic.base_url, path, document=document, evidence=traffic.evidence, redactor=redactor)


def _attempt(path: Path, writer: Callable[[Path], None]) -> str:
    """Nothing, or why the file could not be written."""
    try:
        writer(path)
    except OSError as problem:
        return f"{path} ({problem.strerror or problem})"
    return ""


def _paragraph(failures: list[str], out_dir: Path) -> str:
    several = "These files could" if len(failures) > 1 else "This file could"
    return (
        f"{several} not be written: {'; '.join(failures)}. The other files of {out_dir} are complete. "
        "Make room, or name a folder that can be written with --out; `isales-conformance report DIR` writes them again without a new run."
    )


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.iterdir())
    return path.stat().st_size
