"""Which deviation a waiver is written for, on which server, until when: over anything that can be
written.
"""

from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from conformance.baseline import EVERY, Waiver, excuse
from conformance.baseline.drafting import server_pattern
from conformance.baseline.standing import CHANCE, Occurrence, at_least
from conformance.selftest.baseline.making import SERVER, TODAY, occurrence, waiver

words = st.sampled_from(["", EVERY, "PUT", "PATCH", "deleted", "*x", "[a]", "?"]) | st.text(
    max_size=8
)
found = st.builds(occurrence, words, words)
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def reason(entry: Waiver, seen: object = None, today: date = TODAY) -> str:
    # what `occurrence` makes
    return excuse([entry], SERVER, today)(seen or occurrence())  # type: ignore[arg-type]


@given(words, words, found)
def test_kind_and_detail_are_equal_or_the_star(kind: str, detail: str, seen: object) -> None:
    one = waiver(kind=kind, detail=detail)
    happened = cast(Occurrence, seen)
    expected = kind in {EVERY, happened.kind} and detail in {EVERY, happened.detail}
    assert bool(reason(one, seen)) == expected


@given(found)
def test_another_clause_is_never_excused(seen: object) -> None:
    assert not reason(waiver(clause="reply.json", kind=EVERY, detail=EVERY), seen)


@given(days, days)
def test_the_last_day_is_the_day_that_is_written(expires: date, today: date) -> None:
    one = waiver(expires=expires)
    assert bool(reason(one, today=today)) == (today <= expires)
    assert today + timedelta(days=one.days_left(today)) == expires


def test_the_server_is_a_pattern_for_any_of_its_values() -> None:
    patterns = {
        "CC-iSales 8.*": True,
        "CC-iSales 9.*": False,
        "https://10.0.0.5:*": True,
        "*": True,
        "cc-isales*": False,
    }
    assert {pattern: bool(reason(waiver(server=pattern))) for pattern in patterns} == patterns


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_a_drafted_pattern_matches_the_server_that_it_was_drafted_from(told: str) -> None:
    target = {**SERVER, "server": told}
    assert waiver(server=server_pattern(target)).meant_for(target)
    assert not fnmatchcase(told + "x", server_pattern(target)) or told == "not told"


def test_an_unnamed_server_on_this_machine_may_have_another_port_tomorrow() -> None:
    one = waiver(
        server=server_pattern({"base_url": "https://127.0.0.1:40123", "server": "not told"})
    )
    assert one.meant_for({"base_url": "https://127.0.0.1:50321"})
    assert not one.meant_for({"base_url": "https://127.0.0.2:50321"})


@given(st.integers(1, 60), st.integers(0, 60), st.floats(0.001, 1))
def test_probabilities_of_so_many_or_more(of: int, seen: int, rate: float) -> None:
    seen = min(seen, of)
    assert 0 <= at_least(seen, of, rate) <= 1
    assert at_least(seen, of, rate) >= at_least(min(seen + 1, of), of, rate) - 1e-9
    assert at_least(0, of, rate) == 1
    assert abs(at_least(of, of, rate) - rate**of) < 1e-9


@given(st.integers(1, 2000), st.integers(1, 2000), st.floats(0.01, 1))
def test_a_rate_is_exceeded_only_by_more_than_chance(of: int, seen: int, rate: float) -> None:
    seen = min(seen, of)
    exceeded = seen > rate * of and at_least(seen, of, rate) < CHANCE
    assert (
        bool(reason(waiver(intermittent=True, rate=rate), occurrence(seen=seen, of=of))) != exceeded
    )
