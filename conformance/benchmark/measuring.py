"""One interleaved run: every subject in every round, so that whatever slows the machine slows them
all alike.
"""

import statistics
import time
from collections.abc import Callable, Sequence

from msgspec import Struct

from conformance.benchmark.subjects import Subject

ROUNDS = 3


class Measured(Struct, frozen=True, kw_only=True):
    """Medians over the rounds. `ratio`: to the yardstick of the same round; `cpu`: of this process,
    in microseconds.
    """

    name: str
    per: str
    rate: float
    cpu: float
    ratio: float
    count: int
    cases_rate: float = 0.0
    """Generated cases per second, where those are fewer than the calls."""


def measure(
    chosen: Sequence[Subject],
    seconds: float,
    *,
    rounds: int = ROUNDS,
    told: Callable[[str], None] = lambda _: None,
) -> list[Measured]:
    """Measure for about so many seconds in all; the first subject is the yardstick. Each is done
    once before, unmeasured.
    """
    for subject in chosen:
        told(f"warming up: {subject.name}")
        subject.unit()
    piece = seconds / rounds / len(chosen)
    results: dict[str, list[Piece]] = {subject.name: [] for subject in chosen}
    for index in range(rounds):
        for subject in chosen:
            told(f"round {index + 1} of {rounds}: {subject.name}")
            results[subject.name].append(_piece(subject, piece))
    yardstick = [piece.rate for piece in results[chosen[0].name]]
    return [_medians(subject, results[subject.name], yardstick) for subject in chosen]


class Piece(Struct, frozen=True, kw_only=True):
    """One subject in one round."""

    count: int
    units: int
    wall: float
    cpu: float

    @property
    def rate(self) -> float:
        """Calls (or cases) per second."""
        return self.count / self.wall


def _piece(subject: Subject, seconds: float) -> Piece:
    count, units, begun, cpu = 0, 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - begun < seconds or not count:
        count += subject.unit()
        units += 1
    return Piece(
        count=count, units=units, wall=time.perf_counter() - begun, cpu=time.process_time() - cpu
    )


def _medians(subject: Subject, pieces: list[Piece], yardstick: list[float]) -> Measured:
    return Measured(
        name=subject.name,
        per=subject.per,
        rate=statistics.median(piece.rate for piece in pieces),
        cpu=statistics.median(piece.cpu / piece.count * 1e6 for piece in pieces),
        ratio=statistics.median(
            piece.rate / bare for piece, bare in zip(pieces, yardstick, strict=True)
        ),
        count=sum(piece.count for piece in pieces),
        cases_rate=statistics.median(piece.units * subject.cases / piece.wall for piece in pieces),
    )
