"""A Node that is broken costs report.html, says so in one sentence, and turns no good run red."""

import os
from pathlib import Path

import pytest

from conformance.selftest.exam.judged import judged
from conformance.selftest.long import long

NODES = {
    "generator fails": (
        'case "$1" in --version) echo v24.0.0;; *) echo "TypeError: boom" >&2; exit 1;; esac'
    ),
    "writes nothing": 'case "$1" in --version) echo v24.0.0;; esac',
    "killed": 'case "$1" in --version) echo v24.0.0;; *) kill -9 $$;; esac',
}


@pytest.mark.parametrize(
    "script", [each if name == "killed" else long(each) for name, each in NODES.items()], ids=NODES
)
def test_a_good_run_stays_green(script: str, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "node"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    program.with_name("npm").write_text("#!/bin/sh\necho 'npm error no network' >&2; exit 1\n")
    program.with_name("npm").chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    run = judged(
        tmp_path / "out", "--html", "--only", "restriction.limit-100", environment={"PATH": path}
    )
    assert run.code == 0, run.printed
    told = " ".join(run.printed.split())
    assert told.count("report.html was not made") == 1
    assert not (run.out / "report.html").exists()
    assert (run.out / "summary.html").exists()
    assert "Traceback" not in run.printed
    assert f"isales-conformance report {run.out}" in run.printed
