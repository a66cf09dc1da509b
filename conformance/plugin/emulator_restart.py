"""The embedded emulator ends with the run. What a report tells to paste needs it again: a target
file, and the command that starts it.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from conformance import private_files
from conformance.exchange import CampaignKey
from conformance.plugin.embedded import CAMPAIGNS, described
from conformance.plugin.options import Options

FILE = "emulator.toml"
CA_FILE = "emulator-ca.pem"
"""As the emulator names it in its --ca-dir."""
EXAMPLE_KEY = "example"
"""No secret: the key of an emulator that somebody starts by hand. The one that ran had a key of its
own, which died with it.
"""


def write_target(options: Options, base_url: str) -> Path:
    """The target file of an emulator that is started with `command`. Raises OSError where it can't
    be written.
    """
    file = options.out.resolve() / FILE
    text = described(
        base_url=base_url,
        access_key="emulator",
        secret_key=EXAMPLE_KEY,
        ca_file=str((options.out / CA_FILE).resolve()),
    )
    private_files.write_bytes(file, text.encode())
    return file


def command(
    options: Options, base_url: str, campaigns: Mapping[CampaignKey, tuple[str, ...]] = CAMPAIGNS
) -> str:
    """One line that starts the emulator as it was: same address, same campaigns, same lies."""
    words = [
        f"isales-conformance emulate --port {urlsplit(base_url).port} --ca-dir"
        f" {shlex.quote(str(options.out.resolve()))}"
    ]
    words += [
        f"--campaign {vdn}/{campaign}={','.join(numbers)}"
        for (vdn, campaign), numbers in campaigns.items()
    ]
    words += [f"--profile {shlex.quote(str(options.profile))}"] if options.profile else []
    words += [f"--fault {shlex.quote(name)}" for name in options.faults]
    return f"ISALES_EMULATOR_SK={EXAMPLE_KEY} {' '.join(words)}"
