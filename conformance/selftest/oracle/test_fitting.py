"""Which code may win: one that fits the call, or what the campaign holds; chosen anew each time,
whatever the locale.
"""

import json
from collections.abc import Iterable, Sequence

import pytest

from conformance.exchange import Call, CampaignKey, Contents, Exchange, History, Reply, Setting
from conformance.finding import Judgement
from conformance.generation.bodies import filled
from conformance.generation.calls import (
    add,
    body_of,
    changed,
    delete,
    items,
    query,
    with_body,
    with_header,
)
from conformance.oracle import judge

KEY: CampaignKey = (1, 1001)
HELD = [f"88{index:05d}" for index in range(150)]
ABSENT = "990000001"
BAD = delete(KEY, [f"{HELD[0]}x"])
LOCALES = ("", "zh_CN", "en_US")


def replied(code: str, *, status: int = 200) -> Reply:
    members = dict.fromkeys(("resultCode", "resultDesc", "returnCode", "returnDesc"), code)
    return Reply(
        status=status,
        headers=(("content-type", "application/json"),),
        body=json.dumps(members).encode(),
    )


def judged(pairs: Iterable[tuple[Call, Reply]], held: Sequence[str] = HELD) -> Judgement:
    """These calls with their replies, and a faultless call that is served after them."""
    told = [*pairs, (delete(KEY, held[-1:]), replied("0200000"))]
    exchanges = [
        Exchange(number=number + 1, call=call, outcome=reply, start=float(number), end=number + 0.5)
        for number, (call, reply) in enumerate(told)
    ]
    known = ((KEY, Contents(numbers=frozenset(held), complete=True)),)
    return judge(History(setting=Setting(campaigns=known, query="all"), exchanges=tuple(exchanges)))


def found(pairs: Iterable[tuple[Call, Reply]], held: Sequence[str] = HELD) -> set[str]:
    return {finding.clause for finding in judged(pairs, held).findings}


def listing(*members: object) -> Call:
    return with_body(KEY, body_of({"callerNo": list(members)}))


def at_vdn(raw: str) -> Call:
    call = delete(KEY, HELD[:1])
    return changed(call, target=call.target.replace("/1/callerNo", f"/{raw}/callerNo"))


FIRST = items(HELD[:1])[0]
FITS = {
    "too many, most of them absent": (delete(KEY, filled(HELD[:3], 101)), "02000009"),
    "too many, most of them absent: a wrong value": (
        delete(KEY, filled(HELD[:3], 101)),
        "02000007",
    ),
    "too many: a wrong value": (delete(KEY, HELD[:101]), "02000007"),
    "an absent number beside a bad one": (delete(KEY, [ABSENT, "12x"]), "02000009"),
    "a bad number named twice": (listing({"accessCode": ""}, {"accessCode": ""}), "02000009"),
    "a blank is nothing": (delete(KEY, ["  "]), "02000001"),
    "another kind of blank": (delete(KEY, ["\u3000"]), "02000004"),
    "a value of another type": (listing({"accessCode": 5245241}), "02000007"),
    "nothing where a list is due": (with_body(KEY, body_of({"callerNo": None})), "02000008"),
    "a bad number is one that the campaign lacks": (
        listing(FIRST, {"accessCode": "12x"}),
        "02000009",
    ),
    "so are two different ones": (listing({"accessCode": ""}, {"accessCode": 12}), "02000009"),
    "a member is missing": (listing(FIRST, {}), "02000009"),
    "a body of strange characters": (with_body(KEY, b"<callerNo/>"), "02000002"),
    "a sign is no digit": (at_vdn("-1"), "02000008"),
    "a sign is a character": (at_vdn("-1"), "02000002"),
    "five digits are too long": (at_vdn("10000"), "02000003"),
}
MISUSED = {
    "too many, all of them there": (delete(KEY, HELD[:101]), "02000009"),
    "no blank": (delete(KEY, [" 1"]), "02000001"),
    "an absent number is no type": (delete(KEY, filled(HELD[:3], 101)), "02000006"),
    "an absent number is no campaign": (delete(KEY, [ABSENT, "12x"]), "0200007"),
    "a digit is no character": (at_vdn("0"), "02000002"),
}


@pytest.mark.parametrize(("call", "code"), FITS.values(), ids=FITS)
def test_a_code_that_fits(call: Call, code: str) -> None:
    assert not found([(call, replied(code))])


@pytest.mark.parametrize(("call", "code"), MISUSED.values(), ids=MISUSED)
def test_a_code_that_says_something_else(call: Call, code: str) -> None:
    assert found([(call, replied(code))]) == {f"code.{code}"}


def test_the_last_number_is_looked_after_before_the_limit() -> None:
    """A server that counts what is named refuses a list that is longer than the campaign, whatever
    else is wrong with it.
    """
    too_many = delete(KEY, filled(HELD[:3], 101))
    assert not found([(too_many, replied("02000004"))], held=HELD[:3])
    assert found([(too_many, replied("02000004"))]) == {"code.02000004"}, (
        "this campaign holds more than are named"
    )


