"""What ends a worker, and what it has come to, both reach the process that reports."""

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from conformance import plugin
from conformance.errors import CampaignUnusable, SuiteError
from conformance.plugin.session_state import STATE, State
from conformance.plugin.worker_result import WorkerResult
from conformance.readable import encoded
from conformance.session.ledger import Ledger


def told(*outputs: dict[str, Any]) -> Any:
    """The state of the reporting process once workers with these outputs have ended."""
    state: Any = SimpleNamespace(problem=None, parts=[], handed=set(), failures=[])
    state.add_problem = lambda kind, words: State.add_problem(state, kind, words)
    for place, output in enumerate(outputs):
        config = SimpleNamespace(stash={STATE: state})
        gateway = SimpleNamespace(id=f"gw{place}")
        node = SimpleNamespace(config=config, gateway=gateway, workeroutput=output)
        plugin.pytest_testnodedown(node, None)
    return state


def problem(words: str) -> dict[str, Any]:
    return {"isales_problem": (CampaignUnusable.__name__, words)}


def test_each_worker_names_what_its_campaigns_miss() -> None:
    state = told(
        problem("1001 misses 52451."), problem("1002 misses 52452."), problem("1001 misses 52451.")
    )
    assert isinstance(state.problem, CampaignUnusable)
    assert str(state.problem) == "1001 misses 52451. 1002 misses 52452."


def test_a_worker_that_was_ended_hands_over_what_it_had_found() -> None:
    part = WorkerResult(ledger=Ledger(), requests=7, seconds=1.0, started="2026-01-01T00:00:00Z")
    output = problem("the journal could not be written.") | {"isales_done": encoded(part)}
    state = told(output)
    assert [each.requests for each in state.parts] == [7]
    assert isinstance(state.problem, SuiteError)


@pytest.mark.parametrize("ended", [False, True])
def test_what_a_worker_hands_over(ended: bool, tmp_path: Any) -> None:
    part = WorkerResult(ledger=Ledger(), requests=7, seconds=1.0, started="2026-01-01T00:00:00Z")
    state: Any = SimpleNamespace(
        problem=CampaignUnusable("no") if ended else None,
        opened=SimpleNamespace(worker="gw0"),
        options=SimpleNamespace(out=tmp_path),
        result=lambda: part,
        failures=[],
    )
    output: dict[str, Any] = {}
    plugin._hand_over(state, output)
    assert msgspec.json.decode(output["isales_done"], type=WorkerResult).requests == 7
    assert ("isales_problem" in output) is ended
