"""The child's side of `process`: options on standard input, one line when ready, gone when the
input ends.
"""

import asyncio
import json
import signal
import sys

from conformance.emulator.errors import EmulatorError
from conformance.emulator.foreground import CallLog
from conformance.emulator.options import EmulatorOptions, from_json
from conformance.emulator.server import listening


def run() -> int:
    """Serve until the parent closes our input."""
    # Ctrl-C reaches the whole group; the parent decides when we go
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    options = from_json(sys.stdin.readline())
    try:
        asyncio.run(_serve(options))
    except EmulatorError as error:
        _tell({"error": str(error)})
        return 2
    return 0


async def _serve(options: EmulatorOptions) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    watch = CallLog(sys.stderr) if options.log else None
    async with listening(options, watch) as address:
        loop.add_reader(sys.stdin.fileno(), ended.set)
        _tell(
            {
                "base_url": address.base_url,
                "ca_file": str(address.ca_file) if address.ca_file else None,
            }
        )
        await ended.wait()


def _tell(message: dict[str, str | None]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
