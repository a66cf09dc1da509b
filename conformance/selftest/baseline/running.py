"""Runs of the command line against the embedded emulator, and what they left."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from conformance.cli import app
from conformance.report import verdict_json

CLAUSE = "header.authorization"
FAULT = "auth.other-scheme"
FURTHER_FAULT = "auth.missing-header"
"""Breaks the same clause in a way of its own."""
COMMAND = (
    sys.executable,
    "-m",
    "conformance.cli",
    "run",
    "--effort=quick",
    "--no-html",
    "-q",
    "--seed=7",
)


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """A run that has ended, and the folder that it was told to write."""

    code: int
    said: str
    out: Path

    @property
    def verdict(self) -> dict[str, Any]:
        """What the run left, held against the published schema."""
        document: dict[str, Any] = json.loads((self.out / "verdict.json").read_text("utf-8"))
        Draft202012Validator(verdict_json.schema()).validate(document)
        assert verdict_json.as_json(verdict_json.from_json(document)) == document
        return document

    @property
    def headline(self) -> str:
        return "\n".join(self.verdict["headline"])

    def clause(self, name: str = CLAUSE) -> dict[str, Any]:
        return next(each for each in self.verdict["clauses"] if each["id"] == name)


def run(
    out: Path, *words: str, only: str = CLAUSE, faults: tuple[str, ...] = (FAULT,)
) -> RunResult:
    given = [f"--only={only}", f"--out={out}", *(f"--fault={fault}" for fault in faults), *words]
    result = subprocess.run(
        [*COMMAND, *given],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return RunResult(code=result.returncode, said=result.stdout + result.stderr, out=out)


def waivers_command(*words: str) -> int:
    """`waivers …` in this process, because it sends nothing; its exit code."""
    return CliRunner().invoke(app, ["waivers", *words]).exit_code
