"""`judge` is a function: of the history alone, changing nothing, reaching nothing."""

import subprocess
import sys
from copy import deepcopy

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.exchange import Exchange, History
from conformance.oracle import judge
from conformance.selftest.oracle.histories import play
from conformance.selftest.oracle.lies import LIES
from conformance.selftest.oracle.test_specificity import (
    Event,
    carry_out,
    overlapping,
    readings,
    world,
)

LIE_HISTORIES = {name: play(lie.server(), lie.programme) for name, lie in LIES.items()}


@pytest.mark.parametrize("history", LIE_HISTORIES.values(), ids=LIE_HISTORIES)
def test_the_same_history_is_judged_the_same(history: History) -> None:
    before = deepcopy(history)
    first, second = judge(history), judge(history)
    assert first == second == judge(before)
    assert history == before


@pytest.mark.parametrize("history", LIE_HISTORIES.values(), ids=LIE_HISTORIES)
def test_a_recording_is_judged_as_what_it_recorded(history: History) -> None:
    """Written down and read again, a history is found as faulty as it was."""
    data = msgspec.json.encode(history)
    assert judge(msgspec.json.decode(data, type=History)) == judge(history)


@settings(max_examples=60, deadline=None)
@given(readings, st.lists(overlapping, max_size=10), st.randoms(use_true_random=False))
def test_the_order_of_writing_down_does_not_matter(
    reading: object, events: list[Event], chance: object
) -> None:
    """Exchanges that overlapped are recorded as their replies come; the oracle goes by their
    times.
    """
    server, setting = world(reading)  # type: ignore[arg-type]  # drawn from readings
    exchanges = list(carry_out(server, events))
    starts = [exchange.start for exchange in exchanges]
    shuffled: list[Exchange] = list(exchanges)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random
    if len(set(starts)) == len(starts):
        assert judge(History(setting=setting, exchanges=tuple(shuffled))) == judge(
            History(setting=setting, exchanges=tuple(exchanges))
        )


@given(st.floats(-1e6, 1e6))
def test_only_differences_of_time_matter(shift: float) -> None:
    history = LIE_HISTORIES["lost update"]
    moved = tuple(
        msgspec.structs.replace(exchange, start=exchange.start + shift, end=exchange.end + shift)
        for exchange in history.exchanges
    )
    assert [
        finding.key for finding in judge(History(setting=history.setting, exchanges=moved)).findings
    ] == [finding.key for finding in judge(history).findings]


def test_nothing_is_loaded_that_sends_or_draws() -> None:
    script = (
        "import sys, conformance.oracle; print(*sorted(name.partition('.')[0] for name in"
        " sys.modules))"
    )
    script += "; print(*(name for name in sys.modules if name.startswith('conformance.')))"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded, ours = (set(line.split()) for line in result.stdout.splitlines())
    assert not loaded & {
        "httpx",
        "httpcore",
        "httptools",
        "requests",
        "hypothesis",
        "schemathesis",
        "pytest",
        "allure",
        "random",
        "socket",
    }
    rooms = {name.split(".")[1] for name in ours}
    assert rooms == {"oracle", "exchange", "finding", "contract"}
