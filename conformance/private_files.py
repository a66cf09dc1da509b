"""Files and folders for this user alone, whatever the umask, and such as a crash leaves whole: what
was sent and answered is nobody else's business.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700


def make_folder(path: Path) -> Path:
    """Make sure of a folder. One that is made is this user's alone; one that is there stays as
    it is.
    """
    if not path.exists():
        path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        path.chmod(FOLDER_MODE)
    return path


def create(path: Path, flags: int = os.O_WRONLY | os.O_TRUNC) -> int:
    """Open a file, made where it is missing, and give its descriptor; from then on only this user
    reads it.
    """
    handle = os.open(
        path,
        flags | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0),
        FILE_MODE,
    )
    try:
        _close_to_others(handle, path)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _close_to_others(handle: int, path: Path) -> None:
    if hasattr(os, "fchmod"):
        os.fchmod(handle, FILE_MODE)
    else:
        path.chmod(FILE_MODE)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole file."""
    with os.fdopen(create(path), "wb") as file:
        file.write(data)


def open_to_append(path: Path) -> int:
    """A descriptor that only adds to a file; the file is made where there is none."""
    make_folder(path.parent)
    return create(path, os.O_WRONLY | os.O_APPEND)


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
