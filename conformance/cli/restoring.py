"""`restore`: what a run has left behind in campaigns, put back from its journal."""

import os
import re
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct
from rich.console import Console
from rich.text import Text

from conformance import private_files
from conformance.campaigns import Leftover, Restoration, leftovers, reopened, settled
from conformance.cli.planning import overridden
from conformance.config import Target, load_target
from conformance.errors import CannotJudge, SuiteError, UsageError
from conformance.finding import counted
from conformance.plugin.folders import followed
from conformance.plugin.journals import is_aside, journals_in, unfinished_in
from conformance.report import verdict_json
from conformance.report.terminal import console
from conformance.transport import parse_address
from conformance.transport.journal import Forgotten, Journal, JournalContents, uniform
from conformance.transport.journal_index import OpenJournals, restore_command
from conformance.transport.lock import CampaignLock, state_folder


class _Source(Struct, frozen=True, kw_only=True):
    """A journal: its file, which may be gone, and what it and the index tell."""

    path: Path
    contents: JournalContents

    @property
    def base_url(self) -> str | None:
        header = self.contents.header
        return header.base_url if header else None


def restore(
    journal: Annotated[
        list[Path],
        typer.Argument(
            help=(
                "Journal of a run, or the run's folder (reports/latest); several are those of one"
                " run's workers."
            )
        ),
    ],
    target: Annotated[
        Path | None,
        typer.Option(help="Target file; without it the journal's base URL and ISALES_* variables."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override a key of the target file."),
    ] = None,
    forget: Annotated[
        bool,
        typer.Option(
            "--forget",
            help="Send nothing: somebody has seen to it by hand. Says what the journal held.",
        ),
    ] = False,
) -> None:
    """Give the campaigns of a run that ended early what they held before it. Can be run twice."""
    index = OpenJournals(state_folder())
    sources = [_Source(path=path, contents=index.read(path)) for path in _files(journal, index)]
    if forget:
        _forget(sources, index)
        return
    if not sources:
        console(sys.stdout).print(
            "No campaign had been opened there, and no journal is open: nothing is to be put back."
        )
        return
    for source in sources:
        _must_tell_something(source)
    sources += _finished_beside(sources, index)
    left = leftovers(source.contents for source in sources)
    if all(source.contents.finished for source in sources):
        _show([settled(each) for each in left], "the target", sources, [])
        return
    loaded = _target(target, overridden(set_ or []), sources, left)
    result = _put_back(sources, loaded)
    damage = _damage(sources)
    _show(result, loaded.base_url, sources, damage)
    raise typer.Exit(
        CannotJudge.exit_code
        if damage or any(each.problem or each.damage for each in result)
        else 0
    )


def _put_back(sources: Sequence[_Source], target: Target) -> list[Restoration]:
    journals = [(source.path, source.contents) for source in sources]
    with reopened(target, journals, seed=os.getpid()) as put_back:
        return put_back()


def _files(given: Sequence[Path], index: OpenJournals) -> list[Path]:
    """The journals that were named, and those of folders that were."""
    found = [file for path in given for file in _at(followed(path), index)]
    return list(dict.fromkeys(found))


def _at(path: Path, index: OpenJournals) -> list[Path]:
    if path.is_file() or index.of(path):
        return [path]
    if files := journals_in(path, index):
        return unfinished_in(path, index) or [file for file in files if not is_aside(file)] or files
    if _touched_nothing(path):
        return []
    if path.is_dir():
        raise UsageError(
            f"There is no journal in {path}. A run leaves journal.jsonl in its folder:"
            " reports/latest leads to the last one."
        )
    raise UsageError(
        f"The journal {path} can't be read (No such file or directory), and the index of open"
        " journals does not know it."
    )


def _finished_beside(sources: Sequence[_Source], index: OpenJournals) -> list[_Source]:
    """What other workers of the same runs wrote, who had put everything back.

    Their numbers may be among what an unfinished journal says was held, and what they left is told
    again.
    """
    about = {uniform(source.base_url) for source in sources if source.base_url}
    folders = dict.fromkeys(
        source.path.parent for source in sources if not source.contents.finished
    )
    given = {source.path.resolve() for source in sources}
    files = [file for folder in folders for file in journals_in(folder, index) if file not in given]
    beside = [_Source(path=file, contents=index.read(file)) for file in files if not is_aside(file)]
    return [
        each
        for each in beside
        if each.contents.finished and each.base_url and uniform(each.base_url) in about
    ]


def _touched_nothing(folder: Path) -> bool:
    """Whether a folder holds the verdict of a run that ended before it opened a campaign."""
    if not (folder / verdict_json.FILE).is_file():
        return False
    try:
        document = verdict_json.load(folder)
    except SuiteError:
        return False
    return not document.campaigns and not document.failures


def _must_tell_something(source: _Source) -> None:
    """Raise where nothing at all is known of what a journal was about."""
    contents = source.contents
    if not contents.blank or contents.facts or contents.end_known:
        return
    if not contents.alike:
        raise UsageError(
            f"{source.path} is no journal of this program. Give the file journal.jsonl of a run."
        )
    raise CannotJudge(
        f"{source.path} holds no whole record, and the index of open journals knows nothing of it:"
        " what the run had changed can't be known. Compare the campaigns that it was to use with"
        " your own lists; then say that somebody has seen to it:\n   "
        f" {_forget_command(source.path)}"
    )


def _forget_command(path: Path) -> str:
    return f"{restore_command([path])} --forget"


def _forget(sources: Sequence[_Source], index: OpenJournals) -> None:
    """Say what each journal held, then have it count as seen to. Raises CampaignInUse where the run
    is still at work.
    """
    out = console(sys.stdout)
    for source in sources:
        with ExitStack() as stack:
            for campaign in source.contents.campaigns if source.base_url else ():
                stack.enter_context(
                    CampaignLock(state_folder(), base_url=source.base_url or "", campaign=campaign)
                )
            _forget_one(source, index, out)


def _forget_one(source: _Source, index: OpenJournals, out: Console) -> None:
    for each in leftovers([source.contents]):
        out.print(Text(_held(each)), soft_wrap=True)
    if source.path.exists():
        with Journal(source.path, base_url=None, entry=index.entry(source.path)) as journal:
            journal.write(Forgotten())
    index.remove(source.path)
    out.print(Text(f"{source.path} counts as seen to. Nothing was sent."), soft_wrap=True)


def _held(left: Leftover) -> str:
    name = f"campaign {left.campaign[1]} of VDN {left.campaign[0]}"
    if left.settled:
        return f"{name} had been put back already."
    numbers = ", ".join(left.order) or "no number that is known"
    lost = f" ({'; '.join(left.damage)})" if left.damage else ""
    return (
        f"{name} held {numbers}{lost}; {len(left.announced)} number(s) of the run may be left"
        " in it."
    )


def _damage(sources: Sequence[_Source]) -> list[str]:
    """What journals have lost that are not known to be done with, and those whose end nobody
    knows.
    """
    told: list[str] = []
    for contents in (source.contents for source in sources):
        if not contents.finished:
            told += contents.damage
    unknown = [
        each.path.name
        for each in sources
        if not each.contents.intact and not each.contents.damage and not each.contents.campaigns
    ]
    told += [f"{name} names no campaign, and nothing shows that it is whole" for name in unknown]
    return list(dict.fromkeys(told))


def _target(
    file: Path | None,
    overrides: dict[str, str],
    sources: Sequence[_Source],
    left: Sequence[Leftover],
) -> Target:
    """The target of the journals. Raises UsageError where the file is about another one, or does
    not list a campaign.
    """
    about = _about(sources)
    if file is None:
        if about is None and not os.environ.get("ISALES_BASE_URL"):
            raise UsageError(
                f"{_damage(sources)[0]}: give the target file of that run with --target."
            )
        overrides = (_told_by(about, left) if about else {}) | overrides
    loaded = load_target(file, os.environ, overrides)
    if about is not None and parse_address(about).url != loaded.address.url:
        raise UsageError(
            f"The journal is about {about}, the target file about {loaded.base_url}. Give the"
            " target file of that run."
        )
    unlisted = sorted({each.campaign for each in left if not each.settled} - set(loaded.disposable))
    if unlisted:
        names = ", ".join(f"{vdn}/{campaign}" for vdn, campaign in unlisted)
        raise UsageError(
            f"The journal names campaigns that the target file does not list (VDN/id): {names}."
            " List them, so that they may be changed."
        )
    return loaded


def _about(sources: Sequence[_Source]) -> str | None:
    """The one server that the journals are about, as far as they tell."""
    urls = {parse_address(source.base_url).url: source for source in sources if source.base_url}
    if len(urls) > 1:
        commands = "\n".join(f"    {restore_command([source.path])}" for source in sources)
        raise UsageError(
            f"These journals are about several servers ({', '.join(urls)}). Put each back by"
            f" itself:\n{commands}"
        )
    return next((source.base_url for source in urls.values()), None)


def _told_by(base_url: str, left: Sequence[Leftover]) -> dict[str, str]:
    """Where there is no target file: address and campaigns from the journal, so that only
    credentials must be given.
    """
    if os.environ.get("ISALES_BASE_URL") or not left:
        return {"base_url": base_url}
    vdn = left[0].campaign[0]
    told = {"base_url": base_url, "vdn_id": str(vdn)}
    told["campaigns"] = ",".join(str(each.campaign[1]) for each in left if each.campaign[0] == vdn)
    foreign = [each.campaign for each in left if each.campaign[0] != vdn]
    return told | ({"foreign": f"{foreign[0][0]}/{foreign[0][1]}"} if foreign else {})


def _show(
    result: Sequence[Restoration], base_url: str, sources: Sequence[_Source], damage: Sequence[str]
) -> None:
    out = console(sys.stdout)
    for words in damage:
        out.print(
            Text.assemble(("error", "bold red"), f" {words}: what it said there can't be known."),
            soft_wrap=True,
        )
    for each in result:
        sign, style = ("error", "bold red") if each.problem or each.damage else ("ok", "green")
        out.print(
            Text.assemble(
                (sign.ljust(5), style),
                f" campaign {each.campaign[1]} of VDN {each.campaign[0]}: {_said(each)}",
            )
        )
    if words := _further(result, sources):
        out.print(Text(words))
    if not result and not damage:
        out.print("The journal is whole and names no campaign: the run had changed nothing.")
    if any(each.problem for each in result):
        out.print(
            f"Not everything on {base_url} could be put back. See to what is named above, then run"
            " this command again."
        )
    if damage or any(each.damage for each in result):
        out.print(_ADVICE)
        for source in sources:
            out.print(Text(f"    {_forget_command(source.path)}"), soft_wrap=True)


MOST_PRINTED = 100
"""Numbers that are named on the terminal beside those of the sentences; more go into a file."""
FURTHER = "not-put-back.txt"


def _further(result: Sequence[Restoration], sources: Sequence[_Source]) -> str:
    """The numbers that may be missing or left over and that the sentences leave out, or where."""
    lines, count = [], 0
    for each in result:
        told = frozenset(re.findall("[0-9]+", each.problem))
        name = f"campaign {each.campaign[1]} of VDN {each.campaign[0]}"
        for what, numbers in (("missing from", each.missing), ("left in", each.left_over)):
            if further := sorted(numbers - told):
                lines.append(f"Further numbers that may be {what} {name}: {', '.join(further)}")
                count += len(further)
    file = sources[0].path.parent / FURTHER
    with suppress(OSError):  # where it can't be written, they are named all the same
        file.unlink(missing_ok=True)  # an earlier restoration's is not true any more
        if count > MOST_PRINTED:
            private_files.write_bytes(file, "\n".join([*lines, ""]).encode())
            return f"{counted(count, 'further number')} that may be missing or left: see {file}"
    return "\n".join(lines)


_ADVICE = (
    "What could be read was seen to. Compare the campaigns with your own lists, since more may have"
    " been lost; then say that somebody has seen to it:"
)


def _said(result: Restoration) -> str:
    if result.settled_before:
        back = f"had been put back already{f'; {_kept(result)}' if result.kept else ''}."
        return "was seen to by hand (--forget)." if result.forgotten else back
    parts = [result.problem] if result.problem else []
    parts += [f"{len(result.added)} number(s) added again"] if result.added else []
    parts += (
        [
            f"{len(result.removed)} number(s) of the run"
            f" {'removed' if result.looked_at else 'deleted, were they there or not'}"
        ]
        if result.removed
        else []
    )
    parts += [_kept(result)] if result.kept else []
    parts += (
        [f"{len(result.strangers)} number(s) left that nobody announced"]
        if result.strangers
        else []
    )
    parts += [] if parts else ["nothing was missing and nothing left over"]
    looked = (
        "it was looked at afterwards"
        if result.looked_at
        else "told by replies, since it can't be looked at"
    )
    checked = "" if result.problem else f"; {looked}"
    doubt = f". Not known to be all of it: {'; '.join(result.damage)}" if result.damage else ""
    return "; ".join(parts) + checked + doubt + "."


def _kept(result: Restoration) -> str:
    return f"it held nothing else and keeps {', '.join(sorted(result.kept))}, the last number"
