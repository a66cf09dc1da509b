"""Files that are there whole or not at all, and for this user alone."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from conformance import private_files


@contextmanager
def writing(path: Path) -> Iterator[TextIO]:
    """Open a neighbour of the file for UTF-8 text; it takes the file's place when the block ends
    well, and goes when it does not.
    """
    private_files.make_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        text = os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n")
        with text as file:
            yield file
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def write_text(path: Path, text: str) -> None:
    """Write the whole file at once."""
    with writing(path) as file:
        file.write(text)
