"""Reads one reply from bytes as they come. No sockets here."""

import httptools

from conformance.exchange import Reply
from conformance.transport.coding import decoded
from conformance.transport.failure import Broken

MAX_REPLY_BYTES = 8 * 1024 * 1024
"""The interface's replies have some hundred bytes; what is larger than this is a server gone mad."""

_NO_BODY_METHODS = frozenset({"HEAD", "CONNECT"})


class ReplyReader:
    """Feed it bytes until `complete`, or `finish` it when the connection ends; then ask for the `reply`."""

    __slots__ = (
        "_bodyless",
        "_chunks",
        "_codings",
        "_framed",
        "_headers",
        "_in_head",
        "_parser",
        "_status",
        "complete",
        "received",
        "reusable",
    )

    def __init__(self, method: str = "GET") -> None:
        """`method` of the call: a reply to HEAD has no body."""
        self._bodyless = method in _NO_BODY_METHODS
        self._parser = httptools.HttpResponseParser(self)
        self._chunks: list[bytes] = []
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
        if self.received > MAX_REPLY_BYTES:
            raise Broken("protocol", f"the reply is larger than {MAX_REPLY_BYTES} bytes", begun=True)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.complete, self.reusable = True, False
        except httptools.HttpParserError as error:
            if not self.complete:
                raise Broken("protocol", f"no HTTP reply: {error}", begun=True) from None
            self.reusable = False

    def finish(self) -> None:
        """The connection has ended. Raises Broken unless that was the way to end the body."""
        self.reusable = False
        if self.complete or (not self._in_head and not self._framed):
            self.complete = True
        elif self.received:
            raise Broken("protocol", f"the reply is cut short after {self.received} bytes", begun=True)
        else:
            raise Broken("closed", "the connection was closed without a reply")

    def reply(self) -> Reply:
        """The complete reply, its body decoded. Raises Broken when it can't be decoded."""
        body = b"".join(self._chunks)
        if self._codings:
            body = decoded(body, self._codings, MAX_REPLY_BYTES)
        return Reply(status=self._status, headers=tuple(self._headers), body=body)

    def on_message_begin(self) -> None:
        """Called by the parser."""
        if self.complete:
            self.reusable = False

    def on_header(self, name: bytes, value: bytes | None) -> None:
        """Called by the parser, for trailers too; those are dropped."""
        if not self._in_head or self.complete:
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
        if self.complete:
            return
        self._in_head = False
        self._status = self._parser.get_status_code()
        self.reusable = self._parser.should_keep_alive()
        if self._bodyless and self._status >= 200:
            self.complete = True

    def on_body(self, body: bytes) -> None:
        """Called by the parser."""
        if self.complete:
            self.reusable = False
        else:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        """Called by the parser. A reply of 1xx announces the real one."""
        if self.complete:
            return
        if 100 <= self._status < 200 and self._status != 101:
            self._start_head()
        else:
            self.complete = True
