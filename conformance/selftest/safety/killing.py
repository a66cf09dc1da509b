"""Kills runs at random points, restores, and compares. `python -m
conformance.selftest.safety.killing --times 200` is the long form.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from conformance.selftest.safety.scene import CommandResult, Sandbox, ended, scene

LONGEST = 2.6
"""Seconds after the journal was begun: by then a quick run has ended or is about to."""
PATIENCE = 20.0
UNSEEN = '[observe]\nquery = "none"\n'


class Killed(Struct, frozen=True, kw_only=True):
    """One round: when the run was killed, whether it was still running, what `restore` said, and
    what differed before and after it.
    """

    after: float
    alive: bool
    disturbed: bool
    restored: CommandResult | None
    differs: str = ""


def kill_once(sandbox: Sandbox, name: str, after: float) -> Killed:
    """Start a run, kill it so long after its journal was begun, restore, compare."""
    before = sandbox.contents()
    process = sandbox.begin(*sandbox.run(name))
    journal = sandbox.folder / name / "journal.jsonl"
    end = time.monotonic() + PATIENCE
    while not journal.exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    time.sleep(after)
    alive = process.poll() is None
    process.kill()
    ended(process)
    disturbed = sandbox.contents() != before
    restored = (
        sandbox.command("restore", str(journal), "--target", str(sandbox.target))
        if _complete(journal)
        else None
    )
    now = sandbox.contents()
    return Killed(
        after=after,
        alive=alive,
        disturbed=disturbed,
        restored=restored,
        differs="" if now == before else f"{before} -> {now}",
    )


def _complete(journal: Path) -> bool:
    """Whether the journal has a line: one without was killed before anything could be changed."""
    return journal.exists() and b"\n" in journal.read_bytes()


def rounds(sandbox: Sandbox, times: int, seed: int) -> list[Killed]:
    """Kill so many runs, at points spread evenly with some chance."""
    chance = random.Random(seed)
    return [
        kill_once(sandbox, f"killed-{place}", LONGEST * (place + chance.random()) / times)
        for place in range(times)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """The long form: prints one line per round and a count."""
    parser = argparse.ArgumentParser(
        prog="python -m conformance.selftest.safety.killing", description=__doc__
    )
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--unseen",
        action="store_true",
        help="the run and the restoration do not ask what campaigns hold",
    )
    given = parser.parse_args(arguments)
    chance, bad, disturbed = random.Random(given.seed), 0, 0
    with (
        tempfile.TemporaryDirectory() as folder,
        scene(Path(folder), extra=UNSEEN if given.unseen else "") as sandbox,
    ):
        for place in range(given.times):
            result = kill_once(sandbox, f"killed-{place}", chance.uniform(0, LONGEST))
            wrong = result.differs or (result.restored is not None and result.restored.code != 0)
            bad, disturbed = bad + bool(wrong), disturbed + result.disturbed
            said = result.restored.said if result.restored else "nothing to restore"
            sys.stdout.write(
                f"{place + 1:4} killed after {result.after:.2f} s:"
                f" {'WRONG ' + result.differs if wrong else 'ok'}: {said[:160]}\n"
            )
    sys.stdout.write(
        f"{given.times} runs killed, {disturbed} left campaigns changed, {bad} not restored (seed"
        f" {given.seed})\n"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
