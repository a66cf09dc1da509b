"""Replies that are large, deep or cut are read without harm, and nothing is said of what was not
read.
"""

import json

import pytest

from conformance.exchange import Call, Contents, Exchange, History, Reply, Setting
from conformance.generation.calls import delete
from conformance.oracle import answer_of, calls, facts_of, judge
from conformance.oracle import reply as replies

KEY = (1, 1001)
SETTING = Setting(campaigns=((KEY, Contents(numbers=frozenset({"1", "2", "3"}))),))
GOOD = {
    "resultCode": "0200000",
    "resultDesc": "num:1",
    "returnCode": "0200000",
    "returnDesc": "num:1",
}


def exchange(
    body: bytes,
    *,
    size: int = 0,
    call: Call | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Exchange:
    return Exchange(
        number=1,
        call=call or delete(KEY, ["1"]),
        outcome=Reply(status=200, headers=headers, body=body, size=size),
        start=1,
        end=2,
    )


def clauses(made: Exchange) -> set[str]:
    return {found.clause for found in judge(History(setting=SETTING, exchanges=(made,))).findings}


def test_a_count_beyond_all_numbers_is_read() -> None:
    answer = answer_of(exchange(json.dumps(GOOD | {"resultDesc": "num:" + "9" * 5000}).encode()))
    assert answer.count == int("9" * 18)


def nested(depth: int) -> bytes:
    return json.dumps(GOOD)[:-1].encode() + b',"more":' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize("depth", [replies.DEEPEST + 1, 300, 800])
def test_what_is_nested_too_deeply_is_a_word(depth: int) -> None:
    answer = answer_of(exchange(nested(depth)))
    assert (answer.code, (answer.members or {})["more"]) == ("0200000", replies.TOO_DEEP)


def test_a_few_levels_stay() -> None:
    assert (answer_of(exchange(nested(replies.DEEPEST))).members or {})["more"] != replies.TOO_DEEP


def test_of_a_cut_object_nobody_can_say_that_it_was_none() -> None:
    long = json.dumps(GOOD | {"resultDesc": "x" * 100_000}).encode()
    assert "reply.json" not in clauses(exchange(long[:65_536], size=len(long)))
    assert "reply.json" in clauses(exchange(long[:65_536]))
    assert "reply.json" in clauses(exchange(b"[" * 65_536, size=6_000_000))


@pytest.mark.parametrize("code", ["x" * 100_000, 10**2000, 10**3999])
def test_a_code_is_read_up_to_a_length(code: object) -> None:
    made = exchange(json.dumps(GOOD | {"resultCode": code}).encode())
    assert len(answer_of(made).code or "") <= replies.LONGEST_CODE
    found = judge(History(setting=SETTING, exchanges=(made,))).findings
    assert found
    assert all(len(each.summary) < 400 for each in found)


def test_a_long_content_type_makes_no_long_deviation() -> None:
    made = exchange(json.dumps(GOOD).encode(), headers=(("Content-Type", "x" * 60_000),))
    (found,) = [
        each
        for each in judge(History(setting=SETTING, exchanges=(made,))).findings
        if each.kind == "content-type"
    ]
    assert len(found.detail) == replies.LONGEST_TYPE
    assert len(found.summary) < 300


def test_only_small_ones_are_remembered() -> None:
    answers, facts = replies._remembered, calls._remembered
    answers.cache_clear()
    facts.cache_clear()
    small, large = exchange(b"{}"), exchange(b"{}" + b" " * replies.SMALL)
    headed = exchange(b"{}", headers=(("X", "y" * replies.SMALL),))
    for each in (small, large, headed, small):
        answer_of(each)
    assert answers.cache_info().currsize == 1
    for body in (b"{}", b"{}" + b" " * calls.SMALL):
        facts_of(Call(method="DELETE", target="/x", body=body), SETTING)
    assert facts.cache_info().currsize == 1
