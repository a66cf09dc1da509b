"""`restore`: what a run has left behind in campaigns, put back from its journal."""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from conformance.campaigns import Ground, JournalLog, Leftover, PutBack, leftovers, resume
from conformance.cli.planning import overridden
from conformance.config import Target, load_target, transport_options
from conformance.errors import CannotJudge, UsageError
from conformance.generation.numbers import NumberPool
from conformance.report.terminal import console
from conformance.transport import Transport, parse_address
from conformance.transport.journal import Contents, Journal, read
from conformance.transport.lock import CampaignLock, state_folder


def restore(
    journal: Annotated[list[Path], typer.Argument(help="journal.jsonl of a run; several where it had workers, or the run's folder.")],
    target: Annotated[Path | None, typer.Option(help="Target file; without it the journal's base URL and ISALES_* variables.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key of the target file.")] = None,
) -> None:
    """Give the campaigns of a run that ended early what they held before it. Can be run twice."""
    files = _files(journal)
    contents = [read(file) for file in files]
    left = leftovers(contents)
    loaded = _target(target, overridden(set_ or []), contents, left)
    with ExitStack() as stack:
        for each in left:
            stack.enter_context(CampaignLock(state_folder(), base_url=contents[0].header.base_url, campaign=each.campaign))
        journals = [stack.enter_context(Journal(file, base_url=read.header.base_url)) for file, read in zip(files, contents, strict=True)]
        transport = stack.enter_context(Transport(transport_options(loaded)))
        ground = _ground(loaded, left, transport, _log(journals, contents))
        done = resume(ground, left, observe=loaded.query) if left else []
    _show(done, loaded)
    raise typer.Exit(CannotJudge.exit_code if any(each.problem for each in done) else 0)


def _log(journals: Sequence[Journal], contents: Sequence[Contents]) -> JournalLog:
    about = [{fact.campaign for fact in read.facts} for read in contents]
    return JournalLog.of_several(list(zip(journals, about, strict=True)))


def _files(given: Sequence[Path]) -> list[Path]:
    found = [file for path in given for file in (sorted(path.glob("journal*.jsonl")) if path.is_dir() else [path])]
    files = [file for file in dict.fromkeys(found) if ".before" not in file.name]
    if not files:
        raise UsageError(f"There is no journal in {', '.join(map(str, given))}. A run leaves journal.jsonl in its --out folder.")
    return files


def _target(file: Path | None, overrides: dict[str, str], journals: Sequence[Contents], left: Sequence[Leftover]) -> Target:
    """The target of the journals. Raises UsageError where the file is about another one, or does not list a campaign."""
    about = journals[0].header.base_url
    if file is None:
        overrides = _told_by(about, left) | overrides
    loaded = load_target(file, os.environ, overrides)
    for url in {contents.header.base_url for contents in journals}:
        if parse_address(url).url != loaded.address.url:
            raise UsageError(f"The journal is about {url}, the target file about {loaded.base_url}. Give the target file of that run.")
    unlisted = sorted({each.campaign for each in left if not each.settled} - set(loaded.disposable))
    if unlisted:
        names = ", ".join(f"{vdn}/{campaign}" for vdn, campaign in unlisted)
        raise UsageError(
            f"The journal names campaigns that the target file does not list (VDN/id): {names}. List them, so that they may be changed."
        )
    return loaded


def _told_by(base_url: str, left: Sequence[Leftover]) -> dict[str, str]:
    """Where there is no target file: address and campaigns from the journal, so that only credentials must be given."""
    if os.environ.get("ISALES_BASE_URL") or not left:
        return {"base_url": base_url}
    vdn = left[0].campaign[0]
    told = {"base_url": base_url, "vdn_id": str(vdn)}
    told["campaigns"] = ",".join(str(each.campaign[1]) for each in left if each.campaign[0] == vdn)
    foreign = [each.campaign for each in left if each.campaign[0] != vdn]
    return told | ({"foreign": f"{foreign[0][0]}/{foreign[0][1]}"} if foreign else {})


def _ground(target: Target, left: Sequence[Leftover], transport: Transport, log: JournalLog) -> Ground:
    return Ground(
        wire=transport,
        log=log,
        keys=tuple(each.campaign for each in left),
        pool=NumberPool(prefix=target.numbers.prefix, seed=os.getpid()),
        base_path=target.address.base_path,
        authenticated=target.auth.scheme != "none",
        priority=target.numbers.priority,
        restoring=True,
    )


def _show(done: Sequence[PutBack], target: Target) -> None:
    out = console(sys.stdout)
    for each in done:
        sign, style = ("error", "bold red") if each.problem else ("ok", "green")
        out.print(Text.assemble((sign.ljust(5), style), f" campaign {each.campaign[1]} of VDN {each.campaign[0]}: {_said(each)}"))
    if not done:
        out.print("The journal names no campaign: the run had changed nothing.")
    if any(each.problem for each in done):
        out.print(f"Not everything on {target.base_url} could be put back. See to what is named above, then run this command again.")


def _said(done: PutBack) -> str:
    if done.settled_before:
        return "had been put back already."
    parts = [done.problem] if done.problem else []
    parts += [f"{len(done.added)} number(s) added again"] if done.added else []
    parts += (
        [f"{len(done.removed)} number(s) of the run {'removed' if done.seen else 'deleted, were they there or not'}"]
        if done.removed
        else []
    )
    parts += [f"{len(done.strangers)} number(s) left that nobody announced"] if done.strangers else []
    parts += [] if parts else ["nothing was missing and nothing left over"]
    checked = "" if done.problem else "; it was looked at afterwards" if done.seen else "; told by replies, since it can't be looked at"
    return "; ".join(parts) + checked + "."
