"""Sequences: drawn by a state machine, and long ones on large campaigns."""

import pytest

from conformance.errors import CannotJudge
from conformance.generation.exploring import run_machine
from conformance.session.run import Run
from conformance.suite.campaign_machine import machine_of


@pytest.mark.check("state.machine")
def test_state_machine(run: Run) -> None:
    """Hypothesis draws sequences of faultless, defective, repeated and absent deletions, additions
    and looks on two campaigns.
    """
    stopped: list[CannotJudge] = []
    run_machine(
        machine_of(run, stopped),
        episodes=run.amounts.machine_episodes,
        steps=run.amounts.machine_steps,
        seed_with=f"{run.seed}{run.check}",
    )
    if stopped:
        raise stopped[0]


@pytest.mark.check("state.long")
def test_long_and_wide(run: Run) -> None:
    """A campaign grown to several hundred numbers is worn down to one and grown again; then
    hundreds of small deletions in a row.
    """
    if not run.amounts.long_steps:
        pytest.skip("left to the efforts standard and thorough")
    _worn_down(run)
    with run.episode() as episode:
        for step in range(run.amounts.long_steps):
            held = episode.hold_at_least(30 if step % 60 == 0 else 2)
            episode.delete(held[-1:])
            if step % 20 == 19:
                episode.look()


def _worn_down(run: Run) -> None:
    chance = run.random()
    with run.episode() as episode:
        held = episode.hold_at_least(run.amounts.wide)
        run.ledger.learnt.setdefault("open.adding", {})[f"{len(held)} numbers in one campaign"] = 1
        episode.delete(held[:101])  # the limit holds in a large campaign too
        episode.look()
        held = episode.held()
        # a server that brings numbers back must not keep the check busy for ever
        for _ in range(run.amounts.wide):
            if len(held) < 2:
                break
            size = min(chance.choice((1, 2, 37, 64, 99, 100, 100)), len(held) - 1)
            episode.delete(chance.sample(held, size))
            episode.look()
            if (left := episode.held()) == held:
                break
            held = left
        episode.delete(episode.held()[:100])
