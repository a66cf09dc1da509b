"""The options of `isales-conformance run`: type, name and help of each."""

from pathlib import Path
from typing import Annotated

import typer

TargetFile = Annotated[
    Path | None,
    typer.Option(
        readable=False, help="Target file (TOML). Without it the embedded emulator is used."
    ),
]
Effort = Annotated[
    str,
    typer.Option(
        help="quick (about 450 calls), standard (about 4,000) or thorough (about 27,000)."
    ),
]
Seed = Annotated[
    int | None, typer.Option(help="Seed of everything that is drawn; default: today's date.")
]
Only = Annotated[list[str] | None, typer.Option(help="Judge only this clause (repeatable).")]
ReportFolder = Annotated[
    Path | None,
    typer.Option(
        help=("Folder for the reports; default: a new one in reports/, reports/latest leads to it.")
    ),
]
WaiversFile = Annotated[
    Path | None,
    typer.Option(help="Known deviations that somebody answers for (`waivers add` drafts them)."),
]
ExpectedProfile = Annotated[
    Path | None,
    typer.Option(help="profile.toml of an earlier run: exit 1 where the server behaves otherwise."),
]
Databases = Annotated[
    list[Path] | None,
    typer.Option(
        help=(
            "Folder of what was found before: tried first, and kept (repeatable: further ones"
            " are read)."
        )
    ),
]
Faults = Annotated[
    list[str] | None, typer.Option(help="A lie that the embedded emulator tells (repeatable).")
]
EmulatorProfile = Annotated[
    str | None,
    typer.Option(help="How the embedded emulator reads the document: a file or a name."),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a key of the target file."),
]
Html = Annotated[bool, typer.Option(help="Write report.html.")]
Workers = Annotated[
    int,
    typer.Option(
        "-n", help="Worker processes (needs the extra `parallel` and two campaigns for each)."
    ),
]
Quiet = Annotated[bool, typer.Option("-q", help="Say only the end.")]
Verbose = Annotated[bool, typer.Option("-v", help="Say when each check ends.")]
Consent = Annotated[bool, typer.Option(help="Do not ask before a target that is not this machine.")]
DryRun = Annotated[bool, typer.Option(help="Say what would be sent, and send nothing.")]
Keyword = Annotated[str | None, typer.Option("-k", help="pytest's -k: run only matching checks.")]