def test_an_id_with_a_sign_may_be_none_of_the_interfaces_paths() -> None:
    page = Reply(
        status=404, headers=(("content-type", "text/html"),), body=b"<html>Not Found</html>"
    )
    assert not found([(at_vdn("-1"), page), (at_vdn("abc"), page)])
    assert found([(at_vdn("10000"), page)]) == {"reply.status", "reply.json"}


def test_a_gateway_may_refuse_what_is_far_too_large() -> None:
    page = Reply(
        status=413,
        headers=(("content-type", "text/html"),),
        body=b"<html>Request Entity Too Large</html>",
    )
    assert not found([(delete(KEY, filled(HELD, 400)), page)])
    assert found([(delete(KEY, HELD[:101]), page)]) == {"reply.status", "reply.json"}


def test_what_can_not_be_judged_says_why() -> None:
    known = ((KEY, Contents(numbers=frozenset(HELD[:2]), complete=False)),)
    call = Exchange(
        number=1, call=delete(KEY, HELD[:1]), outcome=replied("0200000"), start=0.0, end=0.5
    )
    undecided = dict(
        judge(
            History(setting=Setting(campaigns=known, query="nothing"), exchanges=(call,))
        ).undecided
    )
    assert "numbers" in undecided["restriction.last-number"]
    assert "restriction.last-number" not in dict(judged([]).undecided)


def in_locales(call: Call, codes: Iterable[tuple[str, str]]) -> list[tuple[Call, Reply]]:
    return [
        (with_header(call, "locale", locale) if locale else call, replied(code))
        for locale, code in codes
    ]


def test_a_server_that_chooses_among_fitting_codes() -> None:
    codes = [
        "02000002",
        "0200001",
        "0200001",
        "0200001",
        "02000007",
        "02000002",
        "02000002",
        "02000002",
        "0200001",
    ]
    judgement = judged(in_locales(BAD, zip(LOCALES * 3, codes, strict=True)))
    assert not judgement.findings
    assert judgement.cases["header.locale"]


@pytest.mark.parametrize(
    ("times", "clauses"), [(1, set()), (2, set()), (3, {"header.locale"}), (7, {"header.locale"})]
)
def test_a_code_that_depends_on_the_locale(times: int, clauses: set[str]) -> None:
    """Once may be chance."""
    pairs = in_locales(BAD, [("zh_CN", "02000002"), ("en_US", "02000007")] * times)
    assert found(pairs) == clauses


def test_what_is_seen_of_it_is_short() -> None:
    (finding,) = judged(
        in_locales(BAD, [("zh_CN", "02000002"), ("en_US", "02000007"), ("", "02000002")] * 7)
    ).findings[:1]
    assert len(finding.program) == 6


def test_a_refused_signature_tells_nothing_of_the_locale() -> None:
    pairs = [
        (call, replied("0200001", status=401)) for call, _ in in_locales(BAD, [("en_US", "")] * 3)
    ]
    assert "header.locale" not in found([*in_locales(BAD, [("", "02000002")] * 3), *pairs])


@pytest.mark.parametrize("locale", ["", " ", "fr_FR", "zh-CN"])
def test_an_odd_locale_may_be_refused_with_any_code_whatever_else_is_wrong(locale: str) -> None:
    for call in (with_body(KEY, b"(not json"), BAD, delete(KEY, HELD[:1])):
        assert not found([(with_header(call, "locale", locale), replied("02000007"))])


def unavailable(status: int, *after: str) -> Reply:
    return Reply(
        status=status,
        headers=tuple(("Retry-After", each) for each in after),
        body=b"<html>Busy</html>",
    )


@pytest.mark.parametrize("after", ["1", "86400", "Wed, 25 Nov 2026 20:00:00 GMT"])
def test_who_says_when_to_come_once_more_did_not_look_at_the_call(after: str) -> None:
    for call in (BAD, delete(KEY, HELD[:1]), query(KEY)):
        assert not found([(call, unavailable(503, after))])
        assert not found([(call, unavailable(429, after))])


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_without_it_is_one(status: int) -> None:
    assert found([(delete(KEY, HELD[:1]), unavailable(status))]) == {"reply.no-server-error"}
    assert found([(delete(KEY, HELD[:1]), unavailable(500, "1"))]) == {"reply.no-server-error"}


@pytest.mark.parametrize("call", [query(KEY), add(KEY, [ABSENT])], ids=["query", "add"])
def test_what_stands_in_front_of_a_companion_is_not_under_test(call: Call) -> None:
    for status in (502, 503, 504):
        assert not found([(call, unavailable(status))])
    assert found([(call, unavailable(500))]) == {"reply.no-server-error"}
