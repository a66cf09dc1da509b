"""A fresh journal for each run, and no silence about an earlier run that did not put back what it took."""

from pathlib import Path

from conformance.errors import SuiteError, UsageError
from conformance.transport.journal import Contents, Holding, Restored, read


def make_way(path: Path, base_url: str) -> None:
    """Put an earlier run's journal aside. Raises UsageError when it tells of the same target and was not restored."""
    if not path.exists():
        return
    contents = _readable(path)
    if contents is not None and contents.header.base_url == base_url and unrestored(contents):
        raise UsageError(
            f"The journal {path} tells of a run on this target that did not put back what it took (campaigns "
            f"{', '.join(str(key[1]) for key in unrestored(contents))}). Run `isales-conformance restore {path}` with the target file first, "
            "or move the journal away if somebody has seen to it."
        )
    path.replace(path.with_suffix(".before.jsonl"))


def unrestored(contents: Contents) -> list[tuple[int, int]]:
    """The campaigns that a journal names as changed and not as put back."""
    held = {fact.campaign for fact in contents.facts if isinstance(fact, Holding)}
    done = {fact.campaign for fact in contents.facts if isinstance(fact, Restored)}
    return sorted(held - done)


def _readable(path: Path) -> Contents | None:
    try:
        return read(path)
    except SuiteError:
        return None  # a run that ended before it changed anything leaves no complete line
