"""The journals in a folder: nothing is written beside one that still has to be put back."""

from contextlib import ExitStack
from pathlib import Path

from conformance.config import Target
from conformance.errors import CampaignInUse, UsageError
from conformance.plugin.folders import new_folder
from conformance.transport.journal_index import OpenJournals, advice, refuse_unfinished
from conformance.transport.lock import CampaignLock, state_folder

PATTERNS = ("journal*.jsonl", "*.journal.jsonl")
_ASIDE = ".before"
"""In the name of a journal that an earlier version put aside."""


def journals_in(folder: Path, index: OpenJournals) -> list[Path]:
    """The journals of a folder: its files, and those that are gone but not put back."""
    files = {file.resolve() for pattern in PATTERNS for file in folder.glob(pattern)}
    return sorted(files | {each.path for each in index.within(folder)})


def unfinished_in(folder: Path, index: OpenJournals) -> list[Path]:
    """The journals of a folder of which it is not proved that nothing is left to be put back."""
    return [file for file in journals_in(folder, index) if not index.read(file).finished]


def is_aside(file: Path) -> bool:
    """Whether an earlier version put this journal aside."""
    return _ASIDE in file.name


def make_room(folder: Path, index: OpenJournals, target: Path | None = None) -> None:
    """Remove finished journals of a folder that the user named.

    Raises UsageError where one is not finished: it is neither moved nor overwritten.
    """
    if unfinished := unfinished_in(folder, index):
        named = ", ".join(map(str, unfinished))
        raise UsageError(
            f"{folder} holds a journal of a run that is not known to have put everything back:"
            f" {named}. Nothing was sent, and nothing was"
            f" overwritten.\n{advice(unfinished, target)}\nOr give another folder with --out;"
            " without it each run gets its own."
        )
    for file in journals_in(folder, index):
        if not is_aside(file):
            file.unlink(missing_ok=True)
            index.remove(file)


def own_folder(
    out: Path | None, kind: str, index: OpenJournals, target: Path | None = None
) -> Path:
    """The folder for a command's journals: the one that the user named, or a new one. Raises
    UsageError.
    """
    if out is None:
        return new_folder(kind)
    make_room(out, index, target)
    return out


def left_open(folder: Path, since: float, index: OpenJournals) -> list[Path]:
    """Journals of a folder, written since a moment, that are not finished."""
    return [
        file
        for file in unfinished_in(folder, index)
        if file.exists() and file.stat().st_mtime >= since
    ]


def refuse_early(target: Target, file: Path | None) -> None:
    """Before anything is sent: raise UsageError where campaigns of a target are not put back yet.

    Where another run holds one, nothing is said: whoever opens the campaigns names that run.
    """
    with ExitStack() as stack:
        try:
            for key in target.disposable:
                stack.enter_context(
                    CampaignLock(state_folder(), base_url=target.base_url, campaign=key)
                )
        except CampaignInUse:
            return
        refuse_unfinished(
            OpenJournals(state_folder()), target.base_url, target.disposable, target=file
        )
