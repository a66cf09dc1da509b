"""Runs of the command line in which a part of the suite itself is broken on purpose: by a pytest
plugin of a few lines.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from msgspec import Struct

import conformance
from conformance.report import verdict_json
from conformance.selftest.safety.scene import CommandResult, begin, ended, environment

ROOT = Path(conformance.__file__).parents[1]
CHECK = "headers.request"
"""The check that is broken."""
CLAUSE = "header.authorization"
"""A clause that other checks judge as well."""


class BrokenRun(Struct, frozen=True, kw_only=True):
    """What such a run came to."""

    ended: CommandResult
    out: Path

    @property
    def verdict(self) -> dict[str, Any]:
        """What it left, held against the published schema."""
        document: dict[str, Any] = json.loads((self.out / "verdict.json").read_text("utf-8"))
        Draft202012Validator(verdict_json.schema()).validate(document)
        return document

    def clause(self, name: str) -> dict[str, Any]:
        return next(each for each in self.verdict["clauses"] if each["id"] == name)

    @property
    def traceback(self) -> str:
        return (self.out / "failure.txt").read_text("utf-8")


def run(
    folder: Path, breaking: str, *arguments: str, variables: Sequence[tuple[str, str]] = ()
) -> BrokenRun:
    """A quick run on the embedded emulator; `breaking` is the source of the plugin."""
    folder.mkdir(exist_ok=True)
    (folder / "breaking_plugin.py").write_text(breaking)
    path = os.pathsep.join([str(folder), str(ROOT)])
    given = (
        environment(folder)
        | {"PYTHONPATH": path, "PYTEST_PLUGINS": "breaking_plugin"}
        | dict(variables)
    )
    words = (
        "run",
        "--effort",
        "quick",
        "--no-html",
        "-q",
        "--out",
        str(folder / "out"),
        *arguments,
    )
    return BrokenRun(ended=ended(begin(folder, words, given), 120), out=folder / "out")


def raising(check: str = CHECK, error: str = "IndexError('list index out of range')") -> str:
    """The source of a plugin that lets a check raise an exception."""
    return f"""
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if pyfuncitem.get_closest_marker("check").args[0] == {check!r}:
        raise {error}
"""


def replacing(place: str, error: str) -> str:
    """The source of a plugin in which a function of a module raises an exception."""
    module, _, name = place.rpartition(".")
    return f"""
import {module}

def broken(*_, **__):
    raise {error}

{module}.{name} = broken
"""
