import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.transport import auth

VECTORS = json.loads((Path(__file__).parent / "auth-v2-vectors.json").read_text())


def parts_of(given: dict[str, Any]) -> auth.Parts:
    query = urlencode([tuple(pair) for pair in given["query"]], quote_via=quote)
    return auth.Parts(
        method=given["method"],
        target=given["path"] + (f"?{query}" if query else ""),
        headers=tuple(given["headers"].items()),
        body=given["body"].encode(),
    )


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_vector(vector: dict[str, Any]) -> None:
    given, expect = vector["given"], vector["expect"]
    keys = auth.Keys(access_key=given["access_key"], secret_key=given["secret_key"])
    parts = parts_of(given)
    start = auth.prefix(
        keys.access_key, given["timestamp"], auth.signed_headers_text(parts.headers)
    )
    assert start == expect["prefix"]
    assert auth.canonical_request(parts) == expect["canonical_request"]
    assert auth.hmac_hex(keys.secret_key, start) == expect["signing_key"]
    assert auth.authorization(keys, given["timestamp"], parts) == expect["authorization"]


@given(st.binary(max_size=300) | st.text().map(str.encode))
def test_encode_is_percent_encoding(data: bytes) -> None:
    assert auth.encode(data) == quote(data, safe="")


@given(st.binary(min_size=300, max_size=600))
def test_encode_with_many_different_bytes(data: bytes) -> None:
    assert auth.encode(data) == quote(data, safe="")


@given(st.lists(st.tuples(st.text(min_size=1, max_size=5), st.text(max_size=5)), max_size=5))
def test_the_canonical_query_does_not_depend_on_order_or_spelling(
    pairs: list[tuple[str, str]],
) -> None:
    plain = urlencode(pairs, quote_via=quote)
    plus = urlencode(pairs)
    reverse = urlencode(list(reversed(pairs)), quote_via=quote)
    assert (
        auth.canonical_query(plain) == auth.canonical_query(plus) == auth.canonical_query(reverse)
    )


def test_timestamps() -> None:
    assert auth.timestamp(0.0) == "1970-01-01T00:00:00Z"
    assert auth.timestamp(1.5, milliseconds=True) == "1970-01-01T00:00:01.500Z"


def test_the_secret_is_not_shown() -> None:
    keys = auth.Keys(access_key="ak", secret_key="top-secret")
    assert "top-secret" not in f"{keys!r} {keys}"
