"""A run in a network namespace of its own, which has a loopback interface and nothing else; and
what it tried to reach there.

`python -m conformance.selftest.safety.alone WHEELHOUSE` installs the suite from a folder of wheels
first, inside the namespace.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

UNSHARE = ("unshare", "--map-root-user", "--net", "--")
UP = """\
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    fcntl.ioctl(sock, 0x8914, struct.pack("16sH14x", b"lo", 0x41))  # SIOCSIFFLAGS: up, running
os.execvp(sys.argv[1], sys.argv[1:])
"""
EAVESDROP = """\
import os, sys
def _heard(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        address = arguments[1] if event == "socket.sendto" else arguments
    else:
        return
    with open(os.environ["EAVESDROPPED"], "a") as file:
        file.write(f"{event}\\t{address[0] if isinstance(address, tuple) else address}\\n")
sys.addaudithook(_heard)
"""
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@cache
def possible() -> bool:
    """Whether this user may make namespaces."""
    if shutil.which(UNSHARE[0]) is None:
        return False
    return (
        subprocess.run(
            [*UNSHARE, sys.executable, "-c", UP, "true"], capture_output=True, check=False
        ).returncode
        == 0
    )


def cut_off(
    command: Sequence[str], folder: Path, variables: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    """Run a command where nothing but this machine can be reached."""
    arguments = [*UNSHARE, sys.executable, "-c", UP, *command]
    return subprocess.run(
        arguments,
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def eavesdropping(folder: Path) -> dict[str, str]:
    """Variables with which every Python process writes down whom it speaks to or asks for."""
    (folder / "ear").mkdir()
    (folder / "ear" / "sitecustomize.py").write_text(EAVESDROP)
    return {"PYTHONPATH": str(folder / "ear"), "EAVESDROPPED": str(folder / "heard")}


def heard(folder: Path) -> set[str]:
    """Whom they spoke to or asked for."""
    return {line.partition("\t")[2] for line in (folder / "heard").read_text().splitlines()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Install from wheels and run, both inside the namespace."""
    wheelhouse = Path((arguments or sys.argv[1:])[0]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
        bin_ = folder / "venv" / "bin"
        wheels = ["--no-index", "--find-links", str(wheelhouse)]
        steps = (
            [
                str(bin_ / "python"),
                "-m",
                "pip",
                "install",
                "-q",
                *wheels,
                "isales-conformance[report]",
            ],
            [str(bin_ / "isales-conformance"), "run", "--effort", "quick", "-q", "--out", "out"],
        )
        for step in steps:
            result = cut_off(step, folder, dict(os.environ))
            sys.stdout.write(
                f"{' '.join(step[:4])} …: exit code"
                f" {result.returncode}\n{result.stdout}{result.stderr}"
            )
            if result.returncode:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
