"""A disk that is full, and folders that can't be written: one paragraph, and the campaigns hold what they held."""

import subprocess
import sys
from pathlib import Path

import pytest

from conformance.selftest.safety.scene import Ended, Scene, ended

FITS = 120_000
"""Bytes to which a file can grow: the journal fits, the recording of a quick run does not."""


LIMITED = """\
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
os.execv(sys.argv[2], sys.argv[2:])
"""


def _run(stage: Scene, out: str, size: int) -> Ended:
    """A run that can make no file larger than this."""
    command = [sys.executable, "-c", LIMITED, str(size), sys.executable, "-m", "conformance.cli", *stage.run(out)]
    pipe = subprocess.PIPE
    return ended(
        subprocess.Popen(command, cwd=stage.folder, env=stage.environment, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)
    )


def test_no_room_in_the_middle_of_a_run(stage: Scene) -> None:
    before, done = stage.contents(), _run(stage, "full", FITS)
    assert (done.code, "traffic.ndjson can't be written (File too large)" in done.said) == (2, True), done.said
    assert "Traceback" not in done.said
    assert (stage.folder / "full" / "traffic.ndjson").stat().st_size == FITS
    assert stage.contents() == before
    assert "not put back" not in done.said


@pytest.mark.parametrize("size", [200, 300, 20_000])
def test_no_room_from_the_beginning(stage: Scene, size: int) -> None:
    """Whichever of the index, the journal and the recording is the first that has no room."""
    before, done = stage.contents(), _run(stage, f"nothing-{size}", size)
    assert (done.code, "can't be written (File too large)" in done.said) == (2, True), done.said
    assert "Traceback" not in done.said
    assert stage.contents() == before, done.said
    assert "ot put back" not in done.said


def test_a_folder_that_may_only_be_read(stage: Scene, tmp_path: Path) -> None:
    (stage.folder / "closed").write_text("a file where the folder should be")
    done = stage.command(*stage.run("closed"))
    assert (done.code, "The output folder" in done.said, "Traceback" in done.said) == (2, True, False), done.said
