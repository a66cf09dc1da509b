"""Installs the pinned Allure once into a cache folder: by its lock file's hashes, whole or not at
all, one run at a time.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from conformance.report.node import Node, run

INSTALL_WITHIN = 240.0
"""Seconds for npm: 6 s on a good line; a registry that does not answer is given up after the
retries below.
"""
POLL = 0.2
_PINS = Path(__file__).parent / "allure"
_NPM = (
    "ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error"
    " --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000"
    " --fetch-timeout=30000"
)


class NotInstalled(Exception):
    """Allure can't be had; the text is a sentence for the user."""


def cache_folder() -> Path:
    """`$ISALES_CACHE`, else a folder of ours where this system keeps caches."""
    own = os.environ.get("ISALES_CACHE")
    if own:
        return Path(own).expanduser()
    general = os.environ.get("XDG_CACHE_HOME") or (
        os.environ.get("LOCALAPPDATA") if os.name == "nt" else ""
    )
    return (Path(general) if general else Path.home() / ".cache") / "isales-conformance"


def ensure_allure(node: Node) -> Path:
    """The script that starts Allure, installed now where the cache lacks it. Raises
    NotInstalled.
    """
    home = cache_folder() / f"allure-{lock_hash()}"
    script = home / "node_modules" / "allure" / "cli.js"
    if script.is_file():
        return script
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with _alone(home.with_suffix(".lock")):
            if not script.is_file():
                _install(node, home)
    except OSError as problem:
        raise NotInstalled(
            f"Allure can't be kept in {home.parent} ({problem.strerror}); set ISALES_CACHE to a"
            " folder that can be written."
        ) from problem
    return script


def lock_hash() -> str:
    """What names the cached folder: another lock file is another folder."""
    return hashlib.sha256((_PINS / "package-lock.json").read_bytes()).hexdigest()[:16]


def _install(node: Node, home: Path) -> None:
    if not node.npm:
        raise NotInstalled(f"{node.program} has no npm beside it to fetch Allure with. {_hint()}")
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=".installing-") as name:
        folder = Path(name) / "allure"
        folder.mkdir()
        for pin in ("package.json", "package-lock.json"):
            shutil.copyfile(_PINS / pin, folder / pin)
        _npm_ci(node, folder)
        # what an older version of this file may have left half done
        shutil.rmtree(home, ignore_errors=True)
        folder.replace(home)


def _npm_ci(node: Node, folder: Path) -> None:
    try:
        result = run([*node.npm, *_NPM.split()], folder=folder, timeout=INSTALL_WITHIN)
    except subprocess.TimeoutExpired as problem:
        raise NotInstalled(
            f"npm did not fetch Allure within {INSTALL_WITHIN:.0f} s. {_hint()}"
        ) from problem
    if result.returncode or not (folder / "node_modules" / "allure" / "cli.js").is_file():
        raise NotInstalled(f"npm could not fetch Allure ({_why(result.stderr)}). {_hint()}")


def _why(said: str) -> str:
    lines = [
        line.removeprefix("npm error").strip()
        for line in said.splitlines()
        if line.startswith("npm error")
    ]
    return " ".join(lines[:2])[:200] or "it gave no reason"


def _hint() -> str:
    return (
        "Without a registry, carry the cache from a machine that has one: run `isales-conformance"
        f" report DIR` there once and copy {cache_folder()} (or point ISALES_CACHE at a copy);"
        " behind a TLS proxy set NODE_EXTRA_CA_CERTS."
    )


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock that the system takes back when this process ends, however it ends."""
    try:
        import fcntl  # noqa: PLC0415  # not on Windows, where the rename alone decides
    except ImportError:
        yield
        return
    with path.open("w") as file:
        deadline = time.monotonic() + INSTALL_WITHIN
        while time.monotonic() < deadline:
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            time.sleep(POLL)
        else:
            raise NotInstalled(
                f"Another run has been installing Allure for {INSTALL_WITHIN:.0f} s; try again when"
                " it is done."
            )
        yield
