from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from conformance.exchange import Call
from conformance.transport import TransportOptions, parse_address
from conformance.transport.guard import DisposableOnly
from conformance.transport.ids import PLAUSIBLE_ID, readings

PREFIX = "/rest/isales/v1/openapi/campaigns"
LISTED = [(1, 1001), (1, 1002), (2, 2001)]
GUARD = DisposableOnly(LISTED, path_prefix=PREFIX, base_path="/gw", safe_unknown_campaigns=[777])


def path(vdn: object, campaign: object) -> str:
    return f"/gw{PREFIX}/{vdn}/callerNo/{campaign}"


def reason(target: str, method: str = "DELETE", **more: object) -> str | None:
    return GUARD(Call(method=method, target=target, **more))  # type: ignore[arg-type]  # more: headers or body


@pytest.mark.parametrize(
    "target",
    [
        path(1, 1001),
        path(2, 2001),
        path(2, 1001),
        path(0, 1001),
        path(10000, 1002),
        path("x", 1001),
        path(1, 777),
        path(1, 0),
        path(1, -5),
        path(1, 2_000_000_000),
        path(1, 2**31),
        path(1, 2**32),
        path(1, 99999999999999999999),
        path(1, "abc"),
        path(1, ""),
        path("0001", 1001),
        path(1, "1001?hour=1"),
        path(1, "null%2Cnull"),
        path(1, "9" * 5000),
    ],
)
def test_let_through(target: str) -> None:
    assert reason(target) is None


@pytest.mark.parametrize(
    "target",
    [
        path(1, 1003),
        path(7, 5),
        path(1, "%31003"),
        path(1, "%2531003"),
        path(1, "１００３"),
        path(1, quote("１００３")),
        path(1, "²³"),
        path(1, "01003"),
        path(1, "01001"),  # 513, where a leading zero means octal
        path(1, "+1003"),
        path(1, "%201003"),
        path(1, "1003.0"),
        path(1, "1003.9"),
        path(1, "1.003e3"),
        path(1, "0x3eb"),
        path(1, "1_003"),
        path(1, "1003abc"),
        path(1, "1001,1003"),
        path(1, 2**32 + 1003),
        path(1, 2**64 + 1003),
        path(1, -(2**32) + 1003),
        path(1, "1001/../1003"),
        path(1, "1001%2f..%2f1003"),
        path(1, "..\\1003"),
        path(1, "1003;v=1"),
        path(1, "x;/../1003"),
        path(1, "1003%00"),
        path(1, "1003%3Fx"),
        path(1, "1003%23"),
        path(1, "1001?campaignId=1003"),
        path(1, "1001?x=1&campaign_id=%31003"),
        f"/gw{PREFIX}/1/callerNo//1003",
        f"/gw//{PREFIX}/1/callerNo/1003",
        f"/gw{PREFIX}/1/CALLERNO/1003",
        f"/gw{PREFIX}/1/1001",
        f"/gw{PREFIX}/1",
        f"/gw{PREFIX}",
        f"/gw{PREFIX}/1/callerNo/..%2F1001",
        f"{PREFIX}/1/callerNo/1001",
        "/",
        "*",
        f"http://elsewhere{path(1, 1001)}",
    ],
)
def test_withheld(target: str) -> None:
    assert reason(target)
    assert reason(target, "POST")
    assert reason(target, "delete")
    assert reason(target, "GET") is None


def test_a_transport_without_a_guard_of_its_own_changes_nothing() -> None:
    guard = TransportOptions(address=parse_address("http://h")).guard
    assert guard(Call(method="GET", target="/x")) is None
    assert guard(Call(method="DELETE", target=path(1, 1001)))
    assert guard(Call(method="POST", target="/callerNo/0"))


def test_reading_that_could_change_something() -> None:
    assert reason(path(1, 1003), "GET", headers=(("X-HTTP-Method-Override", "DELETE"),))
    assert reason(path(1, 1001), "DELETE", headers=(("X-Original-URL", path(1, 1003)),))
    assert reason(path(1, 1003) + "?_method=DELETE", "GET")


FOREIGN = st.integers(1, 1_999_999_999).filter(lambda value: value not in {1001, 1002, 2001, 777})
SPELLINGS = st.sampled_from(
    [
        str,
        lambda value: f"{value:015d}",
        lambda value: f"+{value}",
        lambda value: f"%20{value}",
        lambda value: f"{value}.0",
        lambda value: f"{value}.",
        lambda value: f"{value}e0",
        lambda value: f"{value:#x}",
        lambda value: f"{value:,}",
        lambda value: f"{value}%0a",
        lambda value: f"{value};x",
        lambda value: "".join(chr(0x0660 + int(digit)) for digit in str(value)),
        lambda value: "".join(chr(0xFF10 + int(digit)) for digit in str(value)),
        lambda value: "".join(f"%3{digit}" for digit in str(value)),
        lambda value: "".join(f"%253{digit}" for digit in str(value)),
        lambda value: quote(quote("".join(chr(0x0966 + int(digit)) for digit in str(value)))),
        lambda value: f"1001/../{value}",
        lambda value: f"1001%2F..%2F{value}",
    ]
)
VDNS = st.integers(-1, 10_001).map(str) | st.sampled_from(["", "x", "%31", "１"])
METHODS = st.sampled_from(["DELETE", "POST", "PUT", "PATCH", "delete", "get", "FOO"])


@given(FOREIGN, SPELLINGS, VDNS, METHODS, st.sampled_from(["", "?hour=1", "#x", "/", "/extra"]))
def test_no_spelling_of_a_foreign_campaign_passes(value: int, spell: object, vdn: str, method: str, tail: str) -> None:
    assert callable(spell)
    assert reason(path(vdn, spell(value)) + tail, method)


@given(FOREIGN, st.text(max_size=3), st.text(max_size=3))
@example(1003, "", "")
def test_whatever_a_lenient_server_reads_is_not_foreign(value: int, before: str, after: str) -> None:
    segment = f"{before}{value}{after}"
    try:
        read = int(segment)
    except ValueError:
        assume(False)
    assume(0 < read < 2_000_000_000 and read not in {1001, 1002, 2001, 777})
    assert reason(path(1, quote(segment, safe="")))


@given(st.integers(2**31, 2**70))
def test_large_ids_pass_unless_their_low_bits_are_somebodys_campaign(value: int) -> None:
    low = {value % 2**32, value % 2**64} - {1001, 1002, 2001, 777}
    assert (reason(path(1, value)) is None) == all(not 0 < one <= PLAUSIBLE_ID for one in low)


def test_only_numbers_of_the_run_where_that_is_asked_for() -> None:
    guard = DisposableOnly(LISTED, path_prefix=PREFIX, allowed_number=lambda number: number.startswith("990"))
    body = b'{"callerNo":[{"accessCode":"9901"},{"accessCode": "5245241"}]}'
    assert guard(Call(method="DELETE", target=f"{PREFIX}/1/callerNo/1001", body=body)) is None
    assert "5245241" in str(guard(Call(method="DELETE", target=f"{PREFIX}/3/callerNo/1001", body=body)))
    assert guard(Call(method="DELETE", target=f"{PREFIX}/3/callerNo/1001", body=body.replace(b"5245241", b"9902"))) is None


@given(st.text(max_size=20))
def test_reading_ids_never_fails(segment: str) -> None:
    assert all(isinstance(value, int) for value in readings(segment))


@given(st.text(max_size=60))
def test_any_target_gets_an_answer(target: str) -> None:
    assert reason("/" + target)
    reason(path(1, target))
