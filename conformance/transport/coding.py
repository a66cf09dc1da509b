"""Removal of content codings."""

import zlib

from conformance.transport.failure import Broken

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_RAW = -zlib.MAX_WBITS


def decoded(body: bytes, codings: str, limit: int) -> bytes:
    """The body without the codings of a Content-Encoding header. A coding that is not known stays on it.

    Raises Broken when the body is not what the header says, or more than `limit` bytes come out.
    """
    for coding in reversed(codings.lower().split(",")):
        match coding.strip():
            case "" | "identity":
                continue
            case "gzip" | "x-gzip" | "deflate" as name:
                body = _inflated(body, name, limit) if body else body
            case _:
                return body
    return body


def _inflated(body: bytes, name: str, limit: int) -> bytes:
    try:
        return _all_members(body, _window(body, name), limit)
    except zlib.error as error:
        raise Broken("protocol", f"Content-Encoding is {name}, the body is not ({error})", begun=True) from None


def _window(body: bytes, name: str) -> int:
    """Some servers send `deflate` without the zlib wrapper, whose first byte has 8 in its lower half and whose first two divide by 31."""
    wrapped = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return _RAW if name == "deflate" and not wrapped else _GZIP_OR_ZLIB


def _all_members(body: bytes, window: int, limit: int) -> bytes:
    out = bytearray()
    while body:
        inflater = zlib.decompressobj(window)
        out += inflater.decompress(body, limit + 1 - len(out))
        if len(out) > limit:
            raise Broken("protocol", f"the decoded reply is larger than {limit} bytes", begun=True)
        if not inflater.eof:
            raise zlib.error("it is cut short")
        body = inflater.unused_data
    return bytes(out)
