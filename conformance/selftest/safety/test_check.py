"""Each step of `check` fails once, on real sockets, and says what to do."""

import datetime as dt
import json
import socket
import ssl
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from conformance.checking import Step, Wishes, inspect
from conformance.config import load_target
from conformance.selftest.safety.scene import CAMPAIGNS, SECRET_VARIABLE, Sandbox, scene
from conformance.selftest.transport.servers import Behaviour, Server, answering

EFFORTS = {"quick": 400, "standard": 4000}
PATIENT = "[pace]\ntimeout_seconds = 2\npatience_seconds = 1\n"
"""A server that is spoken to in TLS and does not answer is waited for so long."""
SERVED = (
    b'{"resultCode":"0200000","resultDesc":"","returnCode":"0200000","returnDesc":"",'
    b'"returnObject":{"callerNo":"1,2"}}'
)


def _steps(text: str, folder: Path, *, read_only: str = "", **environment: str) -> dict[str, Step]:
    """What is said of a target, by step; of several of one name the last."""
    file = folder / "checked.toml"
    file.write_text(text)
    wishes = Wishes(efforts=EFFORTS, journal=folder / "check.journal.jsonl", read_only=read_only)
    return {step.step: step for step in inspect(load_target(file, environment), wishes)}


def _of_sandbox(
    sandbox: Sandbox,
    folder: Path,
    old: str = "",
    new: str = "",
    *,
    read_only: str = "",
    **environment: str,
) -> dict[str, Step]:
    text = sandbox.target.read_text()
    assert old in text
    return _steps(
        text.replace(old, new) if old else text,
        folder,
        read_only=read_only,
        **(sandbox.environment | environment),
    )


def _plain(port: int, more: str = "", host: str = "127.0.0.1", scheme: str = "http") -> str:
    return (
        f'base_url = "{scheme}://{host}:{port}"\nvdn_id = 1\ncampaigns = [1001,'
        f' 1002]\n[auth]\nscheme = "none"\n{more}'
    )


def _errors(steps: dict[str, Step]) -> list[str]:
    return [name for name, step in steps.items() if step.status == "error"]


@pytest.fixture(autouse=True)
def own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_all_is_well(sandbox: Sandbox, tmp_path: Path) -> None:
    before, steps = sandbox.contents(), _of_sandbox(sandbox, tmp_path)
    assert {step.status for step in steps.values()} == {"ok"}, steps
    says = (
        "own numbers were added, and taken out again; its 3 numbers will be taken out once and put"
        " back"
    )
    assert steps["adding to 1001"].says == says
    assert "none of its own is named" in steps["adding to 2001"].says
    assert "the query shows none" in steps["priorities"].says
    assert "the query shows every number" in steps["query"].says
    assert "days left" in steps["certificate"].says
    assert steps["effort standard"].says.startswith("about 4,000 calls, ")
    assert sandbox.contents() == before


def test_what_stays_in_a_campaign_that_was_empty_is_named(tmp_path: Path) -> None:
    with scene(tmp_path, campaigns={**CAMPAIGNS, (1, 1002): ()}) as sandbox:
        steps = _of_sandbox(sandbox, tmp_path)
        (number,) = sandbox.contents()[(1, 1002)] or {""}
    told = (
        f"Campaign 1002 was empty before and keeps {number}: the interface lets nobody delete the"
        " last number."
    )
    assert steps["afterwards"].says == told


def test_reading_only_sends_nothing_that_changes(sandbox: Sandbox, tmp_path: Path) -> None:
    steps = _of_sandbox(sandbox, tmp_path, read_only="--read-only")
    assert [name for name, step in steps.items() if step.status == "skipped"] == [
        "signed call",
        "adding",
        "query",
    ]
    assert not (tmp_path / "check.journal.jsonl").exists()


def test_a_name_that_nobody_knows(tmp_path: Path) -> None:
    steps = _steps(_plain(80, host="no-such-host.invalid"), tmp_path)
    assert _errors(steps) == ["name"]
    assert "no-such-host.invalid is not known here" in steps["name"].says
    assert steps["port"].says == steps["judgement"].says == "not tried, since name failed"


def test_a_closed_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    steps = _steps(_plain(port), tmp_path)
    assert (_errors(steps), steps["port"].says) == (
        ["port"],
        f"no connection to port {port} of 127.0.0.1: Connection refused",
    )
    assert "firewall" in steps["port"].do


