"""Each fault of the server on Node: what the correct one shows and what the fault shows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import httpx
import pytest

from conformance.selftest.node.calling import (
    DIGITS_24,
    HOLDINGS,
    SUCCESS,
    Caller,
    calling,
    naming,
    numbers_path,
)
from conformance.selftest.node.production import NODE, known_faults, start

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not on PATH")


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
    "parse-int": (
        lambda c: deleted_of(c, naming("5245241x"), naming(123)),
        set(),
        {"5245241", "123"},
    ),
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
    "null-body-500": (
        lambda c: (c.raw("null").status_code, "at " in c.raw("null").text),
        (200, False),
        (500, True),
    ),
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
    "long-noop": (
        lambda c: (c.delete(DIGITS_24), DIGITS_24 in c.held()),
        (SUCCESS, False),
        (SUCCESS, True),
    ),
    "long-truncated": (lambda c: deleted_of(c, naming(DIGITS_24 + "9")), set(), {DIGITS_24}),
    "cross-campaign": (
        lambda c: (c.delete("5245241"), len(c.held("1/1002"))),
        (SUCCESS, 2),
        (SUCCESS, 1),
    ),
    "partial-delete": (
        lambda c: (c.delete("5245241", "404"), len(c.held())),
        ("02000009", 7),
        ("02000009", 6),
    ),
    "trimmed": (lambda c: deleted_of(c, naming(" 123")), set(), {"123"}),
    "wide-digits": (lambda c: deleted_of(c, naming("１２３")), set(), {"123"}),
    "put-deletes": (lambda c: (put(c), len(c.held())), (405, 7), (200, 6)),
    "authorization-presence": (
        lambda c: c.raw(naming("123"), headers={"Authorization": "x"}).status_code,
        401,
        200,
    ),
    "authorization-remembered": (replayed, 401, 200),
    "body-unsigned": (lambda c: c.raw(naming("123"), signed_body=b"").status_code, 401, 200),
    "body-skips-signature": (
        lambda c: c.raw(naming("123"), signed_body=b"other").status_code,
        401,
        200,
    ),
    "result-code-number": (
        lambda c: codes_of(c, naming("123")),
        (SUCCESS, SUCCESS),
        (200000, SUCCESS),
    ),
    "return-code-success": (
        lambda c: codes_of(c, naming("404")),
        ("02000009", "02000009"),
        ("02000009", SUCCESS),
    ),
    "return-desc-missing": (lambda c: "returnDesc" in c.raw("{").json(), True, False),
    "undocumented-code": (lambda c: c.delete("123", "123"), "02000009", "02000012"),
    "locale-code": (
        lambda c: codes_of(c, naming("123"), locale="en_US"),
        (SUCCESS, SUCCESS),
        ("200000", "200000"),
    ),
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
