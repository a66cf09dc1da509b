"""Every exchange as one line of JSON in a file."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from conformance import private_files
from conformance.errors import UsageError
from conformance.exchange import Exchange

WHOLE_BYTES = 48 * 1024 * 1024
"""Bytes of a recording up to which exchanges are recorded as they were: twice what 27,000 calls of
a thorough run on a healthy server come to.
"""
MOST_BYTES = 64 * 1024 * 1024
"""Bytes after which nothing more is recorded."""
BODY_KEPT = 300
"""Bytes of a body beyond WHOLE_BYTES: replies of the documented form are shorter."""
HEADERS_KEPT, VALUE_KEPT = 12, 100
"""Headers, and characters of each, likewise."""

_FLUSH_BYTES = 64 * 1024
_FLUSH_SECONDS = 1.0


class Recorder:
    """Appends exchanges to a new file. They are on disk at the latest a second later, and on
    `close`.

    Its size is bounded, whatever a target replies: beyond WHOLE_BYTES exchanges are recorded in
    short, beyond MOST_BYTES counted.
    """

    def __init__(self, path: Path, *, shared_by: int = 1) -> None:
        """`shared_by` so many processes of a run, each with a file of its own. Raises UsageError
        when the file can't be written.
        """
        self._path = path
        self._whole, self._most = WHOLE_BYTES // shared_by, MOST_BYTES // shared_by
        self._encoder = msgspec.json.Encoder()
        self._buffer = bytearray()
        self._lock = threading.Lock()
        self._failure: OSError | None = None
        self._bytes = 0
        self.left_out = 0
        """Exchanges for which there was no room."""
        self.tolerant = False
        """Whether an exchange that can't be written is left out without a word, until `close`."""
        try:
            private_files.make_folder(path.parent)
            self._file = os.fdopen(private_files.create(path), "wb", buffering=0)
        except OSError as error:
            raise self._unwritable(error) from None
        self._stop = threading.Event()
        self._flusher = threading.Thread(target=self._flush_often, name="recorder", daemon=True)
        self._flusher.start()

    def record(self, exchange: Exchange) -> None:
        """Take an exchange. Raises UsageError when an earlier one could not be written."""
        line = self._line(exchange)
        with self._lock:
            self._append(line)
            if len(self._buffer) >= _FLUSH_BYTES:
                self._flush()
        if self._failure is not None and not self.tolerant:
            raise self._unwritable(self._failure)

    def _line(self, exchange: Exchange) -> bytes:
        line = self._encoder.encode(exchange)
        if self._bytes + len(line) >= self._whole:
            line = self._encoder.encode(shortened(exchange))
        return line + b"\n"

    def _append(self, line: bytes) -> None:
        if self._bytes + len(line) > self._most:
            self.left_out += 1
            return
        self._bytes += len(line)
        self._buffer += line

    def flush(self) -> None:
        """Write what is waiting."""
        with self._lock:
            self._flush()

    def _flush(self) -> None:
        try:
            while self._buffer and self._failure is None:
                del self._buffer[: self._file.write(self._buffer)]
        except OSError as error:
            self._failure = error
            self._buffer.clear()

    def _flush_often(self) -> None:
        while not self._stop.wait(_FLUSH_SECONDS):
            self.flush()

    def close(self) -> None:
        """Write the rest and close the file; may be called twice. Raises UsageError when something
        could not be written.
        """
        if self._file.closed:
            return
        self._stop.set()
        self._flusher.join()
        self.flush()
        self._file.close()
        if self._failure is not None:
            raise self._unwritable(self._failure)

    def _unwritable(self, error: OSError) -> UsageError:
        return UsageError(
            f"The recording {self._path} can't be written ({error.strerror}). The run stops,"
            " because it would lose its evidence: make room, or give another folder with --out."
        )


def shortened(exchange: Exchange) -> Exchange:
    """The exchange with the beginnings of its bodies and headers."""
    call, reply = exchange.call, exchange.reply
    call = replace(
        call, target=call.target[:BODY_KEPT], headers=_few(call.headers), body=call.body[:BODY_KEPT]
    )
    if reply is None:
        return replace(exchange, call=call)
    size = reply.size or (len(reply.body) if len(reply.body) > BODY_KEPT else 0)
    short = replace(reply, headers=_few(reply.headers), body=reply.body[:BODY_KEPT], size=size)
    return replace(exchange, call=call, outcome=short)


def _few(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name[:VALUE_KEPT], value[:VALUE_KEPT]) for name, value in headers[:HEADERS_KEPT])


def read(path: Path) -> Iterator[Exchange]:
    """The exchanges of a recording. A last line that was cut off is left out; any other damage
    raises UsageError with its line.
    """
    decoder = msgspec.json.Decoder(Exchange)
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return
                yield _decoded(decoder, line, path, number)
    except OSError as error:
        raise UsageError(f"The recording {path} can't be read ({error.strerror}).") from None


def _decoded(
    decoder: msgspec.json.Decoder[Exchange], line: bytes, path: Path, number: int
) -> Exchange:
    try:
        return decoder.decode(line)
    except msgspec.MsgspecError as error:
        raise UsageError(
            f"{path}, line {number}: no exchange ({error}). Was the file edited, or written by"
            " another version?"
        ) from None
