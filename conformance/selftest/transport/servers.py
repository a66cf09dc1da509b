"""Small servers on real sockets that behave as told, one thread per connection."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Self

from msgspec import Struct

Behaviour = Callable[[socket.socket, int], None]
"""Given a connection and how many there were before it. When it returns, the connection is closed.
"""

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """Accepts until it is left."""

    def __init__(
        self, behaviour: Behaviour, context: ssl.SSLContext | None = None, host: str = "127.0.0.1"
    ) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.port: int = self._listener.getsockname()[1]
        self._behaviour = behaviour
        self._context = context
        self._open: list[socket.socket] = []
        self.connections = 0
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._acceptor = threading.Thread(target=self._accept)
        self._acceptor.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join()
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock, self.connections))
            self.connections += 1
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket, index: int) -> None:
        with contextlib.suppress(OSError), plain:
            sock = self._context.wrap_socket(plain, server_side=True) if self._context else plain
            with sock:
                self._behaviour(sock, index)


class ReceivedRequest(Struct, frozen=True):
    """A request as it came: head and body, undecoded."""

    head: bytes
    body: bytes

    @property
    def first_line(self) -> str:
        return self.head.split(b"\r\n")[0].decode()

    def values(self, name: str) -> list[str]:
        lines = [line.partition(b":") for line in self.head.split(b"\r\n")[1:]]
        return [
            value.strip().decode()
            for key, _, value in lines
            if key.lower() == name.lower().encode()
        ]


def requests_of(sock: socket.socket) -> Iterator[ReceivedRequest]:
    """Requests of a connection, until it ends."""
    data = b""
    while True:
        while b"\r\n\r\n" not in data:
            more = sock.recv(65536)
            if not more:
                return
            data += more
        head, _, data = data.partition(b"\r\n\r\n")
        lengths = ReceivedRequest(head, b"").values("Content-Length")
        length = int(lengths[0]) if lengths else 0
        while len(data) < length:
            data += sock.recv(65536)
        yield ReceivedRequest(head, data[:length])
        data = data[length:]


def answering(*replies: bytes, seen: list[ReceivedRequest] | None = None) -> Behaviour:
    """Answer each request of a connection with the next of the replies, the last one for ever."""

    def behave(sock: socket.socket, index: int) -> None:
        for number, request in enumerate(requests_of(sock)):
            if seen is not None:
                seen.append(request)
            sock.sendall(replies[min(number, len(replies) - 1)])

    return behave


def once(data: bytes) -> Behaviour:
    """Answer one request with these bytes and close."""

    def behave(sock: socket.socket, index: int) -> None:
        next(requests_of(sock), None)
        sock.sendall(data)

    return behave


def reset(sock: socket.socket) -> None:
    """Close with RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    sock.close()
