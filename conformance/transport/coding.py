"""The content of a reply: its codings removed as it comes, counted whole, and kept as far as
anybody will read it.
"""

import zlib
from collections.abc import Iterator

from conformance.transport.failure import Broken

MOST_CODINGS = 4
"""Codings of one body, one upon the other, that are removed: each costs a window of memory, and
nobody uses two.
"""
_PIECE = 64 * 1024
"""Decoded bytes that are made at once, however much they were compressed."""
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_RAW = -zlib.MAX_WBITS
_KNOWN = frozenset({"gzip", "x-gzip", "deflate"})


class Content:
    """Takes a body in pieces. `kept` is its beginning, at most `most` bytes; `size` counts what
    came out in all.
    """

    __slots__ = ("_chunks", "_kept", "_layers", "_limit", "_most", "size")

    def __init__(self, codings: str, *, most: int, limit: int) -> None:
        """`codings` of a Content-Encoding header; a coding that is not known stays on the body,
        with those below it.

        Raises Broken where there are more than MOST_CODINGS.
        """
        self._layers = [_Inflater(name, limit) for name in _removable(codings)]
        self._most, self._limit = most, limit
        self._chunks: list[bytes] = []
        self._kept = 0
        self.size = 0

    def feed(self, data: bytes) -> None:
        """Take bytes as they came. Raises Broken where they are not what the header says, or more
        than `limit` come out.
        """
        for piece in self._decoded(data, 0):
            self.size += len(piece)
            if self.size > self._limit:
                raise Broken(
                    "protocol", f"the decoded reply is larger than {self._limit} bytes", begun=True
                )
            if self._kept < self._most:
                self._chunks.append(piece[: self._most - self._kept])
                self._kept += len(self._chunks[-1])

    def _decoded(self, data: bytes, depth: int) -> Iterator[bytes]:
        if depth == len(self._layers):
            yield data
            return
        for piece in self._layers[depth].feed(data):
            yield from self._decoded(piece, depth + 1)

    def finish(self) -> tuple[bytes, int]:
        """The kept bytes, and how many came in all (0: all are kept). Raises Broken where a coding
        is cut short.
        """
        for layer in self._layers:
            layer.end()
        return b"".join(self._chunks), self.size if self.size > self._kept else 0


def _removable(codings: str) -> list[str]:
    found: list[str] = []
    for coding in reversed(codings.lower().split(",")):
        name = coding.strip()
        if name in {"", "identity"}:
            continue
        if name not in _KNOWN:
            break
        found.append(name)
        if len(found) > MOST_CODINGS:
            raise Broken(
                "protocol", f"the reply has more than {MOST_CODINGS} content codings", begun=True
            )
    return found


class _Inflater:
    """One coding. A body may consist of several compressed members, one after another."""

    __slots__ = ("_limit", "_member", "_name", "_out", "_start", "_window")

    def __init__(self, name: str, limit: int) -> None:
        self._name, self._limit = name, limit
        self._start = b""
        self._window = 0
        self._member: zlib._Decompress | None = None
        self._out = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decoded pieces. Raises Broken."""
        if not self._window:
            self._start += data
            if len(self._start) < 2:
                return
            self._window, data = _window(self._start, self._name), self._start
        yield from self._inflated(data)

    def _inflated(self, data: bytes) -> Iterator[bytes]:
        while data or self._member is not None:
            member = self._member = self._member or zlib.decompressobj(self._window)
            try:
                piece = member.decompress(data, _PIECE)
            except zlib.error as error:
                raise self._unlike(error) from None
            self._out += len(piece)
            if self._out > self._limit:
                raise Broken(
                    "protocol", f"the decoded reply is larger than {self._limit} bytes", begun=True
                )
            if piece:
                yield piece
            if member.eof:
                self._member, data = None, member.unused_data
            elif member.unconsumed_tail or len(piece) == _PIECE:
                data = member.unconsumed_tail
            else:
                return

    def end(self) -> None:
        """Raise Broken where the last member is not complete. An empty body has none; a single
        byte is none.
        """
        if self._member is not None or (self._start and not self._window):
            raise self._unlike("it is cut short")

    def _unlike(self, error: object) -> Broken:
        return Broken(
            "protocol", f"Content-Encoding is {self._name}, the body is not ({error})", begun=True
        )


def _window(start: bytes, name: str) -> int:
    """Some servers send `deflate` without the zlib wrapper, whose first byte has 8 in its lower
    half and whose first two divide by 31.
    """
    wrapped = start[0] & 0x0F == 8 and (start[0] << 8 | start[1]) % 31 == 0
    return _RAW if name == "deflate" and not wrapped else _GZIP_OR_ZLIB
