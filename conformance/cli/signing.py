"""`sign`: the Authorization header of one call, for the curl lines of a report."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from conformance.config import authorizer, load_target
from conformance.errors import UsageError
from conformance.exchange import SIGNED


def sign(
    method: Annotated[str, typer.Option(help="Method of the call.")],
    path_and_query: Annotated[str, typer.Option(help="Path and query as on the wire.")],
    target: Annotated[
        Path | None, typer.Option(help="Target file; else ISALES_* variables.")
    ] = None,
    credential: Annotated[
        str, typer.Option(help="How a valid header is spoilt; default: not at all.")
    ] = SIGNED,
    header: Annotated[
        list[str] | None,
        typer.Option(help="NAME: VALUE, for each header that is signed besides host."),
    ] = None,
    body: Annotated[str | None, typer.Option(help="Body as text.")] = None,
    body_hex: Annotated[str | None, typer.Option(help="Body as hexadecimal digits.")] = None,
    body_file: Annotated[
        Path | None, typer.Option(help="File with the body; - is the standard input.")
    ] = None,
) -> None:
    """Print the value of the Authorization header for a call, and nothing else. Secrets come from
    the target file or ISALES_*.
    """
    loaded = load_target(target, os.environ)
    data = _body(body, body_hex, body_file)
    headers = [("Host", loaded.address.host_header), *(_header(line) for line in header or [])]
    if data or "content-length" in loaded.auth.signed_headers:
        headers.append(("Content-Length", str(len(data))))
    made = authorizer(loaded.auth).headers(method, path_and_query, headers, data, credential)
    sys.stdout.write("".join(value for name, value in made if name.lower() == "authorization"))


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise UsageError(f"{line!r} is no header: write NAME: VALUE.")
    return name.strip(), value.strip()


def _body(text: str | None, digits: str | None, file: Path | None) -> bytes:
    if file is not None:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    if digits is not None:
        try:
            return bytes.fromhex(digits)
        except ValueError:
            raise UsageError("--body-hex takes pairs of hexadecimal digits.") from None
    return (text or "").encode("utf-8", "surrogateescape")
