"""Two VDNs may each have a campaign of one id: a call to the other one is then served rightly."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from conformance.emulator import EmulatorOptions, start
from conformance.selftest.exam.judged import Judged, judged

OWN = {(1, 1001): ("5245241", "5245242"), (1, 1002): ("5245251", "5245252")}
FOREIGN = {(2, 2001): ("6245241", "6245242")}
ALIKE = {(2, 1001): ("6245251", "6245252"), (2, 1002): ("6245261",), (1, 2001): ("7", "8")}


def run_on(
    folder: Path, *faults: str, campaigns: Mapping[tuple[int, int], tuple[str, ...]]
) -> Judged:
    options = EmulatorOptions(ca_dir=folder, campaigns=campaigns, faults=faults)
    with start(options) as server:
        target = folder / "target.toml"
        target.write_text(
            f'base_url = "{server.base_url}"\nvdn_id = 1\ncampaigns = [1001, 1002]\n'
            "foreign = { vdn_id = 2, campaign_id = 2001 }\n"
            f'[auth]\naccess_key = "{server.access_key}"\nsecret_key = "{server.secret_key}"\n'
            f'[tls]\nca_file = "{server.ca_file}"\n'
        )
        target.chmod(0o600)
        return judged(folder / "out", f"--target={target}", "--yes", "--only=uri.vdn-id")


def test_a_campaign_of_the_same_id_is_no_deviation(tmp_path: Path) -> None:
    run = run_on(tmp_path, campaigns=OWN | FOREIGN | ALIKE)
    assert run.failed == {}, run.printed


@pytest.mark.parametrize("fault", ["path.other-vdn-succeeds"])
def test_a_server_that_takes_any_vdn_is_found_all_the_same(tmp_path: Path, fault: str) -> None:
    run = run_on(tmp_path, fault, campaigns=OWN | FOREIGN)
    assert set(run.failed) == {"uri.vdn-id"}, run.printed
