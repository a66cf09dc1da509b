"""One kept-alive connection straight to the target: a socket, one `sendall` per call, httptools for
the reply.

It exists because it is the cheapest way to send a small call; through a proxy goes `proxied`,
behind the same four methods.
"""

import socket
import ssl
import time
from typing import Protocol

from conformance.exchange import Reply
from conformance.transport.address import Address
from conformance.transport.failure import Broken, asking_failed, connecting_failed, handshake_failed
from conformance.transport.reply import ReplyReader
from conformance.transport.request import Prepared

_CHUNK = 64 * 1024
_SLACK = 0.01
"""Seconds by which a limit may be missed for not setting the socket's timeout anew at each call."""


class Line(Protocol):
    """A connection that carries one call at a time."""

    reusable: bool
    used: bool
    """Whether a call has been carried before, so that the target may have closed it meanwhile."""

    def open(self) -> None:
        """Connect. Raises Broken."""

    def is_alive(self) -> bool:
        """Whether an idle connection still stands, as far as can be seen without sending."""

    def ask(self, request: Prepared, seconds: float) -> Reply:
        """Send and receive within so many seconds in all. Raises Broken."""

    def close(self) -> None:
        """End it; may be called twice."""


class Wire:
    """A Line over a socket of its own."""

    __slots__ = ("_address", "_context", "_seconds", "_socket", "reusable", "used")

    def __init__(self, address: Address, context: ssl.SSLContext | None, seconds: float) -> None:
        """`seconds` limit the connecting, TLS included; they are also what `ask` is mostly
        called with.
        """
        self._address = address
        self._context = context
        self._seconds = seconds
        self._socket: socket.socket | None = None
        self.reusable = False
        self.used = False

    def open(self) -> None:
        """See Line."""
        started = time.perf_counter()
        try:
            plain = socket.create_connection(
                (self._address.host, self._address.port), self._seconds
            )
        except OSError as error:
            raise connecting_failed(error) from None
        except UnicodeError:
            raise Broken("name", f"{self._address.host} can't be the name of a host") from None
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.settimeout(max(self._seconds - (time.perf_counter() - started), _SLACK))
            self._socket = self._secured(plain)
            self._socket.settimeout(self._seconds)
        except OSError as error:
            plain.close()
            raise handshake_failed(error) from None
        self.reusable = True

    def _secured(self, plain: socket.socket) -> socket.socket:
        return (
            plain
            if self._context is None
            else self._context.wrap_socket(plain, server_hostname=self._address.host)
        )

    def is_alive(self) -> bool:
        """See Line."""
        return (
            self._socket is not None and self.reusable and _is_silent(self._socket, self._seconds)
        )

    def ask(self, request: Prepared, seconds: float) -> Reply:
        """See Line."""
        sock = self._socket
        if sock is None:
            raise Broken("closed", "the connection had not been opened")
        reader = ReplyReader(request.method)
        self.reusable = False
        end = time.perf_counter() + seconds
        try:
            if seconds != self._seconds:
                sock.settimeout(seconds)
            lost = _send(sock, request.wire())
            self._receive(sock, reader, end, lost)
        except OSError as error:
            raise asking_failed(error, reader.received) from None
        reply = reader.reply()
        self.reusable = reader.reusable
        self.used = True
        return reply

    def _receive(
        self, sock: socket.socket, reader: ReplyReader, end: float, lost: OSError | None
    ) -> None:
        limit = self._seconds
        try:
            while not reader.complete:
                left = end - time.perf_counter()
                if left <= 0:
                    raise TimeoutError
                if left < limit - _SLACK:
                    limit = left
                    sock.settimeout(left)
                data = sock.recv(_CHUNK)
                if data:
                    reader.feed(data)
                else:
                    reader.finish()
        except (OSError, Broken):
            if lost is not None and not reader.received:
                raise lost from None
            raise
        if limit != self._seconds:
            sock.settimeout(self._seconds)

    def close(self) -> None:
        """See Line."""
        self.reusable = False
        if self._socket is not None:
            self._socket.close()


def _send(sock: socket.socket, data: bytes) -> OSError | None:
    """Send all. A target that stops reading may still have written its reply, so a broken pipe is
    handed back, to be raised later.
    """
    try:
        sock.sendall(data)
    except (BrokenPipeError, ConnectionResetError) as error:
        return error
    return None


def _is_silent(sock: socket.socket, seconds: float) -> bool:
    """Reading without waiting finds nothing on a good idle connection (TLS takes session tickets
    in); an end or data shows a bad one.
    """
    sock.settimeout(0)
    try:
        sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        return False
    finally:
        sock.settimeout(seconds)
    return False
