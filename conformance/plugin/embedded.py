"""The embedded emulator as a target: started over HTTPS, described by a target file of its own."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conformance.errors import UsageError, needing_the_emulator
from conformance.plugin.options import Options

CAMPAIGNS = {
    (1, 1001): ("5245241", "5245242", "5245243"),
    (1, 1002): ("5245251", "5245252"),
    (1, 1003): ("5245261", "5245262"),
    (1, 1004): ("5245271", "5245272"),
    (2, 2001): ("6245241", "6245242"),
}
"""What the embedded emulator holds: enough campaigns for two workers, and one of another VDN."""

_TARGET = """\
base_url = "{base_url}"
vdn_id = 1
campaigns = [{campaigns}]
foreign = {{ vdn_id = 2, campaign_id = 2001 }}

[auth]
access_key = "{access_key}"
secret_key = "{secret_key}"

[pace]
timeout_seconds = {timeout}
patience_seconds = {timeout}

[tls]
ca_file = "{ca_file}"
"""
TIMEOUT = 5.0
"""Seconds for one call: on this machine a healthy reply takes milliseconds."""
SECRET_VARIABLE = "EMBEDDED_EMULATOR_SECRET_KEY"  # noqa: S105 - the name of a variable, no secret


def _listed(campaign_id: int, held: tuple[str, ...]) -> str:
    numbers = ", ".join(f'"{number}"' for number in held)
    return f"{{ id = {campaign_id}, numbers = [{numbers}] }}"


def described(*, base_url: str, access_key: str, secret_key: str, ca_file: str) -> str:
    """A target file for such an emulator."""
    listed = ", ".join(_listed(key[1], held) for key, held in CAMPAIGNS.items() if key[0] == 1)
    return _TARGET.format(
        timeout=TIMEOUT,
        campaigns=listed,
        base_url=base_url,
        access_key=access_key,
        secret_key=secret_key,
        ca_file=ca_file,
    )


@contextmanager
def embedded_target(options: Options) -> Iterator[Path]:
    """Run an emulator and give the path of a target file for it. Raises UsageError for a fault or
    profile that does not exist.
    """
    with needing_the_emulator():
        from conformance.emulator import (  # noqa: PLC0415 - the suite works without the emulator
            EmulatorError,
            EmulatorOptions,
            profile_path,
            start,
        )
    try:
        # a file, or the name of a profile that the suite brings along
        profile = (
            options.profile
            if options.profile is None or options.profile.exists()
            else profile_path(str(options.profile))
        )
        with (
            tempfile.TemporaryDirectory(prefix="isales-") as folder,
            start(
                EmulatorOptions(
                    campaigns=CAMPAIGNS, faults=options.faults, profile=profile, ca_dir=Path(folder)
                )
            ) as running,
        ):
            os.environ[SECRET_VARIABLE] = running.secret_key
            file = Path(folder) / "target.toml"
            file.write_text(
                described(
                    base_url=running.base_url,
                    access_key=running.access_key,
                    secret_key=f"env:{SECRET_VARIABLE}",
                    ca_file=str(running.ca_file),
                ),
                encoding="utf-8",
            )
            yield file
    except EmulatorError as problem:
        raise UsageError(str(problem)) from None
