"""A server written by somebody else in another stack, judged through its socket alone."""

import shutil
from pathlib import Path

import pytest

from conformance.selftest.exam.judged import Judged, judged
from conformance.selftest.long import long
from conformance.selftest.node.production import start

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="the other server runs on Node, which is not on PATH"
)
CAMPAIGNS = {"1/1001": ("31", "32", "5245243"), "1/1002": ("41", "42"), "2/2001": ("51", "52")}
FAULTS = {
    "parse-int": "body.access-code",
    "splice-neighbour": "effect.nothing-else",
    "stale-count": "restriction.last-number",
    "flaky-503": "reply.no-server-error",
    "body-skips-signature": "header.authorization",
    "cross-campaign": "effect.other-campaigns",
    "locale-code": "response.documented-code",
}


def _judge(folder: Path, *faults: str) -> Judged:
    with start(faults=faults, auth=True, campaigns=CAMPAIGNS) as server:
        target = folder / "target.toml"
        target.write_text(
            f'base_url = "{server.base_url}"\nvdn_id = 1\ncampaigns = [1001, 1002]\nforeign = {{'
            " vdn_id = 2, campaign_id = 2001 }\n[auth]\naccess_key ="
            f' "{server.access_key}"\nsecret_key = "env:THE_SECRET"\n[pace]\ntimeout_seconds = 5\n'
        )
        return judged(
            folder / "out",
            f"--target={target}",
            environment={"THE_SECRET": server.secret_key or ""},
        )


def test_the_correct_one_conforms(tmp_path: Path) -> None:
    run = _judge(tmp_path)
    assert (run.code, run.document.verdict) == (0, "conforms"), run.printed


@pytest.mark.parametrize(
    ("fault", "clause"),
    [each if each[1] == "restriction.last-number" else long(*each) for each in FAULTS.items()],
)
def test_its_faults_are_found(fault: str, clause: str, tmp_path: Path) -> None:
    run = _judge(tmp_path, fault)
    assert run.code == 1
    assert clause in run.failed
