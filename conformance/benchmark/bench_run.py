"""An emulator of its own and a run on it, put together as the plugin does it, recording and journal
included.
"""

import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance.campaigns import Opened, Plan, opened
from conformance.config import load_target
from conformance.emulator import EmulatorOptions, Running, start
from conformance.exchange import SIGNED, Call
from conformance.generation.paths import UNKNOWN_CAMPAIGNS
from conformance.session.amounts import STANDARD
from conformance.session.run import Run
from conformance.transport import Transport

CAMPAIGNS = {
    (1, 1001): ("5245241", "5245242", "5245243"),
    (1, 1002): ("5245251", "5245252"),
    (2, 2001): ("6245241", "6245242"),
}
_TARGET = """\
base_url = "{base_url}"
vdn_id = 1
campaigns = [1001, 1002]
foreign = {{ vdn_id = 2, campaign_id = 2001 }}
[auth]
access_key = "{access_key}"
secret_key = "{secret_key}"
"""


@dataclass(frozen=True, kw_only=True)
class Benched:
    """A run that is ready, and what a bare client needs to reach the same server."""

    run: Run
    transport: Transport
    base_url: str
    context: ssl.SSLContext | None
    folder: Path
    """Where recording and journal are."""

    def authorization(self, call: Call) -> str:
        """A valid Authorization for a call: good for as long as the server accepts its time."""
        options = self.transport.options
        host = ("Host", options.address.host_header)
        made = options.authorizer.headers(call.method, call.target, [host], call.body, SIGNED)
        return next(value for name, value in made if name.lower() == "authorization")


@contextmanager
def benched(*, https: bool, seed: int) -> Iterator[Benched]:
    """Start an emulator and open a run on it."""
    with tempfile.TemporaryDirectory(prefix="isales-benchmark-") as folder:
        place = Path(folder)
        emulator = EmulatorOptions(http=not https, campaigns=CAMPAIGNS, ca_dir=place)
        plan = Plan(
            journal=place / "journal.jsonl",
            seed=seed,
            indexed=False,
            recorder=place / "traffic.ndjson",
        )
        with start(emulator) as running:
            target = load_target(_target_file(running, place), {})
            ca_file = str(running.ca_file) if running.ca_file else ""
            context = ssl.create_default_context(cafile=ca_file) if ca_file else None
            with opened(target, plan) as opening:
                yield Benched(
                    run=_run(opening, seed),
                    transport=opening.transport,
                    base_url=running.base_url,
                    context=context,
                    folder=place,
                )


def _target_file(running: Running, place: Path) -> Path:
    text = _TARGET.format(
        base_url=running.base_url, access_key=running.access_key, secret_key=running.secret_key
    )
    file = place / "target.toml"
    file.write_text(
        text + (f'[tls]\nca_file = "{running.ca_file}"\n' if running.ca_file else ""),
        encoding="utf-8",
    )
    return file


def _run(opening: Opened, seed: int) -> Run:
    run = Run(opening.campaign_set, STANDARD, seed=seed)
    run.concurrency = opening.transport.concurrency
    run.safe_unknown = UNKNOWN_CAMPAIGNS
    return run
