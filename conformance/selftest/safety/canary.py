"""Runs under faults of every kind with a distinctive secret, which is then looked for everywhere.

`python -m conformance.selftest.safety.canary --each 3` takes so many faults of each kind.
"""

import argparse
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from conformance.emulator import FAULTS
from conformance.selftest.safety.scene import ended, scene
from conformance.selftest.safety.test_canary import CANARY, assert_hidden


def chosen(each: int, seed: int) -> Iterator[str]:
    """So many faults of each kind, the kind being the first part of the name."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for name in sorted(FAULTS):
        kinds[name.partition(".")[0]].append(name)
    chance = random.Random(seed)
    for names in kinds.values():
        yield from chance.sample(names, min(each, len(names)))


def main(arguments: Sequence[str] | None = None) -> int:
    """The long form."""
    parser = argparse.ArgumentParser(
        prog="python -m conformance.selftest.safety.canary", description=__doc__
    )
    parser.add_argument("--each", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given, count, bad = parser.parse_args(arguments), 0, []
    for name in chosen(given.each, given.seed):
        with (
            tempfile.TemporaryDirectory() as folder,
            scene(Path(folder), secret_key=CANARY, faults=(name,)) as sandbox,
        ):
            began = datetime.now(UTC)
            result = ended(sandbox.begin(*sandbox.run("out")), 300.0)
            count += 1
            try:
                assert_hidden(Path(folder) / "out", result, [b""], began)
            except AssertionError as problem:
                bad.append(name)
                sys.stdout.write(f"{name}: {str(problem)[:200]}\n")
    sys.stdout.write(
        f"{count} faults, the secret was found under {len(bad)}: {', '.join(bad) or 'none'}\n"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
