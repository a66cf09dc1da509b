"""`run`: options become one pytest call."""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import pytest
import typer

from conformance.cli import planning
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
    target: Annotated[
        Path | None, typer.Option(readable=False, help="Target file (TOML). Without it the embedded emulator is used.")
    ] = None,
    effort: Annotated[str, typer.Option(help="quick (about 450 calls), standard (about 4,000) or thorough (about 27,000).")] = "standard",
    seed: Annotated[int | None, typer.Option(help="Seed of everything that is drawn; default: today's date.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Judge only this clause (repeatable).")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the reports; default: a new one in reports/, reports/latest leads to it.")
    ] = None,
    waivers: Annotated[Path | None, typer.Option(help="Known deviations that somebody answers for (`waivers add` drafts them).")] = None,
    expect: Annotated[Path | None, typer.Option(help="profile.toml of an earlier run: exit 1 where the server behaves otherwise.")] = None,
    database: Annotated[
        list[Path] | None, typer.Option(help="Folder of what was found before: tried first, and kept (repeatable: further ones are read).")
    ] = None,
    fault: Annotated[list[str] | None, typer.Option(help="A lie that the embedded emulator tells (repeatable).")] = None,
    profile: Annotated[str | None, typer.Option(help="How the embedded emulator reads the document: a file or a name.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key of the target file.")] = None,
    html: Annotated[bool, typer.Option(help="Write report.html.")] = True,
    workers: Annotated[int, typer.Option("-n", help="Worker processes (needs the extra `parallel` and two campaigns for each).")] = 0,
    quiet: Annotated[bool, typer.Option("-q", help="Say only the end.")] = False,
    verbose: Annotated[bool, typer.Option("-v", help="Say when each check ends.")] = False,
    yes: Annotated[bool, typer.Option(help="Do not ask before a target that is not this machine.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Say what would be sent, and send nothing.")] = False,
    keyword: Annotated[str | None, typer.Option("-k", help="pytest's -k: run only matching checks.")] = None,
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
        journals.make_room(out, OpenJournals(state_folder()), target)  # before anything in it is cleared away
    folder = out or _new_folder(target, effort, set_ or [])
    arguments = [str(SUITE), f"--effort={effort}", f"--out={folder}", f"--view={view}"]
    arguments += [] if out else ["--own-out"]
    arguments += [f"--{name}={value}" for name, value in _single(target, seed, profile, waivers, expect) if value is not None]
    arguments += [f"--database={folder}" for folder in database or []]
    arguments += [f"--only={name}" for name in only or []] + [f"--fault={name}" for name in fault or []]
    arguments += [f"--set={pair}" for pair in set_ or []] + ([] if html else ["--no-html"])
    arguments += ["-k", keyword] if keyword else []
    arguments += ["-n", str(workers)] if workers else []
    arguments += [*_SETTINGS, f"--alluredir={folder / 'allure-results'}", "--clean-alluredir"]
    _make(folder)
    begun = time.time()
    try:
        code = _pytest(arguments)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - pytest itself could not begin or end
        code = _failed(error, folder, effort, seed or 0, str(target or "embedded emulator"))
    except KeyboardInterrupt:
        code = CannotJudge.exit_code
        console(sys.stderr).print("isales-conformance: Stopped at once; no report was written.")
    finally:
        if out is None:
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
    from conformance.plugin.ending import leave_verdict  # noqa: PLC0415 - loads the reports, which a run has loaded by now
    from conformance.plugin.opening import now  # noqa: PLC0415 - the same

    failures = [failure.record("running pytest", error, out)]
    leave_verdict(failure.bare_document(failures, seed=seed, effort=effort, started=now(), target=target), out)
    console(sys.stderr).print(f"isales-conformance: {failure.paragraph(failures)}", soft_wrap=True)
    return failure.EXIT_CODE


def _single(*values: object) -> Iterable[tuple[str, object]]:
    """Options that are given once, by the names that pytest knows them by."""
    return zip(("target", "seed", "emulator-profile", "waivers", "expect"), values, strict=True)


# The run is the same wherever it is started: no configuration of the folder around it is read, nothing but the report is written.
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
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs begin with it ignored
    end = _End()
    code = int(pytest.main(arguments, plugins=[end]))
    if end.failed:
        return code  # whose 4 is ours, and no wrong usage of pytest's
    if code == NO_TESTS:
        raise UsageError("Nothing was selected: no check matches. `isales-conformance clauses` shows which checks serve which clause.")
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
            f"The output folder {out} can't be written ({problem.strerror}). Nothing was sent. Give another with --out."
        ) from None


def _say_what_is_left(out: Path, target: Path | None, begun: float) -> None:
    """The last word of a run that did not put back everything, however it ended. The embedded emulator has ended with the run."""
    if target is None and not os.environ.get("ISALES_BASE_URL"):
        return
    for journal in journals.left_open(out, begun, OpenJournals(state_folder())):
        command = restore_command([journal], target)
        err = console(sys.stderr)
        err.print("isales-conformance: Not everything was put back. Once the target is well, give the campaigns what they held:")
        err.print(f"    {command}", soft_wrap=True)
