"""`python -m conformance.emulator`: the command line of the emulator alone."""

import argparse
import os
import sys
from pathlib import Path

from conformance.emulator import embedded
from conformance.emulator.errors import EmulatorError
from conformance.emulator.foreground import serve
from conformance.emulator.options import EmulatorOptions
from conformance.emulator.world import DEFAULT_CAMPAIGNS, parse_campaign


def main(arguments: list[str] | None = None) -> int:
    """Run what the command line asks for; keys come from variables of its own, never from
    arguments.
    """
    given = _parser().parse_args(arguments)
    if given.embedded:
        return embedded.run()
    try:
        serve(_options(given))
    except EmulatorError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conformance.emulator", description=__doc__)
    parser.add_argument("--embedded", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--http", action="store_true", help="plain HTTP instead of HTTPS")
    parser.add_argument("--base-path", default="", metavar="PATH", help="in front of every path")
    parser.add_argument("--campaign", action="append", default=[], metavar="VDN/ID=COUNT")
    parser.add_argument("--profile", type=Path, metavar="FILE")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME")
    parser.add_argument("--ca-dir", type=Path, metavar="DIR")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    return parser


def _options(given: argparse.Namespace) -> EmulatorOptions:
    keys = {
        "access_key": os.environ.get("ISALES_EMULATOR_AK"),
        "secret_key": os.environ.get("ISALES_EMULATOR_SK"),
    }
    return EmulatorOptions(
        host=given.host,
        port=given.port,
        http=given.http,
        base_path=given.base_path,
        campaigns=dict(parse_campaign(text) for text in given.campaign) or DEFAULT_CAMPAIGNS,
        profile=given.profile,
        faults=tuple(given.fault),
        ca_dir=given.ca_dir,
        latency_ms=given.latency_ms,
        log=True,
        **{name: value for name, value in keys.items() if value},
    )


if __name__ == "__main__":
    sys.exit(main())
