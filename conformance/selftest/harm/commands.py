"""The commands that change something, each on a server of a given behaviour."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from conformance.selftest.harm.behaviours import Behaviour
from conformance.selftest.harm.scene import Ended, Scene, scene, until

HONEST: Final = Behaviour(name="honest")
COMPARE_CALLS: Final = 1500
LATEST_KILL: Final = 400
"""A quick run has made most of its changes by then."""


def run_quick(stage: Scene) -> Ended:
    return stage.run("--effort", "quick")


def run_standard(stage: Scene) -> Ended:
    return stage.run("--effort", "standard", seconds=3600)


def run_thorough(stage: Scene) -> Ended:
    return stage.run("--effort", "thorough", seconds=4 * 3600)


def run_workers(stage: Scene) -> Ended:
    return stage.run("--effort", "quick", "-n", "2")


def run_only(clause: str) -> Callable[[Scene], Ended]:
    def run(stage: Scene) -> Ended:
        return stage.run("--effort", "quick", "--only", clause)

    return run


def check(stage: Scene) -> Ended:
    return stage.command("check", "--target", str(stage.target), "--yes")


def compare(stage: Scene) -> Ended:
    """With an honest server as the measure."""
    with scene(stage.folder / "measure", HONEST) as measure:
        return stage.command(*compare_arguments(measure.target, stage.target, stage.folder))


def compare_arguments(ours: Path, theirs: Path, folder: Path) -> tuple[str, ...]:
    limits = ("--max-calls", str(COMPARE_CALLS), "--seed", "1")
    return ("compare", str(ours), str(theirs), *limits, "--yes", "--out", str(folder / "out"))


def record_arguments(stage: Scene, *, folder: str = "out") -> tuple[str, ...]:
    stage.folder.joinpath(folder).mkdir(exist_ok=True)
    file = str(stage.folder / folder / "recording.jsonl")
    return ("record", "--target", str(stage.target), "--out", file, "--per-second", "1000", "--yes")


def record(stage: Scene) -> Ended:
    return stage.command(*record_arguments(stage))


def replay_arguments(stage: Scene, recording: Path) -> tuple[str, ...]:
    return ("replay", str(recording), "--target", str(stage.target), "--yes", "--out", str(stage.folder / "out"))


def replay(stage: Scene) -> Ended:
    """A recording of an honest server."""
    return stage.command(*replay_arguments(stage, recorded(stage.folder / "recorded")))


def recorded(folder: Path) -> Path:
    """Record an honest server."""
    with scene(folder, HONEST) as other:
        ended = record(other)
        file = folder / "out" / "recording.jsonl"
        assert file.exists(), ended.everything
        return file


def restore(stage: Scene) -> Ended:
    """A quick run is killed at a moment that differs from server to server; then its campaigns are restored."""
    at = random.Random(stage.behaviour.name).randint(30, LATEST_KILL)
    killed_at(stage, stage.run_arguments("--effort", "quick"), at)
    return restored(stage)


def killed_at(stage: Scene, arguments: tuple[str, ...], at: int) -> bool:
    """Kill a command when it has made its call of this number; False where it ended before."""
    stage.control.hold(at, "after")
    command = stage.begin(*arguments)
    try:
        until(lambda: stage.control.held() or not command.running, 900)
        alive = command.running
        command.kill()
    finally:
        stage.control.release()
    command.gone()
    return alive


def restored(stage: Scene, out: str = "out") -> Ended:
    return stage.command("restore", str(stage.folder / out), "--target", str(stage.target))


def mended(stage: Scene) -> Ended:
    """A quick run meets a server that breaks down; when it is repaired, the campaigns are restored."""
    run_quick(stage)
    stage.control.mend()
    return restored(stage)


COMMANDS: Final[Mapping[str, Callable[[Scene], Ended]]] = MappingProxyType(
    {
        "run": run_quick,
        "standard": run_standard,
        "thorough": run_thorough,
        "workers": run_workers,
        "check": check,
        "compare": compare,
        "record": record,
        "replay": replay,
        "restore": restore,
        "mended": mended,
    }
)
__all__ = ["COMMANDS", "check", "killed_at", "recorded", "restored", "run_only"]
