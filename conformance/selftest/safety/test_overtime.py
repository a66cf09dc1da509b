"""What is opened for something else than a run ends as well, whatever goes on in it."""

from pathlib import Path

import pytest

from conformance.campaigns import opener
from conformance.errors import CannotJudge
from conformance.plugin.opened_target import opened
from conformance.selftest.safety.scene import SECRET_VARIABLE, scene

LIMITS = """\
[pace]
max_seconds = 1.0
timeout_seconds = 1.0
"""


def test_what_goes_on_without_calls_is_ended_and_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opener, "JUDGING", 0.5)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with scene(tmp_path, extra=LIMITS) as sandbox:
        monkeypatch.setenv(SECRET_VARIABLE, sandbox.emulator.secret_key)
        before = sandbox.contents()
        opening = opened(sandbox.target, tmp_path / "out", name="x", seed=1)
        with (  # noqa: PT012 - it does not end
            pytest.raises(CannotJudge, match=r"took longer than 2\.5 s and was ended"),
            opening as (_, campaign_set),
        ):
            assert campaign_set.held[campaign_set.keys[0]].numbers != before[campaign_set.keys[0]]
            while True:
                pass
        assert sandbox.contents() == before
