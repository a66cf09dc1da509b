"""The commands that change something, each on a server of a given behaviour."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from conformance.cli.restoring import FURTHER
from conformance.selftest.harm.behaviours import ServerBehaviour
from conformance.selftest.harm.scene import HarmResult, NodeSandbox, scene
from conformance.selftest.waiting import until

HONEST: Final = ServerBehaviour(name="honest")
COMPARE_CALLS: Final = 1500
LATEST_KILL: Final = 400
"""A quick run has made most of its changes by then."""


def run_quick(sandbox: NodeSandbox) -> HarmResult:
    return sandbox.run("--effort", "quick")


def run_standard(sandbox: NodeSandbox) -> HarmResult:
    return sandbox.run("--effort", "standard", seconds=3600)


def run_thorough(sandbox: NodeSandbox) -> HarmResult:
    return sandbox.run("--effort", "thorough", seconds=4 * 3600)


def run_workers(sandbox: NodeSandbox) -> HarmResult:
    return sandbox.run("--effort", "quick", "-n", "2")


def run_only(clause: str) -> Callable[[NodeSandbox], HarmResult]:
    def run(sandbox: NodeSandbox) -> HarmResult:
        return sandbox.run("--effort", "quick", "--only", clause)

    return run


def check(sandbox: NodeSandbox) -> HarmResult:
    return sandbox.command("check", "--target", str(sandbox.target), "--yes")


def compare(sandbox: NodeSandbox) -> HarmResult:
    """With an honest server as the measure."""
    with scene(sandbox.folder / "measure", HONEST) as measure:
        return sandbox.command(*compare_arguments(measure.target, sandbox.target, sandbox.folder))


def compare_arguments(ours: Path, theirs: Path, folder: Path) -> tuple[str, ...]:
    limits = ("--max-calls", str(COMPARE_CALLS), "--seed", "1")
    return ("compare", str(ours), str(theirs), *limits, "--yes", "--out", str(folder / "out"))


def record_arguments(sandbox: NodeSandbox, *, folder: str = "out") -> tuple[str, ...]:
    sandbox.folder.joinpath(folder).mkdir(exist_ok=True)
    file = str(sandbox.folder / folder / "recording.jsonl")
    return (
        "record",
        "--target",
        str(sandbox.target),
        "--out",
        file,
        "--per-second",
        "1000",
        "--yes",
    )


def record(sandbox: NodeSandbox) -> HarmResult:
    return sandbox.command(*record_arguments(sandbox))


def replay_arguments(sandbox: NodeSandbox, recording: Path) -> tuple[str, ...]:
    return (
        "replay",
        str(recording),
        "--target",
        str(sandbox.target),
        "--yes",
        "--out",
        str(sandbox.folder / "out"),
    )


def replay(sandbox: NodeSandbox) -> HarmResult:
    """A recording of an honest server."""
    return sandbox.command(*replay_arguments(sandbox, recorded(sandbox.folder / "recorded")))


def recorded(folder: Path) -> Path:
    """Record an honest server."""
    with scene(folder, HONEST) as other:
        ended = record(other)
        file = folder / "out" / "recording.jsonl"
        assert file.exists(), ended.everything
        return file


def restore(sandbox: NodeSandbox) -> HarmResult:
    """A quick run is killed at a moment that differs from server to server; then its campaigns are
    restored.
    """
    at = random.Random(sandbox.behaviour.name).randint(30, LATEST_KILL)
    killed_at(sandbox, sandbox.run_arguments("--effort", "quick"), at)
    return restored(sandbox)


def killed_at(sandbox: NodeSandbox, arguments: tuple[str, ...], at: int) -> bool:
    """Kill a command when it has made its call of this number; False where it ended before."""
    sandbox.control.hold(at, "after")
    command = sandbox.begin(*arguments)
    try:
        until(lambda: sandbox.control.held() or not command.running, 900)
        alive = command.running
        command.kill()
    finally:
        sandbox.control.release()
    command.gone()
    return alive


def restored(sandbox: NodeSandbox, out: str = "out") -> HarmResult:
    """What it writes into a file beside the journal is said as well."""
    result = sandbox.command("restore", str(sandbox.folder / out), "--target", str(sandbox.target))
    file = sandbox.folder / out / FURTHER
    further = file.read_text("utf-8") if FURTHER in result.everything else ""
    return replace(result, out=f"{result.out}\n{further}")


def mended(sandbox: NodeSandbox) -> HarmResult:
    """A quick run meets a server that breaks down; when it is repaired, the campaigns are
    restored.
    """
    run_quick(sandbox)
    sandbox.control.mend()
    return restored(sandbox)


COMMANDS: Final[Mapping[str, Callable[[NodeSandbox], HarmResult]]] = MappingProxyType(
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
