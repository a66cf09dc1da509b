import socket
import ssl
from pathlib import Path

import pytest
import trustme

from conformance.errors import ConfigurationError
from conformance.exchange import Call, Exchange, NoAnswer
from conformance.selftest.transport.conftest import Connect, Serve
from conformance.selftest.transport.servers import OK, answering
from conformance.transport import Tls, parse_address, unreachable
from conformance.transport.tls import client_context

GET = Call(method="GET", target="/")
Authority = tuple[trustme.CA, Path]


def failure(exchange: Exchange) -> NoAnswer:
    assert isinstance(exchange.outcome, NoAnswer)
    return exchange.outcome


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_connections_are_reused(
    serve: Serve,
    connect: Connect,
    authority: Authority,
    server_context: ssl.SSLContext,
    version: ssl.TLSVersion,
) -> None:
    with_version = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with_version.minimum_version = with_version.maximum_version = version
    authority[0].issue_cert("localhost").configure_cert(with_version)
    server = serve(answering(OK), context=with_version)
    transport = connect(
        server, scheme="https", host="localhost", tls=Tls(ca_file=str(authority[1]))
    )
    assert all(transport.send(GET).reply for _ in range(5))
    assert server.connections == 1


def test_an_unknown_authority_is_named_with_what_to_do(
    serve: Serve, connect: Connect, server_context: ssl.SSLContext
) -> None:
    server = serve(answering(OK), context=server_context)
    answer = failure(connect(server, scheme="https").send(GET))
    assert answer.kind == "tls"
    message = str(unreachable(answer, parse_address(f"https://127.0.0.1:{server.port}")))
    assert "[tls] ca_file" in message
    assert "openssl s_client" in message


def test_a_certificate_for_another_host(
    serve: Serve, connect: Connect, authority: Authority
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority[0].issue_cert("other.invalid").configure_cert(context)
    server = serve(answering(OK), context=context)
    assert (
        failure(connect(server, scheme="https", tls=Tls(ca_file=str(authority[1]))).send(GET)).kind
        == "tls"
    )
    assert connect(server, scheme="https", tls=Tls(verify=False)).send(GET).reply


def test_a_client_certificate(
    serve: Serve, connect: Connect, authority: Authority, tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority[0].issue_cert("127.0.0.1").configure_cert(context)
    authority[0].configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    server = serve(answering(OK), context=context)
    mine = authority[0].issue_cert("me@example.invalid")
    mine.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "me.pem"))
    ca_file = str(authority[1])
    assert (
        connect(
            server, scheme="https", tls=Tls(ca_file=ca_file, client_cert=str(tmp_path / "me.pem"))
        )
        .send(GET)
        .reply
    )
    assert failure(connect(server, scheme="https", tls=Tls(ca_file=ca_file)).send(GET)).kind in {
        "tls",
        "reset",
        "closed",
    }


def test_a_port_that_speaks_no_tls(serve: Serve, connect: Connect) -> None:
    def behave(sock: socket.socket, index: int) -> None:
        sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    assert failure(connect(serve(behave), scheme="https").send(GET)).kind == "tls"


def test_a_handshake_that_never_ends(serve: Serve, connect: Connect) -> None:
    def behave(sock: socket.socket, index: int) -> None:
        while sock.recv(1000):
            pass

    assert (
        failure(connect(serve(behave), scheme="https", timeout_seconds=0.2).send(GET)).kind == "tls"
    )


def test_versions() -> None:
    assert client_context(Tls()).minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "can't be read"),
        ("nothing", "certificate"),
        ("-----BEGIN CERTIFICATE-----\nx\n", "certificate"),
    ],
)
def test_files_that_can_not_be_used(tmp_path: Path, content: str | None, words: str) -> None:
    file = tmp_path / "x.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigurationError, match=words):
        client_context(Tls(ca_file=str(file)))
    with pytest.raises(ConfigurationError, match=words):
        client_context(Tls(client_cert=str(file)))
