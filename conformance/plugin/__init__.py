"""The pytest plugin: options, the `run` fixture, verdicts at the end.

`pytest -p conformance.plugin --pyargs conformance.suite` is a whole run: `-k`, `-n`, `--lf` and an IDE work as on any other tests.
"""

import signal
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conformance import errors
from conformance.campaigns.deadline import deadline
from conformance.errors import CampaignInUse, CannotJudge, SuiteError, UsageError
from conformance.generation.storage import keep_in
from conformance.plugin import workers
from conformance.plugin.checks import FORM_ONLY, check_of, order, select, serve
from conformance.plugin.closing import close
from conformance.plugin.embedded import embedded_target
from conformance.plugin.ending import EXIT_CODES, Closing, Outcome
from conformance.plugin.folders import kind_of, new_folder
from conformance.plugin.journals import make_room, refuse_early
from conformance.plugin.known_programs import chosen
from conformance.plugin.known_programs import try_known as try_known_programs
from conformance.plugin.opening import OpenRun, load, look_before, must_suffice, needs_emulator, now, open_run, show_latest
from conformance.plugin.options import Options, add_options, read_options
from conformance.plugin.waiving import excuse_of, server_values
from conformance.plugin.watching import Watcher
from conformance.plugin.worker_result import WorkerResult, together
from conformance.readable import encoded
from conformance.report import failure, terminal
from conformance.report.allure_door import install_logger, label_check
from conformance.session.evidence import plain_deviation
from conformance.session.ledger import Deviating, Ledger
from conformance.session.run import Run
from conformance.transport import redaction
from conformance.transport.journal_index import OpenJournals
from conformance.transport.lock import state_folder
from conformance.verdict import Failure

OVERDUE = (
    "The time of the run ([pace] max_seconds) was over, and a check did not come to its end by itself: it was interrupted. If no call was "
    "under way, the suite took too long over what the target had answered; please report it with traffic.har."
)

SUITE = Path(__file__).parent.parent / "suite"
_STATE = pytest.StashKey["State"]()


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

    def overdue(self) -> None:
        """The time of the run has been over for a while, and a check does not end."""
        self.ended_by = OVERDUE

    def fail(self, step: str, error: BaseException) -> None:
        """Take note of a failure of the suite itself, once however many checks it ends."""
        if not any(error is known for known in self._failed_by):
            self._failed_by.append(error)
            with suppress(SuiteError):  # where there is no room the traceback goes into the state folder
                self.make_folder()
            self.failures.append(failure.record(step, error, self.options.out if self.has_folder else None))

    def result(self) -> WorkerResult:
        """This process's part of the run. A target that refuses to be called says nothing of the interface by it."""
        assert self.opened is not None
        refusal = self.opened.campaigns.transport.refusal
        part = self.opened.result()
        part.selected, part.failures = self.selected, self.failures
        if reasons := [reason for reason in (refusal, self.ended_by) if reason]:
            part.told, part.cut_short = [*part.told, *reasons], True
        return part


def failed(config: pytest.Config) -> bool:
    """Whether the suite itself failed in this run."""
    return _STATE in config.stash and bool(config.stash[_STATE].failures)


def _folder(options: Options) -> Path:
    if options.out_given:
        make_room(options.out, OpenJournals(state_folder()), options.target)
        return options.out
    base_url = None if needs_emulator(options) else load(options).base_url
    return new_folder(kind_of(base_url, options.effort))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the suite's options; the command line of `isales-conformance run` is turned into these."""
    add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register markers, read the options, and have Allure's results redacted before allure-pytest opens its folder."""
    config.addinivalue_line("markers", "check(name): a check of a server, by the name that clauses refer to")
    keep_in(state_folder() / "hypothesis")
    config.stash[_STATE] = state = State(read_options(config))
    if (worker := getattr(config, "workerinput", None)) is not None:
        state.use_folder(Path(worker["isales_out"]))
    config.pluginmanager.register(_BetweenChecks(state))
    if getattr(config.option, "maxworkerrestart", "") is None:
        config.option.maxworkerrestart = "0"  # a worker that died leaves campaigns that nobody may take for untouched
    if config.getoption("allure_report_dir", None):
        install_logger(_secrets(state.options))


