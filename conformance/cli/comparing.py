"""`compare`: two servers, the same programmes."""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from conformance.cli import planning
from conformance.compare import comparisonpage
from conformance.compare.differences import Difference
from conformance.config import load_target
from conformance.plugin.journals import own_folder, refuse_early
from conformance.plugin.opened_target import opened
from conformance.readable import one_line
from conformance.report.console import console, write_json
from conformance.rivals.search_setup import search
from conformance.rivals.searching import Comparison
from conformance.transport.journal_index import OpenJournals
from conformance.transport.lock import state_folder


def compare(
    ours: Annotated[
        Path,
        typer.Argument(metavar="A.toml", help="Target file of the server that is the measure."),
    ],
    theirs: Annotated[
        Path, typer.Argument(metavar="B.toml", help="Target file of the server that is measured.")
    ],
    *,
    max_calls: Annotated[
        int, typer.Option(help="Calls to each server at most; a few more may put things back.")
    ] = 5000,
    seed: Annotated[int, typer.Option(help="Seed of everything that is drawn.")] = 1,
    strict: Annotated[bool, typer.Option("--strict", help="Texts and time count as well.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, nothing else.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the journals; default: a new one in reports/.")
    ] = None,
    yes: Annotated[
        bool, typer.Option(help="Do not ask before a target that is not this machine.")
    ] = False,
) -> None:
    """Drive the same programmes on two servers and show what differs. Exit 1 when something
    does.
    """
    for file in (ours, theirs):
        planning.consent(file, [], yes=yes)
        refuse_early(load_target(file, os.environ), file)
    folder = own_folder(out, "compare", OpenJournals(state_folder()))
    with ExitStack() as stack:
        campaign_sets = []
        for name, file in (("a", ours), ("b", theirs)):
            opening = opened(file, folder, name=name, seed=seed, calls=max_calls)
            _, campaign_set = stack.enter_context(opening)
            campaign_sets.append(campaign_set)
        result = search(campaign_sets[0], campaign_sets[1], max_calls=max_calls, seed=seed).run()
        show(result.differences, _figures(result, str(ours), str(theirs)), json=json)
    raise typer.Exit(1 if differs(result.differences, strict=strict) else 0)


def differs(differences: list[Difference], *, strict: bool) -> bool:
    """Whether something differs that counts."""
    return any(each.counts or (strict and each.steady) for each in differences)


def _figures(result: Comparison, ours: str, theirs: str) -> dict[str, Any]:
    return {
        "a": ours,
        "b": theirs,
        "fidelity": round(result.fidelity, 4),
        "equal": result.behaviours - result.unequal,
        "compared": result.behaviours,
        "in most replies": [
            f"{kind}: {what}: {mine} → {their}" for kind, what, mine, their in result.everywhere
        ],
        "calls": list(result.calls),
        "noise": [
            f"{each.kind}: {each.what}: {each.ours} / {each.theirs}" for each in result.noise
        ],
        "not_set_up": result.not_set_up,
    }


def show(differences: list[Difference], figures: dict[str, Any], *, json: bool) -> None:
    """Print the figures and every difference with its programme."""
    if json:
        write_json(comparisonpage.as_tree(differences, figures))
        return
    out = console()
    for name, value in figures.items():
        out.print(Text(f"{name.replace('_', ' ')}: {one_line(str(value))}"))
    for each in comparisonpage.ordered(differences):
        out.print()
        out.print(
            Text(
                one_line(comparisonpage.headline(each)), style="bold red" if each.counts else "bold"
            )
        )
        for line in comparisonpage.programme(each):
            out.print(Text(f"    {one_line(line)}"), soft_wrap=True)
    out.print()
    out.print(Text(f"{len(differences)} difference(s). {comparisonpage.NO_ORACLE}"))
