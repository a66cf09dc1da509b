import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx
import pytest
import trustme

from conformance.selftest.node.calling import (
    DIGITS_24,
    HOLDINGS,
    SUCCESS,
    Caller,
    calling,
    naming,
    numbers_path,
    signed,
)
from conformance.selftest.node.production import NODE, SERVER, start

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not on PATH")

VECTORS: Final[list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("auth-v2-vectors.json").read_text(encoding="utf-8")
)


# --- the correct server ---------------------------------------------------------------------------


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
def test_every_failure_code_has_a_way_and_changes_nothing(
    caller: Caller, code: str, campaign: str, body: str | bytes, query: str
) -> None:
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
        codes = list(
            pool.map(lambda number: caller.delete(number, campaign="1/1004"), HOLDINGS["1/1004"])
        )
    assert sorted(codes) == [SUCCESS] * 119 + ["0200001"]
    assert len(caller.held("1/1004")) == 1


# --- authentication -------------------------------------------------------------------------------


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
        refused = caller.send(
            given["method"], path, body, headers={**headers, "Authorization": forged}
        )
        passed = caller.send(
            given["method"], path, body, headers={**headers, "Authorization": authorization}
        )
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


# --- the process ----------------------------------------------------------------------------------


def test_the_server_ends_with_its_stdin() -> None:
    with start() as server:
        assert httpx.get(server.base_url, trust_env=False).status_code == 401
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.base_url, trust_env=False)
    ended = subprocess.run(
        [str(NODE), str(SERVER)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=10,
        check=True,
    )
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
    ended = subprocess.run(
        [str(NODE), str(SERVER), *options],
        env={},
        capture_output=True,
        encoding="utf-8",
        timeout=10,
        check=False,
    )
    assert ended.returncode == 2
    assert said in ended.stderr
