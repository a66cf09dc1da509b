"""The suite at full speed on the emulator, its memory and the sizes of its files watched.

`python -m conformance.selftest.safety.soaking --seconds 3600` is the long form. Memory must be
flat; the recording grows with the calls, since it holds each of them, so what must be flat is its
size per call; the journal holds numbers that were added, a few per call.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from conformance.benchmark.bench_run import benched
from conformance.benchmark.soak import growth, readings_of

MOST_GROWTH = 10.0
"""MiB for each 100,000 calls, in the second half."""
MOST_PER_CALL = 4096
"""Bytes of files for each call."""


class Soaked(Struct, frozen=True, kw_only=True):
    """What came of it: `growth` in MiB for each 100,000 calls, `per_call` in bytes of files."""

    calls: int
    growth: float
    per_call: float

    @property
    def flat(self) -> bool:
        """Whether it could go on for ever."""
        return self.growth <= MOST_GROWTH and self.per_call <= MOST_PER_CALL


def soaked(seconds: float, seed: int = 1) -> Soaked:
    """Work for so long; one line for each reading."""
    end, found, size = time.monotonic() + seconds, [], 0
    with benched(https=True, seed=seed) as bench:
        for reading in readings_of(bench, lambda _: time.monotonic() >= end):
            found.append(reading)
            size = sum(file.stat().st_size for file in _files(bench.folder))
            sys.stdout.write(
                f"{reading.calls:>10,} calls  {reading.mib:7.1f} MiB  files {size / 2**20:8.1f}"
                " MiB\n"
            )
        calls = bench.transport.requests
    return Soaked(
        calls=calls, growth=growth(found) if len(found) > 2 else 0.0, per_call=size / max(calls, 1)
    )


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def main(arguments: Sequence[str] | None = None) -> int:
    """The long form."""
    parser = argparse.ArgumentParser(
        prog="python -m conformance.selftest.safety.soaking", description=__doc__
    )
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    result = soaked(given.seconds, given.seed)
    verdict = "flat" if result.flat else "NOT FLAT"
    sys.stdout.write(
        f"{result.calls:,} calls, {result.growth:+.1f} MiB for each 100,000, {result.per_call:.0f}"
        f" bytes of files per call: {verdict}\n"
    )
    return 0 if result.flat else 1


if __name__ == "__main__":
    sys.exit(main())
