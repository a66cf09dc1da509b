"""What a run must not forget, on disk before it acts: what campaigns held, which numbers it adds, what it has put back.

Every fact is one line of JSON, written through to the disk before `write` returns. The first line says which target it is about.
"""

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

import msgspec
from msgspec import Struct

from conformance.errors import UsageError
from conformance.exchange import CampaignKey

VERSION = 1
"""Of the journal's format."""


class Header(Struct, frozen=True, kw_only=True, tag="journal"):
    """Which target the facts are about."""

    base_url: str
    version: int = VERSION


class Holding(Struct, frozen=True, kw_only=True, tag="holding"):
    """What a campaign held before the run; `complete`: these are all of its numbers."""

    campaign: CampaignKey
    numbers: tuple[str, ...]
    complete: bool


class WillAdd(Struct, frozen=True, kw_only=True, tag="will-add"):
    """Numbers that the run is going to add; they have to go at its end."""

    campaign: CampaignKey
    numbers: tuple[str, ...]


class Restored(Struct, frozen=True, kw_only=True, tag="restored"):
    """A campaign holds again what it held."""

    campaign: CampaignKey


Fact: TypeAlias = Holding | WillAdd | Restored


class Journal:
    """A file that only grows. Safe for several threads."""

    def __init__(self, path: Path, *, base_url: str) -> None:
        """Create a journal, or go on with one of the same target. Raises UsageError when neither is possible."""
        self._path = path
        self._encoder = msgspec.json.Encoder()
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            known = path.exists() and _prepared_to_go_on(path, base_url)
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise self._unwritable(error) from None
        if not known:
            self._append(Header(base_url=base_url))
            _sync_folder(path.parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def write(self, *facts: Fact) -> None:
        """Add facts; they are on disk on return. Raises UsageError when they can't be written: then nothing may be changed."""
        self._append(*facts)

    def _append(self, *lines: Header | Fact) -> None:
        data = b"".join(self._encoder.encode(line) + b"\n" for line in lines)
        try:
            with self._lock:
                while data:
                    data = data[self._file.write(data) :]
                os.fsync(self._file.fileno())
        except OSError as error:
            raise self._unwritable(error) from None

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()

    def _unwritable(self, error: OSError) -> UsageError:
        return UsageError(
            f"The journal {self._path} can't be written ({error.strerror}). Without it a run could not put back what it takes, so it "
            "changes nothing: make room, or give another folder."
        )


class Contents(Struct, frozen=True, kw_only=True):
    """A journal read back."""

    header: Header
    facts: tuple[Fact, ...]


def read(path: Path) -> Contents:
    """The facts of a journal; a last line that was cut off is left out. Raises UsageError when it is no journal."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        raise UsageError(f"The journal {path} can't be read ({error.strerror}).") from None
    if not lines:
        raise UsageError(f"{path} holds no complete line, so the run that made it had not begun to change anything.")
    try:
        header = msgspec.json.decode(lines[0], type=Header)
        return Contents(header=header, facts=tuple(_decoded(lines[1:])))
    except msgspec.MsgspecError as error:
        raise UsageError(f"{path} is no journal of this program: {error}. Give the file journal.jsonl of a run.") from None


def _decoded(lines: Iterable[bytes]) -> Iterable[Fact]:
    decoder: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)
    return (decoder.decode(line) for line in lines)


def _prepared_to_go_on(path: Path, base_url: str) -> bool:
    """Cut off a half last line, which nothing relied on yet, and check the target; False where nothing is left."""
    complete = path.read_bytes().rfind(b"\n") + 1
    os.truncate(path, complete)
    if not complete:
        return False
    header = read(path).header
    if header.base_url != base_url:
        raise UsageError(f"The journal {path} is about {header.base_url}, not about {base_url}. Give another folder.")
    return True


def _sync_folder(folder: Path) -> None:
    """A new file survives a crash only when its folder has been written, too. Windows neither can nor needs to."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
