"""Workers that end when the run is interrupted: they put back what they took, and what they had
found by then is not lost.

xdist listens to no worker any more once the run is interrupted. So each leaves its part in a file
as well.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
import pytest

import conformance.suite
from conformance import private_files
from conformance.campaigns.foreign import lock_of
from conformance.plugin.worker_result import WorkerResult

PATIENCE = 300.0
"""Seconds for workers to put back what they took; at a gentle pace a hundred numbers take their
time. A second Ctrl-C ends the wait.
"""
_PREFIX, _SUFFIX = "part-", ".json"


def begin(folder: Path) -> None:
    """Remove what workers of an earlier run may have left."""
    for file in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        file.unlink()


def asks_for_checks(arguments: Sequence[str], folder: Path) -> bool:
    """Whether pytest, started in `folder` with these paths or packages, collects a check of the
    suite.

    The suite's own tests are run with this plugin too, and no run begins with them.
    """
    suite = Path(conformance.suite.__file__).parent
    for argument in arguments:
        name = argument.partition("::")[0]
        path = (folder / name).resolve()
        if (
            name.startswith(conformance.suite.__name__)
            or path.is_relative_to(suite)
            or suite.is_relative_to(path)
        ):
            return True
    return False


def be_patient(config: pytest.Config) -> None:
    """Have xdist wait for its workers for longer than it does by itself."""
    session = config.pluginmanager.getplugin("dsession")
    if (nodes := getattr(session, "nodemanager", None)) is not None:
        nodes.EXIT_TIMEOUT = PATIENCE


def leave(folder: Path, worker: str, part: bytes) -> None:
    """In a worker: leave its part of the run."""
    private_files.write_bytes(folder / f"{_PREFIX}{worker}{_SUFFIX}", part)


def left_behind(folder: Path, handed: Collection[str]) -> list[WorkerResult]:
    """The parts of workers that could not hand them over; the files go."""
    found = []
    for file in sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}")):
        if file.name.removeprefix(_PREFIX).removesuffix(_SUFFIX) not in handed:
            found.append(msgspec.json.decode(file.read_bytes(), type=WorkerResult))
        file.unlink()
    Path(lock_of(folder)).unlink(missing_ok=True)  # by which they took turns
    return found
