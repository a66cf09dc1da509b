"""Every defect gets its code from the default profile, and nothing is deleted."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.emulator.defects import ACCEPT, DEFAULT_CODES, OPEN
from conformance.selftest.emulator.speaking import (
    EmulatorClient,
    RawReply,
    emulating,
    options,
    path_of,
)

NUMBER = "5245241"
CAMPAIGNS = {(1, 1001): (NUMBER, "5245242"), (1, 1003): ("1",), (2, 2001): ("7245241",)}
ONE: dict[str, object] = {"accessCode": NUMBER}


def listing(*items: object, **members: object) -> dict[str, object]:
    return {"callerNo": list(items), **members}


def value(content: object) -> dict[str, object]:
    return listing({"accessCode": content})


TWICE = b'{"callerNo":[],"callerNo":[{"accessCode":"5245241"}]}'
NO_LISTS: list[object] = ["x", 3, 1.5, True, ONE]
NO_TEXTS: list[object] = [5245241, 1.5, True, [], {}, 10**400]
NO_OBJECTS: list[object] = [NUMBER, 3, [], True]
OF_BODIES: dict[str, list[object]] = {
    "body.empty": [b"", b"  \n"],
    "body.not-json": [
        b"{",
        b"{'a':1}",
        b'{"callerNo":NaN}',
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b"x",
        b"{} {}",
    ],
    "body.not-object": [[], "x", 3, None, True],
    "caller-no.missing": [{}, b" {} "],
    "caller-no.null": [{"callerNo": None}],
    "caller-no.wrong-type": [{"callerNo": wrong} for wrong in NO_LISTS],
    "caller-no.empty": [listing()],
    "caller-no.too-many": [
        listing(*[{"accessCode": str(number)} for number in range(count)]) for count in (101, 500)
    ],
    "item.null": [listing(None), listing(ONE, None)],
    "item.not-object": [listing(wrong) for wrong in NO_OBJECTS],
    "access-code.missing": [listing({}), listing(ONE, {})],
    "access-code.null": [value(None)],
    "access-code.wrong-type": [value(wrong) for wrong in NO_TEXTS],
    "access-code.empty": [value("")],
    "access-code.too-long": [value("1" * count) for count in (25, 255)],
    "access-code.very-long": [value("1" * count) for count in (256, 5000)],
    "access-code.invalid-characters": [
        value(wrong)
        for wrong in (
            " ",
            "5 1",
            "+1",
            "-1",
            "1.5",
            "5a",
            "５",
            "٥",
            "1\n",
            "1\0",
            "😀",
            "\ud800",
            "'",
            "*",
        )
    ],
    "campaign.last-number": [listing(ONE, {"accessCode": "5245242"})],
    "number.absent": [value("4711")],
    "number.duplicate": [listing(ONE, ONE)],
    "member.unknown": [listing(ONE, other=1), listing({**ONE, "other": 1})],
    "member.hour-without-minute": [listing(ONE, hour=1), listing({**ONE, "hour": 1})],
    "member.minute-without-hour": [listing(ONE, minute=1), listing({**ONE, "minute": 1})],
    "member.hour-and-minute": [
        listing(ONE, hour=1, minute=2),
        listing({**ONE, "hour": 1, "minute": 2}),
    ],
    "key.duplicate": [TWICE],
}
OF_PATHS: dict[str, list[tuple[object, object]]] = {
    "vdn-id.not-integer": [
        ("x", 1001),
        ("1.0", 1001),
        ("%201", 1001),
        ("+1", 1001),
        ("", 1001),
        ("%D9%A1", 1001),
    ],
    "vdn-id.out-of-range": [(0, 1001), (-1, 1001), (10000, 1001), (65537, 1001)],
    "vdn-id.very-long": [("1" * 20, 1001), ("0" * 30, 1001)],
    "campaign-id.not-integer": [(1, "x"), (1, "1001x"), (1, "%27"), (1, "")],
    "campaign-id.out-of-range": [(1, 0), (1, -1001), (1, 2**63)],
    "campaign-id.very-long": [(1, "1" * 20), (1, "9" * 300)],
    "campaign-id.unknown": [(1, 1002), (4, 4711), (1, 2**63 - 1), (1, 1001 + 2**32)],
    "campaign-id.other-vdn": [(2, 1001), (9999, 1001)],
}
OF_QUERIES = {
    "member.hour-without-minute": "?hour=1",
    "member.minute-without-hour": "?minute",
    "member.hour-and-minute": "?minute=1&hour=",
    "query.unknown": "?a=b",
}
OF_HEADERS: dict[str, dict[str, Any]] = {
    "content-type.missing": {"content-type": None},
    "content-type.other": {"content-type": "text/plain"},
    "locale.unknown": {"locale": "de_DE"},
}


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    for defect, bodies in OF_BODIES.items():
        yield from ((defect, {"body": body}) for body in bodies)
    for defect, keys in OF_PATHS.items():
        yield from ((defect, {"body": listing(ONE), "key": key}) for key in keys)
    yield from (
        (defect, {"body": listing(ONE), "query": query}) for defect, query in OF_QUERIES.items()
    )
    yield from (
        (defect, {"body": listing(ONE), "headers": headers})
        for defect, headers in OF_HEADERS.items()
    )


CASES = list(cases())


def send(client: EmulatorClient, body: Any, headers: Any = None, **place: Any) -> RawReply:
    return client.delete_body(body, **place, **(headers or {}))


def test_the_cases_are_complete() -> None:
    of_deletions = {name for name in DEFAULT_CODES if not name.startswith(("priority.", "adding."))}
    assert {defect for defect, _ in CASES} == of_deletions - {"campaign.full", "number.present"}


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorClient]:
    """A server that refuses all that the document leaves open, each defect with a code that nothing
    else has.
    """
    path: Path = tmp_path_factory.mktemp("profiles") / "strict.toml"
    lines = [f'"{name}" = "02000009"' for name in sorted(OPEN)]
    path.write_text("[codes]\n" + "\n".join(lines) + "\n[reply]\nextra = { seen = true }\n")
    with emulating(options(campaigns=CAMPAIGNS, profile=path)) as client:
        yield client


@pytest.mark.parametrize(
    ("defect", "given"), CASES, ids=[f"{name}-{number}" for number, (name, _) in enumerate(CASES)]
)
def test_refused(strict: EmulatorClient, defect: str, given: dict[str, Any]) -> None:
    before = strict.held()
    reply = send(strict, **given)
    expected = "02000009" if defect in OPEN else DEFAULT_CODES[defect]
    assert (reply.status, reply.code) == (200, expected)
    assert reply.json["returnCode"] == expected
    assert strict.held() == before


@pytest.mark.parametrize(
    ("defect", "given"),
    [case for case in CASES if DEFAULT_CODES[case[0]] == ACCEPT],
    ids=lambda case: str(case)[:60],
)
def test_accepted_by_default(defect: str, given: dict[str, Any]) -> None:
    with emulating(options(campaigns=CAMPAIGNS)) as client:
        assert send(client, **given).code == "0200000"
        assert client.held() == ["5245242"] if defect != "number.absent" else [NUMBER, "5245242"]


def test_valid_calls(strict: EmulatorClient) -> None:
    long = "0" * 24
    assert strict.add(long, "0", "00").code == "0200000"
    reply = strict.delete(long, "0", "00")
    assert reply.code == "0200000"
    assert reply.json["resultDesc"].endswith("num:3")
    for content_type in (
        "application/json",
        "application/json;charset=utf-8",
        'Application/JSON; charset="UTF8"',
    ):
        strict.add("9")
        assert send(strict, value("9"), {"content-type": content_type}).code == "0200000"
    assert strict.held() == [NUMBER, "5245242"]
    assert strict.delete_body(value("5245241"), key=("%31", "%31001")).code == "0200000"
    strict.add("5245241")


ADDING = [
    ([{"accessCode": "9", "priority": 0}], "02000007"),
    ([{"accessCode": "9", "priority": 6}], "02000007"),
    ([{"accessCode": "9", "priority": "3"}], "02000006"),
    ([{"accessCode": "9", "priority": True}], "02000006"),
    ([{"accessCode": "9", "priority": None}], "02000006"),
    ([{"accessCode": "9"}, {"accessCode": "9"}], "02000009"),
    ([{"accessCode": str(number)} for number in range(101)], "02000011"),
    ([], "02000004"),
    ([{"accessCode": "9" * 25}], "02000003"),
    ([{"accessCode": "9"}], "0200000"),
    ([{"accessCode": NUMBER, "priority": 5}], "0200000"),
]


@pytest.mark.parametrize(("items", "code"), ADDING)
def test_adding(items: list[object], code: str) -> None:
    with emulating(options(campaigns=CAMPAIGNS)) as client:
        reply = client.call("POST", path_of((1, 1001)), json.dumps(listing(*items)).encode())
        assert reply.code == code
        assert len(client.held()) == (3 if code == "0200000" and items != ADDING[-1][0] else 2)


def test_querying() -> None:
    with emulating(options(campaigns=CAMPAIGNS)) as client:
        shown = client.query().json["returnObject"]
        assert shown == {"vdnId": 1, "campaignId": 1001, "callerNo": "5245241,5245242"}
        assert client.query((1, 4711)).code == "0200007"
        assert client.query((2, 1001)).code == "0200007"
        assert client.query((0, 1001)).code == "02000007"
        assert client.call("GET", "/rest/isales/v1/openapi/campaigns/1/x").code == "02000008"


@pytest.mark.parametrize(
    "target", ["/", "/rest", "/rest/isales/v1/openapi/campaigns/1", "*", "/rest/isales/v1/x/1/1"]
)
def test_other_places(target: str) -> None:
    with emulating(options()) as client:
        assert client.call("GET", target).status == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "GET", "HEAD", "OPTIONS", "TRACE", "LOCK"])
def test_other_methods(method: str) -> None:
    with emulating(options()) as client:
        reply = client.call(method, path_of((1, 1001)), b'{"callerNo":[{"accessCode":"5245241"}]}')
        assert (reply.status, reply.headers["Allow"]) == (405, "DELETE, POST")
        assert len(client.held()) == 3
