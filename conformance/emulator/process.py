"""The emulator as a process of its own, that ends with the one that started it."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conformance.emulator.errors import EmulatorError
from conformance.emulator.options import EmulatorOptions, to_json

_PATIENCE = 10.0  # seconds for an orderly end; it takes milliseconds
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Running:
    """An emulator that is ready for calls."""

    base_url: str
    ca_file: Path | None
    access_key: str
    secret_key: str
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        """End the process, however it takes it; may be called twice."""
        if self.process.stdin and not self.process.stdin.closed:
            with contextlib.suppress(OSError):
                self.process.stdin.close()  # the end of its input tells the child to go
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


@contextlib.contextmanager
def start(options: EmulatorOptions | None = None) -> Iterator[Running]:
    """Run an emulator for the length of a `with` block."""
    running = launch(options or EmulatorOptions())
    try:
        yield running
    finally:
        running.stop()


def launch(options: EmulatorOptions) -> Running:
    """Start the process and wait until it says that it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance.emulator", "--embedded"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": _search_path()},
    )
    try:
        return _wait_until_ready(process, options)
    except BaseException:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        raise


def _search_path() -> str:
    return os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))


def _wait_until_ready(process: "subprocess.Popen[bytes]", options: EmulatorOptions) -> Running:
    assert process.stdin
    assert process.stdout
    # a child that died at once says why on its standard error
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(to_json(options).encode() + b"\n")
        process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise EmulatorError(
            "The emulator ended before it was ready; its own words stand above. Start it once more."
        )
    told = json.loads(line)
    if "error" in told:
        raise EmulatorError(told["error"])
    return Running(
        base_url=told["base_url"],
        ca_file=Path(told["ca_file"]) if told["ca_file"] else None,
        access_key=options.access_key,
        secret_key=options.secret_key,
        process=process,
    )
