"""A distinctive secret is looked for in everything that a run leaves, says, or shows to other users
of the machine.
"""

import base64
import gzip
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conformance.selftest.long import long
from conformance.selftest.safety.scene import (
    ACCESS_KEY,
    SECRET_VARIABLE,
    CommandResult,
    begin,
    ended,
    environment,
    scene,
)
from conformance.selftest.transport.servers import Server, requests_of
from conformance.transport.auth import hmac_hex, prefix, timestamp

CANARY = "Canary-4f1d9a77-Zwitscher/+="
_FULL_HEADER = re.compile(
    rb"auth-v2(?:/|%2[Ff]|\\/)[^\s\"'<>]{1,80}?"
    rb"(?:/|%2[Ff]|\\/)[^\s\"'<>]{10,80}(?:/|%2[Ff]|\\/)[0-9a-f]{64}"
)
_PACKED = re.compile(rb"[A-Za-z0-9+/]{64,}={0,2}")

FAULTS = (
    ("reply.stack-trace", "reply.sql", "robust.one-in-20", "auth.any-signature"),
    ("auth.none", "reply.not-json", "robust.drop-in-25"),
)


@pytest.mark.parametrize("faults", [FAULTS[0], *map(long, FAULTS[1:])], ids=lambda names: names[0])
def test_a_lying_server(tmp_path: Path, faults: tuple[str, ...]) -> None:
    with scene(tmp_path, secret_key=CANARY, faults=faults) as sandbox:
        began = datetime.now(UTC)
        # made where there is a Node; what it embeds is unpacked below
        process = sandbox.begin(*sandbox.run("out"), "--html")
        seen = list(_command_lines(process))
        result = ended(process)
    assert result.code in {0, 1, 3}
    assert_hidden(tmp_path / "out", result, seen, began)


@pytest.mark.long
def test_a_server_that_echoes_the_header(tmp_path: Path) -> None:
    began, (result, seen) = datetime.now(UTC), _run_against(tmp_path, _echo)
    assert result.code in {1, 3}, result.said
    assert_hidden(tmp_path / "out", result, seen, began)


def test_a_server_that_fails(tmp_path: Path) -> None:
    began, (result, seen) = datetime.now(UTC), _run_against(tmp_path, lambda sock, index: None)
    assert result.code == 3
    assert '"inconclusive"' in (tmp_path / "out" / "verdict.json").read_text()
    assert_hidden(tmp_path / "out", result, seen, began)


def _run_against(folder: Path, behaviour: object) -> tuple[CommandResult, list[bytes]]:
    with Server(behaviour) as server:  # type: ignore[arg-type]  # a lambda is one, too
        target = folder / "target.toml"
        target.write_text(
            f'base_url = "http://127.0.0.1:{server.port}"\nvdn_id = 1\ncampaigns ='
            f' [1001]\n[auth]\naccess_key = "{ACCESS_KEY}"\nsecret_key ='
            f' "env:{SECRET_VARIABLE}"\n[pace]\nmax_requests = 120\n'
        )
        arguments = (
            "run",
            "--target",
            str(target),
            "--effort",
            "quick",
            "--no-html",
            "--out",
            str(folder / "out"),
        )
        process = begin(folder, arguments, environment(folder) | {SECRET_VARIABLE: CANARY})
        seen = list(_command_lines(process))
        return ended(process), seen


def _echo(sock: socket.socket, _index: int) -> None:
    for request in requests_of(sock):
        sent = "".join(request.values("Authorization"))
        body = (
            f'{{"resultCode":"0200000","resultDesc":"{sent}'
            f' {CANARY}","returnCode":"0200000","returnDesc":"num:1"}}'.encode()
        )
        sock.sendall(
            b"HTTP/1.1 200 OK\r\nX-Echo: %s\r\nContent-Length: %d\r\n\r\n"
            % (sent.encode(), len(body))
            + body
        )


def _command_lines(process: "subprocess.Popen[str]") -> Iterator[bytes]:
    """What `ps` shows of every process, again and again while the run lasts (it is short: its
    output fits the pipe).
    """
    while process.poll() is None:
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                yield entry.read_bytes()
            except OSError:
                continue  # it has ended meanwhile
        time.sleep(0.2)


def assert_hidden(
    out: Path, result: CommandResult, command_lines: list[bytes], began: datetime
) -> None:
    told = {
        "stdout": result.out.encode(),
        "stderr": result.err.encode(),
        "command lines": b"\n".join(command_lines),
    }
    told |= {
        name: content
        for file in out.rglob("*")
        if file.is_file()
        for name, content in _unpacked(file)
    }
    assert len(told) > 3
    assert command_lines or not Path("/proc").exists()
    sought = _forms(began)
    for name, content in told.items():
        assert not [form for form in sought if form in content], name
        assert not _FULL_HEADER.search(content), name


def _unpacked(file: Path) -> Iterator[tuple[str, bytes]]:
    """A file, and what is packed into it: report.html carries every text of the report as
    base64.
    """
    content = file.read_bytes()
    yield str(file), content
    if content[:2] == b"\x1f\x8b":
        yield f"{file}, unpacked", gzip.decompress(content)
    for place, packed in enumerate(
        _PACKED.findall(content) if file.suffix in {".html", ".har"} else []
    ):
        yield f"{file}, part {place}", base64.b64decode(packed[: len(packed) // 4 * 4])


def test_packed_parts_are_looked_into(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_bytes(
        b"<script>d('x','"
        + base64.b64encode(b"before " * 20 + CANARY.encode() + b" after" * 20)
        + b"')</script>"
    )
    assert any(CANARY.encode() in content for _, content in _unpacked(page))


def _forms(began: datetime) -> list[bytes]:
    """The secret as it can be written, and the signing keys of every second of the run."""
    seconds = range(int((datetime.now(UTC) - began) / timedelta(seconds=1)) + 2)
    whens = (timestamp(began.timestamp() + second) for second in seconds)
    keys = [hmac_hex(CANARY, prefix(ACCESS_KEY, when, "host")) for when in whens]
    return [
        text.encode()
        for text in (
            CANARY,
            CANARY.replace("/", "\\/"),
            CANARY.replace("/", "%2F"),
            CANARY[:22],
            *keys,
        )
    ]
