"""`report`: the files of a finished run, written again."""

from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from conformance.report import terminal, verdict_json
from conformance.report.writing import Traffic, write_all
from conformance.transport import recorder


def report(
    folder: Annotated[Path, typer.Argument(help="Output folder of a run.")],
    html: Annotated[bool, typer.Option(help="Write report.html.")] = True,
) -> None:
    """Write the reports of a finished run again, from its verdict.json and its recorded traffic."""
    document = verdict_json.load(folder / verdict_json.FILE)
    files = sorted(folder.glob("traffic*.ndjson"))
    traffic = Traffic(
        source=lambda: chain.from_iterable(recorder.read(file) for file in files),
        base_url=document.target.get("base_url", ""),
    )
    written = write_all(
        document, folder, traffic=traffic if files else None, html=html, append_history=False
    )
    terminal.final_table(
        document, terminal.console(), files=written.paths, problems=written.problems
    )
