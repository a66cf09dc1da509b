import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.exchange import OMITTED, SIGNED
from conformance.transport.auth import Keys, Parts, authorization, timestamp
from conformance.transport.authorizer import AuthV2, FixedHeader, NoHeader
from conformance.transport.tampering import TAMPERINGS, Unsigned

KEYS = Keys(access_key="globalaktest", secret_key="1qaz2wsx3edc")
HEADERS = (
    ("Host", "10.0.0.5:28443"),
    ("Content-Type", "application/json; charset=UTF-8"),
    ("Content-Length", "2"),
)
NOW = 1_780_000_000.0


def unsigned(
    method: str, target: str, body: bytes, signed: tuple[str, ...], *, milliseconds: bool = False
) -> Unsigned:
    headers = tuple(pair for pair in HEADERS if pair[0].lower() in signed)
    parts = Parts(method=method, target=target, headers=headers, body=body)
    return Unsigned(keys=KEYS, seconds=NOW, milliseconds=milliseconds, parts=parts, headers=HEADERS)


CALLS = st.builds(
    unsigned,
    st.sampled_from(["DELETE", "GET", "POST"]),
    st.sampled_from(["/rest/isales/v1/openapi/campaigns/1/callerNo/1001", "/x?hour=1&b=2", "/"]),
    st.sampled_from([b"", b"{}", b'{"callerNo":[{"accessCode":"1"}]}']),
    st.sampled_from([("host",), ("content-length", "content-type", "host")]),
    milliseconds=st.booleans(),
)


def verifies(header: str, call: Unsigned) -> bool:
    """Whether the header is right for the call as it is sent, at whatever time."""
    pieces = header.split("/")
    if len(pieces) != 5:
        return False
    signed = tuple(pair for pair in HEADERS if pair[0].lower() in pieces[3].split(";"))
    return header == authorization(
        KEYS, pieces[2], msgspec.structs.replace(call.parts, headers=signed)
    )


@given(call=CALLS, name=st.sampled_from(sorted(TAMPERINGS)))
def test_a_certain_tampering_is_never_valid(call: Unsigned, name: str) -> None:
    tampering = TAMPERINGS[name]
    header = tampering.make(call)
    assert header != call.valid
    assert header.isprintable()
    assert header.isascii()
    if tampering.certain:
        assert not verifies(header, call)


@given(CALLS)
def test_the_unspoilt_header_is_valid(call: Unsigned) -> None:
    assert verifies(call.valid, call)


@pytest.mark.parametrize("name", ["open:hour-old", "open:day-old", "open:hour-early"])
def test_open_times_are_right_signatures(name: str) -> None:
    call = unsigned("DELETE", "/x", b"", ("host",))
    assert verifies(TAMPERINGS[name].make(call), call)


def test_every_tampering_is_told_apart() -> None:
    call = unsigned("DELETE", "/x", b"{}", ("host",))
    made = {name: tampering.make(call) for name, tampering in TAMPERINGS.items()}
    assert len(set(made.values())) == len(made)
    assert not {SIGNED, OMITTED} & TAMPERINGS.keys()
    assert all(
        name == tampering.name and tampering.description for name, tampering in TAMPERINGS.items()
    )


def test_the_signer_signs_what_is_sent_and_only_headers_that_are_there() -> None:
    signer = AuthV2(KEYS, signed_headers=("host", "content-type", "x-absent"), clock=lambda: NOW)
    [(name, value)] = signer.headers("GET", "/x", HEADERS, b"", SIGNED)
    assert name == "Authorization"
    assert value.split("/")[:4] == ["auth-v2", "globalaktest", timestamp(NOW), "content-type;host"]
    assert signer.headers("GET", "/x", HEADERS, b"", OMITTED) == []
    [(_, spoilt)] = signer.headers("GET", "/x", HEADERS, b"", "signature-changed")
    assert spoilt[:-1] == value[:-1]
    assert spoilt != value


def test_schemes_say_which_credentials_they_know() -> None:
    fixed = FixedHeader("Bearer token-of-the-user")
    assert fixed.headers("GET", "/", (), b"", SIGNED) == [
        ("Authorization", "Bearer token-of-the-user")
    ]
    assert fixed.headers("GET", "/", (), b"", "empty") == [("Authorization", "")]
    assert NoHeader().headers("GET", "/", (), b"", SIGNED) == []
    with pytest.raises(UsageError, match="did you mean") as caught:
        AuthV2(KEYS).headers("GET", "/", (), b"", "signature-chnged")
    assert "signature-changed" in str(caught.value)
    with pytest.raises(UsageError):
        fixed.headers("GET", "/", (), b"", "signature-changed")


def test_with_milliseconds_no_two_signatures_are_alike() -> None:
    """A server that remembers signatures would take the second of two like calls for a replay."""
    moments = iter([NOW, NOW, NOW, NOW + 0.0015, NOW - 1])
    signer = AuthV2(KEYS, milliseconds=True, clock=lambda: next(moments))
    made = [signer.headers("GET", "/", HEADERS, b"", SIGNED)[0][1] for _ in range(5)]
    assert len(set(made)) == 5
    assert [text.split("/")[2][-5:] for text in made] == sorted(
        text.split("/")[2][-5:] for text in made
    )


def test_a_replayed_header_is_one_that_was_sent_with_another_call() -> None:
    """A server that remembers the headers it let in is asked with one of these; never with one that
    is right for this call too.
    """
    signer = AuthV2(KEYS, clock=lambda: NOW)
    ((_, sent),) = signer.headers("GET", "/x?a=1&b=2", HEADERS, b"", SIGNED)
    assert signer.headers("DELETE", "/x", HEADERS, b"{}", "replayed") == [("Authorization", sent)]
    assert signer.headers("GET", "/x?b=2&a=1", HEADERS, b"", "replayed") != [
        ("Authorization", sent)
    ]