def _secrets(options: Options) -> tuple[str, ...]:
    try:
        return () if needs_emulator(options) else load(options).secrets()
    except SuiteError:
        return ()  # the run says what is wrong with the target file when it opens it


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the checks into the order of a run, and keep those that serve the clauses asked for."""
    state = config.stash[_STATE]
    if any(check_of(item) for item in items):
        order(items)
        select(items, state.options.only, config, database=bool(state.options.database))
        state.selected = [check for item in items if (check := check_of(item))]


@pytest.fixture(scope="session")
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """The run: campaigns leased and journalled, budget and pace in force; afterwards everything is put back."""
    state = request.config.stash[_STATE]
    try:
        state.make_folder()
        opened = open_run(state.options, worker=getattr(request.config, "workerinput", None))
    except SuiteError as problem:
        state.problem = problem
        if hasattr(request.config, "workerinput"):  # a worker that leaves early looks to its master like one that crashed
            pytest.skip(str(problem))
        pytest.exit(str(problem), returncode=problem.exit_code)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is ours: the campaigns have been put back on the way here
        state.fail("opening the run", error)
        if hasattr(request.config, "workerinput"):
            pytest.skip(failure.words(error))
        pytest.exit(failure.words(error), returncode=failure.EXIT_CODE)
    try:
        state.opened = opened
        if state.watcher is not None:
            state.watcher.watch(opened)
        with deadline(opened.campaigns.longest, state.overdue):
            yield opened.run
    finally:
        if hasattr(request.config, "workerinput"):
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # its master tells it again to end, whoever did before: once is enough
        try:
            opened.put_back()
        except UsageError as problem:  # the recording could not be written to its end: everything has been put back all the same
            state.problem = problem
        except Exception as error:  # noqa: BLE001 - what has not been put back is told, with the command that does it
            state.fail("putting the campaigns back", error)
            opened.campaigns.fail_restoring(f"the suite itself failed ({failure.words(error)})")


@pytest.fixture(scope="session")
def try_known(request: pytest.FixtureRequest) -> Callable[[Run], None]:
    """Tries again what was found on earlier nights."""
    programs = chosen(request.config.stash[_STATE].options)
    return lambda run: try_known_programs(run, programs)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Around each check: name it in the ledger, shorten what it found, and fail it with what it found."""
    check = check_of(pyfuncitem)
    run = pyfuncitem.funcargs.get("run")
    if check is None or not isinstance(run, Run):
        return (yield)
    state = pyfuncitem.config.stash[_STATE]
    label_check(check, check.partition(".")[0], (pyfuncitem.function.__doc__ or check).strip(), serve(check))
    run.begin(check)
    if run.unusable and check != FORM_ONLY:
        run.ledger.skipped[check] = str(run.unusable)
        pytest.skip(str(run.unusable))
    if state.opened is not None and (over := state.opened.campaigns.transport.overtime):
        run.ledger.skipped[check] = over
        pytest.skip(over)
    try:
        result = yield
    except CannotJudge as reason:
        run.ledger.skipped[check] = str(reason)
        _fail_with(run.conclude(), state)
        pytest.skip(str(reason))
    except pytest.skip.Exception as skipped:
        run.ledger.skipped[check] = str(skipped)
        raise
    except SuiteError as problem:  # the journal or the recording can't be written: nothing more may be changed
        state.problem = problem
        run.ledger.errors[check] = str(problem)
        if hasattr(pyfuncitem.config, "workerinput"):
            pytest.skip(str(problem))
        pytest.exit(str(problem), returncode=problem.exit_code)
    except Exception as error:
        run.ledger.errors[check] = f"the suite itself failed ({failure.words(error)})"
        with suppress(Exception):
            run.conclude()  # what it had found is a deviation all the same
        raise
    run.ledger.made.append(check)
    _fail_with(run.conclude(), state)
    return result


