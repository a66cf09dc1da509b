"""An emulator that plays somebody's server, a target file for it, and the command line run against
it in a process of its own.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from conformance.config import load_target, transport_options
from conformance.emulator import EmulatorOptions, Running, start
from conformance.exchange import CampaignKey
from conformance.generation.calls import query
from conformance.oracle import answer_of, shown_numbers
from conformance.transport import Transport

CAMPAIGNS: Mapping[CampaignKey, tuple[str, ...]] = {
    (1, 1001): ("5245241", "5245242", "5245243"),
    (1, 1002): ("5245251", "5245252"),
    (2, 2001): ("6245241", "6245242"),
}
ACCESS_KEY = "lab"
SECRET_VARIABLE = "LAB_SECRET_KEY"

_TARGET = """\
base_url = "{base_url}"
vdn_id = 1
campaigns = [1001, 1002]
foreign = {{ vdn_id = 2, campaign_id = 2001 }}
[auth]
access_key = "{access_key}"
secret_key = "env:{secret_variable}"
[tls]
ca_file = "{ca_file}"
"""


class CommandResult(Struct, frozen=True, kw_only=True):
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Both outputs, line breaks as spaces: for words that may have been wrapped."""
        return " ".join(f"{self.out} {self.err}".split())


class Sandbox(Struct, frozen=True, kw_only=True):
    """A folder with a target file for a running emulator."""

    emulator: Running
    folder: Path
    target: Path

    @property
    def environment(self) -> dict[str, str]:
        """Of commands: the secret, a folder for locks of their own, no terminal."""
        return environment(self.folder) | {SECRET_VARIABLE: self.emulator.secret_key}

    def begin(self, *arguments: str, **more: str) -> "subprocess.Popen[str]":
        """Start `isales-conformance` with these arguments."""
        return begin(self.folder, arguments, self.environment | more)

    def command(self, *arguments: str, **more: str) -> CommandResult:
        """Run `isales-conformance` with these arguments to its end."""
        return ended(self.begin(*arguments, **more))

    def run(self, out: str, *more: str) -> Sequence[str]:
        """The arguments of a quick run on the target."""
        return (
            "run",
            "--target",
            str(self.target),
            "--effort",
            "quick",
            "--no-html",
            "--out",
            str(self.folder / out),
            *more,
        )

    def contents(self) -> dict[CampaignKey, frozenset[str] | None]:
        """What the campaigns hold, asked with signed GETs."""
        target = load_target(self.target, self.environment)
        with Transport(transport_options(target)) as transport:
            return {
                key: shown_numbers(answer_of(transport.send(query(key))))
                for key in target.disposable
            }


def environment(folder: Path) -> dict[str, str]:
    """Ours, without settings of this machine's user, and with a folder for locks."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ISALES_")} | {
        "XDG_STATE_HOME": str(folder / "state")
    }


ENDS = [
    number
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN
]
"""Signals that end a command; what is ignored here (SIGHUP under nohup), it ignores as well."""


def begin(
    folder: Path, arguments: Sequence[str], variables: Mapping[str, str]
) -> "subprocess.Popen[str]":
    """Start `isales-conformance` in a folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "conformance.cli", *arguments],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def command_in(
    folder: Path, arguments: Sequence[str], variables: Mapping[str, str]
) -> CommandResult:
    """Run `isales-conformance` in a folder, without an emulator."""
    return ended(begin(folder, arguments, {**environment(folder), **variables}))


def ended(process: "subprocess.Popen[str]", seconds: float = 60.0) -> CommandResult:
    """Wait for a command."""
    out, err = process.communicate(timeout=seconds)
    return CommandResult(code=process.returncode, out=out, err=err)


@contextmanager
def scene(folder: Path, *, extra: str = "", **options: Any) -> Iterator[Sandbox]:
    """Run an emulator and write a target file; `extra` is put at its end, `options` are the
    emulator's.
    """
    chosen: dict[str, Any] = {
        "campaigns": dict(CAMPAIGNS),
        "access_key": ACCESS_KEY,
        "ca_dir": folder,
    } | options
    with start(EmulatorOptions(**chosen)) as running:
        target = folder / "target.toml"
        text = _TARGET.format(
            base_url=running.base_url,
            access_key=running.access_key,
            secret_variable=SECRET_VARIABLE,
            ca_file=running.ca_file,
        )
        target.write_text(text + extra)
        yield Sandbox(emulator=running, folder=folder, target=target)


def anybody(_: object) -> None:
    """The rule of somebody else, whose calls this program's guard does not see: all may be sent."""
