"""One run at a time on a campaign."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from conformance.errors import CampaignInUse, UsageError
from conformance.transport.lock import CampaignLock, state_folder

URL = "https://10.0.0.5:28443"

HOLDING = """\
import sys
from pathlib import Path
from conformance.transport.lock import CampaignLock
lock = CampaignLock(Path(sys.argv[1]), base_url=sys.argv[2], campaign=(1, 1001))
print("held", flush=True)
sys.stdin.read()
"""


def _lock(folder: Path, url: str = URL, campaign: tuple[int, int] = (1, 1001)) -> CampaignLock:
    return CampaignLock(folder, base_url=url, campaign=campaign)


def test_a_second_run_on_a_campaign_is_refused(tmp_path: Path) -> None:
    with _lock(tmp_path):
        with pytest.raises(CampaignInUse, match=rf"process {os.getpid()}, started \d{{4}}-"):
            _lock(tmp_path)
        with pytest.raises(CampaignInUse):
            _lock(tmp_path, f"{URL}/")
        _lock(tmp_path, campaign=(1, 1002)).close()
        _lock(tmp_path, "https://other").close()
    _lock(tmp_path).close()


def test_nothing_is_left_after_it(tmp_path: Path) -> None:
    with _lock(tmp_path / "state") as lock:
        assert stat.S_IMODE(lock.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(lock.path.parent.stat().st_mode) == 0o700
    assert list((tmp_path / "state").iterdir()) == []
    lock.close()


def test_another_thread_may_close_it(tmp_path: Path) -> None:
    lock = _lock(tmp_path)
    thread = threading.Thread(target=lock.close)
    thread.start()
    thread.join()
    _lock(tmp_path).close()


def test_it_dies_with_its_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDING, str(tmp_path), URL]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(CampaignInUse, match=f"process {process.pid}, started"):
            _lock(tmp_path)
        process.kill()
        process.wait()
        _lock(tmp_path).close()


def test_where_locks_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "isales-conformance"
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(UsageError, match="can't be written"):
        _lock(file)
