"""The pool gives out legal numbers that are nobody else's; strategies hit the shapes that they
promise.
"""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.generation.numbers import NumberPool, list_sizes, numbers
from conformance.selftest.generation.drawn import drawn_from

LONGEST_PREFIX = 12  # what a target file may have
prefixes = st.text("0123456789", max_size=LONGEST_PREFIX)
seeds = st.integers(0, 2**32)


def all_of(pool: NumberPool) -> list[str]:
    """Something of everything that a pool gives out."""
    return [
        *pool.plain(30),
        *pool.family(25),
        *pool.extremes(),
        *(pool.of_length(length) for length in range(1, 25)),
    ]


@given(prefixes, seeds)
def test_numbers_are_legal_unique_and_begin_with_the_prefix(prefix: str, seed: int) -> None:
    given_out = all_of(NumberPool(prefix=prefix, seed=seed))
    assert len(given_out) == len(set(given_out))
    for number in given_out:
        assert number.isascii()
        assert number.isdigit()
        assert 1 <= len(number) <= 24
        assert number.startswith(prefix)


@given(prefixes, seeds)
def test_a_taken_number_is_never_given_out(prefix: str, seed: int) -> None:
    first = all_of(NumberPool(prefix=prefix, seed=seed))
    taken = set(first[::2])
    repeat = NumberPool(prefix=prefix, seed=seed, taken=taken)
    for number in first[1::4]:
        repeat.reserve(number)
    assert not set(all_of(repeat)) & (taken | set(first[1::4]))


@given(prefixes, seeds)
def test_the_same_seed_gives_the_same_numbers(prefix: str, seed: int) -> None:
    assert all_of(NumberPool(prefix=prefix, seed=seed)) == all_of(
        NumberPool(prefix=prefix, seed=seed)
    )


def test_another_seed_gives_others() -> None:
    assert not set(NumberPool(prefix="99", seed=1).plain(100)) & set(
        NumberPool(prefix="99", seed=2).plain(100)
    )


@pytest.mark.parametrize("length", range(1, 25))
def test_a_length_is_what_was_asked_for(length: int) -> None:
    assert len(NumberPool(seed=3).of_length(length)) == length


@pytest.mark.parametrize("length", range(1, 25))
def test_beside_a_prefix_as_near_as_can_be(length: int) -> None:
    assert len(NumberPool(prefix="99012", seed=3).of_length(length)) == max(length, 6)


def test_ordinary_numbers_have_13_digits_and_ten_behind_a_prefix() -> None:
    assert {len(number) for number in NumberPool(prefix="990", seed=1).plain(50)} == {13}
    assert {len(number) for number in NumberPool(prefix="990" * 4, seed=1).plain(50)} == {22}


def test_short_numbers_run_out_gracefully() -> None:
    pool = NumberPool(seed=1)
    given_out = [pool.of_length(1) for _ in range(40)]
    assert len(set(given_out)) == 40
    assert sum(len(number) == 1 for number in given_out) >= 5


@pytest.mark.parametrize("prefix", ["", "990"])
def test_a_family_is_easily_confused(prefix: str) -> None:
    family = NumberPool(prefix=prefix, seed=5).family(24)
    assert any(one != other and other.startswith(one) for one in family for other in family)
    assert any(
        len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1
        for one in family
        for other in family
    )
    if not prefix:
        assert any("0" + one == other for one in family for other in family)


def test_extremes_are_extreme() -> None:
    extremes = NumberPool(seed=1).extremes()
    assert {1, 2, 23, 24} <= {len(number) for number in extremes}
    assert any(number.startswith("000") for number in extremes)


def test_the_strategy_hits_every_length_and_leading_zeros() -> None:
    some = drawn_from(numbers, 800)
    assert {len(number) for number in some} == set(range(1, 25))
    assert any(number.startswith("0") for number in some)
    assert all(number.isascii() and number.isdigit() for number in some)


def test_the_sizes_hit_the_limits() -> None:
    sizes = Counter(drawn_from(list_sizes, 400))
    assert {1, 2, 99, 100} <= sizes.keys()
    assert min(sizes) == 1
    assert max(sizes) == 100


@given(prefixes, seeds)
def test_ordinary_numbers_never_repeat_whatever_comes_between(prefix: str, seed: int) -> None:
    pool = NumberPool(prefix=prefix, seed=seed)
    given_out = [
        number
        for _ in range(4)
        for number in (*pool.plain(40), pool.of_length(11), *pool.family(5))
    ]
    assert len(given_out) == len(set(given_out))


def test_many_ordinary_numbers_leave_nothing_behind() -> None:
    pool = NumberPool(prefix="990", seed=1)
    assert len({number for _ in range(300) for number in pool.plain(400)}) == 120_000
    assert not pool._given
