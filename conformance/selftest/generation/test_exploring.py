"""Hypothesis as a source of cases: reproducible, complete, ended by a limit and by nothing else."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from conformance.errors import BudgetSpent, CannotJudge
from conformance.generation.exploring import explore, run_machine
from conformance.plugin.checks import ORDER
from conformance.selftest.generation.drawn import drawn_from

integers = st.integers(0, 2**32)


def test_the_same_seed_gives_the_same_cases() -> None:
    assert drawn_from(integers, 50, "20261123body.defects") == drawn_from(
        integers, 50, "20261123body.defects"
    )


@pytest.mark.parametrize("check", ORDER)
def test_another_seed_gives_other_cases(check: str) -> None:
    """Whatever the length of the check's name, which the seed is made with."""
    assert drawn_from(integers, 20, f"1{check}") != drawn_from(integers, 20, f"2{check}")


def test_each_check_has_cases_of_its_own() -> None:
    assert len({tuple(drawn_from(integers, 20, f"1{check}")) for check in ORDER}) == len(ORDER)


@pytest.mark.parametrize("examples", [1, 2, 30, 200])
def test_there_are_as_many_cases_as_asked_for(examples: int) -> None:
    assert len(drawn_from(integers, examples)) == examples


def test_few_different_values_are_no_problem() -> None:
    assert set(drawn_from(st.booleans(), 30)) == {False, True}


def test_a_limit_ends_it() -> None:
    seen: list[int] = []

    def body(value: int) -> None:
        seen.append(value)
        if len(seen) == 3:
            raise BudgetSpent("enough")

    with pytest.raises(BudgetSpent, match="enough"):
        explore(integers, body, examples=100, seed_with=1)
    assert len(seen) == 3


def test_a_mistake_of_ours_is_not_swallowed() -> None:
    def body(_: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        explore(integers, body, examples=5, seed_with=1)


def walked(
    seed: object, *, episodes: int = 5, steps: int = 12, end_at: int = 10**9
) -> list[list[int]]:
    """The integers that the rules of a machine were given, episode by episode."""
    walks: list[list[int]] = []

    class Machine(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            walks.append([])

        @rule(pick=integers)
        def step(self, pick: int) -> None:
            if sum(map(len, walks)) >= end_at:
                raise CannotJudge("ended")
            walks[-1].append(pick)

    run_machine(Machine, episodes=episodes, steps=steps, seed_with=seed)
    return walks


def test_a_machine_walks_the_same_way_once_more() -> None:
    assert walked("7state.machine") == walked("7state.machine")
    assert walked("7state.machine") != walked("8state.machine")


def test_a_machine_has_its_episodes_and_steps() -> None:
    walks = walked(1, episodes=8, steps=20)
    assert len(walks) == 8
    assert max(map(len, walks)) <= 20
    assert sum(map(len, walks)) >= 80
