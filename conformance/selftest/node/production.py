"""Starts the stand-in for a production server: another stack, another author, judged through its
socket alone.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

SERVER: Final = Path(__file__).with_name("server.mjs")
NODE: Final = shutil.which("node")
STOP_SECONDS: Final = 5.0

ACCESS_KEY: Final = "nodeak"
SECRET_KEY: Final = "node-secret-钥"

# "vdnId/campaignId" to the numbers held, in the server's own notation.
Campaigns = Mapping[str, Sequence[str]]
CAMPAIGNS: Final[Campaigns] = MappingProxyType(
    {
        "1/1001": ("5245241", "5245242", "5245243", "5245244"),
        "2/2001": ("7001", "7002"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Production:
    """A running server; the keys are None where it asks for no authentication.

    `control_url` leads past the interface, to what campaigns hold: empty where it was not asked
    for.
    """

    base_url: str
    access_key: str | None
    secret_key: str | None = field(repr=False)
    faults: tuple[str, ...]
    control_url: str = ""


@contextmanager
def start(
    *,
    faults: tuple[str, ...] = (),
    auth: bool = True,
    campaigns: Campaigns = CAMPAIGNS,
    keys: tuple[str, str] = (ACCESS_KEY, SECRET_KEY),
    tls: tuple[Path, Path] | None = None,
    control: bool = False,
) -> Iterator[Production]:
    """Run the server until the block ends; `tls` is its certificate and key, in PEM files.

    Numbers may be given with their priority, as "5245241:3". `control` opens the port of
    `control.py`.
    """
    access_key, secret_key = keys if auth else (None, None)
    options = _options(faults=faults, access_key=access_key, campaigns=campaigns, tls=tls)
    command = [*_program(), *options, *(["--control"] if control else [])]
    environment = {**os.environ, "ISALES_SK": secret_key or ""}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        try:
            ready = _ready(process)
            yield Production(
                base_url=ready["base_url"],
                access_key=access_key,
                secret_key=secret_key,
                faults=faults,
                control_url=ready.get("control_url", ""),
            )
        finally:
            _stop(process)


def known_faults() -> dict[str, str]:
    """Every fault that can be switched on, with what it does."""
    return _listing("--list-faults")


def known_behaviours() -> dict[str, str]:
    """Every way to show, keep or lose numbers that can be switched on, with what it does."""
    return _listing("--list-behaviours")


def _listing(option: str) -> dict[str, str]:
    command = [*_program(), option]
    listing = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    names: dict[str, str] = json.loads(listing.stdout)
    return names


def _program() -> list[str]:
    if NODE is None:
        raise FileNotFoundError(
            "node is not on PATH: install Node.js 18 or later to run the production stand-in"
        )
    return [NODE, str(SERVER)]


def _options(
    *,
    faults: tuple[str, ...],
    access_key: str | None,
    campaigns: Campaigns,
    tls: tuple[Path, Path] | None,
) -> list[str]:
    options = [f"--campaign={name}={','.join(numbers)}" for name, numbers in campaigns.items()]
    options += [f"--fault={fault}" for fault in faults]
    if access_key is not None:
        options.append(f"--ak={access_key}")
    if tls is not None:
        options += [f"--cert={tls[0]}", f"--key={tls[1]}"]
    return options


def _ready(process: subprocess.Popen[str]) -> dict[str, str]:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError(
            f"{SERVER.name} ended with exit code {process.wait()} before it was ready; see stderr"
        )
    place: dict[str, str] = json.loads(line)
    return place


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