def test_an_authority_that_is_not_trusted(sandbox: Sandbox, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    steps = _of_sandbox(sandbox, tmp_path, str(sandbox.emulator.ca_file), str(other))
    assert _errors(steps) == ["certificate"]
    assert steps["tls"].says == "offers TLS 1.2 and TLS 1.3"
    assert "its chain is not trusted" in steps["certificate"].says
    assert (
        steps["certificate"]
        .do.splitlines()[1]
        .startswith("openssl s_client -showcerts -connect 127.0.0.1:")
    )


def test_no_tls_at_all(tmp_path: Path) -> None:
    with Server(answering(b"HTTP/1.1 200 OK\r\n\r\n")) as server:
        steps = _steps(
            _plain(server.port, scheme="https", more="[pace]\ntimeout_seconds = 1\n"), tmp_path
        )
    assert _errors(steps) == ["tls"]
    assert "no TLS 1.2 or 1.3 on this port" in steps["tls"].says


def _certified(folder: Path, *, name: str, ends: dt.datetime) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS with a certificate of its own making, and that certificate as a file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(ends - dt.timedelta(days=90)).not_valid_after(ends)
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file, both = folder / "own.pem", folder / "both.pem"
    file.write_bytes(pem)
    both.write_bytes(private + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, file


NOW = dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(
    ("name", "ends", "status", "words"),
    [
        (
            "localhost",
            NOW - dt.timedelta(days=3),
            "error",
            f"it has expired on {NOW - dt.timedelta(days=3):%Y-%m-%d}",
        ),
        (
            "elsewhere.example",
            NOW + dt.timedelta(days=60),
            "error",
            "it is not for localhost but for elsewhere.example",
        ),
        ("localhost", NOW + dt.timedelta(days=5), "warning", "4 days left"),
        ("localhost", NOW + dt.timedelta(days=60), "ok", "trusted, for localhost; 59 days left"),
        ("localhost", NOW + dt.timedelta(days=100), "error", "it is not valid yet"),
    ],
)
def test_certificates(
    tmp_path: Path, name: str, ends: dt.datetime, status: str, words: str
) -> None:
    context, file = _certified(tmp_path, name=name, ends=ends)
    with Server(_replying(), context=context) as server:
        steps = _steps(
            _plain(server.port, f'[tls]\nca_file = "{file}"\n', "localhost", "https"),
            tmp_path,
            read_only="yes",
        )
    assert (steps["certificate"].status, words in steps["certificate"].says) == (
        status,
        True,
    ), steps["certificate"]


def _replying(*lines: bytes, status: bytes = b"200 OK", body: bytes = SERVED) -> Behaviour:
    head = b"\r\n".join([b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *lines])
    return answering(head + b"\r\n\r\n" + body)


def test_clocks_that_differ(tmp_path: Path) -> None:
    date = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=300)).strftime(
        "%a, %d %b %Y %H:%M:%S GMT"
    )
    with Server(_replying(b"Date: " + date.encode())) as server:
        steps = _steps(_plain(server.port), tmp_path, read_only="yes")
    assert steps["clock"].status == "warning"
    assert "s ahead of this machine's" in steps["clock"].says
    with Server(_replying(b"Date: " + date.encode(), status=b"401 Unauthorized")) as server:
        steps = _steps(
            _plain(server.port).replace(
                '"none"', '"auth-v2"\naccess_key = "a"\nsecret_key = "bcdefg"'
            ),
            tmp_path,
        )
    assert _errors(steps) == ["credentials"]
    assert steps["credentials"].do.startswith("First set the clocks right: they differ by ")


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (
            _replying(b"Location: https://portal.example/login", status=b"302 Found"),
            "a redirection to 'https://portal.example/login'",
        ),
        (
            _replying(status=b"404 Not Found", body=b"<html>nothing"),
            "HTTP 404 with b'<html>nothing', which is not the interface's JSON",
        ),
        (_replying(status=b"503 Busy", body=b"busy"), "HTTP 503"),
        (lambda sock, index: None, "can't be reached: "),
    ],
    ids=["redirected", "another service", "not well", "closes"],
)
def test_something_else_answers(tmp_path: Path, behaviour: Behaviour, words: str) -> None:
    with Server(behaviour) as server:
        steps = _steps(_plain(server.port, PATIENT), tmp_path)
    assert (_errors(steps), words in steps["answer"].says) == (["answer"], True), steps["answer"]
    assert steps["answer"].do


def test_wrong_keys(sandbox: Sandbox, tmp_path: Path) -> None:
    steps = _of_sandbox(sandbox, tmp_path, **{SECRET_VARIABLE: "not the key"})
    assert (_errors(steps), steps["credentials"].says) == (
        ["credentials"],
        "HTTP 401: a signed read is refused",
    )
    assert "signed_headers (now host)" in steps["credentials"].do


