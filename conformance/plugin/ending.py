"""The last steps of a run: its files and its last words. Whatever fails here is told, and a verdict
file is left all the same.
"""

import json
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import CannotJudge, SuiteError, UsageError
from conformance.plugin.options import Options
from conformance.readable import readable
from conformance.report import terminal, verdict_json
from conformance.report.atomic import write_text
from conformance.report.failure import EXIT_CODE, record
from conformance.report.writing import Traffic, told_of, write_all
from conformance.verdict import Failure, VerdictDocument

EXIT_CODES = {"conforms": 0, "deviates": 1, "inconclusive": 3}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run has come to: its exit code, and what of the suite itself failed."""

    exit_code: int
    failures: tuple[Failure, ...] = ()


class Closing:
    """Goes through the steps, and keeps the document up to date with what failed on the way."""

    def __init__(self, options: Options, document: VerdictDocument) -> None:
        self.document = document
        self.problems: list[str] = []
        self._options = options
        self._files: tuple[Path, ...] = ()
        self._interrupted = False

    def step(self, name: str, action: Callable[[], None]) -> None:
        """Do one step. What it raises is told: as a problem of this machine, an interruption, or a
        failure of the suite.
        """
        try:
            action()
        except (SuiteError, OSError) as problem:
            self.problems.append(str(problem))
        except KeyboardInterrupt:
            command = f"`isales-conformance report {self._options.out}` writes the other files."
            self._interrupted = True
            self.problems.append(f"Interrupted while {name}: the verdict is there; {command}")
        except Exception as error:  # noqa: BLE001 - the verdict is worth more than any step
            self.document = told_of(self.document, [record(name, error, self._options.out)])

    def write(self, traffic: Traffic) -> None:
        """Write the reports; what failed among them is in the document afterwards, as it is in
        the file.
        """
        written = write_all(
            self.document, self._options.out, traffic=traffic, html=self._options.html
        )
        self.document = (
            told_of(self.document, written.failures) if written.failures else self.document
        )
        self._files = written.paths
        self.problems += written.problems

    def end(self) -> Outcome:
        """Make sure of the verdict file, and print the end."""
        with _undisturbed():
            leave_verdict(self.document, self._options.out)
        if self._options.view != "none":
            self.step("printing the end", self._print)
            if self.document.failures:  # the end itself may have failed
                leave_verdict(self.document, self._options.out)
        return Outcome(exit_code=self._exit_code(), failures=self.document.failures)

    def _print(self) -> None:
        terminal.final_table(
            self.document, terminal.console(), files=self._files, problems=self.problems
        )

    def _exit_code(self) -> int:
        document = self.document
        if document.verdict == "deviates" or document.changes:
            return EXIT_CODES["deviates"]
        if document.failures:
            return EXIT_CODE
        if self._interrupted and document.verdict == "conforms":
            return CannotJudge.exit_code
        if not self._files and document.verdict == "conforms":
            return UsageError.exit_code  # nobody would find what the run has come to
        return EXIT_CODES[document.verdict]


def leave_verdict(document: VerdictDocument, folder: Path) -> None:
    """Make the folder's verdict file say what the document says; as little as must be said where
    even that fails.
    """
    file = folder / verdict_json.FILE
    try:
        text = verdict_json.encoded(document)
        # an earlier run's, or what was known before a later step failed
        if not file.is_file() or file.read_text("utf-8") != text:
            write_text(file, text)
    except OSError:
        return  # a folder that can't be written was named before
    except Exception as error:  # noqa: BLE001 - the last resort must not fail
        _leave_least(file, [*document.failures, record("writing verdict.json", error, folder)])


def _leave_least(file: Path, failures: Sequence[Failure]) -> None:
    least = {
        "verdict": "inconclusive",
        "headline": [f"The suite itself failed: {readable(each.step)}." for each in failures],
        "failures": [
            {
                "step": readable(each.step),
                "error": readable(each.error),
                "traceback": each.traceback,
            }
            for each in failures
        ],
        "format": verdict_json.FORMAT,
    }
    with suppress(OSError):
        write_text(file, json.dumps(least, indent=2) + "\n")


@contextmanager
def _undisturbed() -> Iterator[None]:
    """For the moment that a small file takes, neither Ctrl-C nor a polite end request is heard."""
    if threading.current_thread() is not threading.main_thread():  # which alone hears them
        yield
        return
    before = {
        number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
