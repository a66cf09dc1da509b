"""What a journal says, record by record, and how one record is one line.

A line is `{"seq":N,"crc":"…","record":{…}}`: `seq` counts the records from 1, `crc` is the CRC-32
of the record's bytes as eight hexadecimal digits. Lines of version 1 are the record alone.
"""

import zlib
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta, Struct

from conformance.exchange import CampaignKey

VERSION = 2
"""Of the journal's format."""


class Header(Struct, frozen=True, kw_only=True, tag="journal"):
    """Which target the facts are about."""

    base_url: str
    version: int = VERSION


class Holding(Struct, frozen=True, kw_only=True, tag="holding"):
    """What a campaign held before the run, in the order in which it was shown.

    `priorities`: one for each number (None: not shown), or empty. `complete`: these are all of
    them.
    """

    campaign: CampaignKey
    numbers: tuple[str, ...]
    complete: bool
    priorities: tuple[int | None, ...] = ()


class WillAdd(Struct, frozen=True, kw_only=True, tag="will-add"):
    """Numbers that the run is going to add; they have to go at its end."""

    campaign: CampaignKey
    numbers: tuple[str, ...]


class Borrowed(Struct, frozen=True, kw_only=True, tag="borrowed"):
    """Originals that the run is about to take out."""

    campaign: CampaignKey
    numbers: tuple[str, ...]


class Looks(Struct, frozen=True, kw_only=True, tag="looks"):
    """How looks are read on this target, as the rehearsal found it.

    `form` is its reader's own. `settle`: seconds until a look shows a change. `shows`: how far a
    look shows a campaign. `priority`: sent with numbers that are added.
    """

    form: dict[str, Any]
    settle: float
    shows: str
    priority: int | None = None


class Restored(Struct, frozen=True, kw_only=True, tag="restored"):
    """A campaign holds again what it held; `kept`: and the run's numbers that had to stay in it."""

    campaign: CampaignKey
    kept: tuple[str, ...] = ()


class Forgotten(Struct, frozen=True, kw_only=True, tag="forgotten"):
    """Somebody has seen to the campaigns by hand and wants no more of this journal."""


class Closed(Struct, frozen=True, kw_only=True, tag="closed"):
    """The process ended by itself: it wrote nothing behind this record."""


CampaignFact: TypeAlias = Holding | WillAdd | Borrowed | Restored
Fact: TypeAlias = CampaignFact | Looks | Forgotten
Record: TypeAlias = Header | Fact | Closed


class _Line(Struct, frozen=True, forbid_unknown_fields=True):
    seq: Annotated[int, Meta(ge=1)]
    crc: str
    record: msgspec.Raw


_ENCODER = msgspec.json.Encoder()
_LINES = msgspec.json.Decoder(_Line)
_RECORDS: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


def line_of(seq: int, record: Record) -> bytes:
    """A record as a line of version 2."""
    return _line(seq, _ENCODER.encode(record)) + b"\n"


def _line(seq: int, data: bytes) -> bytes:
    return b'{"seq":%d,"crc":"%08x","record":%s}' % (seq, zlib.crc32(data), data)


def record_of(line: bytes) -> tuple[int, Record] | None:
    """The record of a line of version 2, with its number; None where the line is not as it was
    written.
    """
    try:
        parts = _LINES.decode(line)
        data = bytes(parts.record)
        return (parts.seq, _RECORDS.decode(data)) if line == _line(parts.seq, data) else None
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def plain_record_of(line: bytes) -> Record | None:
    """The record of a line of version 1, which nothing protects; None where it is none."""
    try:
        return _RECORDS.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
