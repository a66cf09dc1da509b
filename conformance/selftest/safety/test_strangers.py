"""Somebody else adds a number to a campaign while a run is at work on it: it is noticed, said, and
left alone.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.config import load_target, transport_options
from conformance.generation.calls import add
from conformance.oracle import answer_of
from conformance.selftest.compare.scene import campaign_set
from conformance.selftest.safety.scene import Sandbox, anybody, ended, scene
from conformance.selftest.waiting import until
from conformance.transport import Transport

KEY = (1, 1001)
STRANGER = "313373133731337"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with scene(tmp_path, latency_ms=15) as made:
        yield made


def _add_as_somebody_else(sandbox: Sandbox) -> None:
    target = load_target(sandbox.target, sandbox.environment)
    with Transport(transport_options(target, rule=anybody)) as transport:
        assert answer_of(transport.send(add(KEY, [STRANGER]))).outcome == "served"


def _until_it_is_at_work(traffic: Path) -> None:
    until(lambda: traffic.exists() and traffic.stat().st_size >= 100_000)


def test_a_strangers_number_survives_a_run(sandbox: Sandbox) -> None:
    before = sandbox.contents()
    process = sandbox.begin(*sandbox.run("shared"))
    _until_it_is_at_work(sandbox.folder / "shared" / "traffic.ndjson")
    _add_as_somebody_else(sandbox)
    result = ended(process)
    after = sandbox.contents()
    assert after[KEY] == (before[KEY] or frozenset()) | {STRANGER}
    assert {key: held for key, held in after.items() if key != KEY} == {
        key: held for key, held in before.items() if key != KEY
    }
    headline = " ".join(
        json.loads((sandbox.folder / "shared" / "verdict.json").read_text())["headline"]
    )
    assert "Somebody else was at work on campaign 1001: 1 number appeared" in headline, result.said
    assert STRANGER in headline


def test_what_the_run_itself_has_named_is_no_strangers() -> None:
    with campaign_set() as made:
        made.look(KEY)
        number = made.fresh(1)
        made.add(KEY, number)
        made.look(KEY)
        assert number[0] in made.own(KEY)
        assert not made.strangers
