"""One run at a time on a campaign: a locked file per target and campaign."""

import hashlib
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from conformance.errors import CampaignInUse, UsageError
from conformance.exchange import CampaignKey

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_BEYOND = 1 << 20
"""On Windows a locked byte can't be read by others, so one behind the text is locked."""


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the user's programs keep such things: the same folder for every run of this user on this machine."""
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    else:
        base = environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "isales-conformance"


class CampaignLock:
    """Held from creation to `close`; freed by the system when the process dies, however it dies."""

    def __init__(self, folder: Path, *, base_url: str, campaign: CampaignKey) -> None:
        """Raises CampaignInUse when another run holds it, UsageError when the folder can't be written."""
        target = hashlib.sha256(base_url.encode()).hexdigest()[:16]
        self.path = folder / f"{target}-{campaign[0]}-{campaign[1]}.lock"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = FileIO(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644), "r+")
        except OSError as error:
            raise UsageError(f"The lock {self.path} can't be written ({error.strerror}). Give a folder that can be.") from None
        if not _locked(self._file):
            holder = _holder(self._file)
            self._file.close()
            raise _in_use(base_url, campaign, holder)
        self._sign()

    def _sign(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._file.write(f"process {os.getpid()}, started {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let others in; may be called twice. The file stays: to remove it could take away the lock of the next run."""
        self._file.close()


def _in_use(base_url: str, campaign: CampaignKey, holder: str) -> CampaignInUse:
    return CampaignInUse(
        f"Campaign {campaign[1]} of VDN {campaign[0]} on {base_url} is in use by another run ({holder}). Wait for it to end or stop it; "
        "two runs on one campaign would judge each other's changes."
    )


def _holder(file: FileIO) -> str:
    return file.read(200).decode(errors="replace").strip() or "which has just started"


def _locked(file: FileIO) -> bool:
    try:
        if sys.platform == "win32":
            file.seek(_BEYOND)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        return False
    return True
