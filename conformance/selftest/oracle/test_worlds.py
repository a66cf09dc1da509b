"""Concurrent calls are legal if some order of them is: the search against trying every order."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.exchange import CampaignKey, Contents, Exchange, History, Reply, Setting
from conformance.generation.calls import add
from conformance.oracle import Facts, judge, worlds
from conformance.oracle.reply import Outcome
from conformance.oracle.worlds import (
    TooManyOrdersError,
    World,
    WorldStep,
    after,
    after_some_order,
    may_be_refused,
    successors,
)

NUMBERS = "1234"
sets = st.frozensets(st.sampled_from(NUMBERS), max_size=4)
named = st.frozensets(st.sampled_from(NUMBERS), min_size=1, max_size=3)
outcomes: st.SearchStrategy[Outcome] = st.sampled_from(("served", "refused", "unknown", "nothing"))


def _facts(
    kind: str, numbers: frozenset[str], points: tuple[str, ...], defects: tuple[str, ...]
) -> Facts:
    return Facts(
        kind=kind,
        named=numbers,
        items=len(numbers),
        removals=(numbers,),
        open_points=points,
        defects=defects,
    )


facts = st.builds(
    _facts,
    st.sampled_from(("delete", "delete", "add")),
    named,
    st.sampled_from(((), (), ("member.unknown",))),
    st.sampled_from(((), (), ("item.null",))),
)
steps = st.builds(
    lambda what, outcome, start, length: WorldStep(
        facts=what, outcome=outcome, start=start, end=start + length
    ),
    facts,
    outcomes,
    st.integers(0, 5).map(float),
    st.integers(1, 4).map(float),
)


def by_trying_every_order(
    given_steps: list[WorldStep], start: World, *, complete: bool
) -> set[World]:
    """All worlds at the end of all orders that respect real time."""
    ends: set[World] = set()
    for order in permutations(given_steps):
        if any(
            later.end < earlier.start
            for place, earlier in enumerate(order)
            for later in order[place + 1 :]
        ):
            continue
        reached = {start}
        for step in order:
            reached = {
                then for world in reached for then in successors(step, world, complete=complete)
            }
        ends |= reached
    return ends


@settings(max_examples=400, deadline=None)
@given(st.lists(steps, max_size=5), sets, st.booleans())
def test_against_every_order(drawn: list[WorldStep], start: World, complete: bool) -> None:
    assert after_some_order(drawn, [start], complete=complete) == by_trying_every_order(
        drawn, start, complete=complete
    )


@given(st.lists(steps, max_size=5), st.lists(sets, min_size=1, max_size=3))
def test_more_worlds_mean_more_ends(drawn: list[WorldStep], starts: list[World]) -> None:
    together = after_some_order(drawn, starts, complete=True)
    assert together == frozenset().union(
        *(after_some_order(drawn, [start], complete=True) for start in starts)
    )


@given(steps, sets)
def test_one_step_alone(step: WorldStep, start: World) -> None:
    assert after_some_order([step], [start], complete=True) == after(step, [start], complete=True)


@given(named, sets)
def test_a_faultless_call_is_served_exactly_when_a_number_is_left(
    numbers: frozenset[str], world: World
) -> None:
    what = _facts("delete", numbers, (), ())
    served = successors(
        WorldStep(facts=what, outcome="served", start=0, end=1), world, complete=True
    )
    refused = successors(
        WorldStep(facts=what, outcome="refused", start=0, end=1), world, complete=True
    )
    if numbers <= world:
        assert bool(served) == bool(world - numbers)
        assert bool(refused) == (not world - numbers)
    else:
        assert refused == {world}
    assert served <= {world - numbers}


@given(facts, sets)
def test_no_answer_keeps_both(what: Facts, world: World) -> None:
    unknown = successors(
        WorldStep(facts=what, outcome="unknown", start=0, end=1), world, complete=True
    )
    served = successors(
        WorldStep(facts=what, outcome="served", start=0, end=1), world, complete=True
    )
    assert unknown == served | {world}


@given(facts, sets)
def test_what_can_t_be_seen_whole_may_always_be_refused(what: Facts, world: World) -> None:
    assert may_be_refused(what, world, complete=False)


def test_the_search_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "MAX_ORDERS", 20)
    many = [
        WorldStep(
            facts=_facts("add", frozenset({str(n)}), (), ()), outcome="served", start=0, end=1
        )
        for n in range(8)
    ]
    with pytest.raises(TooManyOrdersError):
        after_some_order(many, [frozenset()], complete=True)


def test_eight_calls_at_once_are_within_the_limit() -> None:
    numbers = [str(n) for n in range(9)]
    several = [
        WorldStep(
            facts=_facts("delete", frozenset({n}), (), ()),
            outcome="served" if n != "8" else "refused",
            start=0,
            end=1,
        )
        for n in numbers
    ]
    assert after_some_order(several, [frozenset(numbers)], complete=True) == {frozenset({"8"})}


def test_a_campaign_with_too_many_possible_contents_is_given_up_until_it_is_looked_at() -> None:
    """Each addition of which nobody knows whether it was carried out doubles the worlds."""
    key: CampaignKey = (1, 1001)
    doubtful = Reply(status=502, headers=(), body=b"")
    exchanges = tuple(
        Exchange(
            number=number + 1,
            call=add(key, [f"99{number}"]),
            outcome=doubtful,
            start=float(number),
            end=number + 0.5,
        )
        for number in range(8)
    )
    known = ((key, Contents(numbers=frozenset({"881", "882"}), complete=True)),)
    judgement = judge(History(setting=Setting(campaigns=known, query="all"), exchanges=exchanges))
    assert any("too many calls without an answer" in reason for _, reason in judgement.undecided)
