"""A server on Node with its campaigns, a target file for it, and commands as processes of their
own.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

import conformance
from conformance.config.keys import KEYS
from conformance.selftest.harm.behaviours import ServerBehaviour
from conformance.selftest.harm.holdings import FOREIGN, HELD, LISTED, notation, numbers_of
from conformance.selftest.harm.judging import headline
from conformance.selftest.node.control import Contents, Control, Entry
from conformance.selftest.node.production import start
from conformance.selftest.waiting import until

ROOT = Path(conformance.__file__).parents[1]
SECRET_VARIABLE = "HARM_SECRET_KEY"
LONGEST = 900.0
"""Seconds that a command may take on a busy machine."""
_PROGRAM = re.compile(r" {4}\S")
"""A line to paste; a sentence that is wrapped stands further to the right."""
ORPHANS = 300.0
"""Seconds within which workers whose command was killed end by themselves."""


class HarmResult(Struct, frozen=True, kw_only=True):
    """A command that has ended. `code` None: it did not end in time, and was killed."""

    code: int | None
    out: str
    err: str
    document: Mapping[str, object] | None = None

    @property
    def said(self) -> str:
        """What is told as its result: of a run the head of its verdict file; else both outputs,
        without programmes.
        """
        if self.document is not None:
            return headline(self.document)
        lines = f"{self.out}\n{self.err}".splitlines()
        return "\n".join(line for line in lines if not _PROGRAM.match(line))

    @property
    def crashed(self) -> bool:
        return (
            "Traceback (most recent call last)" in self.out + self.err
            or "INTERNALERROR" in self.out + self.err
        )

    @property
    def everything(self) -> str:
        return f"{self.out}\n{self.err}"


class Command:
    """A command that is under way, with its output in files."""

    def __init__(
        self, arguments: Sequence[str], folder: Path, variables: Mapping[str, str]
    ) -> None:
        stamp = time.monotonic_ns()
        self._files = (folder / f"{stamp}.out", folder / f"{stamp}.err")
        with self._files[0].open("wb") as out, self._files[1].open("wb") as err:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "conformance.cli", *arguments],
                cwd=folder,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def kill(self, *, whole: bool = True) -> None:
        """End it without a word, with all that it started or alone."""
        if whole:
            _kill_group(self._process.pid)
        else:
            self._process.kill()
        self._process.wait()

    def gone(self) -> None:
        """Wait until nothing that it started runs any more."""
        try:
            until(lambda: not _group_lives(self._process.pid), ORPHANS)
        except TimeoutError:
            _kill_group(self._process.pid)
            raise

    def ended(self, seconds: float = LONGEST) -> HarmResult:
        """Wait for its end."""
        try:
            code: int | None = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            self.gone()
            code = None
        out, err = (file.read_text("utf-8", "replace") for file in self._files)
        return HarmResult(code=code, out=out, err=err)


class NodeSandbox(Struct, frozen=True, kw_only=True):
    """A running server and what is needed to send commands to it."""

    behaviour: ServerBehaviour
    base_url: str
    access_key: str
    secret_key: str
    control: Control
    folder: Path
    before: Contents
    listed: tuple[str, ...] = LISTED

    @property
    def target(self) -> Path:
        return self.folder / "target.toml"

    @property
    def variables(self) -> dict[str, str]:
        """Ours, without settings of this machine's user, and with a state folder of the scene's
        own.
        """
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ISALES_", "PYTEST_"))
        }
        own = {
            "XDG_STATE_HOME": str(self.folder / "state"),
            SECRET_VARIABLE: self.secret_key,
            "PYTHONPATH": str(ROOT),
        }
        return kept | own

    def begin(self, *arguments: str) -> Command:
        """Start `isales-conformance`."""
        return Command(arguments, self.folder, self.variables)

    def command(self, *arguments: str, seconds: float = LONGEST) -> HarmResult:
        """Run `isales-conformance` to its end."""
        return self.begin(*arguments).ended(seconds)

    def run_arguments(self, *more: str, out: str = "out") -> tuple[str, ...]:
        place = ("--target", str(self.target), "--out", str(self.folder / out))
        return ("run", *place, "--no-html", "--yes", "--seed", "1", *more)

    def run(self, *more: str, out: str = "out", seconds: float = LONGEST) -> HarmResult:
        """A run, with its verdict file."""
        ended = self.command(*self.run_arguments(*more, out=out), seconds=seconds)
        return with_document(ended, self.folder / out)

    def settled(self) -> Contents:
        """What the server holds when it has done all that it does."""
        time.sleep(self.behaviour.settles)
        return self.control.contents()

    def written(self, *more: str) -> Path:
        """Write the target file."""
        self.target.write_text(target_text(self, *more), encoding="utf-8")
        self.target.chmod(0o600)
        return self.target


def with_document(ended: HarmResult, folder: Path) -> HarmResult:
    """A command together with the verdict file that it left."""
    file = folder / "verdict.json"
    document = json.loads(file.read_text("utf-8")) if file.exists() else None
    return HarmResult(code=ended.code, out=ended.out, err=ended.err, document=document)


def target_text(scene: NodeSandbox, *more: str) -> str:
    """A target file for the campaigns that are listed."""
    vdn_id, foreign_id = FOREIGN.split("/")
    foreign = f"vdn_id = {vdn_id}, campaign_id = {foreign_id}{_numbers(scene, FOREIGN)}"
    lines = [
        f'base_url = "{scene.base_url}"',
        "vdn_id = 1",
        (
            "campaigns ="
            f" [{', '.join(_campaign(scene, name) for name in scene.listed if name != FOREIGN)}]"
        ),
        *([f"foreign = {{ {foreign} }}"] if FOREIGN in scene.listed else []),
        f'[auth]\naccess_key = "{scene.access_key}"\nsecret_key = "env:{SECRET_VARIABLE}"',
        "[pace]\ntimeout_seconds = 5\npatience_seconds = 2",
        *_wishes(scene.behaviour),
        *more,
    ]
    return "\n".join(lines) + "\n"


def _campaign(scene: NodeSandbox, name: str) -> str:
    return f"{{ id = {name.split('/')[1]}{_numbers(scene, name)} }}"


def _numbers(scene: NodeSandbox, name: str) -> str:
    if not scene.behaviour.given:
        return ""
    return (
        ", numbers = ["
        + ", ".join(f'"{number}"' for number in numbers_of(scene.before, name))
        + "]"
    )


def _wishes(behaviour: ServerBehaviour) -> list[str]:
    """Keys that only some servers need."""
    wishes = ['[safety]\noriginals = "keep"'] if behaviour.keep else []
    has_settle = "observe.settle_seconds" in KEYS
    return [
        *wishes,
        *(
            [f"[observe]\nsettle_seconds = {behaviour.settles}"]
            if behaviour.settles and has_settle
            else []
        ),
    ]


@contextmanager
def scene(
    folder: Path,
    behaviour: ServerBehaviour,
    *,
    held: Mapping[str, Sequence[Entry]] = HELD,
    listed: tuple[str, ...] = LISTED,
    more: Sequence[str] = (),
) -> Iterator[NodeSandbox]:
    """Run a server, write a target file; `more` stands at its end."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        start(faults=behaviour.switches, campaigns=notation(held), control=True) as server,
        Control(server) as control,
    ):
        sandbox = NodeSandbox(
            behaviour=behaviour,
            base_url=server.base_url,
            access_key=server.access_key or "",
            secret_key=server.secret_key or "",
            control=control,
            folder=folder,
            before=control.contents(),
            listed=listed,
        )
        sandbox.written(*more)
        yield sandbox


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
