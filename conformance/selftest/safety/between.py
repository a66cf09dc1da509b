"""Something between the suite and the emulator that forwards whole calls, and can be told to behave
like a dead or strange server.
"""

import contextlib
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from conformance.config import load_target, transport_options
from conformance.emulator import EmulatorOptions, start
from conformance.exchange import CampaignKey
from conformance.generation.calls import query
from conformance.oracle import answer_of, shown_numbers
from conformance.selftest.safety.scene import (
    CAMPAIGNS,
    SECRET_VARIABLE,
    CommandResult,
    begin,
    ended,
    environment,
)
from conformance.selftest.transport.servers import ReceivedRequest, Server, requests_of, reset
from conformance.transport import Transport

PATIENCE = 20.0
"""Seconds within which the emulator answers."""
LONGEST = 180.0
"""Seconds that a run may take on a busy machine."""
Sickness = Callable[[socket.socket, ReceivedRequest], bool]
"""Does something to a connection in the place of a reply; False where the connection is over."""


def page(status: bytes, body: bytes = b"<html>Bad luck</html>", *lines: bytes) -> Sickness:
    """Answer with a page instead."""
    head = b"\r\n".join(
        [
            b"HTTP/1.1 " + status,
            b"Content-Type: text/html",
            b"Content-Length: %d" % len(body),
            *lines,
        ]
    )

    def answer(sock: socket.socket, _: ReceivedRequest) -> bool:
        sock.sendall(head + b"\r\n\r\n" + body)
        return True

    return answer


def resets(sock: socket.socket, _: ReceivedRequest) -> bool:
    """Close with RST."""
    reset(sock)
    return False


def closes(_sock: socket.socket, _: ReceivedRequest) -> bool:
    """Close without a word."""
    return False


def hangs(sock: socket.socket, _: ReceivedRequest) -> bool:
    """Say nothing until the other side goes."""
    with contextlib.suppress(OSError):
        while sock.recv(1000):
            pass
    return False


class Between:
    """A server's behaviour: calls go to the emulator, but for those that the sickness takes."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.seen: list[ReceivedRequest] = []
        self.sick: Callable[[int, ReceivedRequest], Sickness | None] = lambda number, seen: None
        """Given the number of the call (from 1) and the call, what befalls it; None: it is
        forwarded.
        """
        self.closes_after: int | None = None
        """Calls after which a connection is closed, which is not announced."""
        self.rewritten: Callable[[ReceivedRequest, bytes], bytes] = lambda request, body: body
        """Given a call and the body of its reply, the body that is sent on."""

    def __call__(self, sock: socket.socket, _index: int) -> None:
        """Serve one connection."""
        with socket.create_connection(("127.0.0.1", self._port), PATIENCE) as beyond:
            for place, request in enumerate(requests_of(sock), 1):
                self.seen.append(request)
                sickness = self.sick(len(self.seen), request)
                if sickness is not None:
                    if not sickness(sock, request):
                        return
                    continue
                beyond.sendall(request.head + b"\r\n\r\n" + request.body)
                sock.sendall(
                    self._sent_on(
                        request, _reply(beyond, bodyless=request.head.startswith(b"HEAD "))
                    )
                )
                if place == self.closes_after:
                    return

    def _sent_on(self, request: ReceivedRequest, reply: bytes) -> bytes:
        head, _, body = reply.partition(b"\r\n\r\n")
        if (changed := self.rewritten(request, body)) == body:
            return reply
        head = re.sub(
            rb"(?i)\r\ncontent-length:[^\r]*", b"\r\nContent-Length: %d" % len(changed), head
        )
        return head + b"\r\n\r\n" + changed


def _reply(sock: socket.socket, *, bodyless: bool) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(sock)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int((ReceivedRequest(head, b"").values("Content-Length") or ["0"])[0])
    while len(body) < length and not bodyless:
        body += _more(sock)
    return head + b"\r\n\r\n" + body


def _more(sock: socket.socket) -> bytes:
    data = sock.recv(65536)
    if not data:
        raise ConnectionError("the emulator has closed the connection")
    return data


class ProxiedSandbox(Struct, frozen=True, kw_only=True):
    """A target file that leads to the emulator through something that can be told how to behave."""

    between: Between
    folder: Path
    target: Path
    variables: dict[str, str]

    def run(self, *more: str, effort: str = "quick") -> CommandResult:
        """Run `isales-conformance run` to its end."""
        arguments = (
            "run",
            "--target",
            str(self.target),
            "--effort",
            effort,
            "--no-html",
            "--out",
            str(self.folder / "out"),
            "--seed",
            "1",
        )
        return ended(begin(self.folder, (*arguments, *more), self.variables), LONGEST)

    def contents(self) -> dict[CampaignKey, frozenset[str] | None]:
        """What the campaigns hold; asked for past the sickness."""
        healthy, self.between.sick = self.between.sick, lambda number, seen: None
        target = load_target(self.target, self.variables)
        with Transport(transport_options(target)) as transport:
            held = {
                key: shown_numbers(
                    answer_of(transport.send(query(key, base_path=target.address.base_path)))
                )
                for key in target.disposable
            }
        self.between.sick = healthy
        return held


TARGET = """\
base_url = "{scheme}://{host}:{port}{base_path}"
vdn_id = 1
campaigns = [1001, 1002]
foreign = {{ vdn_id = 2, campaign_id = 2001 }}
"""
SIGNED = f'[auth]\naccess_key = "lab"\nsecret_key = "env:{SECRET_VARIABLE}"\n'


@contextmanager
def proxied_sandbox(
    folder: Path,
    *,
    extra: str = "",
    auth: str = SIGNED,
    context: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
    base_path: str = "",
    **options: Any,
) -> Iterator[ProxiedSandbox]:
    """An emulator over plain HTTP, something before it that may speak TLS, and a target file;
    `extra` stands at its end.
    """
    chosen: dict[str, Any] = {
        "http": True,
        "campaigns": dict(CAMPAIGNS),
        "access_key": "lab",
        "base_path": base_path,
    } | options
    with start(EmulatorOptions(**chosen)) as running:
        between = Between(int(running.base_url.removesuffix(base_path).rpartition(":")[2]))
        with Server(between, context=context, host=host) as server:
            shown = f"[{host}]" if ":" in host else host
            place = {
                "scheme": "https" if context else "http",
                "host": shown,
                "port": server.port,
                "base_path": base_path,
            }
            target = folder / "target.toml"
            target.write_text(TARGET.format(**place) + auth + extra)
            target.chmod(0o600)
            variables = environment(folder) | {SECRET_VARIABLE: running.secret_key}
            yield ProxiedSandbox(between=between, folder=folder, target=target, variables=variables)
