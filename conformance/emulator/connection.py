"""One connection: bytes to calls, replies to bytes, one call at a time in the order of their
coming.
"""

import asyncio
import itertools
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httptools

from conformance.emulator.answer import EmulatorAnswer, Steps
from conformance.emulator.call import ReceivedCall
from conformance.emulator.delivery import DELIVERIES
from conformance.emulator.wire import ReplyWriter

LARGEST_BODY = 16 * 1024 * 1024

Handle = Callable[[ReceivedCall], Steps]
Watch = Callable[[ReceivedCall, EmulatorAnswer, float], None]


@dataclass(slots=True, kw_only=True)
class Service:
    """What all connections of a server share."""

    handle: Handle
    wire: ReplyWriter
    close_after: int = 0
    dribble: int = 0
    watch: Watch | None = None
    connections: set["Connection"] = field(default_factory=set)
    calls: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    opened: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))


@dataclass(slots=True, kw_only=True)
class Pending:
    """A call that waits for its turn, and what its reply must know of it."""

    call: ReceivedCall
    keep_alive: bool
    began: float


class Connection(asyncio.Protocol):
    """Speaks HTTP/1 with one client."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._number = next(service.opened)
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[Pending] = deque()
        self._is_busy = False
        self._served = 0
        self._start_message()
        self.transport: asyncio.Transport

    def _start_message(self) -> None:
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._size = 0

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection up."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._service.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        """Forget the connection."""
        self._waiting.clear()
        self._service.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        """Parse what came; what is no HTTP is answered once and the connection closed."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # asked to speak another protocol: the call itself is answered, nothing more is read
            return
        except httptools.HttpParserError:
            self._refuse(400)

    def _refuse(self, status: int) -> None:
        if not self.transport.is_closing():
            self.transport.write(
                self._service.wire.write(
                    EmulatorAnswer(status=status), closing=True, accepts_gzip=False, is_head=False
                )
            )
            self.transport.close()

    # httptools' side

    def on_message_begin(self) -> None:
        """Start a new message."""
        self._start_message()

    def on_url(self, url: bytes) -> None:
        """Collect the target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header."""
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Encourage a caller that waits before sending its body."""
        if any(name.lower() == b"expect" for name, _ in self._headers):
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """Collect a piece of the body."""
        self._size += len(body)
        if self._size <= LARGEST_BODY:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """Queue the call and serve it when its turn has come."""
        if self._size > LARGEST_BODY:
            self._refuse(413)
            return
        path, _, query = self._url.decode("latin-1").partition("?")
        call = ReceivedCall(
            method=self._parser.get_method().decode("latin-1"),
            path=path,
            query=query,
            headers=_read_headers(self._headers),
            body=b"".join(self._body),
            connection=self._number,
            sequence=next(self._service.calls),
        )
        keep_alive = self._parser.should_keep_alive()
        self._waiting.append(Pending(call=call, keep_alive=keep_alive, began=time.perf_counter()))
        if not self._is_busy:
            self._serve_next()

    # serving

    def _serve_next(self) -> None:
        while self._waiting and not self._is_busy and not self.transport.is_closing():
            pending = self._waiting.popleft()
            self._is_busy = True
            self._advance(self._service.handle(pending.call), pending)

    def _advance(self, steps: Steps, pending: Pending) -> None:
        """Drive a call's handling until it waits or is done."""
        try:
            pause = next(steps)
        except StopIteration as result:
            self._finish(result.value, pending)
        # the emulator's own bug must show as what it is, and not end the server
        except Exception:  # noqa: BLE001
            traceback.print_exc(file=sys.stderr)
            self._finish(EmulatorAnswer(status=500, code="500"), pending)
        else:
            asyncio.get_running_loop().call_later(pause, self._resume, steps, pending)

    def _resume(self, steps: Steps, pending: Pending) -> None:
        self._advance(steps, pending)
        self._serve_next()

    def _finish(self, answer: EmulatorAnswer, pending: Pending) -> None:
        service = self._service
        if service.watch:
            service.watch(pending.call, answer, (time.perf_counter() - pending.began) * 1000)
        self._is_busy = False
        if self.transport.is_closing():
            return
        closing = service.wire.closes(keep_alive=pending.keep_alive)
        data = service.wire.write(
            answer,
            closing=closing,
            accepts_gzip="gzip" in pending.call.headers.get("accept-encoding", ""),
            is_head=pending.call.method == "HEAD",
        )
        if answer.delivery != "whole":
            self._is_busy = DELIVERIES[answer.delivery](self.transport, data)
        elif service.dribble:
            self._is_busy = True
            self._dribble(data, closing=closing)
        else:
            self._send(data, closing=closing)

    def _send(self, data: bytes, *, closing: bool) -> None:
        self.transport.write(data)
        self._served += 1
        if closing or self._served == self._service.close_after:
            self.transport.close()

    def _dribble(self, data: bytes, *, closing: bool) -> None:
        """Send a reply in pieces, a moment between them."""
        size = self._service.dribble
        if self.transport.is_closing():
            return
        if len(data) > size:
            self.transport.write(data[:size])
            asyncio.get_running_loop().call_later(
                0.001, lambda: self._dribble(data[size:], closing=closing)
            )
            return
        self._is_busy = False
        self._send(data, closing=closing)
        self._serve_next()


def _read_headers(pairs: list[tuple[bytes, bytes]]) -> Mapping[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name = raw_name.decode("latin-1").lower()
        value = raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
