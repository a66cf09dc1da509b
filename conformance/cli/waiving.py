"""`waivers`: entries drafted from a run, and a file looked at before a run."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from conformance.baseline import Waiver, draft, read_drafts, read_waivers
from conformance.report import verdict_json
from conformance.report.terminal import console

EXPIRED = 1
"""Exit code of `check` where an entry has expired: such a run deviates."""
_PREFACE = """\
# Known deviations that somebody answers for, until a date. Kind and detail say which deviation of
# the clause; "*" stands for all. `server` is a pattern (*, ?, […]) for what the server calls itself
# or its address. Every run fails once an entry has expired or is no longer needed;
# intermittent = true with rate = 0.05 is for what need not occur in every run.
"""

app = typer.Typer(
    no_args_is_help=True,
    help="Known deviations that somebody answers for: draft them from a run, check a file.",
)


@app.command()
def add(
    folder: Annotated[Path, typer.Option("--from", help="Output folder of a run.")],
    to: Annotated[Path, typer.Option(help="Waivers file; new entries go to its end.")] = Path(
        "waivers.toml"
    ),
) -> None:
    """Write an entry for each deviation of a run that nothing excuses. Reason and owner are left
    for you.
    """
    document = verdict_json.load(folder)
    present = read_drafts(to) if to.exists() else ()
    entries = draft(document, _today(), present)
    if entries:
        to.parent.mkdir(parents=True, exist_ok=True)
        with to.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(("" if present or to.stat().st_size else _PREFACE) + "".join(entries))
    out = console()
    out.print(
        f"{len(entries)} entries added to {to}."
        if entries
        else f"Nothing to add to {to}: the run shows no further deviation."
    )
    if entries:
        out.print(
            "Complete reason and owner of each (`run` refuses empty ones), look at server and"
            " expires, then:"
        )
        out.print(f"    isales-conformance waivers check {to}", soft_wrap=True)


@app.command()
def check(file: Annotated[Path, typer.Argument(help="Waivers file.")]) -> None:
    """Say whether `run` would take a file, and what will expire. Exit 1: an entry has expired; 2:
    the file can't be used.
    """
    waivers, today = read_waivers(file), _today()
    table = Table("deviation", "server", "owner", "until", "days left", box=None, pad_edge=False)
    for waiver in waivers:
        table.add_row(
            waiver.subject,
            waiver.server,
            waiver.owner,
            waiver.expires.isoformat(),
            _left(waiver, today),
        )
    out = console()
    out.print(table if waivers else f"{file} holds no waiver.")
    raise typer.Exit(EXPIRED if any(waiver.days_left(today) < 0 for waiver in waivers) else 0)


def _left(waiver: Waiver, today: date) -> str:
    days = waiver.days_left(today)
    return "expired" if days < 0 else str(days)


def _today() -> date:
    return datetime.now(UTC).date()
