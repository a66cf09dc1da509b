"""A disk that is full, and folders that can't be written: one paragraph, and the campaigns hold
what they held.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from conformance.selftest.safety.scene import CommandResult, Sandbox, ended

FITS = 120_000
"""Bytes to which a file can grow: the journal fits, the recording of a quick run does not."""


LIMITED = """\
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
os.execv(sys.argv[2], sys.argv[2:])
"""


def _run(sandbox: Sandbox, out: str, size: int) -> CommandResult:
    """A run that can make no file larger than this."""
    command = [
        sys.executable,
        "-c",
        LIMITED,
        str(size),
        sys.executable,
        "-m",
        "conformance.cli",
        *sandbox.run(out),
    ]
    pipe = subprocess.PIPE
    return ended(
        subprocess.Popen(
            command,
            cwd=sandbox.folder,
            env=sandbox.environment,
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )
    )


def test_no_room_in_the_middle_of_a_run(sandbox: Sandbox) -> None:
    before, result = sandbox.contents(), _run(sandbox, "full", FITS)
    assert (result.code, "traffic.ndjson can't be written (File too large)" in result.said) == (
        2,
        True,
    ), result.said
    assert "Traceback" not in result.said
    assert (sandbox.folder / "full" / "traffic.ndjson").stat().st_size == FITS
    assert sandbox.contents() == before
    assert "not put back" not in result.said


@pytest.mark.parametrize("size", [200, 300, 20_000])
def test_no_room_from_the_beginning(sandbox: Sandbox, size: int) -> None:
    """Whichever of the index, the journal and the recording is the first that has no room."""
    before, result = sandbox.contents(), _run(sandbox, f"nothing-{size}", size)
    assert (result.code, "can't be written (File too large)" in result.said) == (2, True), (
        result.said
    )
    assert "Traceback" not in result.said
    assert sandbox.contents() == before, result.said
    assert "ot put back" not in result.said


def test_a_folder_that_may_only_be_read(sandbox: Sandbox, tmp_path: Path) -> None:
    (sandbox.folder / "closed").write_text("a file where the folder should be")
    result = sandbox.command(*sandbox.run("closed"))
    assert (result.code, "The output folder" in result.said, "Traceback" in result.said) == (
        2,
        True,
        False,
    ), result.said
