"""What a run must not forget, on disk before it acts: what campaigns held, which numbers it adds,
what it takes out, what it has put back.

Every record is one line with a number and a checksum, on the disk before `write` returns.
"""

import os
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from conformance.errors import UsageError
from conformance.private_files import open_to_append, sync_folder
from conformance.transport.address import parse_address
from conformance.transport.journal_reading import JournalContents, read
from conformance.transport.journal_records import (
    VERSION,
    Borrowed,
    CampaignFact,
    Closed,
    Fact,
    Forgotten,
    Header,
    Holding,
    Looks,
    Record,
    Restored,
    WillAdd,
    line_of,
)

__all__ = [
    "VERSION",
    "Borrowed",
    "CampaignFact",
    "Closed",
    "Fact",
    "Forgotten",
    "Header",
    "Holding",
    "Journal",
    "JournalContents",
    "Looks",
    "Record",
    "Restored",
    "WillAdd",
    "read",
]


class IndexEntry(Protocol):
    """What is kept of a journal in another place; the index of open journals makes them."""

    @property
    def written(self) -> int:
        """The number of the last record that was written."""

    def note(self, facts: tuple[Fact, ...]) -> None:
        """Facts that are about to be written."""

    def wrote(self, seq: int, facts: tuple[Fact, ...]) -> None:
        """These are on the disk, the last with this number."""

    def close(self) -> None:
        """The journal is closed."""


class Journal:
    """A file that only grows. Safe for several threads."""

    def __init__(
        self, path: Path, *, base_url: str | None, entry: IndexEntry | None = None
    ) -> None:
        """Begin a journal, or go on with one of the same target, however damaged it is.

        `base_url` None: go on with it whatever it is about. Raises UsageError when neither is
        possible.
        """
        self._path = path
        self._entry = entry
        self._lock = threading.Lock()
        try:
            known = self._known(path, base_url)
            self._file = os.fdopen(open_to_append(path), "wb", buffering=0)
        except OSError as error:
            raise self._unwritable(error) from None
        self._next = known.next_seq if known else (entry.written if entry else 0) + 1
        self._torn = known is not None and known.torn
        if base_url is not None and (known is None or known.header is None):
            self._begin(Header(base_url=base_url))

    def _begin(self, header: Header) -> None:
        try:
            self._append(header)
            sync_folder(self._path.parent)
            if self._entry is not None:
                self._entry.wrote(self._next - 1, ())
        except BaseException:
            self._file.close()
            raise

    def _known(self, path: Path, base_url: str | None) -> JournalContents | None:
        if not path.exists() or not path.stat().st_size:
            return None
        known = read(path, written=self._entry.written if self._entry else None)
        if known.blank and not known.alike:
            raise UsageError(f"{path} is no journal of this program. Give another folder.")
        about = known.header.base_url if known.header else None
        if about is not None and base_url is not None and not same_target(about, base_url):
            raise UsageError(
                f"The journal {path} is about {about}, not about {base_url}. Give another folder."
            )
        return known

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(ended=True)

    def write(self, *facts: Fact) -> None:
        """Add facts; they are on disk on return.

        Raises UsageError when they can't be written: then nothing may be changed.
        """
        with self._lock:
            try:
                if self._entry is not None:
                    self._entry.note(facts)
                self._append(*facts)
                if self._entry is not None:
                    self._entry.wrote(self._next - 1, facts)
            except OSError as error:
                raise self._unwritable(error) from None

    def _append(self, *records: Record) -> None:
        lines = [line_of(self._next + place, record) for place, record in enumerate(records)]
        try:
            self._through(b"".join(lines))
        except OSError as error:
            raise self._unwritable(error) from None

    def _through(self, data: bytes) -> None:
        """To the disk. A line of which only a part could be written is ended before the next;
        whatever was written keeps its number.
        """
        if self._torn:
            self._file.write(b"\n")
            self._torn = False
        while data:
            count = self._file.write(data)
            self._next += data[:count].count(b"\n")
            self._torn = not data[:count].endswith(b"\n")
            data = data[count:]
        os.fsync(self._file.fileno())

    def close(self, *, ended: bool = False) -> None:
        """Close the file; `ended` writes first that nothing more is said. May be called twice."""
        if self._file.closed:
            return
        if ended:
            # what counts is on the disk; without this the end is not proved
            with suppress(UsageError):
                self._append(Closed())
                if self._entry is not None:
                    self._entry.wrote(self._next - 1, ())
        self._file.close()
        if self._entry is not None:
            self._entry.close()

    def _unwritable(self, error: OSError) -> UsageError:
        return UsageError(
            f"The journal {self._path} can't be written ({error.strerror}). Without it a run could"
            " not put back what it takes, so it changes nothing: make room, or give another"
            " folder."
        )


def same_target(one: str, other: str) -> bool:
    """Whether two base URLs are written differently at most."""
    return uniform(one) == uniform(other)


def uniform(base_url: str) -> str:
    """A base URL, written uniformly; one that can't be read stays as it is."""
    try:
        return parse_address(base_url).url
    except UsageError:
        return base_url
