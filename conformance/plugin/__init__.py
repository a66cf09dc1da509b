"""The pytest plugin: options, the `run` fixture, verdicts at the end.

`pytest -p conformance.plugin --pyargs conformance.suite` is a whole run: `-k`, `-n`, `--lf` and an
IDE work as on any other tests.
"""

import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conformance.campaigns.deadline import deadline
from conformance.errors import CannotJudge, SuiteError, UsageError
from conformance.generation.storage import keep_in
from conformance.plugin import workers
from conformance.plugin.checks import FORM_ONLY, check_of, order, select, serve
from conformance.plugin.embedded import embedded_target
from conformance.plugin.journals import refuse_early
from conformance.plugin.known_programs import chosen
from conformance.plugin.known_programs import try_known as try_known_programs
from conformance.plugin.opening import (
    load,
    look_before,
    must_suffice,
    needs_emulator,
    open_run,
    show_latest,
)
from conformance.plugin.options import Options, add_options, read_options
from conformance.plugin.session_report import report
from conformance.plugin.session_state import STATE, State
from conformance.plugin.waiving import excuse_of, server_values
from conformance.plugin.watching import Watcher
from conformance.plugin.worker_result import WorkerResult
from conformance.readable import encoded
from conformance.report import failure
from conformance.report.allure_door import install_logger, label_check
from conformance.session.ledger import Deviating
from conformance.session.run import Run
from conformance.transport import redaction
from conformance.transport.lock import state_folder
from conformance.verdict import Failure

SUITE = Path(__file__).parent.parent / "suite"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the suite's options; the command line of `isales-conformance run` is turned into
    these.
    """
    add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register markers, read the options, and have Allure's results redacted before allure-pytest
    opens its folder.
    """
    config.addinivalue_line(
        "markers", "check(name): a check of a server, by the name that clauses refer to"
    )
    keep_in(state_folder() / "hypothesis")
    config.stash[STATE] = state = State(read_options(config))
    if (worker := getattr(config, "workerinput", None)) is not None:
        state.use_folder(Path(worker["isales_out"]))
    config.pluginmanager.register(_BetweenChecks(state))
    if getattr(config.option, "maxworkerrestart", "") is None:
        config.option.maxworkerrestart = (
            "0"  # a worker that died leaves campaigns that nobody may take for untouched
        )
    if config.getoption("allure_report_dir", None):
        install_logger(_secrets(state.options))


def _secrets(options: Options) -> tuple[str, ...]:
    try:
        return () if needs_emulator(options) else load(options).secrets()
    except SuiteError:
        return ()  # the run says what is wrong with the target file when it opens it


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the checks into the order of a run, and keep those that serve the clauses asked for."""
    state = config.stash[STATE]
    if any(check_of(item) for item in items):
        order(items)
        select(items, state.options.only, config, database=bool(state.options.database))
        state.selected = [check for item in items if (check := check_of(item))]


@pytest.fixture(scope="session")
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """The run: campaigns leased and journalled, budget and pace in force; afterwards everything is
    put back.
    """
    state = request.config.stash[STATE]
    try:
        state.make_folder()
        opened = open_run(state.options, worker=getattr(request.config, "workerinput", None))
    except SuiteError as problem:
        state.problem = problem
        # a worker that leaves early looks to its master like one that crashed
        if hasattr(request.config, "workerinput"):
            pytest.skip(str(problem))
        pytest.exit(str(problem), returncode=problem.exit_code)
    # whatever it is, it is ours: the campaigns have been put back on the way here
    except Exception as error:  # noqa: BLE001
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
            # its master tells it again to end, whoever did before: once is enough
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            opened.put_back()
        # the recording could not be written to its end: everything has been put back all the same
        except UsageError as problem:
            state.problem = problem
        # what has not been put back is told, with the command that does it
        except Exception as error:  # noqa: BLE001
            state.fail("putting the campaigns back", error)
            opened.campaigns.fail_restoring(f"the suite itself failed ({failure.words(error)})")


@pytest.fixture(scope="session")
def try_known(request: pytest.FixtureRequest) -> Callable[[Run], None]:
    """Tries again what was found on earlier nights."""
    programs = chosen(request.config.stash[STATE].options)
    return lambda run: try_known_programs(run, programs)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Around each check: name it in the ledger, shorten what it found, and fail it with what it
    found.
    """
    check = check_of(pyfuncitem)
    run = pyfuncitem.funcargs.get("run")
    if check is None or not isinstance(run, Run):
        return (yield)
    state = pyfuncitem.config.stash[STATE]
    label_check(
        check, check.partition(".")[0], (pyfuncitem.function.__doc__ or check).strip(), serve(check)
    )
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
    # the journal or the recording can't be written: nothing more may be changed
    except SuiteError as problem:
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


