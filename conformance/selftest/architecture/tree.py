"""A copy of the project's tree to break rules in, and import-linter run on it."""

import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
PACKAGE = PROJECT / "conformance"
LINTER = Path(sys.executable).with_name("lint-imports")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "node_modules")


def copy_of_the_tree(to: Path) -> Path:
    """The package with its specs and rules, apart from the checkout."""
    shutil.copytree(PACKAGE, to / "conformance", ignore=_LEFT_OUT)
    shutil.copytree(PROJECT / "specs", to / "specs", ignore=_LEFT_OUT)
    shutil.copy(PROJECT / "pyproject.toml", to)
    return to


def lint(tree: Path) -> tuple[set[str], str]:
    """The names of the contracts that are broken in a tree, and everything that import-linter
    says.
    """
    result = subprocess.run(
        [str(LINTER), "--no-cache"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tree)},
    )
    said = result.stdout + result.stderr
    broken = {
        line.removesuffix(" BROKEN").strip()
        for line in said.splitlines()
        if line.rstrip().endswith(" BROKEN")
    }
    assert bool(broken) == bool(result.returncode), said
    return broken, said


def sources(folder: Path = PACKAGE) -> list[Path]:
    """The Python files of the package."""
    return [path for path in sorted(folder.rglob("*.py")) if "__pycache__" not in path.parts]
