"""`run`: options become one pytest call."""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import pytest
import typer

from conformance.cli import planning
from conformance.cli.run_options import (
    Consent,
    Databases,
    DryRun,
    Effort,
    EmulatorProfile,
    ExpectedProfile,
    Faults,
    Html,
    Keyword,
    Only,
    Overrides,
    Quiet,
    ReportFolder,
    Seed,
    TargetFile,
    Verbose,
    WaiversFile,
    Workers,
)
from conformance.config import load_target
from conformance.errors import CannotJudge, UsageError
from conformance.interruption import interrupt
from conformance.plugin import folders, journals
from conformance.private_files import make_folder
from conformance.report import failure
from conformance.report.terminal import console
from conformance.transport.journal_index import OpenJournals, restore_command
from conformance.transport.lock import state_folder

SUITE = Path(__file__).parent.parent / "suite"
NO_TESTS = 5
"""pytest's exit code when nothing was selected."""


def run(
    target: TargetFile = None,
    effort: Effort = "standard",
    seed: Seed = None,
    only: Only = None,
    out: ReportFolder = None,
    waivers: WaiversFile = None,
    expect: ExpectedProfile = None,
    database: Databases = None,
    fault: Faults = None,
    profile: EmulatorProfile = None,
    set_: Overrides = None,
    html: Html = True,
    workers: Workers = 0,
    quiet: Quiet = False,
    verbose: Verbose = False,
    yes: Consent = False,
    dry_run: DryRun = False,
    keyword: Keyword = None,
) -> None:
    """Judge a server, clause by clause, and leave a report."""
    if target is not None and not target.exists():
        raise UsageError(planning.no_target_file(target))
    if dry_run:
        planning.plan(target, effort, set_ or [])
        return
    planning.consent(target, set_ or [], yes=yes)
    view = "quiet" if quiet else "verbose" if verbose else "live"
    if out is not None:
        # before anything in it is cleared away
        journals.make_room(out, OpenJournals(state_folder()), target)
    folder = out or _new_folder(target, effort, set_ or [])
    arguments = [str(SUITE), f"--effort={effort}", f"--out={folder}", f"--view={view}"]
    arguments += [] if out else ["--own-out"]
    single = {"target": target, "seed": seed, "emulator-profile": profile}
    single |= {"waivers": waivers, "expect": expect}
    arguments += [f"--{name}={value}" for name, value in single.items() if value is not None]
    several = {"database": database, "only": only, "fault": fault, "set": set_}
    arguments += [f"--{name}={value}" for name, values in several.items() for value in values or ()]
    arguments += [] if html else ["--no-html"]
    arguments += ["-k", keyword] if keyword else []
    arguments += ["-n", str(workers)] if workers else []
    arguments += [*_SETTINGS, f"--alluredir={folder / 'allure-results'}", "--clean-alluredir"]
    _run(arguments, folder, own=out is None, effort=effort, seed=seed or 0, target=target)


def _run(
    arguments: list[str], folder: Path, *, own: bool, effort: str, seed: int, target: Path | None
) -> None:
    """One pytest session. `own`: the folder was made for it, and goes where nothing is in it."""
    _make(folder)
    begun = time.time()
    try:
        code = _pytest(arguments)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - pytest itself could not begin or end
        code = _failed(error, folder, effort, seed, str(target or "embedded emulator"))
    except KeyboardInterrupt:
        code = CannotJudge.exit_code
        console(sys.stderr).print("isales-conformance: Stopped at once; no report was written.")
    finally:
        if own:
            folders.drop_unused(folder)
    _say_what_is_left(folder, target, begun)
    raise typer.Exit(code)


def _new_folder(target: Path | None, effort: str, pairs: list[str]) -> Path:
    """A folder of this run's own, named by its target."""
    if target is None and not os.environ.get("ISALES_BASE_URL"):
        return folders.new_folder(folders.kind_of(None, effort))
    loaded = load_target(target, os.environ, planning.overridden(pairs))
    return folders.new_folder(folders.kind_of(loaded.base_url, effort))


def _failed(error: Exception, out: Path, effort: str, seed: int, target: str) -> int:
    """Leave a verdict that says that the suite failed."""
    # loads the reports, which a run has loaded by now
    from conformance.plugin.ending import (  # noqa: PLC0415
        leave_verdict,
    )
    from conformance.plugin.opening import now  # noqa: PLC0415 - the same

    failures = [failure.record("running pytest", error, out)]
    leave_verdict(
        failure.bare_document(failures, seed=seed, effort=effort, started=now(), target=target), out
    )
    console(sys.stderr).print(f"isales-conformance: {failure.paragraph(failures)}", soft_wrap=True)
    return failure.EXIT_CODE


# The run is the same wherever it is started: no configuration of the folder around it is read,
# nothing but the report is written.
_SETTINGS = (
    f"--rootdir={SUITE}",
    f"-c{SUITE / 'pytest.ini'}",
    "--confcutdir",
    str(SUITE),
    "-pconformance.plugin",
    "-pno:terminal",
    "-pno:schemathesis",
    "-pno:cacheprovider",
    "--assert=plain",  # nothing is rewritten: two seconds of each run
)


def _pytest(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, interrupt)
    # a shell's background jobs begin with it ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    end = _End()
    code = int(pytest.main(arguments, plugins=[end]))
    if end.failed:
        return code  # whose 4 is ours, and no wrong usage of pytest's
    if code == NO_TESTS:
        raise UsageError(
            "Nothing was selected: no check matches. `isales-conformance clauses` shows which"
            " checks serve which clause."
        )
    return UsageError.exit_code if code == pytest.ExitCode.USAGE_ERROR else code


class _End:
    """A plugin that asks at the end of the session whether the suite itself failed."""

    failed = False

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        from conformance.plugin import session_state  # noqa: PLC0415 - pytest has loaded it by now

        self.failed = session_state.failed(config)


def _make(out: Path) -> None:
    """Make sure of the output folder: without a journal in it nothing may be sent."""
    try:
        make_folder(out)
        with tempfile.TemporaryFile(dir=out):
            return
    except OSError as problem:
        raise UsageError(
            f"The output folder {out} can't be written ({problem.strerror}). Nothing was sent. Give"
            " another with --out."
        ) from None


def _say_what_is_left(out: Path, target: Path | None, begun: float) -> None:
    """The last word of a run that did not put back everything, however it ended. The embedded
    emulator has ended with the run.
    """
    if target is None and not os.environ.get("ISALES_BASE_URL"):
        return
    for journal in journals.left_open(out, begun, OpenJournals(state_folder())):
        command = restore_command([journal], target)
        err = console(sys.stderr)
        err.print(
            "isales-conformance: Not everything was put back. Once the target is well, give the"
            " campaigns what they held:"
        )
        err.print(f"    {command}", soft_wrap=True)
