"""The verifier against vectors that were made apart from this project, and against what must be
refused.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from conformance.emulator.call import ReceivedCall
from conformance.emulator.signature import Verifier, canonical_requests, signature_of
from conformance.selftest.emulator.speaking import sign

VECTORS = json.loads(Path(__file__).with_name("auth-v2-vectors.json").read_text(encoding="utf-8"))


def call_of(given: dict[str, Any]) -> ReceivedCall:
    return ReceivedCall(
        method=given["method"],
        path=given["path"],
        query="&".join(f"{quote(key)}={quote(value, safe='')}" for key, value in given["query"]),
        headers={name.lower(): value for name, value in given["headers"].items()},
        body=given["body"].encode(),
        connection=1,
        sequence=1,
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["name"]))
def test_vectors(vector: dict[str, Any]) -> None:
    given, expect = vector["given"], vector["expect"]
    call = call_of(given)
    names = expect["prefix"].rpartition("/")[2]
    assert expect["canonical_request"] in list(canonical_requests(call, names))
    assert (
        signature_of(given["secret_key"], expect["prefix"], expect["canonical_request"])
        == expect["signature"]
    )
    signed = ReceivedCall(
        method=call.method,
        path=call.path,
        query=call.query,
        headers={**call.headers, "authorization": expect["authorization"]},
        body=call.body,
        connection=1,
        sequence=1,
    )
    verifier = Verifier(access_key=given["access_key"], secret_key=given["secret_key"])
    assert verifier.accepts(signed)
    assert not Verifier(access_key=given["access_key"], secret_key="other").accepts(signed)
    assert not Verifier(access_key="other", secret_key=given["secret_key"]).accepts(signed)


def plain_call(**changed: Any) -> ReceivedCall:
    given = {
        "method": "DELETE",
        "path": "/a/b",
        "query": "x=1",
        "headers": {"host": "h:1"},
        "body": b"{}",
        "connection": 1,
        "sequence": 1,
    }
    return ReceivedCall(**{**given, **changed})


CHANGES: list[dict[str, Any]] = [
    {"method": "POST"},
    {"path": "/a/c"},
    {"query": "x=2"},
    {"query": ""},
    {"headers": {"host": "h:2"}},
    {"headers": {}},
    {"body": b"{} "},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_every_part_of_a_call_is_covered(change: dict[str, Any]) -> None:
    header = sign(plain_call(), ("k", "s"))
    changed = plain_call(**change)
    verifier = Verifier(access_key="k", secret_key="s")
    signed = plain_call(headers={"host": "h:1", "authorization": header})
    assert verifier.accepts(signed)
    assert not verifier.accepts(
        plain_call(**{**change, "headers": {**changed.headers, "authorization": header}})
    )


PREFIX, SIGNATURE = sign(plain_call(), ("k", "s"), timestamp="2026-11-23T08:00:00Z").rpartition(
    "/"
)[::2]
BAD_HEADERS = [
    "",
    "x",
    SIGNATURE,
    f"{PREFIX}/{SIGNATURE[:-1]}",
    f"{PREFIX}/{SIGNATURE}0",
    f"{PREFIX}/{SIGNATURE.upper()}",
    f"{PREFIX}/",
    f"{PREFIX}/{'0' * 64}",
    f"{PREFIX}/{SIGNATURE}/",
    f"{PREFIX.replace('auth-v2', 'auth-v1')}/{SIGNATURE}",
    f"{PREFIX.replace('/k/', '/K/')}/{SIGNATURE}",
    f"Bearer {SIGNATURE}",
]


@pytest.mark.parametrize(
    "header", BAD_HEADERS, ids=[str(place) for place in range(len(BAD_HEADERS))]
)
def test_malformed_headers(header: str) -> None:
    call = plain_call(headers={"host": "h:1", "authorization": header})
    assert not Verifier(access_key="k", secret_key="s").accepts(call)


@pytest.mark.parametrize(
    "timestamp", ["2026-13-23T08:00:00Z", "2026-11-23 08:00:00Z", "2026-11-23T08:00:00", "now"]
)
def test_malformed_times(timestamp: str) -> None:
    header = sign(plain_call(), ("k", "s"), timestamp=timestamp)
    call = plain_call(headers={"host": "h:1", "authorization": header})
    assert not Verifier(access_key="k", secret_key="s").accepts(call)


@pytest.mark.parametrize("names", ["Host", "content-type", "host;content-type", "host;host"])
def test_signed_headers_are_lower_case_sorted_and_hold_the_host(names: str) -> None:
    headers = {"host": "h:1", "content-type": "x", "Host": "h:1"}
    header = sign(plain_call(headers=headers), ("k", "s"), names=names)
    call = plain_call(headers={**headers, "authorization": header})
    assert not Verifier(access_key="k", secret_key="s").accepts(call)


def test_the_validity_period() -> None:
    header = sign(plain_call(), ("k", "s"), timestamp="2020-01-01T00:00:00Z")
    call = plain_call(headers={"host": "h:1", "authorization": header})
    assert Verifier(access_key="k", secret_key="s").accepts(call)
    assert not Verifier(access_key="k", secret_key="s", validity_seconds=600).accepts(call)


def test_a_plus_in_a_query_may_be_a_space() -> None:
    for signed_as in ("x=a+b", "x=a%20b", "x=a%2Bb"):
        header = sign(plain_call(query=signed_as), ("k", "s"))
        call = plain_call(query="x=a+b", headers={"host": "h:1", "authorization": header})
        assert Verifier(access_key="k", secret_key="s").accepts(call)
