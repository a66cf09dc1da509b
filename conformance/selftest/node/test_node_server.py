import hashlib
import hmac
import json
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx
import pytest
import trustme

from conformance.selftest.node.production import NODE, SERVER, Campaigns, Production, known_faults, start

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not on PATH")

ROOT: Final = "/rest/isales/v1/openapi/campaigns"
SUCCESS: Final = "0200000"
# Reading the trusted authorities takes longer than a whole test here, and these calls use plain HTTP.
TRUST: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
VECTORS: Final[list[dict[str, Any]]] = json.loads(Path(__file__).with_name("auth-v2-vectors.json").read_text(encoding="utf-8"))
DIGITS_24: Final = "523456789012345678901234"
HOLDINGS: Final[Campaigns] = {
    "1/1001": ("5245241", "5245242", "5245243", "0123", "123", "12345", DIGITS_24),
    "1/1002": ("5245241", "9001"),
    "1/1003": ("31", "32"),
    "1/1004": tuple(str(number) for number in range(60000, 60120)),
}


def hmac_hex(key: str, message: str) -> str:
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


def signed(
    keys: tuple[str, str],
    method: str,
    path: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    query: str = "",
    timestamp: str | None = None,
) -> str:
    access_key, secret_key = keys
    named = {name.lower(): value.strip() for name, value in headers.items()}
    stamp = timestamp or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    prefix = f"auth-v2/{access_key}/{stamp}/{';'.join(sorted(named))}"
    lines = [
        method,
        path,
        *([query] if query else []),
        ";".join(sorted(named)),
        *sorted(f"{quote(name, safe='~')}:{quote(value, safe='~')}" for name, value in named.items()),
        quote(body, safe="~"),
    ]
    return f"{prefix}/{hmac_hex(hmac_hex(secret_key, prefix), chr(10).join(lines))}"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Calls one server over a connection pool and reads what a test compares."""

    client: httpx.Client
    server: Production

    def send(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        *,
        signed_body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 5.0,
    ) -> httpx.Response:
        sent = {"Content-Type": "application/json; charset=UTF-8", **(headers or {})}
        if self.server.access_key is not None and "Authorization" not in sent:
            sent["Authorization"] = self.authorization(method, path, content if signed_body is None else signed_body)
        return self.client.request(method, path, content=content, headers=sent, timeout=timeout)

    def authorization(self, method: str, target: str, body: bytes) -> str:
        keys = (self.server.access_key or "", self.server.secret_key or "")
        path, _, query = target.partition("?")
        host = {"Host": self.client.base_url.netloc.decode()}
        return signed(keys, method, path, headers=host, body=body, query=query)

    def raw(
        self,
        body: str | bytes,
        *,
        campaign: str = "1/1001",
        query: str = "",
        signed_body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 5.0,
    ) -> httpx.Response:
        content = body.encode() if isinstance(body, str) else body
        path = numbers_path(campaign) + query
        return self.send("DELETE", path, content, signed_body=signed_body, headers=headers, timeout=timeout)

    def code(self, body: str | bytes, *, campaign: str = "1/1001", query: str = "") -> str:
        return str(self.raw(body, campaign=campaign, query=query).json()["resultCode"])

    def delete(self, *numbers: object, campaign: str = "1/1001") -> str:
        return self.code(naming(*numbers), campaign=campaign)

    def held(self, campaign: str = "1/1001") -> list[str]:
        reply = self.send("GET", f"{ROOT}/{campaign}").json()
        return [number for number in str(reply["returnObject"]["callerNo"]).split(";") if number]


def numbers_path(campaign: str) -> str:
    vdn_id, campaign_id = campaign.split("/")
    return f"{ROOT}/{vdn_id}/callerNo/{campaign_id}"


def naming(*numbers: object) -> str:
    return json.dumps({"callerNo": [{"accessCode": number} for number in numbers]}, ensure_ascii=False)


def calling(server: Production) -> httpx.Client:
    return httpx.Client(base_url=server.base_url, verify=TRUST, trust_env=False)


@pytest.fixture
def caller() -> Iterator[Caller]:
    with start(campaigns=HOLDINGS) as server, calling(server) as client:
        yield Caller(client=client, server=server)


# --- the correct server -------------------------------------------------------------------------------------------


def test_a_deletion_removes_what_it_names_and_nothing_else(caller: Caller) -> None:
    reply = caller.raw(naming("5245242", "123"))
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    body = reply.json()
    assert set(body) == {"resultCode", "resultDesc", "returnCode", "returnDesc", "requestId"}
    assert (body["resultCode"], body["returnCode"]) == (SUCCESS, SUCCESS)
    assert "num:2" in body["resultDesc"]
    assert caller.held() == ["5245241", "5245243", "0123", "12345", DIGITS_24]
    assert caller.held("1/1002") == ["5245241", "9001"]


def test_added_numbers_are_held(caller: Caller) -> None:
    body = b'{"callerNo":[{"accessCode":"88","priority":3}]}'
    assert caller.send("POST", numbers_path("1/1003"), body).json()["resultCode"] == SUCCESS
    assert caller.held("1/1003") == ["31", "32", "88"]
    assert caller.send("POST", numbers_path("1/1003"), body).json()["resultCode"] == "02000009"
    wrong = b'{"callerNo":[{"accessCode":"89","priority":6}]}'
    assert caller.send("POST", numbers_path("1/1003"), wrong).json()["resultCode"] == "02000007"


FAILURES: Final[list[tuple[str, str, str | bytes, str]]] = [
    ("0200001", "1/1003", naming("31", "32"), ""),
    ("0200007", "1/9999", naming("31"), ""),
    ("0200007", "2/1001", naming("5245241"), ""),
    ("02000001", "1/1001", "", ""),
    ("02000001", "1/1001", "null", ""),
    ("02000001", "1/1001", "{}", ""),
    ("02000001", "1/1001", '{"callerNo":null}', ""),
    ("02000001", "1/1001", '{"callerNo":[null]}', ""),
    ("02000001", "1/1001", '{"callerNo":[{}]}', ""),
    ("02000001", "1/1001", naming(""), ""),
    ("02000002", "1/1001", naming("12a"), ""),
    ("02000002", "1/1001", naming(" 123"), ""),
    ("02000002", "1/1001", naming("123\n"), ""),
    ("02000002", "1/1001", naming("１２３"), ""),
    ("02000003", "1/1001", naming(DIGITS_24 + "0"), ""),
    ("02000004", "1/1001", '{"callerNo":[]}', ""),
    ("02000005", "1/" + "1" * 40, naming("123"), ""),
    ("02000006", "x/1001", naming("123"), ""),
    ("02000006", "1/1001", naming(123), ""),
    ("02000006", "1/1001", '{"callerNo":{}}', ""),
    ("02000006", "1/1001", '{"callerNo":["123"]}', ""),
    ("02000007", "0/1001", naming("123"), ""),
    ("02000007", "-1/1001", naming("123"), ""),
    ("02000007", "10000/1001", naming("123"), ""),
    ("02000008", "1/x", naming("123"), ""),
    ("02000008", "1/1001", "{", ""),
    ("02000008", "1/1001", b"\xff", ""),
    ("02000008", "1/1001", "[" * 50_000, ""),
    ("02000008", "1/1001", '["123"]', ""),
    ("02000009", "1/1001", naming("123", "123"), ""),
    ("02000009", "1/1001", naming("123", "404"), ""),
    ("02000010", "1/1001", naming("123"), "?hour=1"),
    ("02000010", "1/1001", '{"callerNo":[{"accessCode":"123"}],"minute":1}', ""),
    ("02000010", "1/1001", '{"callerNo":[{"accessCode":"123","hour":1}]}', ""),
    ("02000011", "1/1004", naming(*HOLDINGS["1/1004"][:101]), ""),
]


@pytest.mark.parametrize(("code", "campaign", "body", "query"), FAILURES)
def test_every_failure_code_has_a_way_and_changes_nothing(caller: Caller, code: str, campaign: str, body: str | bytes, query: str) -> None:
    reply = caller.raw(body, campaign=campaign, query=query)
    assert reply.status_code == 200
    assert (reply.json()["resultCode"], reply.json()["returnCode"]) == (code, code)
    assert {campaign: tuple(caller.held(campaign)) for campaign in HOLDINGS} == dict(HOLDINGS)


def test_all_13_failure_codes_are_in_the_table() -> None:
    assert len({code for code, *_ in FAILURES}) == 13


def test_the_locale_picks_the_language_and_nothing_else(caller: Caller) -> None:
    default = caller.raw(naming("404")).json()
    english = caller.raw(naming("404"), headers={"locale": "en_US"}).json()
    assert default["resultDesc"] != english["resultDesc"]
    assert default["resultCode"] == english["resultCode"] == "02000009"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "GET", "HEAD", "OPTIONS"])
def test_other_methods_are_refused(caller: Caller, method: str) -> None:
    reply = caller.send(method, numbers_path("1/1001"), naming("123").encode())
    assert (reply.status_code, reply.headers["allow"]) == (405, "DELETE, POST")
    assert len(caller.held()) == 7


def test_100_numbers_go_in_one_call(caller: Caller) -> None:
    assert caller.delete(*HOLDINGS["1/1004"][:100], campaign="1/1004") == SUCCESS
    assert caller.held("1/1004") == list(HOLDINGS["1/1004"][100:])


def test_deletions_at_once_leave_one_number(caller: Caller) -> None:
    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(lambda number: caller.delete(number, campaign="1/1004"), HOLDINGS["1/1004"]))
    assert sorted(codes) == [SUCCESS] * 119 + ["0200001"]
    assert len(caller.held("1/1004")) == 1


# --- authentication -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors_pass_and_fail_with_one_byte_changed(vector: dict[str, Any]) -> None:
    given, authorization = vector["given"], vector["expect"]["authorization"]
    keys, body = (given["access_key"], given["secret_key"]), given["body"].encode()
    query = urlencode(sorted(map(tuple, given["query"])), quote_via=quote, safe="~")
    path = given["path"] + (f"?{query}" if query else "")
    headers = {name: value.strip() for name, value in given["headers"].items()}
    assert (
        signed(
            keys,
            given["method"],
            given["path"],
            headers=given["headers"],
            body=body,
            query=query,
            timestamp=given["timestamp"],
        )
        == authorization
    )
    with start(keys=keys, campaigns=HOLDINGS) as server, calling(server) as client:
        caller = Caller(client=client, server=server)
        forged = authorization[:-1] + ("0" if authorization[-1] != "0" else "1")
        refused = caller.send(given["method"], path, body, headers={**headers, "Authorization": forged})
        passed = caller.send(given["method"], path, body, headers={**headers, "Authorization": authorization})
    assert refused.status_code == 401
    # One vector signs the path of a sibling interface, which this server lacks.
    assert passed.status_code == (404 if query else 200)


@pytest.mark.parametrize("header", ["", "auth-v2/nodeak/x/host/y", "Basic bm9kZWFrOng="])
def test_a_caller_without_a_signature_changes_nothing(caller: Caller, header: str) -> None:
    reply = caller.raw(naming("123"), headers={"Authorization": header})
    assert (reply.status_code, reply.content) == (401, b"")
    assert "123" in caller.held()


def test_a_signature_covers_the_body_and_the_method(caller: Caller) -> None:
    assert caller.raw(naming("123"), signed_body=naming("0123").encode()).status_code == 401
    for_post = caller.authorization("POST", numbers_path("1/1001"), naming("123").encode())
    assert caller.raw(naming("123"), headers={"Authorization": for_post}).status_code == 401
    assert len(caller.held()) == 7


def test_without_keys_nobody_is_refused() -> None:
    with start(auth=False) as server, calling(server) as client:
        assert (server.access_key, server.secret_key) == (None, None)
        assert Caller(client=client, server=server).delete("5245241") == SUCCESS


def test_https(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(key))
    context = httpx.create_ssl_context(trust_env=False)
    authority.configure_trust(context)
    with (
        start(tls=(certificate, key)) as server,
        httpx.Client(base_url=server.base_url, verify=context, trust_env=False) as client,
    ):
        assert server.base_url.startswith("https://")
        assert Caller(client=client, server=server).delete("5245241") == SUCCESS


# --- the process --------------------------------------------------------------------------------------------------


def test_the_server_ends_with_its_stdin() -> None:
    with start() as server:
        assert httpx.get(server.base_url, trust_env=False).status_code == 401
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.base_url, trust_env=False)
    ended = subprocess.run([str(NODE), str(SERVER)], stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=True)
    assert ended.stderr == b""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--fault", "nonesuch"], "known are parse-int"),
        (["--campaign", "1=2"], "expected VDN/ID="),
        (["--ak", "A"], "ISALES_SK"),
        (["--cert", "x"], "belong together"),
    ],
)
def test_usage_errors_say_what_was_expected(options: list[str], said: str) -> None:
    ended = subprocess.run([str(NODE), str(SERVER), *options], env={}, capture_output=True, encoding="utf-8", timeout=10, check=False)
    assert ended.returncode == 2
    assert said in ended.stderr


# --- the faults ---------------------------------------------------------------------------------------------------

Probe = Callable[[Caller], object]


def at_once(caller: Caller, *numbers: str, campaign: str) -> tuple[int, int]:
    """How many calls succeeded, and how many numbers are left."""
    with ThreadPoolExecutor(len(numbers)) as pool:
        codes = list(pool.map(lambda number: caller.delete(number, campaign=campaign), numbers))
    return codes.count(SUCCESS), len(caller.held(campaign))


def ending(caller: Caller, body: str) -> int | str:
    """How one exchange ended: its status, or why there is none."""
    try:
        return caller.raw(body, timeout=1.0).status_code
    except httpx.ReadTimeout:
        return "endless"
    except (httpx.RemoteProtocolError, httpx.ReadError):
        return "dropped"


def codes_of(caller: Caller, body: str, **headers: str) -> tuple[object, object]:
    reply = caller.raw(body, headers=headers).json()
    return reply["resultCode"], reply["returnCode"]


def deleted_of(caller: Caller, *calls: str, campaign: str = "1/1001") -> set[str]:
    """The numbers missing after these bodies were sent."""
    for body in calls:
        caller.raw(body, campaign=campaign)
    return set(HOLDINGS[campaign]) - set(caller.held(campaign))


def replayed(caller: Caller) -> int:
    authorization = caller.authorization("DELETE", numbers_path("1/1001"), naming("123").encode())
    caller.raw(naming("123"), headers={"Authorization": authorization})
    return caller.raw(naming("0123"), headers={"Authorization": authorization}).status_code


def put(caller: Caller) -> int:
    return caller.send("PUT", numbers_path("1/1001"), naming("123").encode()).status_code


def many(count: int) -> tuple[str, ...]:
    return tuple(HOLDINGS["1/1004"][:count])


# fault: what is looked at, what the correct server shows, what the fault shows
FAULTS: Final[dict[str, tuple[Probe, object, object]]] = {
    "parse-int": (lambda c: deleted_of(c, naming("5245241x"), naming(123)), set(), {"5245241", "123"}),
    "leading-zeros": (lambda c: deleted_of(c, naming("123")), {"123"}, {"123", "0123"}),
    "loose-equality": (lambda c: c.delete(5245241), "02000006", SUCCESS),
    "splice-neighbour": (
        lambda c: deleted_of(c, naming("5245241", "5245242")),
        {"5245241", "5245242"},
        {"5245241", "5245243"},
    ),
    "prefix-delete": (lambda c: deleted_of(c, naming("123")), {"123"}, {"123", "12345"}),
    "lost-update": (lambda c: at_once(c, "5245241", "5245242", campaign="1/1001"), (2, 5), (2, 6)),
    "check-then-act": (lambda c: at_once(c, "31", "32", campaign="1/1003"), (1, 1), (2, 0)),
    "limit-101": (lambda c: c.delete(*many(101), campaign="1/1004"), "02000011", SUCCESS),
    "late-limit": (
        lambda c: (c.delete(*many(102), campaign="1/1004"), len(c.held("1/1004"))),
        ("02000011", 120),
        ("02000011", 18),
    ),
    "null-body-500": (lambda c: (c.raw("null").status_code, "at " in c.raw("null").text), (200, False), (500, True)),
    "dropped-connection": (lambda c: ending(c, '{"callerNo":[null]}'), 200, "dropped"),
    "endless-answer": (lambda c: ending(c, '{"callerNo":{}}'), 200, "endless"),
    "error-leak": (lambda c: "SyntaxError" in c.raw("{").json()["resultDesc"], False, True),
    "vdn-ignored": (lambda c: c.delete("123", campaign="2/1001"), "0200007", SUCCESS),
    "stale-count": (
        lambda c: [c.delete("31", campaign="1/1003"), c.delete("32", campaign="1/1003")],
        [SUCCESS, "0200001"],
        [SUCCESS, SUCCESS],
    ),
    "batch-empties": (lambda c: c.delete("31", "32", campaign="1/1003"), "0200001", SUCCESS),
    "empty-list-clears": (lambda c: len(deleted_of(c, naming())), 0, 7),
    "long-noop": (lambda c: (c.delete(DIGITS_24), DIGITS_24 in c.held()), (SUCCESS, False), (SUCCESS, True)),
    "long-truncated": (lambda c: deleted_of(c, naming(DIGITS_24 + "9")), set(), {DIGITS_24}),
    "cross-campaign": (lambda c: (c.delete("5245241"), len(c.held("1/1002"))), (SUCCESS, 2), (SUCCESS, 1)),
    "partial-delete": (
        lambda c: (c.delete("5245241", "404"), len(c.held())),
        ("02000009", 7),
        ("02000009", 6),
    ),
    "trimmed": (lambda c: deleted_of(c, naming(" 123")), set(), {"123"}),
    "wide-digits": (lambda c: deleted_of(c, naming("１２３")), set(), {"123"}),
    "put-deletes": (lambda c: (put(c), len(c.held())), (405, 7), (200, 6)),
    "authorization-presence": (lambda c: c.raw(naming("123"), headers={"Authorization": "x"}).status_code, 401, 200),
    "authorization-remembered": (replayed, 401, 200),
    "body-unsigned": (lambda c: c.raw(naming("123"), signed_body=b"").status_code, 401, 200),
    "body-skips-signature": (lambda c: c.raw(naming("123"), signed_body=b"other").status_code, 401, 200),
    "result-code-number": (lambda c: codes_of(c, naming("123")), (SUCCESS, SUCCESS), (200000, SUCCESS)),
    "return-code-success": (lambda c: codes_of(c, naming("404")), ("02000009", "02000009"), ("02000009", SUCCESS)),
    "return-desc-missing": (lambda c: "returnDesc" in c.raw("{").json(), True, False),
    "undocumented-code": (lambda c: c.delete("123", "123"), "02000009", "02000012"),
    "locale-code": (lambda c: codes_of(c, naming("123"), locale="en_US"), (SUCCESS, SUCCESS), ("200000", "200000")),
    "flaky-503": (
        lambda c: [c.raw("{}").status_code for _ in range(50)].count(503),
        0,
        2,
    ),
}
# Their point is the envelope of an ordinary deletion.
NEVER_ORDINARY: Final = {"result-code-number"}


def test_every_fault_is_listed_and_probed() -> None:
    assert set(known_faults()) == set(FAULTS)
    assert all(known_faults().values())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_differs_from_the_correct_server(caller: Caller, fault: str) -> None:
    probe, right, wrong = FAULTS[fault]
    assert probe(caller) == right
    with start(faults=(fault,), campaigns=HOLDINGS) as server, calling(server) as client:
        assert server.faults == (fault,)
        assert probe(Caller(client=client, server=server)) == wrong


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in NEVER_ORDINARY])
def test_a_fault_leaves_an_ordinary_deletion_alone(fault: str) -> None:
    with start(faults=(fault,), campaigns=HOLDINGS) as server, calling(server) as client:
        caller = Caller(client=client, server=server)
        assert caller.delete("5245242") == SUCCESS
        assert caller.held() == [number for number in HOLDINGS["1/1001"] if number != "5245242"]
