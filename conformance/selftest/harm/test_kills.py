"""Commands that die, journals that are damaged: campaigns are restored, or what is not is told."""

from pathlib import Path

import pytest

from conformance.selftest.harm.commands import recorded
from conformance.selftest.harm.kills import KillPlan, tried
from conformance.selftest.long import long
from conformance.selftest.node.production import NODE

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not on PATH")


def _plan(
    place: int, command: str, server: str, at: int, *, damage: str = "", repeat: int = 0
) -> KillPlan:
    return KillPlan(
        place=place,
        command=command,
        server=server,
        at=at,
        moment="late",
        whom="all",
        damage=damage,
        repeat=repeat,
    )


PLANS = (
    _plan(1, "run", "honest", 150, damage="behead"),
    _plan(2, "run", "honest", 120, damage="zero"),
    _plan(3, "run", "object-list", 150, damage="flip"),
    _plan(4, "run", "honest", 60, damage="drop"),
    _plan(5, "record", "honest", 110, damage="cut"),
    _plan(6, "run", "lag", 150),
    _plan(7, "restore", "honest", 200, damage="cut at line", repeat=6),
    _plan(8, "compare", "colon-priority", 457),
    _plan(10, "compare", "first-shown", 8),
    _plan(11, "run", "first-shown", 161),
)


USUAL = [
    plan if plan.command == "restore" or plan.damage == "behead" else long(plan) for plan in PLANS
]


@pytest.mark.parametrize(
    "plan", USUAL, ids=lambda plan: f"{plan.command} {plan.server} {plan.damage}".strip()
)
def test_what_is_not_restored_is_told(plan: KillPlan, tmp_path: Path) -> None:
    result = tried(plan, tmp_path, Path("unused"))
    assert result.alive
    assert (result.outcome, result.why) != ("WRONG", result.why), (
        result.ended and result.ended.everything
    )


def test_a_replay_that_is_killed_is_restored(tmp_path: Path) -> None:
    plan = _plan(9, "replay", "object-list", 60)
    result = tried(plan, tmp_path / "round", recorded(tmp_path / "recorded"))
    assert result.alive
    assert result.outcome == "as before", result.why
