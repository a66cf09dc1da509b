"""The benchmark measures what it says: every subject works, rounds are interleaved, ratios are to
the yardstick.
"""

import time

import pytest

from conformance.benchmark.bare import bare_client
from conformance.benchmark.bench_run import benched
from conformance.benchmark.measuring import measure
from conformance.benchmark.soak import MemoryReading, growth, resident
from conformance.benchmark.subjects import Subject, subjects, yardstick

NAMES = (
    *(
        "bare httpx.Client",
        "our transport",
        "state machine",
        "defect tests",
        "schemathesis coverage",
        "schemathesis fuzz, inline",
    ),
    *("generation: our lists", "generation: schemathesis"),
)


@pytest.mark.parametrize("https", [False, True])
def test_every_subject_does_some_work(https: bool) -> None:
    with benched(https=https, seed=1) as bench:
        call = yardstick(bench)
        with bare_client(bench.base_url, call, bench.authorization(call), bench.context) as send:
            chosen = subjects(bench, send, episodes=1)
            assert tuple(subject.name for subject in chosen) == NAMES
            quick = [
                subject for subject in chosen if not https or "schemathesis" not in subject.name
            ]
            assert all(subject.unit() > 0 for subject in quick)
        assert not bench.run.ledger.deviations


def test_rounds_are_interleaved_and_ratios_are_to_the_first() -> None:
    order: list[str] = []

    def unit(name: str, seconds: float) -> Subject:
        def work() -> int:
            order.append(name)
            time.sleep(seconds)
            return 10

        return Subject(name=name, unit=work, cases=5)

    slow, fast = measure([unit("slow", 0.04), unit("fast", 0.01)], 0.0, rounds=3)
    assert order == ["slow", "fast"] * 4  # once before, unmeasured
    assert (slow.ratio, slow.count) == (1.0, 30)
    assert 1.5 < fast.ratio < 6
    assert fast.cases_rate == pytest.approx(fast.rate / 2)


def test_growth_is_that_of_the_second_half() -> None:
    readings = [
        MemoryReading(calls=calls, mib=mib)
        for calls, mib in ((10_000, 50.0), (20_000, 90.0), (30_000, 100.0), (40_000, 101.0))
    ]
    assert growth(readings) == pytest.approx(10.0)
    assert growth(readings[:1]) == 0.0


def test_memory_can_be_read() -> None:
    assert resident() >= 0
