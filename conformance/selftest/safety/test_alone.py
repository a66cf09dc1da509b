"""Without a network, and speaking to nobody but the target."""

import sys
from pathlib import Path

import pytest

from conformance.selftest.safety.alone import LOOPBACK, cut_off, eavesdropping, heard, possible
from conformance.selftest.safety.scene import environment


@pytest.mark.skipif(not possible(), reason="no network namespace may be made here")
def test_a_run_without_a_network(tmp_path: Path) -> None:
    """The whole run on the emulator; proxies of the environment are not asked, and no name is
    looked up.
    """
    variables = environment(tmp_path) | eavesdropping(tmp_path)
    variables |= {
        "HTTPS_PROXY": "http://proxy.invalid:3128",
        "HTTP_PROXY": "http://proxy.invalid:3128",
        "ALL_PROXY": "http://proxy.invalid:1",
    }
    command = (
        sys.executable,
        "-m",
        "conformance.cli",
        "run",
        "--effort",
        "quick",
        "--no-html",
        "--out",
        "out",
        "--seed",
        "1",
    )
    result = cut_off(command, tmp_path, variables)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "CONFORMS" in result.stdout
    assert heard(tmp_path) <= LOOPBACK
    assert "127.0.0.1" in heard(tmp_path)
