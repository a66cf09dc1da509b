"""The rules of `[tool.importlinter]` hold, and each is seen to catch what breaks it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.selftest.architecture.tree import PACKAGE, PROJECT, copy_of_the_tree, lint, sources

LAYERS = "Imports go one way"
PLANTED = [
    ("errors.py", "from conformance import exchange", LAYERS),
    ("exchange.py", "from conformance import finding", LAYERS),
    ("finding.py", "from conformance import verdict", LAYERS),
    ("verdict.py", "from conformance import clauses", LAYERS),
    ("contract.py", "from conformance import clauses", LAYERS),
    ("clauses.py", "from conformance import expectations", LAYERS),
    ("generation/calls.py", "from conformance.oracle import judge", LAYERS),
    ("transport/door.py", "def f():\n    from conformance.generation import calls", LAYERS),
    (
        "campaigns/campaign_set.py",
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from conformance.session.run"
            " import Run"
        ),
        LAYERS,
    ),
    (
        "report/digest.py",
        "from conformance.config import Target",
        "Configuration is read at the top",
    ),
    ("config/target.py", "from conformance.campaigns import CampaignSet", LAYERS),
    ("session/run.py", "from conformance.suite import test_state", LAYERS),
    ("suite/test_state.py", "import conformance.plugin", LAYERS),
    ("plugin/checks.py", "from conformance.cli import running", LAYERS),
    ("helpers.py", "", LAYERS),
    ("room/__init__.py", "", LAYERS),
    (
        "oracle/judge.py",
        "from conformance.transport import Transport",
        "The oracle reaches nothing that sends, draws or waits",
    ),
    ("oracle/judge.py", "import random", "The oracle reaches nothing that sends, draws or waits"),
    (
        "oracle/judge.py",
        "import hypothesis",
        "The oracle reaches nothing that sends, draws or waits",
    ),
    ("contract.py", "import time", "The oracle reaches nothing that sends, draws or waits"),
    (
        "emulator/rules.py",
        "from conformance.contract import Code",
        "The emulator is somebody else's work",
    ),
    ("emulator/rules.py", "import hypothesis", "The emulator is somebody else's work"),
    (
        "transport/wire.py",
        "from conformance.contract import Code",
        "The transport knows nothing of clauses and verdicts",
    ),
    (
        "suite/test_state.py",
        "from conformance.transport import Transport",
        "The suite reaches a server through fixtures only",
    ),
    ("session/run.py", "import httpx", "The suite reaches a server through fixtures only"),
    (
        "campaigns/campaign_set.py",
        "from conformance.emulator import start",
        "Few know the emulator",
    ),
    ("session/run.py", "from conformance.config import Target", "Configuration is read at the top"),
    ("session/run.py", "from conformance.report import terminal", "Reports are written at the top"),
    ("plugin/closing.py", "import httpx", "One door to httpx"),
    ("suite/test_fuzz.py", "import schemathesis", "One door to schemathesis"),
    ("generation/calls.py", "import requests", "One door to schemathesis"),
    ("plugin/closing.py", "import allure", "One door to Allure"),
    ("cli/running.py", "import allure_commons", "One door to Allure"),
    (
        "plugin/closing.py",
        "from conformance.selftest.report import documents",
        "Nothing relies on its own tests",
    ),
]
"""File, what is added to it, the contract that must be broken."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_tree(tmp_path_factory.mktemp("tree"))


@pytest.fixture
def planted(tree: Path) -> Iterator[Any]:
    """Adds lines to a file of the copy, and takes them out again."""
    before: dict[Path, str | None] = {}

    def plant(name: str, lines: str) -> None:
        file = tree / "conformance" / name
        before[file] = file.read_text("utf-8") if file.exists() else None
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{before[file] or ''}\n{lines}\n", "utf-8")

    yield plant
    for file, text in before.items():
        if text is not None:
            file.write_text(text, "utf-8")
        else:
            file.unlink()
            if not any(file.parent.iterdir()):
                file.parent.rmdir()


def test_the_tree_keeps_the_rules() -> None:
    broken, said = lint(PROJECT)
    assert not broken, said


def test_the_copy_keeps_the_rules(tree: Path) -> None:
    broken, said = lint(tree)
    assert not broken, said


@pytest.mark.parametrize(
    ("file", "lines", "contract"),
    PLANTED,
    ids=[f"{file}: {lines.splitlines()[:1]}" for file, lines, _ in PLANTED],
)
def test_a_broken_rule_is_caught(
    tree: Path, planted: Any, file: str, lines: str, contract: str
) -> None:
    planted(file, lines)
    broken, said = lint(tree)
    assert contract in broken, said


def test_every_rule_is_broken_once() -> None:
    rules = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    assert {rule["name"] for rule in rules} == {contract for _, _, contract in PLANTED}


# What import-linter can't see, by file with the reason.
_KNOWN = {
    "report/node.py": (
        "asks whether the optional wheel with Node is installed; imports nothing of ours"
    )
}
_UNSEEN = (
    "importlib.import_module",
    "import_module(",
    "__import__",
    "importlib.util",
    "runpy",
    "pkgutil",
    "exec(",
    "eval(",
)


def test_nothing_is_imported_unseen() -> None:
    found = {
        str(file.relative_to(PACKAGE))
        for file in sources()
        if "selftest" not in file.parts and any(word in file.read_text("utf-8") for word in _UNSEEN)
    }
    assert found == set(_KNOWN)
