"""What the plugin holds for one pytest session."""

from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec
import pytest

from conformance import errors
from conformance.errors import SuiteError
from conformance.plugin.folders import kind_of, new_folder
from conformance.plugin.journals import make_room
from conformance.plugin.opening import OpenRun, load, needs_emulator
from conformance.plugin.options import Options
from conformance.plugin.watching import Watcher
from conformance.plugin.worker_result import WorkerResult
from conformance.report import failure
from conformance.transport.journal_index import OpenJournals
from conformance.transport.lock import state_folder
from conformance.verdict import Failure

OVERDUE = (
    "The time of the run ([pace] max_seconds) was over, and a check did not come to its end by"
    " itself: it was interrupted. If no call was under way, the suite took too long over what the"
    " target had answered; please report it with traffic.har."
)
STATE = pytest.StashKey["State"]()


class State:
    """What the plugin holds for one pytest session."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.opened: OpenRun | None = None
        self.problem: SuiteError | None = None
        self.parts: list[WorkerResult] = []
        self.handed: set[str] = set()
        """Workers that have handed over their part."""
        self.shared = ExitStack()
        """The embedded emulator, where several workers share it."""
        self.shared_target: Path | None = None
        self.watcher: Watcher | None = None
        self.has_folder = False
        self.ended_by = ""
        """Words for what interrupted the run, where it was no person."""
        self.selected: list[str] = []
        """The checks that were collected."""
        self.failures: list[Failure] = []
        """What of the suite itself failed in this process."""
        self._failed_by: list[BaseException] = []

    def make_folder(self) -> None:
        """Make the run's folder, or make room in the one that the user named. Raises SuiteError."""
        if not self.has_folder:
            self.use_folder(_folder(self.options))

    def use_folder(self, out: Path) -> None:
        """From now on this is the run's folder."""
        self.options = msgspec.structs.replace(self.options, out=out)
        self.has_folder = True

    def add_problem(self, kind: str, words: str) -> None:
        """What ended a worker: each names the numbers that its own campaigns miss."""
        if self.problem is None:
            self.problem = getattr(errors, kind)(words)
        elif words not in str(self.problem):
            self.problem = type(self.problem)(f"{str(self.problem).rstrip('.')}. {words}")

    def overdue(self) -> None:
        """The time of the run has been over for a while, and a check does not end."""
        self.ended_by = OVERDUE

    def fail(self, step: str, error: BaseException) -> None:
        """Take note of a failure of the suite itself, once however many checks it ends."""
        if not any(error is known for known in self._failed_by):
            self._failed_by.append(error)
            # where there is no room the traceback goes into the state folder
            with suppress(SuiteError):
                self.make_folder()
            self.failures.append(
                failure.record(step, error, self.options.out if self.has_folder else None)
            )

    def result(self) -> WorkerResult:
        """This process's part of the run. A target that refuses to be called says nothing of the
        interface by it.
        """
        assert self.opened is not None
        refusal = self.opened.campaigns.transport.refusal
        part = self.opened.result()
        part.selected, part.failures = self.selected, self.failures
        if reasons := [reason for reason in (refusal, self.ended_by) if reason]:
            part.told, part.cut_short = [*part.told, *reasons], True
        return part


def failed(config: pytest.Config) -> bool:
    """Whether the suite itself failed in this run."""
    return STATE in config.stash and bool(config.stash[STATE].failures)


def _folder(options: Options) -> Path:
    if options.out_given:
        make_room(options.out, OpenJournals(state_folder()), options.target)
        return options.out
    base_url = None if needs_emulator(options) else load(options).base_url
    return new_folder(kind_of(base_url, options.effort))
