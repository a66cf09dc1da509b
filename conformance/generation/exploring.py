"""Hypothesis as a source of cases: generation only. What a case shows is judged elsewhere, and
shortened there too.

A finding never is an exception here, so hypothesis neither stops at the first nor calls a server
with moods flaky; and no call is spent on shrinking what one replay of a shorter program shows as
well.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from conformance.errors import CannotJudge
from conformance.generation import characters

characters.tell_hypothesis()

Drawn = TypeVar("Drawn")

# A real server is slow, and large lists are this interface's subject: neither says anything about
# the strategies.
_SUPPRESSED = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.large_base_example,
]


def generation_only(examples: int, steps: int = 50) -> settings:
    """Settings under which hypothesis draws so many cases, and nothing else."""
    return settings(
        max_examples=max(1, examples),
        stateful_step_count=steps,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        suppress_health_check=_SUPPRESSED,
    )


def explore(
    strategy: st.SearchStrategy[Drawn],
    body: Callable[[Drawn], None],
    *,
    examples: int,
    seed_with: object,
) -> None:
    """Call `body` with so many drawn values. Same seed, same values. CannotJudge from `body` ends
    the exploration and is raised.
    """
    stopped: list[CannotJudge] = []

    def once(value: Drawn) -> None:
        if stopped:
            return
        try:
            body(value)
        except CannotJudge as reason:  # kept out of hypothesis, which would make the call again
            stopped.append(reason)

    seed(_seed(seed_with))(generation_only(examples)(given(strategy)(once)))()
    if stopped:
        raise stopped[0]


def run_machine(
    machine: Callable[[], RuleBasedStateMachine], *, episodes: int, steps: int, seed_with: object
) -> None:
    """Run a state machine for so many episodes of at most so many steps."""

    def seeded(*arguments: Any) -> RuleBasedStateMachine:
        return machine(*arguments)

    # what @seed sets; a factory is no class
    seeded._hypothesis_internal_use_seed = _seed(seed_with)  # type: ignore[attr-defined]
    amount = generation_only(episodes, steps)
    # a factory does, says its docstring
    run_state_machine_as_test(seeded, settings=amount)  # type: ignore[arg-type]


def _seed(value: object) -> int:
    return value if isinstance(value, int) else int.from_bytes(str(value).encode(), "big")
