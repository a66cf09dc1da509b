"""Commands killed at random calls, journals damaged at random, then `restore`.

`python -m conformance.selftest.harm.kills --count 200`: campaigns are as before, or `restore` names
what is not or says that it can't be known. A call's number decides when a command dies, not the
clock.
"""

import argparse
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from conformance.selftest.harm.behaviours import behaviour
from conformance.selftest.harm.commands import (
    HONEST,
    compare_arguments,
    record_arguments,
    recorded,
    replay_arguments,
)
from conformance.selftest.harm.damage import DAMAGES, damaged, journals
from conformance.selftest.harm.judging import CampaignDifference, differences, shortened, unnamed
from conformance.selftest.harm.scene import LONGEST, HarmResult, NodeSandbox, scene
from conformance.selftest.node.control import Moment
from conformance.selftest.waiting import until

COMMANDS: Final = ("run", "workers", "restore", "compare", "record", "replay")
SERVERS: Final = (
    "honest",
    "object-list",
    "first-shown",
    "lag",
    "added-first+object-list",
    "colon-priority",
)
MOMENTS: Final[tuple[Moment, ...]] = ("before", "late", "after")
LATEST: Final = {
    "run": 420,
    "workers": 420,
    "restore": 420,
    "compare": 1000,
    "record": 200,
    "replay": 200,
}
"""Calls by which a command has nearly ended."""
LATEST_OF_RESTORE: Final = 25
UNKNOWN: Final = re.compile(
    r"(can ?not|can['’]t) be (known|told)|(nobody|no one) can (know|tell)|(is|are) not known",
    re.IGNORECASE,
)
"""Words of one who says that something can't be known."""
Whom = Literal["all", "parent"]
Outcome = Literal["as before", "told", "WRONG"]


class KillPlan(Struct, frozen=True, kw_only=True):
    """One round. `repeat`: the call, counted from the beginning of `restore`, at which that is
    killed as well.
    """

    place: int
    command: str
    server: str
    at: int
    moment: Moment
    whom: Whom
    damage: str = ""
    repeat: int = 0


class Round(Struct, frozen=True, kw_only=True):
    """What became of a plan. `alive`: the command was under way when it was killed."""

    plan: KillPlan
    alive: bool
    changed: bool
    damaged: bool
    ended: HarmResult | None
    left: tuple[CampaignDifference, ...]
    outcome: Outcome
    why: str = ""


def plans(count: int, seed: int, commands: Sequence[str] = COMMANDS) -> list[KillPlan]:
    """So many rounds, the commands in turn."""
    chance = random.Random(seed)
    return [_plan(place, commands[place % len(commands)], chance) for place in range(count)]


def _plan(place: int, command: str, chance: random.Random) -> KillPlan:
    damage = chance.choice(["", *DAMAGES]) if chance.random() < 0.6 else ""
    return KillPlan(
        place=place,
        command=command,
        server=chance.choice(SERVERS),
        at=chance.randint(1, LATEST[command]),
        moment=chance.choice(MOMENTS),
        whom="parent" if command == "workers" and chance.random() < 0.3 else "all",
        damage=damage,
        repeat=chance.randint(1, LATEST_OF_RESTORE) if command == "restore" else 0,
    )


def tried(plan: KillPlan, folder: Path, recording: Path) -> Round:
    """Kill, damage, restore, compare."""
    with scene(folder, behaviour(plan.server)) as sandbox:
        with _arguments(sandbox, plan, recording) as arguments:
            alive = _killed(sandbox, arguments, plan.at, plan.moment, whom=plan.whom)
        changed = bool(differences(sandbox.before, sandbox.control.contents()))
        if plan.repeat:
            at = sandbox.control.calls() + plan.repeat
            _killed(sandbox, _restoring(sandbox), at, plan.moment, whom="all")
        broken = bool(plan.damage) and damaged(
            folder / "out", plan.damage, random.Random(plan.place)
        )
        ended = (
            sandbox.command(*_restoring(sandbox)) if broken or journals(folder / "out") else None
        )
        return _judged(plan, sandbox, alive=alive, changed=changed, broken=broken, ended=ended)


@contextmanager
def _arguments(sandbox: NodeSandbox, plan: KillPlan, recording: Path) -> Iterator[tuple[str, ...]]:
    """The command line of a plan; for `compare` an honest server runs beside, as the measure."""
    if plan.command == "compare":
        with scene(sandbox.folder / "measure", HONEST) as measure:
            yield compare_arguments(measure.target, sandbox.target, sandbox.folder)
    elif plan.command == "record":
        yield record_arguments(sandbox)
    elif plan.command == "replay":
        yield replay_arguments(sandbox, recording)
    else:
        yield sandbox.run_arguments(
            "--effort", "quick", *(("-n", "2") if plan.command == "workers" else ())
        )


