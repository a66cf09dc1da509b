"""Files and folders for this user alone, whatever the umask: what was sent and answered is nobody else's business."""

import os
from pathlib import Path

FILE, FOLDER = 0o600, 0o700


def folder(path: Path) -> Path:
    """Make sure of a folder. One that is made is this user's alone; one that is there stays as it is."""
    if not path.exists():
        path.mkdir(mode=FOLDER, parents=True, exist_ok=True)
        path.chmod(FOLDER)
    return path


def create(path: Path, flags: int = os.O_WRONLY | os.O_TRUNC) -> int:
    """Open a file, made where it is missing, and give its descriptor; from then on only this user reads it."""
    handle = os.open(path, flags | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0), FILE)
    try:
        _close_to_others(handle, path)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _close_to_others(handle: int, path: Path) -> None:
    if hasattr(os, "fchmod"):
        os.fchmod(handle, FILE)
    else:
        path.chmod(FILE)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole file."""
    with os.fdopen(create(path), "wb") as file:
        file.write(data)
