"""The long form of what the tests of this folder do for seconds: `python -m
conformance.selftest.safety`.

Runs are killed and restored, malformed replies are fuzzed at the client, secrets are looked for
under faults of every kind, a run is made without a network (from a folder of wheels, where one is
given), and the suite works at full speed for as long as is wanted, its memory and files watched.
One line each; exit code 1 when one of them fails.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

HOUR = 3600.0


def _steps(given: argparse.Namespace) -> Iterator[tuple[str, list[str]]]:
    room = "conformance.selftest.safety"
    yield (
        f"{given.kills} runs killed and restored",
        ["-m", f"{room}.killing", "--times", str(given.kills), "--seed", str(given.seed)],
    )
    unseen = str(max(given.kills // 10, 1))
    yield (
        f"{unseen} of them where nothing can be looked at",
        ["-m", f"{room}.killing", "--unseen", "--times", unseen],
    )
    yield (
        f"{given.malformed} malformed replies",
        ["-m", f"{room}.malformed", "--times", str(given.malformed), "--seed", str(given.seed)],
    )
    yield (
        "the secret under faults of every kind",
        ["-m", f"{room}.canary", "--each", str(given.each)],
    )
    if given.wheels:
        yield "installed and run without a network", ["-m", f"{room}.alone", given.wheels]
    else:
        yield "run without a network", ["-m", "pytest", "-q", "--pyargs", f"{room}.test_alone"]
    yield (
        f"{given.hours:g} h at full speed",
        ["-m", f"{room}.soaking", "--seconds", str(given.hours * HOUR)],
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Make every step, whatever came of the one before."""
    parser = argparse.ArgumentParser(
        prog="python -m conformance.selftest.safety", description=__doc__
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--malformed", type=int, default=10_000)
    parser.add_argument(
        "--each",
        type=int,
        default=3,
        help="faults of each kind under which the secret is looked for",
    )
    parser.add_argument(
        "--hours", type=float, default=1.0, help="how long the suite works at full speed"
    )
    parser.add_argument(
        "--wheels", default="", help="folder of wheels to install from without a network"
    )
    parser.add_argument("--seed", type=int, default=1)
    given, failed = parser.parse_args(arguments), 0
    for name, command in _steps(given):
        began = time.monotonic()
        result = subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, check=False
        )
        last = (result.stdout.strip().splitlines() or [""])[-1]
        failed += result.returncode != 0
        sys.stdout.write(
            f"{'FAILED' if result.returncode else 'ok':7} {name} ({time.monotonic() - began:.0f}"
            f" s): {last}\n"
        )
        sys.stdout.write(f"{result.stdout}{result.stderr}\n" if result.returncode else "")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
