"""Memory over many calls: it must not grow with their number."""

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from conformance.benchmark.bench_run import Benched
from conformance.benchmark.subjects import subjects

SOAKED = {"state machine", "defect tests", "schemathesis coverage"}
EPISODES = 120
"""Of a state machine, as a run at the effort thorough has them: hypothesis keeps something of each
machine, not of each episode.
"""
EVERY = 10_000
"""Calls between two readings."""
_STATM = Path("/proc/self/statm")
_PAGE_KIB = 4


class MemoryReading(Struct, frozen=True, kw_only=True):
    """What the process held in memory after so many calls."""

    calls: int
    mib: float


def soak(bench: Benched, calls: int) -> Iterator[MemoryReading]:
    """Run the state machine, the defect tests and the coverage cases in turn until so many calls
    were sent.
    """
    return readings_of(bench, lambda sent: sent >= calls)


def readings_of(bench: Benched, result: Callable[[int], bool]) -> Iterator[MemoryReading]:
    """Work until it is done (told the calls sent so far), with a reading now and then."""
    units = [
        subject.unit
        for subject in subjects(bench, _nothing, episodes=EPISODES)
        if subject.name in SOAKED
    ]
    due = EVERY
    while not result(bench.transport.requests):
        for unit in units:
            unit()
            if bench.transport.requests >= due:
                yield MemoryReading(calls=bench.transport.requests, mib=resident())
                due = bench.transport.requests // EVERY * EVERY + EVERY


def growth(readings: list[MemoryReading]) -> float:
    """MiB for each 100,000 calls in the second half, when everything is loaded and every store has
    its size.
    """
    first, last = readings[len(readings) // 2], readings[-1]
    return (last.mib - first.mib) / max(last.calls - first.calls, 1) * 100_000


def resident() -> float:
    """MiB of this process in memory; 0 where the system does not tell."""
    try:
        return int(_STATM.read_text().split()[1]) * _PAGE_KIB / 1024
    except OSError:
        return 0.0


def _nothing() -> None:
    """The bare client has no part in this."""
