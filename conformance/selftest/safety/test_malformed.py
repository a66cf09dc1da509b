"""Whatever a server sends, the transport gives an exchange, and a run ends with a verdict or a
paragraph.
"""

from pathlib import Path

from conformance.selftest.safety.malformed import Mad, outcomes
from conformance.selftest.safety.scene import SECRET_VARIABLE, command_in
from conformance.selftest.transport.servers import Server

TIMES = 300


def test_every_outcome_is_an_exchange() -> None:
    seen = outcomes(TIMES)
    assert seen.total() == TIMES
    assert set(seen) <= {"reply", "protocol", "closed", "reset"}, seen


def test_a_run_against_such_a_server_ends_calmly(tmp_path: Path) -> None:
    with Server(Mad(seed=7)) as server:
        target = tmp_path / "target.toml"
        target.write_text(
            f'base_url = "http://127.0.0.1:{server.port}"\nvdn_id = 1\ncampaigns ='
            ' [1001]\n[auth]\naccess_key = "lab"\nsecret_key ='
            f' "env:{SECRET_VARIABLE}"\n[pace]\ntimeout_seconds = 5\nmax_requests = 600\n'
        )
        arguments = (
            "run",
            "--target",
            str(target),
            "--effort",
            "quick",
            "--no-html",
            "--out",
            str(tmp_path / "out"),
        )
        result = command_in(tmp_path, arguments, {SECRET_VARIABLE: "never-mind"})
    assert result.code in {1, 3}, result.said
    assert "Traceback" not in result.said
    assert "INTERNALERROR" not in result.said
    assert result.said
