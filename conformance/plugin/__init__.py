"""The pytest plugin: options, the `run` fixture, verdicts at the end.

`pytest -p conformance.plugin --pyargs conformance.suite` is a whole run. Everything goes through pytest: `-k`, `-n`, `--lf` and an IDE
work on the suite as on any other tests.
"""

import signal
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conformance import errors
from conformance.campaigns.deadline import deadline
from conformance.errors import CampaignInUse, CannotJudge, SuiteError, UsageError
from conformance.plugin import workers
from conformance.plugin.checks import FORM_ONLY, check_of, order, select, serve
from conformance.plugin.closing import close
from conformance.plugin.done import Done, together
from conformance.plugin.embedded import embedded_target
from conformance.plugin.knowing import chosen
from conformance.plugin.knowing import try_known as try_known_programs
from conformance.plugin.opening import Opened, load, look_before, must_suffice, needs_emulator, now, open_run
from conformance.plugin.options import Options, add_options, read_options
from conformance.plugin.waiving import excuse_of, server_values
from conformance.plugin.watching import Watcher
from conformance.report import terminal
from conformance.report.allure_door import install_logger, label_check
from conformance.session.ledger import Deviating, Ledger
from conformance.session.run import Run

OVERDUE = (
    "The time of the run ([pace] max_seconds) was over, and a check did not come to its end by itself: it was interrupted. If no call was "
    "under way, the suite took too long over what the target had answered; please report it with traffic.har."
)

_STATE = pytest.StashKey["State"]()


class State:
    """What the plugin holds for one pytest session."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.opened: Opened | None = None
        self.problem: SuiteError | None = None
        self.parts: list[Done] = []
        self.handed: set[str] = set()
        """Workers that have handed over their part."""
        self.shared = ExitStack()
        """The embedded emulator, where several workers share it."""
        self.shared_target: Path | None = None
        self.watcher: Watcher | None = None
        self.ended_by = ""
        """Words for what interrupted the run, where it was no person."""

    def overdue(self) -> None:
        """The time of the run has been over for a while, and a check does not end."""
        self.ended_by = OVERDUE

    def done(self) -> Done:
        """What the run has come to. A target that refuses to be called says nothing of the interface by it."""
        assert self.opened is not None
        if refusal := self.opened.transport.refusal:
            self.opened.run.ledger.retract_refusals()
        done = self.opened.done()
        if reasons := [reason for reason in (refusal, self.ended_by) if reason]:
            done.told, done.cut_short = [*done.told, *reasons], True
        return done


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the suite's options; the command line of `isales-conformance run` is turned into these."""
    add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register markers, read the options, and have Allure's results redacted before allure-pytest opens its folder."""
    config.addinivalue_line("markers", "check(name): a check of a server, by the name that clauses refer to")
    config.stash[_STATE] = State(read_options(config))
    if config.getoption("allure_report_dir", None):
        install_logger(_secrets(config.stash[_STATE].options))


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


@pytest.fixture(scope="session")
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """The run: campaigns leased and journalled, budget and pace in force; afterwards everything is put back."""
    state = request.config.stash[_STATE]
    try:
        opened = open_run(state.options, worker=getattr(request.config, "workerinput", None))
    except SuiteError as problem:
        state.problem = problem
        if hasattr(request.config, "workerinput"):  # a worker that leaves early looks to its master like one that crashed
            pytest.skip(str(problem))
        pytest.exit(str(problem), returncode=problem.exit_code)
    try:
        state.opened = opened
        if state.watcher is not None:
            state.watcher.watch(opened)
        with deadline(opened.longest, state.overdue):
            yield opened.run
    finally:
        if hasattr(request.config, "workerinput"):
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # its master tells it again to end, whoever did before: once is enough
        try:
            opened.put_back()
        except UsageError as problem:  # the recording could not be written to its end: everything has been put back all the same
            state.problem = problem


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
    if state.opened is not None and (over := state.opened.transport.overtime):
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
        run.ledger.errors[check] = f"{type(error).__name__}: {str(error)[:300]}"
        raise
    run.ledger.made.append(check)
    _fail_with(run.conclude(), state)
    return result


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
    if state.watcher is not None:
        state.watcher.end()
    state.parts += workers.left_behind(state.options.out, state.handed)
    interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
    if interrupted and not state.parts and state.opened is None and state.problem is None:
        state.problem = CannotJudge("Interrupted while the run was being prepared: nothing was judged.")
    if state.problem is not None and state.options.view != "none":  # a view of ours: pytest's own terminal is not there to say it
        terminal.console(sys.stderr).print(f"isales-conformance: {state.problem}")
    if state.problem is not None and not state.parts:
        session.exitstatus = _unbegun(state, state.problem)
    elif state.opened is not None:
        session.exitstatus = close(state.opened.target, state.options, state.done(), interrupted=interrupted)
    elif state.parts:
        target, done = load(state.options, state.shared_target), together(state.parts)
        if state.problem is not None:  # one worker could not begin, so its share of the checks was not made
            done.told, done.cut_short = [*done.told, str(state.problem)], True
        session.exitstatus = close(target, state.options, done, interrupted=interrupted)
    state.shared.close()


def _hand_over(state: State, output: dict[str, Any]) -> None:
    """What a worker leaves for the process that reports: its part of the run, or why it could not begin."""
    if state.problem is not None:
        output["isales_problem"] = (type(state.problem).__name__, str(state.problem))
    elif state.opened is not None:
        output["isales_done"] = msgspec.json.encode(state.done())
        workers.leave(state.options.out, state.opened.worker, output["isales_done"])


def _unbegun(state: State, problem: SuiteError) -> int:
    """A run that could not begin leaves a verdict nonetheless: an earlier one in the folder would be taken for its own."""
    if not isinstance(problem, CannotJudge) or needs_emulator(state.options) or isinstance(problem, CampaignInUse):
        return problem.exit_code  # the emulator is ours; where another run is at work, the folder may be that run's
    try:
        target = load(state.options)
    except SuiteError:
        return problem.exit_code
    done = Done(ledger=Ledger(), requests=0, seconds=0.0, started=now(), told=[str(problem)], cut_short=True)
    close(target, msgspec.structs.replace(state.options, view="none", html=False), done, interrupted=False)
    return problem.exit_code


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: Sequence[object]) -> None:
    """Before workers start: an emulator for all of them, where no target is named, and a look at the target else."""
    state = config.stash[_STATE]
    workers.begin(state.options.out)
    try:
        if needs_emulator(state.options):
            state.shared_target = state.shared.enter_context(embedded_target(state.options))
        target = load(state.options, state.shared_target)
        must_suffice(target, len(specs))
        if state.shared_target is None:
            look_before(target, state.options)
    except SuiteError as problem:
        state.problem = problem
        pytest.exit(str(problem), returncode=problem.exit_code)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker which target all of them share."""
    state = node.config.stash[_STATE]
    if state.shared_target is not None:
        node.workerinput["isales_target"] = str(state.shared_target)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take over what a worker has come to; one that died leaves its checks unmade."""
    state = node.config.stash[_STATE]
    output = getattr(node, "workeroutput", None) or {}
    if "isales_done" in output:
        state.parts.append(msgspec.json.decode(output["isales_done"], type=Done))
        state.handed.add(str(node.gateway.id))
    elif "isales_problem" in output:
        kind, words = output["isales_problem"]
        state.problem = state.problem or getattr(errors, kind)(words)
    elif error is not None and state.parts:
        state.parts[0].ledger.errors["worker"] = str(error)[:300]
