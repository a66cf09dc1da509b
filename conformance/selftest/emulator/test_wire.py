"""What stands on the wire, byte for byte, and what the server makes of odd requests."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.selftest.emulator.provocations import PLACE
from conformance.selftest.emulator.speaking import emulating, options

BODY = '{"callerNo":[{"accessCode":"5245241"}]}'
CALL = f"DELETE {PLACE} HTTP/1.1\r\nHost: h\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}".encode()
QUERY = b"GET /rest/isales/v1/openapi/campaigns/1/1001 HTTP/1.1\r\nHost: h\r\n\r\n"


@contextmanager
def raw(folder: Path, text: str = "", **given: object) -> Iterator[socket.socket]:
    """Connect to a server that wants no signatures."""
    path = folder / "profile.toml"
    path.write_text(f"{text}\n[auth]\nscheme = 'none'\n")
    with emulating(options(profile=path, **given)) as client:
        host, _, port = client.address.partition(":")
        with socket.create_connection((host, int(port)), timeout=2) as connection:
            yield connection


def receive(connection: socket.socket, end: bytes = b"}") -> bytes:
    """Read until the reply is complete or the connection ends."""
    data = b""
    while not data.endswith(end):
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    return data


def exchange(
    connection: socket.socket, call: bytes = CALL, end: bytes = b"}"
) -> tuple[str, dict[str, str], bytes]:
    connection.sendall(call)
    head, _, body = receive(connection, end).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    return status, dict(line.split(": ", 1) for line in lines), body


def is_closed(connection: socket.socket) -> bool:
    return connection.recv(1) == b""


def test_the_default_reply(tmp_path: Path) -> None:
    with raw(tmp_path) as connection:
        status, headers, body = exchange(connection)
        assert status == "HTTP/1.1 200 OK"
        assert set(headers) == {"Content-Type", "Date", "Content-Length"}
        assert headers["Content-Type"] == "application/json; charset=UTF-8"
        assert int(headers["Content-Length"]) == len(body)
        assert exchange(connection, QUERY)[0] == status


@pytest.mark.parametrize(
    ("case", "name"), [("lower", "content-length"), ("upper", "CONTENT-LENGTH")]
)
def test_header_case(tmp_path: Path, case: str, name: str) -> None:
    with raw(
        tmp_path, f"[reply]\nheader_case = '{case}'\nheaders = {{ 'X-Id' = '1' }}"
    ) as connection:
        headers = exchange(connection)[1]
        assert name in headers
        assert "x-id" in {each.lower() for each in headers}


def test_chunks(tmp_path: Path) -> None:
    with raw(tmp_path, "[reply]\nframing = 'chunked'") as connection:
        _, headers, body = exchange(connection, end=b"0\r\n\r\n")
        assert headers["Transfer-Encoding"] == "chunked"
        assert "Content-Length" not in headers
        assert body.startswith(b"40\r\n{")
        assert exchange(connection, end=b"0\r\n\r\n")[1] == headers


def test_the_end_of_the_connection_ends_the_body(tmp_path: Path) -> None:
    with raw(tmp_path, "[reply]\nframing = 'close'") as connection:
        _, headers, body = exchange(connection, end=b"never")
        assert headers["Connection"] == "close"
        assert not headers.keys() & {"Content-Length", "Transfer-Encoding"}
        assert body.endswith(b"}")


def test_closing(tmp_path: Path) -> None:
    with raw(tmp_path, "[reply]\nconnection = 'close'") as connection:
        assert exchange(connection)[1]["Connection"] == "close"
        assert is_closed(connection)


def test_closing_without_a_word(tmp_path: Path) -> None:
    with raw(tmp_path, "[reply]\nclose_after = 2") as connection:
        assert "Connection" not in exchange(connection)[1]
        assert "Connection" not in exchange(connection)[1]
        assert is_closed(connection)


def test_http_1_0(tmp_path: Path) -> None:
    with raw(tmp_path, "[reply]\nhttp = '1.0'") as connection:
        assert exchange(connection)[0] == "HTTP/1.0 200 OK"
        assert is_closed(connection)


def test_callers_may_close(tmp_path: Path) -> None:
    with raw(tmp_path) as connection:
        call = CALL.replace(b"Host", b"Connection: close\r\nHost")
        assert exchange(connection, call)[1]["Connection"] == "close"
        assert is_closed(connection)


def test_shape_of_json(tmp_path: Path) -> None:
    text = "[reply]\nindent = 2\nascii = true\nextra = { id = 1 }\norder = ['id', 'returnCode']"
    with raw(tmp_path, text) as connection:
        body = exchange(connection)[2]
        assert body.startswith(b'{\n  "id": 1,\n  "returnCode": "0200000",\n  "resultCode"')
        assert body.isascii()


def test_dribbled(tmp_path: Path) -> None:
    with raw(tmp_path, "[reply]\ndribble = 20") as connection:
        connection.sendall(CALL + QUERY)
        assert len(connection.recv(65536)) % 20 == 0
        assert b"returnObject" in receive(connection, b"}}")


def test_calls_may_be_sent_ahead(tmp_path: Path) -> None:
    with raw(tmp_path, latency_ms=20) as connection:
        connection.sendall(QUERY + CALL + QUERY)
        data = receive(connection, b'callerNo": "5245242,5245243"}}')
        assert data.count(b"HTTP/1.1 200") == 3
        assert data.index(b"5245241,5245242") < data.index(b"num:1")


def test_a_call_in_pieces(tmp_path: Path) -> None:
    with raw(tmp_path) as connection:
        for start in range(0, len(CALL), 7):
            connection.sendall(CALL[start : start + 7])
        assert b"num:1" in receive(connection)


def test_chunked_requests_and_expectations(tmp_path: Path) -> None:
    head = (
        f"DELETE {PLACE} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nExpect:"
        " 100-continue\r\n\r\n".encode()
    )
    with raw(tmp_path) as connection:
        connection.sendall(head)
        assert receive(connection, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(f"{len(BODY):x}\r\n{BODY}\r\n0\r\n\r\n".encode())
        assert b"num:1" in receive(connection)


def test_what_is_no_http(tmp_path: Path) -> None:
    with raw(tmp_path) as connection:
        assert exchange(connection, b"hello\r\n\r\n", b"\r\n\r\n")[0] == "HTTP/1.1 400 Bad Request"
        assert is_closed(connection)


def test_too_large(tmp_path: Path) -> None:
    size = 17 * 1024 * 1024
    with raw(tmp_path) as connection:
        connection.sendall(
            f"DELETE {PLACE} HTTP/1.1\r\nHost: h\r\nContent-Length: {size}\r\n\r\n".encode()
        )
        connection.sendall(b" " * size)
        assert receive(connection, b"\r\n\r\n").startswith(b"HTTP/1.1 413 ")


def test_upgrades_are_not_made(tmp_path: Path) -> None:
    call = QUERY.replace(b"Host", b"Connection: Upgrade\r\nUpgrade: h2c\r\nHost")
    with raw(tmp_path) as connection:
        assert exchange(connection, call, b"}}")[0] == "HTTP/1.1 200 OK"


def test_head_has_no_body(tmp_path: Path) -> None:
    with raw(tmp_path) as connection:
        connection.sendall(QUERY.replace(b"GET", b"HEAD") + QUERY)
        data = receive(connection, b"}}")
        assert data.startswith(b"HTTP/1.1 405 ")
        assert data.partition(b"\r\n\r\n")[2].startswith(b"HTTP/1.1 200")


def test_base_path(tmp_path: Path) -> None:
    with raw(tmp_path, base_path="/isales/") as connection:
        assert "404" in exchange(connection)[0]
        assert "200" in exchange(connection, CALL.replace(b"/rest", b"/isales/rest"))[0]
