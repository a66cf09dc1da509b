"""Reads one reply from bytes as they come. No sockets here."""

import httptools

from conformance.exchange import LONGEST_LOOK, Reply
from conformance.transport.coding import Content
from conformance.transport.failure import Broken

MAX_REPLY_BYTES = 8 * 1024 * 1024
"""The interface's replies have some hundred bytes; what is larger than this is a server gone mad.
"""
MAX_HEADERS = 256
"""Header lines of one reply, those of interim replies and trailers with it: servers and gateways
send ten to forty.
"""
MAX_HEAD_BYTES = 64 * 1024
"""Bytes of all heads of one reply, interim ones and trailers included. HTTP servers themselves take
8 to 64 KiB of a head.
"""
BODY_KEPT = 64 * 1024
"""Bytes of a body that are kept: more than a hundred times what this interface answers."""

_STATUS_LINE = len("HTTP/1.1 200 \r\n\r\n")
_NO_BODY_METHODS = frozenset({"HEAD", "CONNECT"})


class ReplyReader:
    """Feed it bytes until `complete`, or `finish` it when the connection ends; then ask for the
    `reply`.
    """

    __slots__ = (
        "_bodyless",
        "_codings",
        "_content",
        "_framed",
        "_fresh",
        "_head_bytes",
        "_head_lines",
        "_headers",
        "_in_head",
        "_keep",
        "_parser",
        "_status",
        "_unparsed",
        "complete",
        "received",
        "reusable",
    )

    def __init__(self, method: str = "GET") -> None:
        """`method` of the call: a reply to HEAD has no body."""
        self._bodyless = method in _NO_BODY_METHODS
        self._keep = body_kept(method)
        self._parser = httptools.HttpResponseParser(self)
        self._content: Content | None = None
        self._fresh: list[bytes] = []
        self._head_bytes = self._head_lines = self._unparsed = 0
        self._start_head()
        self.complete = False
        self.received = 0
        self.reusable = False

    def _start_head(self) -> None:
        self._headers: list[tuple[str, str]] = []
        self._codings = ""
        self._framed = False
        self._in_head = True
        self._status = 0

    def feed(self, data: bytes) -> None:
        """Take bytes. Raises Broken when they are no HTTP reply or too many."""
        self.received += len(data)
        self._unparsed += len(data)
        if self.received > MAX_REPLY_BYTES:
            raise Broken(
                "protocol", f"the reply is larger than {MAX_REPLY_BYTES} bytes", begun=True
            )
        self._parse(data)
        if self._fresh:
            self._take_body()
        must_fit(self._head_lines, max(self._head_bytes, self._unparsed - len(data)))

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.complete, self.reusable = True, False
        except httptools.HttpParserError as error:
            if error.__context__ is not None and not isinstance(error.__context__, Exception):
                raise error.__context__ from None  # Ctrl-C in a callback is no failure of the reply
            if not self.complete:
                raise Broken("protocol", f"no HTTP reply: {error}", begun=True) from None
            self.reusable = False

    def _take_body(self) -> None:
        fresh, self._fresh = self._fresh, []
        content = self._content = self._content or self._empty()
        for piece in fresh:
            content.feed(piece)

    def _empty(self) -> Content:
        return Content(self._codings, most=self._keep, limit=MAX_REPLY_BYTES)

    def finish(self) -> None:
        """The connection has ended. Raises Broken unless that was the way to end the body."""
        self.reusable = False
        if self.complete or (not self._in_head and not self._framed):
            self.complete = True
        elif self.received:
            raise Broken(
                "protocol", f"the reply is cut short after {self.received} bytes", begun=True
            )
        else:
            raise Broken("closed", "the connection was closed without a reply")

    def reply(self) -> Reply:
        """The complete reply, its body decoded. Raises Broken when it can't be decoded."""
        body, size = (self._content or self._empty()).finish()
        return Reply(status=self._status, headers=tuple(self._headers), body=body, size=size)

    def on_message_begin(self) -> None:
        """Called by the parser."""
        self._head_bytes += _STATUS_LINE
        if self.complete:
            self.reusable = False

    def on_status(self, phrase: bytes) -> None:
        """Called by the parser."""
        self._head_bytes += len(phrase)

    def on_header(self, name: bytes, value: bytes | None) -> None:
        """Called by the parser, for trailers too; those are dropped."""
        self._unparsed = 0
        self._head_lines += 1
        self._head_bytes += len(name) + len(value or b"") + len(": \r\n")
        if not self._in_head or self.complete or self._head_lines > MAX_HEADERS:
            return
        text = (value or b"").decode("latin-1")
        self._headers.append((name.decode("latin-1"), text))
        match name.lower():
            case b"content-length" | b"transfer-encoding":
                self._framed = True
            case b"content-encoding":
                self._codings = f"{self._codings},{text}"

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        self._unparsed = 0
        if self.complete:
            return
        self._in_head = False
        self._status = self._parser.get_status_code()
        self.reusable = self._parser.should_keep_alive()
        if self._bodyless and self._status >= 200:
            self.complete = True

    def on_body(self, body: bytes) -> None:
        """Called by the parser, in which nothing may raise."""
        self._unparsed = 0
        if self.complete:
            self.reusable = False
        else:
            self._fresh.append(body)

    def on_message_complete(self) -> None:
        """Called by the parser. A reply of 1xx announces the real one."""
        if self.complete:
            return
        if 100 <= self._status < 200 and self._status != 101:
            self._start_head()
        else:
            self.complete = True


def body_kept(method: str) -> int:
    """How many bytes of the body are kept of a reply to a call of this method."""
    return LONGEST_LOOK if method == "GET" else BODY_KEPT


def must_fit(lines: int, size: int) -> None:
    """Raise Broken where the heads of a reply have too many lines or bytes."""
    if lines > MAX_HEADERS:
        raise Broken("protocol", f"the reply has more than {MAX_HEADERS} headers", begun=True)
    if size > MAX_HEAD_BYTES:
        raise Broken(
            "protocol", f"the head of the reply is larger than {MAX_HEAD_BYTES} bytes", begun=True
        )
