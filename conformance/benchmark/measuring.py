"""One interleaved run: every subject in every round, so that whatever slows the machine slows them all alike."""

import statistics
import time
from collections.abc import Callable, Sequence

from msgspec import Struct

from conformance.benchmark.subjects import Subject

ROUNDS = 5


class Measured(Struct, frozen=True, kw_only=True):
    """Medians over the rounds. `ratio`: to the yardstick of the same round; `cpu`: of this process, in microseconds."""

    name: str
    per: str
    rate: float
    cpu: float
    ratio: float
    count: int


def measure(
    chosen: Sequence[Subject], seconds: float, *, rounds: int = ROUNDS, told: Callable[[str], None] = lambda _: None
) -> list[Measured]:
    """Measure for about so many seconds in all; the first subject is the yardstick. Each is done once before, unmeasured."""
    for subject in chosen:
        told(f"warming up: {subject.name}")
        subject.unit()
    piece = seconds / rounds / len(chosen)
    results: dict[str, list[tuple[float, float, int]]] = {subject.name: [] for subject in chosen}
    for index in range(rounds):
        for subject in chosen:
            told(f"round {index + 1} of {rounds}: {subject.name}")
            results[subject.name].append(_piece(subject, piece))
    yardstick = [rate for rate, _, _ in results[chosen[0].name]]
    return [_medians(subject, results[subject.name], yardstick) for subject in chosen]


def _piece(subject: Subject, seconds: float) -> tuple[float, float, int]:
    """(per second, CPU microseconds for each, how many)."""
    count, begun, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - begun < seconds or not count:
        count += subject.unit()
    wall, used = time.perf_counter() - begun, time.process_time() - cpu
    return count / wall, used / count * 1e6, count


def _medians(subject: Subject, pieces: list[tuple[float, float, int]], yardstick: list[float]) -> Measured:
    return Measured(
        name=subject.name,
        per=subject.per,
        rate=statistics.median(rate for rate, _, _ in pieces),
        cpu=statistics.median(cpu for _, cpu, _ in pieces),
        ratio=statistics.median(rate / bare for (rate, _, _), bare in zip(pieces, yardstick, strict=True)),
        count=sum(count for _, _, count in pieces),
    )
