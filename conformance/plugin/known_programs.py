"""Between two nights: which programs are tried first, and what the database holds afterwards."""

from collections.abc import Iterator

from conformance import baseline
from conformance.baseline import Program
from conformance.plugin.options import Options
from conformance.session.known import CHECK, program_of, retry
from conformance.session.ledger import Ledger
from conformance.session.run import Run

SHARE = 40
"""One program for so many calls of the effort: what is known must leave room for what is not."""


def chosen(options: Options) -> list[Program]:
    """The programs of earlier nights that this run tries first."""
    if not options.database:
        return []
    wanted = [
        program
        for program in baseline.open_known(options.database).programs()
        if not options.only or program.clause in options.only
    ]
    return wanted[: options.amounts.calls // SHARE]


def try_known(run: Run, programs: list[Program]) -> None:
    """Try each again, and note which ones the campaigns of this run allowed."""
    for program in programs:
        if retry(run, program):
            run.ledger.made.append(_name(program))


def remember(options: Options, ledger: Ledger) -> Iterator[str]:
    """Keep the programs of this run's deviations; count a clean day for those that were tried and
    did not show. Gives what went wrong.
    """
    if not options.database:
        return
    database = baseline.open_known(options.database)
    shown = [program for known in ledger.deviations.values() if (program := program_of(known))]
    if lost := [program for program in shown if not database.showed(program)]:
        yield (
            f"The database {options.database[0]} can't be written: {len(lost)} of this run's"
            " deviations are not kept."
        )
    if CHECK in ledger.made:
        _count_clean_days(options, database, ledger)


def _count_clean_days(options: Options, database: baseline.KnownPrograms, ledger: Ledger) -> None:
    for program in database.programs():
        if _name(program) in ledger.made and "|".join(program.key) not in ledger.deviations:
            database.clean(program.key, options.today)


def _name(program: Program) -> str:
    return f"{CHECK} {'|'.join(program.key)}"