def _killed(
    sandbox: NodeSandbox, arguments: tuple[str, ...], at: int, moment: Moment, *, whom: Whom
) -> bool:
    """Kill a command at a call; False where it ended before. A call that is `late` is made after
    the death.
    """
    sandbox.control.hold(at, moment)
    command = sandbox.begin(*arguments)
    try:
        until(lambda: sandbox.control.held() or not command.running, LONGEST)
        alive = command.running
        command.kill(whole=whom == "all")
    finally:
        sandbox.control.release()
    command.gone()
    return alive


def _restoring(sandbox: NodeSandbox) -> tuple[str, ...]:
    """The command that restores what is about this server: `compare` leaves journals about two."""
    found = journals(sandbox.folder / "out")
    here = [str(file) for file in found if sandbox.base_url.encode() in file.read_bytes()]
    folders = list(dict.fromkeys(str(file.parent) for file in found)) or [
        str(sandbox.folder / "out")
    ]
    places = here if len(here) < len(found) and here else folders
    return ("restore", *places, "--target", str(sandbox.target))


def _judged(
    plan: KillPlan,
    sandbox: NodeSandbox,
    *,
    alive: bool,
    changed: bool,
    broken: bool,
    ended: HarmResult | None,
) -> Round:
    found = tuple(
        each for each in differences(sandbox.before, sandbox.settled()) if each.lost or each.left
    )
    outcome, why = _outcome(found, ended, broken=broken)
    return Round(
        plan=plan,
        alive=alive,
        changed=changed,
        damaged=broken,
        ended=ended,
        left=found,
        outcome=outcome,
        why=why,
    )


def _outcome(
    found: Sequence[CampaignDifference], ended: HarmResult | None, *, broken: bool
) -> tuple[Outcome, str]:
    """Whether campaigns are as before, or what is not was told."""
    if ended is not None and (ended.crashed or ended.code is None):
        return "WRONG", "restore crashed" if ended.crashed else "restore did not end"
    missing_names = unnamed(found, ended.said if ended else "")
    if all(each.is_one_in_an_empty and not each.lost for each in found) and not missing_names:
        return "as before", ""
    if ended is None:
        return "WRONG", f"there is no journal, and {_told(found)}"
    if ended.code == 0:
        return "WRONG", f"exit 0, and {_told(found)}"
    if not broken:
        return "WRONG", f"the journal is whole, and {_told(found)}"
    if missing_names and not UNKNOWN.search(ended.said):
        return "WRONG", f"not named: {shortened(missing_names)}"
    return "told", _told(found)


def _told(found: Sequence[CampaignDifference]) -> str:
    parts = [f"{each.campaign} lost {shortened(each.lost, 2)}" for each in found if each.lost]
    parts += [f"{each.campaign} has {shortened(each.left, 2)} more" for each in found if each.left]
    return "; ".join(parts)


def line(result: Round) -> str:
    """A round in one line."""
    plan = result.plan
    repeat = f", restore at +{plan.repeat}" if plan.repeat else ""
    died = (
        f"{plan.whom} killed {plan.moment} call {plan.at}{repeat}"
        if result.alive
        else "ended before"
    )
    harm = f", journal: {plan.damage}" if result.damaged else ""
    code = f"restore {result.ended.code}" if result.ended else "no journal"
    return (
        f"{plan.place + 1:4} {plan.command} on {plan.server}, {died}{harm}: {code},"
        f" {result.outcome} {result.why}".rstrip()
    )


def rounds(given: Sequence[KillPlan], jobs: int, folder: Path) -> Iterator[Round]:
    """Try all, so many at a time."""
    recording = recorded(folder / "recorded")
    with ThreadPoolExecutor(jobs) as pool:
        places = [folder / f"{plan.place:04}-{plan.command}" for plan in given]
        yield from pool.map(tried, given, places, [recording] * len(given))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each round, and a count; exit 1 where something was wrong."""
    options = _options(arguments)
    given = plans(options.count, options.seed, options.command or COMMANDS)
    chosen = [plan for plan in given if options.round is None or plan.place == options.round - 1]
    results = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        for result in rounds(chosen, options.jobs, Path(options.folder or temporary)):
            results.append(result)
            sys.stdout.write(line(result) + "\n")
            sys.stdout.flush()
    sys.stdout.write(_summary(results, options.seed) + "\n")
    return 1 if any(result.outcome == "WRONG" for result in results) else 0


def _summary(results: Sequence[Round], seed: int) -> str:
    counts = Counter(result.outcome for result in results)
    told = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
    disturbed = sum(result.changed for result in results)
    broken = sum(result.damaged for result in results)
    return (
        f"\n{len(results)} rounds: {told}. {disturbed} left campaigns changed, {broken} journals"
        f" were damaged (seed {seed})."
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m conformance.selftest.harm.kills", description=__doc__
    )
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--command", action="append", default=[], choices=COMMANDS, help="repeatable"
    )
    parser.add_argument("--round", type=int, help="only this one, counted from 1")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--folder", help="keep what the commands wrote here")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
