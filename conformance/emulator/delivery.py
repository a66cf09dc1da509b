"""Ways not to deliver a reply. Each returns whether the connection stays busy for ever."""

import asyncio
from collections.abc import Callable, Mapping


def _hang(_: asyncio.Transport, __: bytes) -> bool:
    return True


def _close(transport: asyncio.Transport, _: bytes) -> bool:
    transport.close()
    return False


def _reset(transport: asyncio.Transport, _: bytes) -> bool:
    transport.abort()
    return False


def _half(transport: asyncio.Transport, data: bytes) -> bool:
    """Send the head and half of the body, then close."""
    head, _, body = data.partition(b"\r\n\r\n")
    transport.write(head + b"\r\n\r\n" + body[: len(body) // 2])
    transport.close()
    return False


def _stall(transport: asyncio.Transport, data: bytes) -> bool:
    """Send half of the reply and never the rest."""
    transport.write(data[: len(data) // 2])
    return True


DELIVERIES: Mapping[str, Callable[[asyncio.Transport, bytes], bool]] = {
    "hang": _hang,
    "close": _close,
    "reset": _reset,
    "half": _half,
    "stall": _stall,
}
