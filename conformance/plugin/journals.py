"""A fresh journal for each run, and no silence about an earlier run that did not put back what it took."""

import itertools
from pathlib import Path

from conformance.campaigns import open_campaigns
from conformance.errors import SuiteError, UsageError
from conformance.exchange import CampaignKey
from conformance.transport.journal import Contents, read


def make_way(path: Path, base_url: str) -> None:
    """Put an earlier run's journal aside. Raises UsageError when it tells of the same target and was not restored."""
    if not path.exists():
        return
    contents = _readable(path)
    if contents is not None and contents.header.base_url == base_url and unrestored(contents):
        raise UsageError(
            f"The journal {path} tells of a run on this target that did not put back what it took (campaigns "
            f"{', '.join(str(key[1]) for key in unrestored(contents))}). Run `isales-conformance restore {path}` with the target file "
            "first, or move the journal away if somebody has seen to it."
        )
    path.replace(_aside(path, contents))


def unrestored(contents: Contents) -> list[CampaignKey]:
    """The campaigns that a journal names as changed and not as put back."""
    return open_campaigns(contents)


def left_open(folder: Path, since: float) -> list[Path]:
    """Journals of a folder, written since a moment, that name campaigns which were not put back."""
    recent = [file for file in sorted(folder.glob("journal*.jsonl")) if _BEFORE not in file.name and file.stat().st_mtime >= since]
    return [file for file in recent if (contents := _readable(file)) is not None and unrestored(contents)]


_BEFORE = ".before"


def _aside(path: Path, contents: Contents | None) -> Path:
    """Where an earlier journal goes. One that is still needed, for another target, is never overwritten."""
    if contents is None or not unrestored(contents):
        return path.with_suffix(f"{_BEFORE}.jsonl")
    names = (path.with_suffix(f"{_BEFORE}-{count}.jsonl") for count in itertools.count(1))
    return next(name for name in names if not name.exists())


def _readable(path: Path) -> Contents | None:
    try:
        return read(path)
    except SuiteError:
        return None  # a run that ended before it changed anything leaves no complete line
