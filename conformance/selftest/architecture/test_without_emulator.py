"""An installation without `conformance/emulator` tests a real server, and says what it lacks where
the emulator is asked for.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.emulator import EmulatorOptions, Running, start
from conformance.selftest.architecture.tree import copy_of_the_tree


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project from which the emulator was taken away."""
    tree = copy_of_the_tree(tmp_path_factory.mktemp("bare"))
    shutil.rmtree(tree / "conformance" / "emulator")
    shutil.rmtree(tree / "conformance" / "selftest")
    return tree


def command(tree: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(tree),
        "XDG_STATE_HOME": str(tree / "state"),
        "COLUMNS": "200",
        **variables,
    }
    return subprocess.run(
        [sys.executable, "-m", "conformance.cli", *arguments],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def target_file(running: Running, folder: Path) -> Path:
    file = folder / "target.toml"
    file.write_text(
        f'base_url = "{running.base_url}"\nvdn_id = 1\ncampaigns = [1001, 1002]\nforeign = {{'
        " vdn_id = 2, campaign_id = 2001 }\n[auth]\naccess_key ="
        f' "{running.access_key}"\nsecret_key = "env:SECRET"\n[tls]\nca_file ='
        f' "{running.ca_file}"\n',
        "utf-8",
    )
    return file


def test_a_run_on_a_target(bare: Path, tmp_path: Path) -> None:
    with start(EmulatorOptions(ca_dir=tmp_path)) as running:
        file = target_file(running, tmp_path)
        result = command(
            bare,
            "run",
            "-q",
            "--no-html",
            "--effort=quick",
            f"--target={file}",
            f"--out={tmp_path / 'out'}",
            SECRET=running.secret_key,
        )
    assert result.returncode == 0, result.stdout + result.stderr
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text("utf-8"))
    assert verdict["verdict"] == "conforms"
    assert all(code["reached"] for code in verdict["codes"].values())


@pytest.mark.parametrize(
    "arguments", [("run",), ("emulate",), ("faults",), ("profiles",), ("exam",)]
)
def test_what_needs_it_says_so(bare: Path, arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = command(bare, *arguments, *([f"--out={tmp_path}"] if arguments[0] == "run" else ()))
    assert result.returncode == 2
    assert "emulator is not installed" in result.stdout + result.stderr
    assert "--target" in result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr


def test_what_does_not_need_it_works(bare: Path) -> None:
    result = command(bare, "clauses")
    assert result.returncode == 0
    assert "restriction.last-number" in result.stdout
