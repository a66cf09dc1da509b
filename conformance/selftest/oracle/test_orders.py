"""The search for an order of concurrent calls keeps each world once, however many orders lead to
it.
"""

import tracemalloc

import pytest

from conformance.exchange import Contents, Setting
from conformance.generation.calls import delete
from conformance.oracle import facts_of
from conformance.oracle.worlds import TooManyOrdersError, WorldStep, after_some_order

KEY = (1, 1001)
NUMBERS = [f"5245{number:020d}" for number in range(300)]
SETTING = Setting(campaigns=((KEY, Contents(numbers=frozenset(NUMBERS))),))


def steps(count: int) -> list[WorldStep]:
    """Deletions at the same time of which nobody knows whether they were carried out."""
    calls = [delete(KEY, [number]) for number in NUMBERS[:count]]
    return [
        WorldStep(facts=facts_of(call, SETTING), outcome="unknown", start=0.0, end=1.0)
        for call in calls
    ]


def most_memory(count: int) -> float:
    tracemalloc.start()
    try:
        after_some_order(steps(count), [frozenset(NUMBERS)], complete=True)
    finally:
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return most / 2**20


def test_each_outcome_is_found() -> None:
    assert len(after_some_order(steps(6), [frozenset(NUMBERS)], complete=True)) == 2**6


def test_worlds_are_kept_once() -> None:
    assert most_memory(8) < 2**8 * 0.03 + 5, "a world of 300 numbers takes some 30 kB"


def test_too_many_orders_are_given_up() -> None:
    with pytest.raises(TooManyOrdersError):
        after_some_order(steps(12), [frozenset(NUMBERS)], complete=True)
