"""Drawn bodies: bad items stand where they were put, and every form comes up."""

import json

from hypothesis import given
from hypothesis import strategies as st

from conformance.exchange import Contents, Setting
from conformance.generation.bodies import BAD_ITEMS, BODY_FORMS, among_good, filled
from conformance.generation.calls import with_body
from conformance.generation.drawing import (
    PLACES,
    BadList,
    any_defect,
    bad_lists,
    batched,
    each_bad_item,
    json_values,
)
from conformance.oracle import facts_of
from conformance.selftest.generation.drawn import drawn_from

KEY = (1, 1001)
PRESENT = [f"524524{index}" for index in range(7)]
SETTING = Setting(campaigns=((KEY, Contents()),))


@given(bad_lists())
def test_a_bad_list_has_the_defects_it_was_drawn_with(bad: BadList) -> None:
    facts = facts_of(with_body(KEY, bad.body(PRESENT)), SETTING)
    assert set(facts.defects) == {defect for defect, _, _ in bad.bad}
    assert set(PRESENT[: bad.good]) <= facts.named
    assert facts.items == bad.good + len(bad.bad)


def test_bad_lists_have_every_defect_at_every_place() -> None:
    drawn = drawn_from(bad_lists(), 600)
    assert {defect for each in drawn for defect, _, _ in each.bad} == set(BAD_ITEMS)
    assert {place for each in drawn for _, _, place in each.bad} == set(PLACES)
    assert {len(each.bad) for each in drawn} == {1, 2}
    assert {each.good for each in drawn} == {0, 1, 2, 3, 5}


def test_each_bad_item_comes_once_beside_good_ones_at_every_place() -> None:
    lists = list(each_bad_item())
    assert [[defect for defect, _, _ in each.bad] for each in lists] == [
        [defect] for defect in sorted(BAD_ITEMS)
    ]
    assert {place for each in lists for _, _, place in each.bad} == set(PLACES)
    for each in lists:
        facts = facts_of(with_body(KEY, each.body(PRESENT)), SETTING)
        assert set(facts.defects) == {each.bad[0][0]}
        assert set(PRESENT[: each.good]) <= facts.named


def test_places_are_kept() -> None:
    for place, at in (("first", 0), ("middle", 2), ("last", 4)):
        body = json.loads(BadList(good=4, bad=(("item.null", 0, place),)).body(PRESENT))
        assert body["callerNo"].index(None) == at


@given(st.integers(0, 5), st.sampled_from(sorted(BAD_ITEMS)))
def test_a_bad_item_among_good_ones(position: int, defect: str) -> None:
    listed = json.loads(among_good("bad", PRESENT[:5], position))["callerNo"]
    assert listed[position] == "bad"
    assert [item["accessCode"] for item in listed if item != "bad"] == PRESENT[:5]
    assert defect in BAD_ITEMS


def test_any_defect_comes_up() -> None:
    drawn = drawn_from(any_defect(), 400)
    assert {each.defect for each in drawn} == set(BODY_FORMS)
    assert all(
        facts_of(with_body(KEY, each.body(PRESENT)), SETTING).defects == (each.defect,)
        for each in drawn
    )


@given(st.integers(1, 300), st.integers(1, 120))
def test_filled_lists_are_distinct_and_name_what_is_there_first(count: int, there: int) -> None:
    present = [f"{index:05d}" for index in range(there)]
    listed = filled(present, count)
    assert len(listed) == len(set(listed)) == count
    assert listed[: min(count, there)] == present[:count]


@given(json_values)
def test_drawn_json_can_be_sent(value: object) -> None:
    json.dumps(value, allow_nan=False)


@given(st.lists(st.integers()), st.integers(1, 9))
def test_batches_hold_everything_in_order(values: list[int], size: int) -> None:
    groups = list(batched(values, size))
    assert [value for group in groups for value in group] == values
    assert all(0 < len(group) <= size for group in groups)
