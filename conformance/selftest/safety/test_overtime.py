"""What is opened for something else than a run ends as well, whatever goes on in it."""

from pathlib import Path

import pytest

from conformance.campaigns import opener
from conformance.errors import CannotJudge
from conformance.plugin.grounds import opened
from conformance.selftest.safety.scene import SECRET_VARIABLE, scene

LIMITS = """\
[pace]
max_seconds = 1.0
timeout_seconds = 1.0
"""


def test_what_goes_on_without_calls_is_ended_and_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opener, "JUDGING", 0.5)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with scene(tmp_path, extra=LIMITS) as stage:
        monkeypatch.setenv(SECRET_VARIABLE, stage.emulator.secret_key)
        before = stage.contents()
        opening = opened(stage.target, tmp_path / "out", name="x", seed=1)
        with pytest.raises(CannotJudge, match=r"took longer than 2\.5 s and was ended"), opening as (_, ground):  # noqa: PT012 - it does not end
            assert ground.held[ground.keys[0]].numbers != before[ground.keys[0]]
            while True:
                pass
        assert stage.contents() == before