def test_a_campaign_that_is_not_there(sandbox: Sandbox, tmp_path: Path) -> None:
    steps = _of_sandbox(sandbox, tmp_path, "[1001, 1002]", "[1001, 1777]")
    assert _errors(steps) == ["campaign 1777"]
    assert steps["campaign 1777"].says == "does not exist in VDN 1 (0200007)"
    assert steps["campaign 1001"].says == "is there, 3 number(s) shown"


def test_a_list_that_lacks_numbers(sandbox: Sandbox, tmp_path: Path) -> None:
    steps = _of_sandbox(
        sandbox, tmp_path, "[1001, 1002]", '[{ id = 1001, numbers = ["5245241"] }, 1002]'
    )
    assert _errors(steps) == ["campaign 1001"]
    assert "2 number(s) that the list in the target file lacks" in steps["campaign 1001"].says


def test_numbers_that_can_not_be_added(tmp_path: Path) -> None:
    (tmp_path / "closed.toml").write_text(
        '[readings]\nadding = "refused"\n[query]\nshows = "first"\n'
    )
    with scene(tmp_path, profile=tmp_path / "closed.toml") as sandbox:
        steps = _of_sandbox(sandbox, tmp_path)
    assert _errors(steps) == ["adding"]
    assert "refused to add numbers to campaign 1001" in steps["adding"].says


def test_what_can_not_be_judged(tmp_path: Path) -> None:
    with Server(_replying()) as server:
        text = _plain(
            server.port, "[pace]\nconcurrency = 1\nmax_requests = 500\nrequests_per_second = 1000\n"
        ).replace(", 1002", "")
        file = tmp_path / "narrow.toml"
        file.write_text(text)
        wishes = Wishes(efforts=EFFORTS, journal=tmp_path / "journal", read_only="yes")
        steps = list(inspect(load_target(file, {}), wishes))
    said = " ".join(step.says for step in steps if step.step == "judgement")
    assert all(
        words in said
        for words in ("other campaigns", "another VDN", "authorization", "at the same time")
    )
    efforts = {step.step: step for step in steps if step.step.startswith("effort")}
    assert (efforts["effort quick"].status, efforts["effort standard"].status) == ("ok", "warning")
    assert "max_requests = 500 ends it sooner" in efforts["effort standard"].says


def test_the_command(sandbox: Sandbox) -> None:
    plain = sandbox.command("check", "--target", str(sandbox.target))
    assert (plain.code, max(map(len, plain.out.splitlines())) <= 80, "\x1b" in plain.out) == (
        0,
        True,
        False,
    ), plain.said
    listed = sandbox.command(
        "check", "--target", str(sandbox.target), "--json", "--set", "vdn_id=3", "--read-only"
    )
    steps = json.loads(listed.out)
    assert listed.code == 3
    assert [set(step) for step in steps] == [{"step", "status", "says", "do"}] * len(steps)
    assert sandbox.command("check", "--target", "nowhere.toml").code == 2


def test_the_plan_of_a_run(sandbox: Sandbox) -> None:
    """Kinds of calls, how many, where, the most numbers: and nothing is sent."""
    before = sandbox.contents()
    result = sandbox.command(
        *sandbox.run(
            "planned",
            "--dry-run",
            "--set",
            "pace.requests_per_second=2",
            "--set",
            "pace.max_added_numbers=700",
        )
    )
    assert result.code == 0
    for words in (
        "Effort quick: about 450 calls, 4 min at 2 calls per second",
        "Deletes and adds only here",
        "1/1001: own numbers; what it holds `check` tells",
        "2/2001: own numbers only",
        "Priorities come back only where the query shows them",
        "Never more than 103 numbers in one campaign, at most 700 are added in all",
        "GET campaign: what it holds now",
        "DELETE with a missing or spoilt Authorization",
        "Nothing was sent.",
    ):
        assert words in result.said
    assert sandbox.contents() == before
    assert not (sandbox.folder / "planned").exists()


def test_http_to_a_port_that_speaks_tls(sandbox: Sandbox, tmp_path: Path) -> None:
    steps = _of_sandbox(sandbox, tmp_path, 'base_url = "https:', 'base_url = "http:')
    assert _errors(steps) == ["answer"]
    assert steps["answer"].says == "the port speaks TLS, and base_url begins with http://"
    assert steps["answer"].do == f'Write base_url = "{sandbox.emulator.base_url}".'
