"""One run at a time on a campaign: a locked file per target and campaign."""

import hashlib
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout
from platformdirs import user_state_dir

from conformance.errors import CampaignInUse, UsageError
from conformance.exchange import CampaignKey
from conformance.private_files import FILE_MODE, make_folder
from conformance.transport.journal import uniform


def state_folder() -> Path:
    """Where the user's programs keep such things: the same folder for every run of this user on
    this machine.
    """
    return Path(user_state_dir("isales-conformance", appauthor=False))


class CampaignLock:
    """Held from creation to `close`; freed by the system when the process dies, however it dies."""

    def __init__(self, folder: Path, *, base_url: str, campaign: CampaignKey) -> None:
        """Raises CampaignInUse when another run holds it, UsageError when the folder can't be
        written.
        """
        target = hashlib.sha256(uniform(base_url).encode()).hexdigest()[:16]
        self.path = folder / f"{target}-{campaign[0]}-{campaign[1]}.lock"
        self._holder = self.path.with_suffix(".holder")
        # A soft lock would outlive a killed process; a run may be closed by another thread than
        # opened it.
        self._lock = FileLock(
            self.path, timeout=0, mode=FILE_MODE, thread_local=False, fallback_to_soft=False
        )
        try:
            make_folder(folder)
            self._lock.acquire()
            self._sign()
        except Timeout:
            raise _in_use(base_url, campaign, self._holder) from None
        except OSError as error:
            self._lock.release()
            raise UsageError(
                f"The lock {self.path} can't be written ({error.strerror}). Give a folder that can"
                " be with XDG_STATE_HOME."
            ) from None

    def _sign(self) -> None:
        """Say who holds it, in a file beside the lock: on Windows nobody else can read a locked
        one.
        """
        self._holder.write_text(
            f"process {os.getpid()}, started {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n", "utf-8"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let others in, and remove the files; may be called twice.

        The lock's file goes while it is still locked: whoever has opened it meanwhile finds, once
        it is free, that it has no name any more, and counts it as not locked (filelock sees to
        that).
        """
        if not self._lock.is_locked:
            return
        with suppress(OSError):
            self._holder.unlink(missing_ok=True)
            if os.name != "nt":  # there filelock removes the file itself, after it has let go
                self.path.unlink(missing_ok=True)
        self._lock.release()


def _in_use(base_url: str, campaign: CampaignKey, holder: Path) -> CampaignInUse:
    return CampaignInUse(
        f"Campaign {campaign[1]} of VDN {campaign[0]} on {base_url} is in use by another run"
        f" ({_told(holder)}). Wait for it to end or stop it; two runs on one campaign would judge"
        " each other's changes."
    )


def _told(holder: Path) -> str:
    try:
        return holder.read_text("utf-8", errors="replace")[:200].strip() or "which has just started"
    except OSError:
        return "which has just started"
