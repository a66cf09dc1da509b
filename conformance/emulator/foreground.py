"""The emulator in the foreground of a terminal."""

import asyncio
import signal
import sys
import time
from typing import TextIO

from conformance.emulator.answer import EmulatorAnswer
from conformance.emulator.call import ReceivedCall
from conformance.emulator.options import EmulatorOptions
from conformance.emulator.server import ListenAddress, listening

_SHOWN_NUMBERS = 5


class CallLog:
    """Writes one line per call."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def __call__(self, call: ReceivedCall, answer: EmulatorAnswer, milliseconds: float) -> None:
        """Log one call."""
        numbers = ",".join(answer.numbers[:_SHOWN_NUMBERS])
        if len(answer.numbers) > _SHOWN_NUMBERS:
            numbers += f",… ({len(answer.numbers)})"
        line = (
            f"{time.strftime('%H:%M:%S')} {call.method} {call.path} {numbers or '-'}"
            f" {answer.code or answer.status}"
        )
        self._out.write(f"{line} {milliseconds:.1f} ms\n")
        self._out.flush()


def serve(options: EmulatorOptions, out: TextIO = sys.stdout) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    asyncio.run(_serve(options, out))
    out.write("stopped\n")


async def _serve(options: EmulatorOptions, out: TextIO) -> None:
    async with listening(options, CallLog(out)) as address:
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        _introduce(options, address, out)
        await stopped.wait()


def _introduce(options: EmulatorOptions, address: ListenAddress, out: TextIO) -> None:
    lines = [
        f"base URL    {address.base_url}",
        f"CA file     {address.ca_file or 'none: plain HTTP'}",
        f"access key  {options.access_key}",
        f"secret key  {options.secret_key}",
    ]
    lines += [
        f"campaign    {vdn}/{campaign}: {len(held)} numbers"
        for (vdn, campaign), held in options.campaigns.items()
    ]
    lines += [f"fault       {name}" for name in options.faults]
    out.write("\n".join(lines) + "\n(Ctrl-C ends it)\n")
    out.flush()
