"""`clauses`, `faults`, `profiles`: what there is to name."""

from rich.table import Table

from conformance.clauses import all_clauses
from conformance.errors import needing_the_emulator
from conformance.report.terminal import console


def clauses() -> None:
    """List the clauses: id, level, what is demanded, and the checks that serve it."""
    table = Table("clause", "level", "demand", "checks", box=None, pad_edge=False)
    for row in all_clauses().values():
        table.add_row(
            row.id, row.level, row.title, ", ".join(row.checks) or f"none: {row.untestable}"
        )
    console().print(table)


def faults() -> None:
    """List the lies that the emulator can tell."""
    with needing_the_emulator():
        # the suite works without the emulator
        from conformance.emulator import FAULTS  # noqa: PLC0415
    table = Table("fault", "what the server then does", box=None, pad_edge=False)
    for each in FAULTS.values():
        table.add_row(each.name, each.description)
    console().print(table)


def profiles() -> None:
    """List the correct profiles: how a server may read the document."""
    with needing_the_emulator():
        # the suite works without the emulator
        from conformance.emulator import load_profile, profile_names, profile_path  # noqa: PLC0415
    table = Table("profile", "how it reads the document", box=None, pad_edge=False)
    for name in profile_names():
        table.add_row(name, load_profile(profile_path(name)).description)
    console().print(table)
