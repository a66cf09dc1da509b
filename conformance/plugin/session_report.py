"""The verdict and the reports of a session, whatever happened before and whatever happens here."""

import sys

import msgspec
import pytest

from conformance.errors import CampaignInUse, CannotJudge, SuiteError
from conformance.plugin import workers
from conformance.plugin.closing import close
from conformance.plugin.ending import EXIT_CODES, Closing, Outcome
from conformance.plugin.opening import load, needs_emulator, now, show_latest
from conformance.plugin.session_state import State
from conformance.plugin.worker_result import WorkerResult, together
from conformance.report import failure, terminal
from conformance.session.evidence import plain_deviation
from conformance.session.ledger import Ledger


def report(session: pytest.Session, state: State, exitstatus: int) -> None:
    """The verdict, whatever happened before and whatever happens here."""
    try:
        outcome = _outcome(
            state, interrupted=exitstatus == pytest.ExitCode.INTERRUPTED and not state.failures
        )
    except Exception as error:  # noqa: BLE001 - the last place that can leave a verdict
        state.fail("making the verdict", error)
        outcome = _bare(state)
    finally:
        state.shared.close()
    if outcome is not None:
        session.exitstatus = outcome.exit_code
        state.failures = list(outcome.failures)
    if state.failures:
        terminal.console(sys.stderr).print(
            f"isales-conformance: {failure.paragraph(state.failures)}", soft_wrap=True
        )


def _outcome(state: State, *, interrupted: bool) -> Outcome | None:
    if state.watcher is not None:
        state.watcher.end()
    if state.has_folder:
        state.parts += workers.left_behind(state.options.out, state.handed)
    if interrupted and not state.parts and state.opened is None and state.problem is None:
        state.problem = CannotJudge(
            "Interrupted while the run was being prepared: nothing was judged."
        )
    # a view of ours: pytest's own terminal is not there to say it
    if state.problem is not None and state.options.view != "none":
        terminal.say(str(state.problem), terminal.console(sys.stderr))
    if state.opened is None and not state.parts:
        return _unbegun(state)
    if state.opened is not None:
        target, total = state.opened.target, state.result()
    else:
        target, total = load(state.options, state.shared_target), together(state.parts)
        total.failures += state.failures
    # the journal or the recording could not be written, or one worker could not begin
    if state.problem is not None:
        total.told, total.cut_short = [*total.told, str(state.problem)], True
    if total.failures:
        total.ledger.errors |= dict.fromkeys(
            total.unmade(),
            f"not made, because the suite itself failed before ({total.failures[0].step})",
        )
    outcome = close(target, state.options, total, interrupted=interrupted and state.problem is None)
    if (
        state.problem is None
        or state.parts
        or outcome.failures
        or outcome.exit_code == EXIT_CODES["deviates"]
    ):
        return outcome
    return Outcome(exit_code=state.problem.exit_code)


def _unbegun(state: State) -> Outcome | None:
    """A run that could not begin leaves a verdict nonetheless: an earlier one in the folder would
    be taken for its own.
    """
    if state.failures:
        return _bare(state)
    problem, options = state.problem, state.options
    if problem is None:
        return None
    if (
        not isinstance(problem, CannotJudge)
        or needs_emulator(options)
        or isinstance(problem, CampaignInUse)
    ):
        # the emulator is ours; where another run is at work, the folder may be that run's
        return Outcome(exit_code=problem.exit_code)
    try:
        target = load(options)
        state.make_folder()
        show_latest(options := state.options)
    except SuiteError:
        return Outcome(exit_code=problem.exit_code)
    total = WorkerResult(
        ledger=Ledger(), requests=0, seconds=0.0, started=now(), told=[str(problem)], cut_short=True
    )
    outcome = close(
        target, msgspec.structs.replace(options, view="none", html=False), total, interrupted=False
    )
    return outcome if outcome.failures else Outcome(exit_code=problem.exit_code)


def _bare(state: State) -> Outcome:
    """The verdict of a run of which nothing can be told but what it had found, and that the suite
    failed.
    """
    ledgers = [part.ledger for part in state.parts] + (
        [state.opened.run.ledger] if state.opened is not None else []
    )
    found = [
        (known.finding.clause, plain_deviation(known))
        for ledger in ledgers
        for known in ledger.deviations.values()
    ]
    document = failure.bare_document(
        state.failures,
        seed=state.options.seed,
        effort=state.options.effort,
        started=now(),
        target=str(state.options.target or "embedded emulator"),
        found=found,
    )
    return Closing(msgspec.structs.replace(state.options, html=False), document).end()
