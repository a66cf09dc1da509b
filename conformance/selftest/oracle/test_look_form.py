"""How looks write numbers is learnt from numbers whose place is known, and nothing else is a
number.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.exchange import Call, Exchange, Reply
from conformance.oracle import Answer, answer_of, learn_form, read_look, shown_numbers

OWN = ("1317937656200", "5697707520513")
numbers = st.lists(
    st.text("0123456789", min_size=1, max_size=24).filter(lambda text: text not in OWN),
    max_size=8,
    unique=True,
)
priorities = st.integers(1, 5)


def answer(value: Any) -> Answer:
    members = {
        "resultCode": "0200000",
        "returnCode": "0200000",
        "returnObject": {"callerNo": value},
    }
    reply = Reply(status=200, body=json.dumps(members).encode())
    call = Call(method="GET", target="/")
    return answer_of(Exchange(number=1, call=call, outcome=reply, start=0.0, end=0.1))


Pairs = Sequence[tuple[str, int | None]]
WRITINGS: dict[str, Callable[[Pairs], Any]] = {
    "commas": lambda pairs: ",".join(number for number, _ in pairs),
    "semicolons and blanks": lambda pairs: " ; ".join(number for number, _ in pairs),
    "bars": lambda pairs: "|".join(number for number, _ in pairs),
    "lines": lambda pairs: "\n".join(number for number, _ in pairs),
    "brackets": lambda pairs: json.dumps([number for number, _ in pairs]),
    "list": lambda pairs: [number for number, _ in pairs],
    "objects": lambda pairs: [{"id": 7, "accessCode": number} for number, _ in pairs],
    "wrapped": lambda pairs: {
        "total": len(pairs),
        "rows": [{"number": number} for number, _ in pairs],
    },
    "named": lambda pairs: ",".join(f"tel {number}" for number, _ in pairs),
    "plus": lambda pairs: ",".join(f"+{number}" for number, _ in pairs),
}
WITH_PRIORITIES: dict[str, Callable[[Pairs], Any]] = {
    "colons": lambda pairs: ",".join(f"{number}:{priority}" for number, priority in pairs),
    "semicolons within": lambda pairs: ",".join(
        f"{number};{priority}" for number, priority in pairs
    ),
    "slashes before": lambda pairs: " ".join(f"{priority}/{number}" for number, priority in pairs),
    "objects": lambda pairs: [
        {"accessCode": number, "priority": priority} for number, priority in pairs
    ],
}


@pytest.mark.parametrize("writing", WRITINGS)
@given(others=numbers, at=st.integers(0, 8))
def test_any_writing_is_read_as_it_was_written(writing: str, others: list[str], at: int) -> None:
    shown = [*others[:at], *OWN, *others[at:]]
    value = WRITINGS[writing]([(number, None) for number in shown])
    form = learn_form(answer(value), OWN)
    assert form is not None
    look = read_look(answer(value), form)
    assert look is not None
    assert (look.whole, list(look.numbers)) == (True, shown)


@pytest.mark.parametrize("writing", WITH_PRIORITIES)
@given(others=numbers, drawn=st.lists(priorities, min_size=10, max_size=10))
def test_a_priority_is_no_number(writing: str, others: list[str], drawn: list[int]) -> None:
    pairs = list(zip([*others, *OWN], drawn, strict=False))
    value = WITH_PRIORITIES[writing](pairs)
    form = learn_form(answer(value), OWN)
    assert form is not None
    look = read_look(answer(value), form)
    assert look is not None
    assert (look.whole, list(look.pairs)) == (True, pairs)
    assert shown_numbers(answer(value), form) == frozenset(number for number, _ in pairs)


def test_numbers_with_and_without_a_priority_are_read() -> None:
    value = f"5245241:3,5245242,{OWN[0]},{OWN[1]}:2"
    form = learn_form(answer(value), OWN)
    assert form is not None
    look = read_look(answer(value), form)
    assert look is not None
    assert look.pairs == (("5245241", 3), ("5245242", None), (OWN[0], None), (OWN[1], 2))


@pytest.mark.parametrize("writing", [name for name in WITH_PRIORITIES if name != "objects"])
@given(others=numbers)
def test_those_of_others_may_stand_bare_where_own_ones_show_a_priority(
    writing: str, others: list[str]
) -> None:
    pairs: Pairs = [*((number, None) for number in others), (OWN[0], 3), (OWN[1], 2)]
    separator = " " if writing == "slashes before" else ","
    parts = [WITH_PRIORITIES[writing]([pair]) if pair[1] else pair[0] for pair in pairs]
    form = learn_form(answer(separator.join(parts)), OWN, {OWN[0]: 3, OWN[1]: 2})
    assert form is not None
    look = read_look(answer(separator.join(parts)), form)
    assert look is not None
    assert (look.whole, list(look.pairs)) == (True, pairs)


def test_a_look_at_a_campaign_of_twenty_thousand_is_read() -> None:
    shown = [*OWN, *(str(10**13 + number) for number in range(20_000))]
    form = learn_form(answer(",".join(OWN)), OWN)
    assert form is not None
    look = read_look(answer(",".join(shown)), form)
    assert look is not None
    assert (look.whole, list(look.numbers)) == (True, shown)


@pytest.mark.parametrize(
    "value",
    [f"{OWN[0]},{OWN[1]},… (+103 more)", f"{OWN[0]},{OWN[1]},524****41", f"{OWN[0]},{OWN[1]},524x"],
)
def test_a_token_of_another_form_leaves_the_look_unread(value: str) -> None:
    form = learn_form(answer(f"{OWN[0]},{OWN[1]}"), OWN)
    assert form is not None
    assert shown_numbers(answer(value), form) is None


@pytest.mark.parametrize(
    "value", ["131****6200,569****0513", "2", "", None, 2, True, {"total": 2}, {"a": [1], "b": [2]}]
)
def test_nothing_is_learnt_where_own_numbers_do_not_stand(value: Any) -> None:
    assert learn_form(answer(value), OWN) is None


def test_a_member_that_is_left_out_is_empty_only_where_that_was_learnt() -> None:
    form = learn_form(answer(",".join(OWN)), OWN)
    assert form is not None
    empty = answer_of(
        Exchange(
            number=1,
            call=Call(method="GET", target="/"),
            outcome=Reply(
                status=200,
                body=b'{"resultCode":"0200000","returnCode":"0200000","returnObject":{}}',
            ),
            start=0.0,
            end=0.1,
        )
    )
    assert shown_numbers(empty, form) is None
    assert shown_numbers(answer(""), form) == frozenset()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda each: st.lists(each, max_size=4),
        max_leaves=8,
    )
)
def test_any_look_can_be_read_or_not_but_never_fails(value: Any) -> None:
    form = learn_form(answer([{"accessCode": each} for each in OWN]), OWN)
    assert form is not None
    read_look(answer(value), form)
    learn_form(answer(value), OWN)
