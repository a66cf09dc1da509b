"""Run the command line as a person would, and read the verdict that it leaves."""

import os
import subprocess
import sys
from pathlib import Path

from msgspec import Struct

from conformance.report import verdict_json
from conformance.verdict import ClauseResult, VerdictDocument

LIMIT = 240
"""Seconds for one run on a busy machine; alone it takes two or three."""


class Judged(Struct, frozen=True, kw_only=True):
    """One finished run."""

    code: int
    document: VerdictDocument
    printed: str
    out: Path

    @property
    def failed(self) -> dict[str, ClauseResult]:
        """The broken clauses by id."""
        return {result.id: result for result in self.document.of("fail")}


def judged(out: Path, *arguments: str, environment: dict[str, str] | None = None) -> Judged:
    """`isales-conformance run` with quick effort and a fixed seed."""
    command = [
        sys.executable,
        "-m",
        "conformance.cli",
        "run",
        "--effort=quick",
        "--no-html",
        "-q",
        "--seed=7",
        f"--out={out}",
        *arguments,
    ]
    given = {**os.environ, "XDG_STATE_HOME": str(out.parent / "state"), **(environment or {})}
    process = subprocess.run(
        command, capture_output=True, text=True, timeout=LIMIT, env=given, check=False
    )
    assert (out / "verdict.json").exists(), process.stdout + process.stderr
    return Judged(
        code=process.returncode, document=verdict_json.load(out), printed=process.stdout, out=out
    )
