"""What was found on earlier nights, kept in a database of hypothesis, so that it is tried first.

Any `ExampleDatabase` will do. Under `INDEX` stand the keys `clause|kind|detail`; under
`program:KEY` the programs that showed the deviation, each as JSON; under `clean:KEY` the days on
which it was tried and did not show.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

import msgspec
from hypothesis.database import (
    DirectoryBasedExampleDatabase,
    ExampleDatabase,
    MultiplexedDatabase,
    ReadOnlyDatabase,
)
from msgspec import Struct

from conformance.exchange import Call, CampaignKey
from conformance.readable import encoded

CLEAN_NIGHTS = 5
"""After so many days on which it was tried and did not show, a program is forgotten."""
INDEX = b"isales-conformance:known"

Key: TypeAlias = tuple[str, str, str]
"""Clause, kind, detail."""


class Program(Struct, frozen=True, kw_only=True):
    """Calls that showed a deviation, and what every campaign of the run held before them, the
    target's own VDN first.

    `together`: they were sent at the same time.
    """

    clause: str
    kind: str
    detail: str
    start: tuple[tuple[CampaignKey, tuple[str, ...]], ...]
    calls: tuple[Call, ...]
    base_path: str = ""
    together: bool = False

    @property
    def key(self) -> Key:
        """The deviation that it shows."""
        return (self.clause, self.kind, self.detail)


class KnownPrograms:
    """The programs of a database."""

    def __init__(self, database: ExampleDatabase) -> None:
        self._database = database

    def programs(self) -> list[Program]:
        """The shortest known program of each deviation, those that showed last first; in an order
        that only the contents decide.
        """
        ranked = sorted(
            self._shortest(),
            key=lambda program: (self.clean_days(program.key), len(program.calls), program.key),
        )
        return list(ranked)

    def _shortest(self) -> Iterator[Program]:
        for index in sorted(self._database.fetch(INDEX)):
            held = [
                program
                for value in self._database.fetch(_program(index))
                if (program := _decoded(value)) is not None
            ]
            if held:
                yield min(held, key=lambda program: (len(program.calls), encoded(program)))

    def clean_days(self, key: Key) -> int:
        """Days on which the deviation was tried and did not show."""
        return len(set(self._database.fetch(_clean(_index(key)))))

    def showed(self, program: Program) -> bool:
        """Keep the program of a deviation that showed; older ones go, and so do its clean days.

        False where it was not kept: hypothesis says nothing of a folder that can't be written.
        """
        index, value = _index(program.key), encoded(program)
        self._database.save(INDEX, index)
        self._database.save(_program(index), value)
        self._clear(_program(index), but=value)
        self._clear(_clean(index))
        return value in set(self._database.fetch(_program(index)))

    def clean(self, key: Key, today: date) -> None:
        """Note that the deviation was tried today and did not show; forget it after enough such
        days.
        """
        index = _index(key)
        self._database.save(_clean(index), today.isoformat().encode())
        if self.clean_days(key) >= CLEAN_NIGHTS:
            self._clear(_program(index))
            self._clear(_clean(index))
            self._database.delete(INDEX, index)

    def _clear(self, key: bytes, but: bytes | None = None) -> None:
        for value in list(self._database.fetch(key)):
            if value != but:
                self._database.delete(key, value)


def open_known(folders: Sequence[Path]) -> KnownPrograms:
    """The programs in the first folder, which is written, and in the others, which are only
    read.
    """
    first, *others = (DirectoryBasedExampleDatabase(folder) for folder in folders)
    return KnownPrograms(
        MultiplexedDatabase(first, *(ReadOnlyDatabase(other) for other in others))
        if others
        else first
    )


def _decoded(value: bytes) -> Program | None:
    """A program, or None for one that another version of the suite has written: a database is a
    cache.
    """
    try:
        return msgspec.json.decode(value, type=Program)
    except msgspec.MsgspecError:
        return None


def _index(key: Key) -> bytes:
    return "|".join(key).encode("utf-8", "backslashreplace")


def _program(index: bytes) -> bytes:
    return b"isales-conformance:program:" + index


def _clean(index: bytes) -> bytes:
    return b"isales-conformance:clean:" + index
