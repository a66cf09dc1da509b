"""The one door to Allure: the logger that replaces allure-pytest's, and a result per clause.

What pytest ran lands in the same folder by allure-pytest; `label_check` puts it under its own
heading.
"""

import hashlib
import json
import shutil
import time
import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import allure
import allure_pytest.plugin  # type: ignore[import-untyped]  # has no types
from allure_commons import hookimpl
from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import (
    Attachment,
    GlobalAttachment,
    Globals,
    Label,
    Parameter,
    StatusDetails,
    TestResult,
    TestResultContainer,
    TestStepResult,
)
from attr import asdict

from conformance import private_files
from conformance.readable import each_text, readable
from conformance.report import allure_texts, digest, matrices
from conformance.report.atomic import write_text
from conformance.report.shown import NO_SECRETS
from conformance.transport.redaction import Redactor
from conformance.verdict import ClauseResult, Deviation, Shown, VerdictDocument

FOLDER = "allure-results"
TEXT_KEPT = 20_000
"""Characters of a message or traceback: Allure shows each three times and keeps it in its history.
"""
SAMPLES_SHOWN = 3
_T = TypeVar("_T")
_DYNAMIC: Any = allure.dynamic
_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "urn:isales-conformance:clause")


class RedactingLogger(AllureFileLogger):
    """Writes what allure-pytest reports: secrets out, long texts cut, fixtures that passed and say
    nothing left out.
    """

    def __init__(
        self, report_dir: str | Path, clean: bool = False, *, redactor: Redactor = NO_SECRETS
    ) -> None:  # noqa: FBT001, FBT002, RUF100  # allure-pytest's own call
        super().__init__(report_dir, clean)  # type: ignore[no-untyped-call]  # has no types
        self._redactor = redactor
        self.full = ""
        """Why nothing more can be written; then the run itself says so at its end, and no hook of
        pytest's fails for it.
        """

    def report_item(self, item: Any, name: str = "") -> None:
        """Write a result, a container or the globals; the same name writes the same file."""
        if self.full:
            return
        data = asdict(item, filter=lambda _, value: bool(value) or value is False)
        prefix = name or getattr(item, "uuid", None) or uuid.uuid4()
        file = item.file_pattern.format(prefix=prefix)
        try:
            write_text(
                Path(self._report_dir) / file,
                json.dumps(_slim(self._clean(data)), ensure_ascii=False),
            )
        except OSError as problem:
            self.full = problem.strerror or str(problem)

    _report_item = report_item

    @hookimpl
    def report_container(self, container: TestResultContainer) -> None:
        """Write a container that still says something."""
        container.befores = [fixture for fixture in container.befores if _speaks(fixture)]
        container.afters = [fixture for fixture in container.afters if _speaks(fixture)]
        if container.befores or container.afters:
            self.report_item(container)

    @hookimpl
    def report_attached_data(self, body: str | bytes, file_name: str) -> None:
        """Write an attachment."""
        data = self._clean(body).encode() if isinstance(body, str) else self._redactor.data(body)
        target = Path(self._report_dir) / file_name
        try:
            private_files.write_bytes(target.with_name(f"{file_name}.tmp"), data)
            target.with_name(f"{file_name}.tmp").replace(target)
        except OSError as problem:
            self.full = problem.strerror or str(problem)

    def _clean(self, value: _T) -> _T:
        return each_text(value, lambda text: readable(self._redactor.text(text)), keys=False)

    @hookimpl
    def report_attached_file(self, source: str | Path, file_name: str) -> None:
        """Write a file as an attachment."""
        self.report_attached_data(Path(source).read_bytes(), file_name)


def install_logger(secrets: Iterable[str]) -> None:
    """Make allure-pytest use the redacting logger. To be called before pytest configures its
    plugins, in every process.
    """
    allure_pytest.plugin.AllureFileLogger = partial(
        RedactingLogger, redactor=Redactor(secrets, digests=True)
    )


