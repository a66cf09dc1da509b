"""The command line: a friendly face that turns options into one pytest call, and into exit codes.

0 conforms · 1 deviates (or differs) · 2 wrong usage or configuration · 3 could not be judged · 4
the suite itself failed.
"""

import sys
from typing import NoReturn

import typer

from conformance.cli import (
    checking,
    comparing,
    differing,
    examining,
    listing,
    measuring,
    recording,
    reporting,
    restoring,
    running,
    serving,
    signing,
    waiving,
)
from conformance.errors import CannotJudge, SuiteError
from conformance.generation.storage import keep_in
from conformance.report import failure
from conformance.report.console import console, end_output, never_raise
from conformance.report.terminal import say
from conformance.transport.lock import state_folder

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "Conformance of a server to the CC-iSales interface Deleting Calling Numbers. Without"
        " --target everything runs on an emulator."
    ),
)
app.command("run")(running.run)
app.command("check")(checking.check)
app.command("restore")(restoring.restore)
app.command("emulate")(serving.emulate)
app.command("exam")(examining.exam)
app.command("benchmark")(measuring.benchmark)
app.command("compare")(comparing.compare)
app.command("record")(recording.record)
app.command("replay")(recording.replay)
app.command("judge")(recording.judge)
app.command("verify")(recording.verify)
app.command("diff")(differing.diff)
app.command("report")(reporting.report)
app.command("clauses")(listing.clauses)
app.command("faults")(listing.faults)
app.command("profiles")(listing.profiles)
app.command("sign")(signing.sign)
app.add_typer(waiving.app, name="waivers")


def main() -> None:
    """Run the command line; whatever happens ends in one paragraph and an exit code."""
    never_raise()
    keep_in(state_folder() / "hypothesis")
    try:
        app()
    except SuiteError as problem:
        _say(str(problem))
        sys.exit(problem.exit_code)
    except OSError as problem:
        _say(
            f"{problem.filename or 'The operating system'}: {problem.strerror or problem}. Nothing"
            " was lost that had been written before."
        )
        sys.exit(2)
    except KeyboardInterrupt:
        _interrupted()
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            _interrupted()
        raise
    # a traceback tells a user nothing: it goes into a file
    except Exception as error:  # noqa: BLE001
        _say(
            failure.paragraph(
                [failure.record(f"the command {' '.join(sys.argv[1:2])}".strip(), error)]
            )
        )
        sys.exit(failure.EXIT_CODE)
    finally:
        end_output()


_INTERRUPTED = 130
"""The code with which typer ends a command that Ctrl-C has interrupted."""


def _interrupted() -> NoReturn:
    _say("Interrupted.")
    sys.exit(CannotJudge.exit_code)


def _say(paragraph: str) -> None:
    say(paragraph, console(sys.stderr))
