import base64
import contextlib
import gzip
import socket
import ssl
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from conformance.errors import ConfigurationError
from conformance.exchange import Call, NoAnswer
from conformance.selftest.transport.conftest import Connect, Serve
from conformance.selftest.transport.servers import (
    OK,
    Behaviour,
    ReceivedRequest,
    Server,
    answering,
    once,
    requests_of,
)
from conformance.transport import Proxy, Tls
from conformance.transport.proxied import httpx_proxy
from conformance.transport.reply import BODY_KEPT, MAX_HEAD_BYTES, MAX_HEADERS

CALL = Call(method="DELETE", target="/x%2Fy?b=%20", headers=(("X-a", "1"),), body=b"abc")
ALLOWED = "Basic " + base64.b64encode(b"user:pass word").decode()


def pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


def proxying(seen: list[ReceivedRequest], *, ask: bool = False) -> Behaviour:
    """An HTTP proxy: CONNECT makes a tunnel, an absolute URL is forwarded."""

    def behave(sock: socket.socket, index: int) -> None:
        for request in requests_of(sock):
            seen.append(request)
            method, target, _ = request.first_line.split(" ")
            if ask and request.values("proxy-authorization") != [ALLOWED]:
                sock.sendall(
                    b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
                )
                continue
            address = urlsplit(target if method != "CONNECT" else f"//{target}")
            with socket.create_connection((address.hostname or "", address.port or 80)) as beyond:
                if method == "CONNECT":
                    sock.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                    back = threading.Thread(target=pump, args=(beyond, sock))
                    back.start()
                    pump(sock, beyond)
                    back.join()
                    return
                head = request.head.replace(
                    target.encode(), (address.path + "?" + address.query).encode(), 1
                )
                beyond.sendall(head + b"\r\n\r\n" + request.body)
                sock.sendall(beyond.recv(65536))

    return behave


def proxy_to(server: Server, **more: str) -> Proxy:
    return Proxy(url=f"http://127.0.0.1:{server.port}", **more)


def test_plain_http_goes_through_with_the_target_as_written(serve: Serve, connect: Connect) -> None:
    asked: list[ReceivedRequest] = []
    seen: list[ReceivedRequest] = []
    server, proxy = serve(answering(OK, seen=seen)), serve(proxying(asked))
    transport = connect(server, proxy=proxy_to(proxy))
    for _ in range(3):
        exchange = transport.send(CALL)
        assert exchange.reply is not None
        assert exchange.reply.body == b"{}"
    assert proxy.connections == 1
    assert asked[0].first_line == f"DELETE http://127.0.0.1:{server.port}/x%2Fy?b=%20 HTTP/1.1"
    assert seen[0].body == b"abc"
    assert seen[0].values("host") == [f"127.0.0.1:{server.port}"]
    assert seen[0].values("x-a") == ["1"]


def test_https_goes_through_a_tunnel(
    serve: Serve,
    connect: Connect,
    authority: tuple[trustme.CA, Path],
    server_context: ssl.SSLContext,
) -> None:
    asked: list[ReceivedRequest] = []
    seen: list[ReceivedRequest] = []
    server, proxy = (
        serve(answering(OK, seen=seen), context=server_context),
        serve(proxying(asked, ask=True)),
    )
    tls = Tls(ca_file=str(authority[1]))
    transport = connect(
        server, scheme="https", tls=tls, proxy=proxy_to(proxy, user="user", password="pass word")
    )
    assert transport.send(CALL).reply
    assert transport.send(CALL).reply
    assert [request.first_line for request in asked] == [
        f"CONNECT 127.0.0.1:{server.port} HTTP/1.1"
    ]
    assert seen[1].first_line == "DELETE /x%2Fy?b=%20 HTTP/1.1"
    assert seen[1].values("proxy-authorization") == []


def outcome_kind(exchange_outcome: object) -> str:
    assert isinstance(exchange_outcome, NoAnswer), exchange_outcome
    return exchange_outcome.kind


def test_a_proxy_that_refuses(
    serve: Serve, connect: Connect, server_context: ssl.SSLContext
) -> None:
    server, proxy = serve(answering(OK), context=server_context), serve(proxying([], ask=True))
    exchange = connect(server, scheme="https", proxy=proxy_to(proxy)).send(CALL)
    assert outcome_kind(exchange.outcome) == "refused"
    assert "407" in str(exchange.outcome)


def test_a_certificate_is_checked_behind_the_proxy(
    serve: Serve, connect: Connect, server_context: ssl.SSLContext
) -> None:
    server, proxy = serve(answering(OK), context=server_context), serve(proxying([]))
    assert (
        outcome_kind(connect(server, scheme="https", proxy=proxy_to(proxy)).send(CALL).outcome)
        == "tls"
    )


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "closed"),
        (b"SSH-2.0\r\n\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na", "protocol"),
    ],
)
def test_no_answer_through_a_proxy(serve: Serve, connect: Connect, data: bytes, kind: str) -> None:
    server = serve(answering(OK))
    assert (
        outcome_kind(connect(server, proxy=proxy_to(serve(once(data)))).send(CALL).outcome) == kind
    )


def test_no_proxy_there(serve: Serve, connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    server = serve(answering(OK))
    assert (
        outcome_kind(
            connect(server, proxy=Proxy(url=f"http://127.0.0.1:{port}")).send(CALL).outcome
        )
        == "refused"
    )


def test_dribbling_through_a_proxy_hits_the_limit_of_the_call(
    serve: Serve, connect: Connect
) -> None:
    stop = threading.Event()

    def dribble(sock: socket.socket, index: int) -> None:
        next(requests_of(sock), None)
        for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1000:
            sock.sendall(bytes((byte,)))
            if stop.wait(0.02):
                return

    server = serve(answering(OK))
    exchange = connect(server, proxy=proxy_to(serve(dribble)), timeout_seconds=0.3).send(CALL)
    stop.set()
    assert outcome_kind(exchange.outcome) == "timeout"
    assert exchange.end - exchange.start < 1.5


def test_what_is_no_proxy() -> None:
    with pytest.raises(ConfigurationError, match="network"):
        httpx_proxy(Proxy(url="gopher://x"))
    assert "pass" not in repr(Proxy(url="http://x", user="u", password="pass"))


def framed(body: bytes, *lines: bytes) -> bytes:
    return (
        b"\r\n".join([b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *lines])
        + b"\r\n\r\n"
        + body
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (framed(b"{}", *[b"X: y"] * MAX_HEADERS), "more than 256 headers"),
        (framed(b"{}", b"X: " + b"a" * MAX_HEAD_BYTES), "head of the reply is larger"),
        (framed(b"{}", b"X: " + b"a" * 2**20), ""),
        (framed(gzip.compress(bytes(2**24)), b"Content-Encoding: gzip"), "decoded reply is larger"),
    ],
)
def test_replies_beyond_bounds(serve: Serve, connect: Connect, data: bytes, words: str) -> None:
    server = serve(answering(OK))
    exchange = connect(server, proxy=proxy_to(serve(once(data)))).send(CALL)
    assert outcome_kind(exchange.outcome) == "protocol"
    assert words in str(exchange.outcome)


def test_a_long_body_is_cut(serve: Serve, connect: Connect) -> None:
    server = serve(answering(OK))
    exchange = connect(server, proxy=proxy_to(serve(once(framed(b"x" * 100_000))))).send(CALL)
    assert exchange.reply is not None
    assert (len(exchange.reply.body), exchange.reply.size) == (BODY_KEPT, 100_000)