def label_check(name: str, area: str, title: str = "", clauses: Iterable[str] = ()) -> None:
    """Label the running pytest item as a check that drives the run: its own heading, not a
    clause's. Nothing without --alluredir.
    """
    _DYNAMIC.epic(allure_texts.CHECKS_EPIC)
    _DYNAMIC.feature(area)
    _DYNAMIC.story(name)
    _DYNAMIC.label("area", area)
    _DYNAMIC.label("layer", "check")
    _DYNAMIC.label("serves", *clauses)
    if title:
        _DYNAMIC.title(title)


def parameter(name: str, value: str) -> None:
    """Give the running pytest item a parameter that tells it from its siblings (schemathesis: the
    operation).
    """
    _DYNAMIC.parameter(name, value)


def write_clause_results(
    document: VerdictDocument, results_dir: Path, redactor: Redactor = NO_SECRETS
) -> None:
    """Write a result per clause, the matrices and the run's environment. Written again, each takes
    its own place.
    """
    logger = RedactingLogger(results_dir, redactor=redactor)
    begun = _milliseconds(document.started)
    apart = document.seconds * 1000 / max(len(document.clauses) - 1, 1)
    # a clause has no time of its own; spread over the run, the first and the last tell the page how
    # long it took
    for position, result in enumerate(document.clauses):
        logger.report_item(
            _Clause(document, logger, begun + round(position * apart)).result(result)
        )
    _write_matrices(document, logger, begun)
    write_text(
        results_dir / "environment.properties",
        readable(redactor.text(allure_texts.environment(document))),
    )
    executor = allure_texts.executor()
    if executor is not None:
        write_text(results_dir / "executor.json", readable(redactor.text(json.dumps(executor))))


def remove(results_dir: Path) -> None:
    """Delete the results of an earlier run; to be called before pytest starts."""
    shutil.rmtree(results_dir, ignore_errors=True)


class _Clause:
    """Builds Allure's result of a clause; attachments are written on the way, each in a file of its
    own: Allure shows a shared one once.
    """

    def __init__(self, document: VerdictDocument, logger: RedactingLogger, at: int) -> None:
        self._document, self._logger, self._at = document, logger, at
        self._name, self._attached = "", 0

    def result(self, result: ClauseResult) -> TestResult:
        self._name = _digest(result.id)
        steps = self._deviations(result) if result.deviations else self._samples(result)
        spent = round(
            sum(call.milliseconds for deviation in result.deviations for call in deviation.calls)
        )
        told = allure_texts.message(result)
        return TestResult(
            uuid=str(uuid.uuid5(_NAMES, result.id)),
            historyId=_digest(f"history {result.id}"),
            testCaseId=_digest(result.id),
            fullName=f"clause {result.id}",
            name=result.title,
            titlePath=[digest.place(result)],
            description=allure_texts.description(result),
            status=allure_texts.status(result),
            statusDetails=StatusDetails(message=told) if told else None,
            stage="finished",
            labels=_labels(result),
            parameters=_parameters(self._document),
            steps=steps,
            attachments=self._scripts(result),
            start=self._at,
            stop=self._at + spent,
        )

    def _deviations(self, result: ClauseResult) -> list[TestStepResult]:
        found = digest.open_deviations(result)
        if len(found) == 1:
            return self._programme(found[0])
        return [
            self._step(
                f"{each.summary} ({digest.how_often(each)})",
                self._colour(each),
                self._programme(each),
            )
            for each in found
        ]

    def _programme(self, deviation: Deviation) -> list[TestStepResult]:
        """Its calls; the decisive one has the colour of the deviation."""
        steps = [self._call(call) for call in deviation.calls]
        for step in steps[-1:]:
            step.status = self._colour(deviation)
        return steps

    def _samples(self, result: ClauseResult) -> list[TestStepResult]:
        samples = result.samples[:SAMPLES_SHOWN]
        if not samples:
            return []
        calls = [self._call(call, curl=False) for call in samples]
        return [
            self._step(
                f"Sample: {len(samples)} exchanges of {digest.number(result.cases)} cases",
                "passed",
                calls,
            )
        ]

    def _call(self, call: Shown, *, curl: bool = True) -> TestStepResult:
        step = self._step(allure_texts.step_name(call))
        start = _milliseconds(self._document.started)
        attached = [
            self._attach(
                "Call and reply",
                allure_texts.http_exchange(call, start),
                allure_texts.HTTP_EXCHANGE,
                "httpexchange",
            )
        ]
        if curl:
            attached.append(self._attach("curl line to paste", call.curl, "text/plain", "txt"))
        step.attachments = attached
        step.stop = step.start + round(call.milliseconds)
        return step

    def _scripts(self, result: ClauseResult) -> list[Attachment]:
        scripts = [
            allure_texts.script(each, self._document.emulator)
            for each in digest.open_deviations(result)
            if digest.lines_to_paste(each)
        ]
        made = (
            [self._attach("To paste into a shell", "\n\n".join(scripts), "text/plain", "txt")]
            if scripts
            else []
        )
        commands = "\n".join(dict.fromkeys(each.rerun for each in result.deviations if each.rerun))
        return (
            [*made, self._attach("Look for it again", commands, "text/plain", "txt")]
            if commands
            else made
        )

    def _step(
        self, name: str, status: str = "passed", steps: list[TestStepResult] | None = None
    ) -> TestStepResult:
        return TestStepResult(
            name=name,
            status=status,
            stage="finished",
            steps=steps or [],
            start=self._at,
            stop=self._at,
        )

    def _colour(self, deviation: Deviation) -> str:
        return "skipped" if deviation.waived else "failed"

    def _attach(self, name: str, body: str, kind: str, extension: str) -> Attachment:
        self._attached += 1
        source = f"{self._name}-{self._attached}-attachment.{extension}"
        self._logger.report_attached_data(body, source)
        return Attachment(name=name, source=source, type=kind)