def pytest_exception_interact(node: pytest.Item | pytest.Collector, call: pytest.CallInfo[object]) -> None:
    """What a check, its fixtures or its import raised, and was no deviation: a failure of the suite itself."""
    error = call.excinfo.value if call.excinfo is not None else None
    if error is None or isinstance(error, pytest.fail.Exception | pytest.exit.Exception | pytest.skip.Exception | KeyboardInterrupt):
        return
    state = node.config.stash[_STATE]
    check = check_of(node) if isinstance(node, pytest.Item) else None
    if check is not None:
        state.fail(f"the check {check}", error)
        if state.opened is not None and call.when != "teardown":
            state.opened.run.ledger.errors.setdefault(check, f"the suite itself failed ({failure.words(error)})")
    elif isinstance(node, pytest.Collector) and node.path.is_relative_to(SUITE):
        state.fail(f"reading {node.path.name}", error)


class _BetweenChecks:
    """A plugin of its own: pytest tells of its internal errors without saying which session they are of."""

    def __init__(self, state: State) -> None:
        self._state = state

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Take note of an exception between the checks. True: pytest does not print it."""
        self._state.fail("between the checks", excinfo.value)
        return True


def _fail_with(found: list[Deviating], state: State) -> None:
    if state.opened is None:
        return
    opened = state.opened
    excuse = excuse_of(state.options, server_values(opened.target, opened.seen), opened.run.ledger)
    told = [known for known in found if not excuse(*known.finding.key)]
    if told:
        lines = [f"{known.finding.clause} ({known.finding.kind}): {known.finding.summary}" for known in told]
        pytest.fail("\n".join(lines), pytrace=False)


def pytest_runtestloop(session: pytest.Session) -> None:
    """Open the live view before the first check, in the process that a person looks at."""
    state = session.config.stash[_STATE]
    checks = [check for item in session.items if (check := check_of(item))]
    if checks and state.options.view != "none" and not hasattr(session.config, "workerinput"):
        state.watcher = Watcher(len(checks), state.options)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Tell the live view what runs."""
    state = item.config.stash[_STATE]
    check = check_of(item)
    if check is None or state.watcher is None:
        return (yield)
    state.watcher.started(check)
    result = yield
    state.watcher.finished(check)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Generator[None, None, None]:
    """After everything has been put back: the verdict and the reports, or in a worker its part of the ledger."""
    state = session.config.stash[_STATE]
    if hasattr(session.config, "workeroutput"):
        _hand_over(state, session.config.workeroutput)
        return (yield)
    workers.be_patient(session.config)
    yield
    _report(session, state, exitstatus)
    return None


def _report(session: pytest.Session, state: State, exitstatus: int) -> None:
    """The verdict, whatever happened before and whatever happens here."""
    try:
        outcome = _outcome(state, interrupted=exitstatus == pytest.ExitCode.INTERRUPTED and not state.failures)
    except Exception as error:  # noqa: BLE001 - the last place that can leave a verdict
        state.fail("making the verdict", error)
        outcome = _bare(state)
    finally:
        state.shared.close()
    if outcome is not None:
        session.exitstatus = outcome.exit_code
        state.failures = list(outcome.failures)
    if state.failures:
        terminal.console(sys.stderr).print(f"isales-conformance: {failure.paragraph(state.failures)}", soft_wrap=True)


def _outcome(state: State, *, interrupted: bool) -> Outcome | None:
    if state.watcher is not None:
        state.watcher.end()
    if state.has_folder:
        state.parts += workers.left_behind(state.options.out, state.handed)
    if interrupted and not state.parts and state.opened is None and state.problem is None:
        state.problem = CannotJudge("Interrupted while the run was being prepared: nothing was judged.")
    if state.problem is not None and state.options.view != "none":  # a view of ours: pytest's own terminal is not there to say it
        terminal.say(str(state.problem), terminal.console(sys.stderr))
    if state.opened is None and not state.parts:
        return _unbegun(state)
    if state.opened is not None:
        target, total = state.opened.target, state.result()
    else:
        target, total = load(state.options, state.shared_target), together(state.parts)
        total.failures += state.failures
    if state.problem is not None:  # the journal or the recording could not be written, or one worker could not begin
        total.told, total.cut_short = [*total.told, str(state.problem)], True
    if total.failures:
        total.ledger.errors |= dict.fromkeys(total.unmade(), f"not made, because the suite itself failed before ({total.failures[0].step})")
    outcome = close(target, state.options, total, interrupted=interrupted and state.problem is None)
    if state.problem is None or state.parts or outcome.failures or outcome.exit_code == EXIT_CODES["deviates"]:
        return outcome
    return Outcome(exit_code=state.problem.exit_code)


