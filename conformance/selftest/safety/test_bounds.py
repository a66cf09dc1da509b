"""What a run may cost, whatever a server replies; `python -m conformance.selftest.safety.bounds`
tries far more of them.
"""

import json
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conformance.plugin import pytest_pyfunc_call
from conformance.plugin.session_state import OVERDUE, STATE, State
from conformance.selftest.long import long
from conformance.selftest.safety.between import ProxiedSandbox, proxied_sandbox
from conformance.selftest.safety.bounds import HOSTILE, cost_of
from conformance.session.amounts import QUICK, STANDARD, THOROUGH
from conformance.session.ledger import Ledger
from conformance.session.run import Run
from conformance.session.seconds import seconds_allowed

CHEAP = (long("100,000 headers"), "503, Retry-After 1000000000", long("random result codes"))


@pytest.mark.parametrize("name", CHEAP)
def test_hostile_replies_cost_no_more_than_a_run_may(tmp_path: Path, name: str) -> None:
    cost = cost_of(HOSTILE[name], tmp_path, "--no-html", "--only", "response.documented-code")
    assert cost.fits, cost
    assert "Traceback" not in cost.said


def told(sandbox: ProxiedSandbox) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((sandbox.folder / "out" / "verdict.json").read_text())
    return document


def test_a_target_that_refuses_ends_the_run_in_order(tmp_path: Path) -> None:
    hostile = HOSTILE["503, Retry-After 1000000000"]
    with proxied_sandbox(tmp_path, extra="[pace]\npatience_seconds = 1\n") as sandbox:
        sickness = hostile.reply()
        sandbox.between.sick = lambda number, seen: sickness if number > 60 else None
        ended = sandbox.run()
        calls = len(sandbox.between.seen)
    assert ended.code == 3, ended.said
    assert "asks" not in ended.err
    assert told(sandbox)["verdict"] == "inconclusive"
    assert any("Retry-After 1000000000" in line for line in told(sandbox)["headline"]), ended.said
    assert calls < 60 + 100, "what puts back tries, and nothing else"


def hook(run: Run, state: State) -> Generator[None, object, object]:
    marker = SimpleNamespace(args=("state.direct",))
    config = SimpleNamespace(stash={STATE: state})
    item = SimpleNamespace(
        funcargs={"run": run},
        config=config,
        get_closest_marker=lambda name: marker,
        function=SimpleNamespace(__doc__="x"),
    )
    return pytest_pyfunc_call(cast(Any, item))


def test_no_check_begins_after_the_time() -> None:
    run = Run.__new__(Run)
    run.ledger, run.unusable = Ledger(), None
    state = State.__new__(State)
    state.opened = cast(
        Any,
        SimpleNamespace(
            campaigns=SimpleNamespace(transport=SimpleNamespace(overtime="5 seconds have passed"))
        ),
    )
    with pytest.raises(pytest.skip.Exception, match="5 seconds"):
        next(hook(run, state))
    assert run.ledger.skipped == {"state.direct": "5 seconds have passed"}
    state.opened = cast(
        Any, SimpleNamespace(campaigns=SimpleNamespace(transport=SimpleNamespace(overtime="")))
    )
    assert next(hook(run, state)) is None, "the check begins"


def opened(refusal: str = "") -> Any:
    """What `State.result` asks of an opened run."""
    return SimpleNamespace(
        result=lambda: SimpleNamespace(told=["x"], cut_short=False),
        campaigns=SimpleNamespace(transport=SimpleNamespace(refusal=refusal)),
        run=SimpleNamespace(ledger=Ledger()),
    )


def test_what_ends_a_run_is_told() -> None:
    state = State(cast(Any, SimpleNamespace()))
    for refusal, told in (("", []), ("busy", ["busy"])):
        state.opened = opened(refusal)
        assert (state.result().told, state.result().cut_short) == (["x", *told], bool(told))
    state.opened = opened()
    state.overdue()
    assert (state.result().told, state.result().cut_short) == (["x", OVERDUE], True)


def test_how_long_a_run_may_take_where_nobody_says() -> None:
    assert [seconds_allowed(amounts, None) for amounts in (QUICK, STANDARD, THOROUGH)] == [
        1800,
        4 * 3600,
        24 * 3600,
    ]
    assert seconds_allowed(QUICK, 1.0) == 1800
    assert seconds_allowed(QUICK, 0.1) == 3 * QUICK.calls * 10
    assert seconds_allowed(THOROUGH, 0.5) == 3 * THOROUGH.calls * 2