def _write_matrices(document: VerdictDocument, logger: RedactingLogger, at: int) -> None:
    tables: tuple[tuple[str, str, str, str], ...] = (
        ("Result codes", matrices.codes_html(document), "text/html", "html"),
        ("Clauses and verdicts", matrices.clauses_html(document), "text/html", "html"),
        ("Result codes, table", matrices.codes_csv(document), "text/csv", "csv"),
        ("Clauses and verdicts, table", matrices.clauses_csv(document), "text/csv", "csv"),
    )
    if document.waivers or document.changes:
        tables = (
            *tables,
            ("Waivers and changes", matrices.held_html(document), "text/html", "html"),
        )
    found = []
    for position, (name, body, kind, extension) in enumerate(tables):
        source = f"run-{position}-attachment.{extension}"
        logger.report_attached_data(body, source)
        found.append(GlobalAttachment(name=name, source=source, type=kind, timestamp=at + position))
    logger.report_item(Globals(attachments=found), name="run")


def _labels(result: ClauseResult) -> list[Label]:
    kinds = dict.fromkeys(deviation.kind for deviation in result.deviations)
    pairs = [
        ("epic", digest.place(result)),
        ("feature", result.title),
        ("story", result.id),
        ("severity", result.severity),
        ("layer", "clause"),
        ("clause", result.id),
        ("level", result.level),
        ("category", result.category),
        ("verdict", result.verdict),
        *(("tag", word) for word in (result.level, result.category, *kinds)),
    ]
    return [Label(name=name, value=value) for name, value in pairs]


def _parameters(document: VerdictDocument) -> list[Parameter]:
    return [
        Parameter(name=name, value=value, excluded=True)
        for name, value in (("seed", str(document.seed)), ("effort", document.effort))
    ]


def _speaks(fixture: Any) -> bool:  # two classes of Allure's model
    return fixture.status not in {"passed", None} or bool(fixture.steps or fixture.attachments)


def _slim(value: object) -> object:
    if isinstance(value, str) and len(value) > TEXT_KEPT:
        return f"{value[:TEXT_KEPT]}\n[{TEXT_KEPT:,} of {len(value):,} characters kept]"
    if isinstance(value, dict):
        return {key: _slim(member) for key, member in value.items()}
    return [_slim(member) for member in value] if isinstance(value, list) else value


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(errors="backslashreplace"), usedforsecurity=False).hexdigest()


def _milliseconds(started: str) -> int:
    try:
        return round(datetime.fromisoformat(started).timestamp() * 1000)
    except ValueError:
        return round(time.time() * 1000)  # a document that does not say when it began