def _hand_over(state: State, output: dict[str, Any]) -> None:
    """What a worker leaves for the process that reports: its part of the run, or why it could not begin."""
    if state.problem is not None:
        output["isales_problem"] = (type(state.problem).__name__, str(state.problem))
    if state.opened is not None and state.problem is None:
        output["isales_done"] = encoded(state.result())
        workers.leave(state.options.out, state.opened.worker, output["isales_done"])
    elif state.failures:
        output["isales_failures"] = encoded(state.failures)


def _unbegun(state: State) -> Outcome | None:
    """A run that could not begin leaves a verdict nonetheless: an earlier one in the folder would be taken for its own."""
    if state.failures:
        return _bare(state)
    problem, options = state.problem, state.options
    if problem is None:
        return None
    if not isinstance(problem, CannotJudge) or needs_emulator(options) or isinstance(problem, CampaignInUse):
        return Outcome(exit_code=problem.exit_code)  # the emulator is ours; where another run is at work, the folder may be that run's
    try:
        target = load(options)
        state.make_folder()
        show_latest(options := state.options)
    except SuiteError:
        return Outcome(exit_code=problem.exit_code)
    total = WorkerResult(ledger=Ledger(), requests=0, seconds=0.0, started=now(), told=[str(problem)], cut_short=True)
    outcome = close(target, msgspec.structs.replace(options, view="none", html=False), total, interrupted=False)
    return outcome if outcome.failures else Outcome(exit_code=problem.exit_code)


def _bare(state: State) -> Outcome:
    """The verdict of a run of which nothing can be told but what it had found, and that the suite failed."""
    ledgers = [part.ledger for part in state.parts] + ([state.opened.run.ledger] if state.opened is not None else [])
    found = [(known.finding.clause, plain_deviation(known)) for ledger in ledgers for known in ledger.deviations.values()]
    document = failure.bare_document(
        state.failures,
        seed=state.options.seed,
        effort=state.options.effort,
        started=now(),
        target=str(state.options.target or "embedded emulator"),
        found=found,
    )
    return Closing(msgspec.structs.replace(state.options, html=False), document).end()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: Sequence[object]) -> None:
    """Before workers start: an emulator for all of them, where no target is named, and a look at the target else."""
    state = config.stash[_STATE]
    if not workers.asks_for_checks(config.args, config.invocation_params.dir):
        return
    try:
        if needs_emulator(state.options):
            state.shared_target = state.shared.enter_context(embedded_target(state.options))
        target = load(state.options, state.shared_target)
        must_suffice(target, len(specs))
        if state.shared_target is None:
            refuse_early(target, state.options.target)
        state.make_folder()
        workers.begin(state.options.out)
        if state.shared_target is None:
            look_before(target, state.options)
        show_latest(state.options)
    except SuiteError as problem:
        state.problem = problem
        pytest.exit(str(problem), returncode=problem.exit_code)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker which target all of them share."""
    state = node.config.stash[_STATE]
    node.workerinput["isales_out"] = str(state.options.out.resolve())
    if state.shared_target is not None:
        node.workerinput["isales_target"] = str(state.shared_target)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take over what a worker has come to; one that died leaves its checks unmade."""
    state = node.config.stash[_STATE]
    output = getattr(node, "workeroutput", None) or {}
    if "isales_done" in output:
        state.parts.append(msgspec.json.decode(output["isales_done"], type=WorkerResult))
        state.handed.add(str(node.gateway.id))
    elif "isales_problem" in output:
        kind, words = output["isales_problem"]
        state.problem = state.problem or getattr(errors, kind)(words)
    elif error is not None:
        told = redaction.known().text(str(error))
        state.failures.append(failure.record_text(f"the worker process {node.gateway.id}", told[:200], told, state.options.out))
    if "isales_failures" in output:
        state.failures += msgspec.json.decode(output["isales_failures"], type=list[Failure])
