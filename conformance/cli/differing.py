"""`diff`: what has changed from one run to another."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from conformance.compare import changespage, profile
from conformance.compare.changes import CLASSES, DEFAULT_POLICY, SAYS, ChangeClass, Side, changes
from conformance.errors import UsageError, nearest
from conformance.readable import one_line
from conformance.report import verdict_json
from conformance.report.console import console, write_json


def diff(
    old: Annotated[
        Path, typer.Argument(help="Output folder of the earlier run, or its profile.toml.")
    ],
    new: Annotated[
        Path, typer.Argument(help="Output folder of the later run, or its profile.toml.")
    ],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, nothing else.")] = False,
    markdown: Annotated[
        Path | None, typer.Option(help="Write the page as Markdown to this file.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the page as HTML to this file.")] = None,
    fail_on: Annotated[
        str, typer.Option(help="Classes of change that end in exit code 1, separated by commas.")
    ] = ",".join(DEFAULT_POLICY),
) -> None:
    """Compare two runs: clauses broken and fixed, codes, readings, texts, shapes, latency. Exit 1
    for what the policy names.
    """
    sides = _side(old), _side(new)
    page = changespage.ChangesPage(
        old=str(old), new=str(new), changes=tuple(changes(*sides)), policy=_policy(fail_on)
    )
    for file, text in ((markdown, changespage.markdown), (html, changespage.html)):
        if file is not None:
            file.write_text(text(page), encoding="utf-8")
    if json:
        write_json(changespage.as_tree(page))
    else:
        _print(page)
    raise typer.Exit(1 if page.failing else 0)


def _side(path: Path) -> Side:
    """A run's folder, or a profile alone. Raises UsageError where it is neither."""
    if path.is_file():
        return Side(name=str(path), profile=profile.read(path))
    verdict, learnt = path / verdict_json.FILE, path / profile.FILE
    if not verdict.exists() and not learnt.exists():
        raise UsageError(
            f"{path} is neither the output folder of a run ({verdict_json.FILE}, {profile.FILE})"
            " nor a profile."
        )
    return Side(
        name=str(path),
        document=verdict_json.load(verdict) if verdict.exists() else None,
        profile=profile.read(learnt) if learnt.exists() else None,
    )


def _policy(given: str) -> tuple[ChangeClass, ...]:
    names = [name.strip() for name in given.split(",") if name.strip()]
    for name in names:
        if name not in CLASSES:
            raise UsageError(
                f"There is no class of change {name!r}{nearest(name, CLASSES)}:"
                f" {', '.join(CLASSES)}."
            )
    return tuple(kind for kind in CLASSES if kind in names)


def _print(page: changespage.ChangesPage) -> None:
    out = console()
    out.print(Text(page.headline, style="bold red" if page.failing else "bold green"))
    for kind, group in changespage.groups(page.changes):
        out.print()
        out.print(Text(f"{SAYS[kind]} ({len(group)})", style="bold underline"))
        for change in group:
            out.print(Text(f"  - {one_line(changespage.line(change))}"))
            for call in change.calls if kind == "broken" else ():
                out.print(Text(f"      {one_line(call)}"), soft_wrap=True)
