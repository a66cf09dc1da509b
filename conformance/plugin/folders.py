"""The folder of a run: one for each, and `reports/latest` leads to the newest."""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from conformance.errors import ConfigurationError, UsageError
from conformance.private_files import FOLDER_MODE
from conformance.transport import parse_address

REPORTS = Path("reports")
LATEST = "latest"
POINTER = ".txt"
"""What the name of `latest` ends in where no links can be made: a file that holds the folder's
name.
"""
EMULATOR = "emulator"


def kind_of(base_url: str | None, effort: str) -> str:
    """The part of a folder's name that says what was judged, and how much; None: the embedded
    emulator.
    """
    return f"{_server(base_url) if base_url else EMULATOR}-{effort}"


def _server(base_url: str) -> str:
    try:
        name = parse_address(base_url).host_header
    except ConfigurationError:
        name = base_url
    return re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-.") or "target"


def new_folder(kind: str, *, root: Path = REPORTS, now: datetime | None = None) -> Path:
    """Make a folder that was not there, named by the time and a word. Raises UsageError."""
    start = f"{now or datetime.now(UTC):%Y-%m-%dT%H%M%SZ}-{kind}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        for name in _names(start):
            try:
                (root / name).mkdir(mode=FOLDER_MODE)
            except FileExistsError:
                continue
            return root / name
    except OSError as problem:
        raise UsageError(
            f"No folder can be made in {root} ({problem.strerror}). Nothing was sent. Give one with"
            " --out."
        ) from None
    raise AssertionError


def _names(start: str) -> Iterator[str]:
    yield start
    yield from (f"{start}-{count}" for count in itertools.count(2))


def lead_latest(folder: Path) -> str:
    """Have `latest` beside a folder lead to it. Gives a warning, or nothing."""
    link = folder.parent / LATEST
    if link.is_symlink() or not link.exists():
        try:
            _link(link, folder.name)
        except OSError:
            link.with_name(LATEST + POINTER).write_text(f"{folder.name}\n", "utf-8")
        return ""
    return f"{link} is a folder of an earlier run and stays as it is; this run is in {folder}."


def _link(link: Path, name: str) -> None:
    fresh = link.with_name(f".{LATEST}-{name}")
    fresh.symlink_to(name, target_is_directory=True)
    fresh.replace(link)


def followed(path: Path) -> Path:
    """The folder to which a path leads where no links can be made; any other path is itself."""
    pointer = path.with_name(path.name + POINTER)
    if path.name != LATEST or path.exists() or not pointer.is_file():
        return path
    return path.parent / pointer.read_text("utf-8").strip()


def drop_unused(folder: Path) -> None:
    """Remove a new folder in which nothing was written: a run that was refused leaves none."""
    for each in (folder / "allure-results", folder):
        if each.is_dir() and not any(each.iterdir()):
            each.rmdir()
