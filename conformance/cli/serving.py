"""`emulate`: the emulator for other people's clients."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from conformance.errors import UsageError, needing_the_emulator


def emulate(
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8443,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    campaign: Annotated[
        list[str] | None, typer.Option(help="VDN/ID=COUNT or VDN/ID=NUMBER,NUMBER,… (repeatable).")
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="How it reads the document: a file, or a name of `profiles`.")
    ] = None,
    fault: Annotated[
        list[str] | None, typer.Option(help="A lie that it tells (repeatable; see `faults`).")
    ] = None,
    http: Annotated[bool, typer.Option("--http", help="Plain HTTP instead of HTTPS.")] = False,
    base_path: Annotated[str, typer.Option(help="Path before /rest, as behind a gateway.")] = "",
    access_key: Annotated[str, typer.Option(help="The access key that it knows.")] = "emulator",
    secret_key: Annotated[
        str | None,
        typer.Option(
            envvar="ISALES_EMULATOR_SK",
            help="The secret key, as ISALES_EMULATOR_SK; else a new one.",
        ),
    ] = None,
    ca_dir: Annotated[Path | None, typer.Option(help="Folder for the CA file.")] = None,
    latency: Annotated[float, typer.Option(help="Milliseconds before each reply.")] = 0.0,
) -> None:
    """Serve the interface over HTTPS until Ctrl-C: prints base URL, CA file and keys, then one line
    per call.
    """
    with needing_the_emulator():
        from conformance.emulator import (  # noqa: PLC0415 - the suite works without the emulator
            DEFAULT_CAMPAIGNS,
            EmulatorError,
            EmulatorOptions,
            parse_campaign,
            profile_path,
            serve,
        )
    try:
        campaigns = (
            dict(parse_campaign(text) for text in campaign) if campaign else dict(DEFAULT_CAMPAIGNS)
        )
        secret = {"secret_key": secret_key} if secret_key else {}
        serve(
            EmulatorOptions(
                host=host,
                port=port,
                http=http,
                base_path=base_path,
                campaigns=campaigns,
                access_key=access_key,
                profile=_file(profile, profile_path),
                faults=tuple(fault or ()),
                ca_dir=ca_dir,
                latency_ms=latency,
                log=True,
                **secret,
            )
        )
    except EmulatorError as problem:
        raise UsageError(str(problem)) from None


def _file(given: str | None, of_name: Callable[[str], Path]) -> Path | None:
    """A file, or the name of a profile that the emulator brings along."""
    if given is None or Path(given).exists():
        return Path(given) if given else None
    return of_name(given)