def pytest_exception_interact(
    node: pytest.Item | pytest.Collector, call: pytest.CallInfo[object]
) -> None:
    """What a check, its fixtures or its import raised, and was no deviation: a failure of the suite
    itself.
    """
    error = call.excinfo.value if call.excinfo is not None else None
    if error is None or isinstance(
        error,
        pytest.fail.Exception | pytest.exit.Exception | pytest.skip.Exception | KeyboardInterrupt,
    ):
        return
    state = node.config.stash[STATE]
    check = check_of(node) if isinstance(node, pytest.Item) else None
    if check is not None:
        state.fail(f"the check {check}", error)
        if state.opened is not None and call.when != "teardown":
            state.opened.run.ledger.errors.setdefault(
                check, f"the suite itself failed ({failure.words(error)})"
            )
    elif isinstance(node, pytest.Collector) and node.path.is_relative_to(SUITE):
        state.fail(f"reading {node.path.name}", error)


class _BetweenChecks:
    """A plugin of its own: pytest tells of its internal errors without saying which session they
    are of.
    """

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
        lines = [
            f"{known.finding.clause} ({known.finding.kind}): {known.finding.summary}"
            for known in told
        ]
        pytest.fail("\n".join(lines), pytrace=False)


def pytest_runtestloop(session: pytest.Session) -> None:
    """Open the live view before the first check, in the process that a person looks at."""
    state = session.config.stash[STATE]
    checks = [check for item in session.items if (check := check_of(item))]
    if checks and state.options.view != "none" and not hasattr(session.config, "workerinput"):
        state.watcher = Watcher(len(checks), state.options)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Tell the live view what runs."""
    state = item.config.stash[STATE]
    check = check_of(item)
    if check is None or state.watcher is None:
        return (yield)
    state.watcher.started(check)
    result = yield
    state.watcher.finished(check)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Generator[None, None, None]:
    """After everything has been put back: the verdict and the reports, or in a worker its part of
    the ledger.
    """
    state = session.config.stash[STATE]
    if hasattr(session.config, "workeroutput"):
        _hand_over(state, session.config.workeroutput)
        return (yield)
    workers.be_patient(session.config)
    yield
    report(session, state, exitstatus)
    return None


def _hand_over(state: State, output: dict[str, Any]) -> None:
    """What a worker leaves for the process that reports: its part of the run, or why it could not
    begin.
    """
    if state.problem is not None:
        output["isales_problem"] = (type(state.problem).__name__, str(state.problem))
    if state.opened is not None:
        output["isales_done"] = encoded(state.result())
        workers.leave(state.options.out, state.opened.worker, output["isales_done"])
    elif state.failures:
        output["isales_failures"] = encoded(state.failures)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: Sequence[object]) -> None:
    """Before workers start: an emulator for all of them, where no target is named, and a look at
    the target else.
    """
    state = config.stash[STATE]
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
    state = node.config.stash[STATE]
    node.workerinput["isales_out"] = str(state.options.out.resolve())
    if state.shared_target is not None:
        node.workerinput["isales_target"] = str(state.shared_target)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take over what a worker has come to; one that died leaves its checks unmade."""
    state = node.config.stash[STATE]
    output = getattr(node, "workeroutput", None) or {}
    if "isales_done" in output:
        state.parts.append(msgspec.json.decode(output["isales_done"], type=WorkerResult))
        state.handed.add(str(node.gateway.id))
    if "isales_problem" in output:
        state.add_problem(*output["isales_problem"])
    elif "isales_done" not in output and error is not None:
        told = redaction.known().text(str(error))
        state.failures.append(
            failure.record_text(
                f"the worker process {node.gateway.id}", told[:200], told, state.options.out
            )
        )
    if "isales_failures" in output:
        state.failures += msgspec.json.decode(output["isales_failures"], type=list[Failure])
