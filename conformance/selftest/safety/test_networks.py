"""Runs through what networks put between: certificates both ways, old and new TLS, IPv6, gateways,
proxies, other credentials.
"""

import hashlib
import hmac
import json
import re
import ssl
import sys
from pathlib import Path

import pytest
import trustme

from conformance.selftest.safety.between import SIGNED, ProxiedSandbox, page, proxied_sandbox
from conformance.selftest.transport.conftest import Serve
from conformance.selftest.transport.servers import ReceivedRequest
from conformance.selftest.transport.test_proxied import proxying

ONE = ("--only", "restriction.last-number")
"""A clause that a few dozen calls judge."""
AUTHORITY = trustme.CA()


def _context(version: ssl.TLSVersion, *, asks: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = version
    AUTHORITY.issue_cert("localhost", "127.0.0.1", "::1").configure_cert(context)
    if asks:
        AUTHORITY.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _trusting(folder: Path, *, showing: bool = False) -> str:
    AUTHORITY.cert_pem.write_to_path(str(folder / "ca.pem"))
    lines = '[tls]\nca_file = "ca.pem"\n'
    if showing:
        mine = AUTHORITY.issue_cert("suite@example.invalid")
        mine.private_key_pem.write_to_path(str(folder / "me.key"))
        mine.cert_chain_pems[0].write_to_path(str(folder / "me.pem"))
        lines += 'client_cert = "me.pem"\nclient_key = "me.key"\n'
    return lines


def _conforms(sandbox: ProxiedSandbox, *only: str) -> None:
    before = sandbox.contents()
    result = sandbox.run(*only)
    assert result.code == 0, result.said
    assert (
        json.loads((sandbox.folder / "out" / "verdict.json").read_text())["verdict"] == "conforms"
    )
    assert result.err == "", "all is well, so nothing is said before the run"
    assert sandbox.contents() == before


def test_everything_at_once(tmp_path: Path) -> None:
    """TLS 1.2 alone, a client certificate, IPv6, a base path, three signed headers, milliseconds,
    connections closed unannounced.
    """
    auth = (
        SIGNED
        + 'signed_headers = ["content-length", "content-type", "host"]\nmilliseconds = true\n'
    )
    extra = _trusting(tmp_path, showing=True)
    context = _context(ssl.TLSVersion.TLSv1_2, asks=True)
    with proxied_sandbox(
        tmp_path, extra=extra, auth=auth, context=context, host="::1", base_path="/isales"
    ) as sandbox:
        sandbox.between.closes_after = 7
        _conforms(sandbox)
        signed = [
            value
            for seen in sandbox.between.seen
            for value in seen.values("authorization")
            if value.count("/") == 4
        ]
    assert all(
        seen.first_line.split(" ")[1].startswith("/isales/") for seen in sandbox.between.seen
    )
    assert any("/content-length;content-type;host/" in value for value in signed)
    assert any(re.fullmatch(r"[0-9T:-]{19}\.[0-9]{3}Z", value.split("/")[2]) for value in signed)


@pytest.mark.long
def test_tls_1_3_alone_through_a_proxy_that_asks_for_a_password(
    tmp_path: Path, serve: Serve
) -> None:
    asked: list[ReceivedRequest] = []
    proxy = serve(proxying(asked, ask=True))
    extra = (
        _trusting(tmp_path)
        + f'[network]\nproxy = "http://user:pass%20word@127.0.0.1:{proxy.port}"\n'
    )
    with proxied_sandbox(
        tmp_path, extra=extra, context=_context(ssl.TLSVersion.TLSv1_3)
    ) as sandbox:
        _conforms(sandbox, *ONE)
    assert {seen.first_line.split(" ")[0] for seen in asked} == {"CONNECT"}


def test_plain_http_through_a_proxy_that_asks_for_a_password(tmp_path: Path, serve: Serve) -> None:
    asked: list[ReceivedRequest] = []
    proxy = serve(proxying(asked, ask=True))
    with proxied_sandbox(
        tmp_path, extra=f'[network]\nproxy = "http://user:pass%20word@127.0.0.1:{proxy.port}"\n'
    ) as sandbox:
        _conforms(sandbox, *ONE)
    assert len(asked) > len(sandbox.between.seen) / 2


def test_a_proxy_with_the_wrong_password(tmp_path: Path, serve: Serve) -> None:
    proxy = serve(proxying([], ask=True))
    extra = (
        _trusting(tmp_path) + f'[network]\nproxy = "http://user:wrongword@127.0.0.1:{proxy.port}"\n'
    )
    with proxied_sandbox(
        tmp_path, extra=extra, context=_context(ssl.TLSVersion.TLSv1_3)
    ) as sandbox:
        result = sandbox.run()
    assert (result.code, "the proxy refused: 407" in result.said, "wrongword" in result.said) == (
        3,
        True,
        False,
    ), result.said
    assert "[network] proxy" in result.said


COMMAND = """\
import hashlib, hmac, sys
method, target, body = sys.argv[1], sys.argv[2], sys.stdin.buffer.read()
text = f"{method} {target} ".encode() + body
print("Token " + hmac.new(b"elsewhere", text, hashlib.sha256).hexdigest())
"""


@pytest.mark.parametrize("where", ["file", "env", "command"])
def test_a_header_that_is_made_elsewhere(tmp_path: Path, where: str) -> None:
    (tmp_path / "header.txt").write_text("Token from-elsewhere\n")
    (tmp_path / "sign.py").write_text(COMMAND)
    line = {
        "file": 'header = "file:header.txt"',
        "env": 'header = "env:LAB_HEADER"',
        "command": f'command = ["{sys.executable}", "-S", "{tmp_path / "sign.py"}"]',
    }[where]
    (tmp_path / "open.toml").write_text('[auth]\nscheme = "none"\n')
    with proxied_sandbox(
        tmp_path, auth=f'[auth]\nscheme = "header"\n{line}\n', profile=tmp_path / "open.toml"
    ) as sandbox:
        sandbox.variables["LAB_HEADER"] = "Token from-elsewhere"
        refusal = page(b"401 Unauthorized", b"")
        sandbox.between.sick = lambda number, seen: (
            None if seen.values("authorization") == [_token(seen, where)] else refusal
        )
        result = sandbox.run(*ONE)
    assert result.code == 0, result.said


def _token(seen: ReceivedRequest, where: str) -> str:
    if where != "command":
        return "Token from-elsewhere"
    method, target, _ = seen.first_line.split(" ")
    return (
        "Token "
        + hmac.new(
            b"elsewhere", f"{method} {target} ".encode() + seen.body, hashlib.sha256
        ).hexdigest()
    )


def test_no_authentication_at_all(tmp_path: Path) -> None:
    (tmp_path / "open.toml").write_text('[auth]\nscheme = "none"\n')
    with proxied_sandbox(
        tmp_path, auth='[auth]\nscheme = "none"\n', profile=tmp_path / "open.toml"
    ) as sandbox:
        _conforms(sandbox, *ONE)
    assert not [seen for seen in sandbox.between.seen if seen.values("authorization")]
