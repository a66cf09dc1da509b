"""What a report tells to paste shows the deviation, in a real shell, on an emulator that was
started with the report's own command.
"""

import os
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.selftest.exam.judged import judged
from conformance.selftest.waiting import until
from conformance.verdict import Deviation

pytestmark = pytest.mark.skipif(
    shutil.which("curl") is None,
    reason="lines are pasted into a shell that has curl, which is not on PATH",
)
FAULTS = ("last.race", "last.by-absent", "values.25-digits", "robust.quote")
WITHIN = 60.0
TRIES = 25
"""A race must be met: each try sets the campaign up anew."""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Deviation]]:
    run = judged(
        tmp_path_factory.mktemp("pasting") / "out", *(f"--fault={name}" for name in FAULTS)
    )
    assert run.code == 1
    with started(run.document.emulator):
        yield [deviation for result in run.document.of("fail") for deviation in result.deviations]


@contextmanager
def started(command: str) -> Iterator[None]:
    words = shlex.split(command)
    port = int(words[words.index("--port") + 1])
    process = subprocess.Popen(
        ["sh", "-c", f"exec env {command}"], env=environment(), stdout=subprocess.DEVNULL
    )
    try:
        until(lambda: listens(port) or process.poll() is not None)
        assert process.poll() is None, "the emulator ended at once"
        yield
    finally:
        process.terminate()
        process.wait(10)


def listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def environment() -> dict[str, str]:
    """A shell of somebody who has the suite on the PATH and no variable of it set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ISALES_")}
    return {**kept, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"}


def pasted(line: str) -> str:
    process = subprocess.run(
        ["sh", "-c", line],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_every_program_shows_once_more(broken: list[Deviation]) -> None:
    assert {deviation.detail for deviation in broken if deviation.kind == "emptied"} >= {"race"}
    assert len({(deviation.kind, deviation.detail) for deviation in broken}) >= 4
    for deviation in broken:
        assert any(shows(deviation) for _ in range(TRIES if together(deviation) else 1)), (
            deviation.summary
        )


def together(deviation: Deviation) -> bool:
    return any(call.together for call in deviation.calls)


def shows(deviation: Deviation) -> bool:
    """Whether the last line is answered as the report says, from the state that the set-up lines
    make.
    """
    *before, decisive = deviation.paste
    for line in before:
        assert "HTTP/1.1 200" in pasted(line)
    said = pasted(decisive)
    for line in deviation.afterwards:
        pasted(line)
    calls = [call for call in deviation.calls if call.part == "call"]
    met = calls[-2:] if together(deviation) else calls[-1:]
    return said.count(f"HTTP/1.1 {met[0].status}") == len(met) and all(
        call.reply_body[:26] in said for call in met
    )
