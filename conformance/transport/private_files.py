"""Files that only their user may read, and that a crash leaves whole."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700


def make_folder(folder: Path) -> None:
    """Make a folder that only its user may enter; one that is there keeps its mode."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)


def open_to_append(path: Path) -> int:
    """A descriptor that only adds to a file; the file is made where there is none."""
    make_folder(path.parent)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, FILE_MODE)


def replace_with(path: Path, data: bytes) -> None:
    """Write a whole file: after a crash it holds what it held before, or all of this."""
    make_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Write a folder's list of names to the disk. Windows neither can nor needs to."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
