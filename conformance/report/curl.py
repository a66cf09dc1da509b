"""A call as one line to paste into any POSIX shell. Pure: nothing is read, nothing is run, no
secret is known here.

The line signs itself. Contract of the helper that it calls:

    isales-conformance sign [--target FILE] --method M --path-and-query T
                            [--credential WORD] [--header 'NAME: VALUE']…
                            [--body TEXT | --body-hex HEX | --body-file FILE]

prints the value of the Authorization header for that call and nothing else, with the keys of the
target file (or `ISALES_*`). `T` is path and query as on the wire. `--credential` is the word of
`Call.credential` (how a valid header is spoilt); without it the header is valid. `--header` comes
once for each header that is signed beside `host` and `content-length`. Without a body option the
body is empty; `--body-file -` is the standard input. With `auth.scheme = "header"` it prints the
user's own header.
"""

import base64
import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from conformance.exchange import OMITTED, SIGNED, Call
from conformance.readable import one_line

EXPECT_FROM = 1024
"""Body size from which curl may ask `Expect: 100-continue`, which the suite never does."""
PACK_FROM = 8 * 1024
"""Body size from which the line carries the body compressed: a line of 400 kB can't be pasted, its
compressed form mostly can.
"""

_PLAIN_WORD = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_NOT_CURLABLE = re.compile(r"[^\x21-\x7e]|#")
_GLOB = re.compile(r"[\[\]{}]")
_DOT_SEGMENT = re.compile(r"/\.{1,2}(?:/|$)")


@dataclass(frozen=True, kw_only=True, slots=True)
class CurlOptions:
    """How calls reach this target: what the target file says of TLS and authorisation."""

    target_file: str = ""
    """Path of the target file as the user typed it; empty where there was none."""
    ca_file: str = ""
    verify: bool = True
    scheme: str = "auth-v2"
    """`auth-v2`, `header` or `none`."""
    signed_headers: tuple[str, ...] = ("host",)
    program: str = "isales-conformance"


DEFAULTS = CurlOptions()
"""A target of its own TLS authority, keys from the environment."""


def curl(call: Call, base_url: str, options: CurlOptions = DEFAULTS) -> str:
    """One line that makes this call again: bodies and targets byte for byte, with a signature of
    its own.
    """
    before, parts, after = _parts(call, base_url, options, "BODY")
    return f"{before}curl {parts}{after}"


def _parts(call: Call, base_url: str, options: CurlOptions, variable: str) -> tuple[str, str, str]:
    """What stands before the curl, its words, and what stands after; the body is kept in the
    variable of that name.
    """
    signed = options.scheme != "none" and call.credential != OMITTED
    before, given, to_sign, after = _body(call, variable, signed=signed)
    parts = ["-sS", _method(call), "--http1.1", *_tls(options)]
    parts += [f"-H {quoted(header)}" for header in _headers(call)]
    parts += given
    if signed:
        parts.append(f'-H "Authorization: $({_sign(call, options, to_sign)})"')
    return before, " ".join([*parts, *_address(call.target, base_url)]), after


def burst(calls: Sequence[Call], base_url: str, options: CurlOptions = DEFAULTS) -> str:
    """One line that makes these calls at the same time: each is signed first, then one curl sends
    them in parallel.
    """
    made = [
        _parts(call, base_url, options, f"BODY{number}") for number, call in enumerate(calls, 1)
    ]
    before, parts, after = zip(*made, strict=True)
    return (
        "".join(before) + "curl -Z --parallel-immediate " + " --next ".join(parts) + "".join(after)
    )


def quoted(text: str) -> str:
    """The text as one word of a POSIX shell; control characters are spelt out, so that the line
    stays one line.
    """
    if one_line(text) != text:
        body = text.rstrip("\n")
        # $() takes them off
        newlines = "'" + text[len(body) :] + "'" if len(body) < len(text) else ""
        return f'"$(printf {escaped(body.encode("utf-8", "surrogateescape"))})"' + newlines
    return text if _PLAIN_WORD.fullmatch(text) else _single(text)


def escaped(data: bytes) -> str:
    """Bytes as the format of a POSIX `printf`, quoted: printable ASCII as it is, everything else in
    octal.
    """
    text = "".join(_PRINTF[byte] for byte in data)
    # a leading dash would be an option
    return "'" + (f"\\055{text[1:]}" if text.startswith("-") else text) + "'"


def origin(base_url: str) -> str:
    """Scheme, name and port of an address."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _printf(byte: int) -> str:
    if chr(byte) in "\\%'" or not 0x20 <= byte < 0x7F:
        return f"\\{byte:03o}"
    return chr(byte)


_PRINTF = tuple(_printf(byte) for byte in range(256))


def _single(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _body(call: Call, name: str, *, signed: bool) -> tuple[str, list[str], str, str]:
    """What stands before the curl, its data options, what the signer is told of the body, and what
    stands after.
    """
    if not call.body:
        return "", ["--data-raw ''"] if call.method in {"POST", "PUT", "PATCH"} else [], "", ""
    quiet = ["-H Expect:"] if len(call.body) >= EXPECT_FROM else []
    text = _pasteable(call.body)
    if text is None:
        made = f'{name}=$(mktemp); {_unpack(call.body)} >"${name}"; '
        return (
            made,
            [*quiet, f'--data-binary @"${name}"'],
            f' --body-file "${name}"',
            f'; rm -f "${name}"',
        )
    if signed:
        return (
            f"{name}={_single(text)}; ",
            [*quiet, f'--data-raw "${name}"'],
            f' --body "${name}"',
            "",
        )
    return "", [*quiet, f"--data-raw {_single(text)}"], "", ""


def _pasteable(body: bytes) -> str | None:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if len(body) >= PACK_FROM or one_line(text) != text else text


def _unpack(body: bytes) -> str:
    if len(body) < PACK_FROM:
        return f"printf {escaped(body)}"
    return (
        f"printf %s {base64.b64encode(gzip.compress(body, mtime=0)).decode()} | base64 -d | gzip -d"
    )


def _method(call: Call) -> str:
    if call.method == "HEAD" and not call.body:
        return "-I"  # with -X HEAD curl would wait for a body
    return f"-i -X {quoted(call.method)}"


def _tls(options: CurlOptions) -> list[str]:
    if not options.verify:
        return ["-k"]
    return [f"--cacert {quoted(options.ca_file)}"] if options.ca_file else []


def _headers(call: Call) -> list[str]:
    given = [f"{name}: {value}" if value else f"{name};" for name, value in call.headers]
    if call.body and call.header("content-type") is None:
        given.append("Content-Type:")  # curl would add one
    return given


def _sign(call: Call, options: CurlOptions, to_sign: str) -> str:
    words = [options.program, "sign"]
    words += ["--target", quoted(options.target_file)] if options.target_file else []
    words += ["--method", quoted(call.method), "--path-and-query", quoted(call.target)]
    words += [] if call.credential == SIGNED else ["--credential", quoted(call.credential)]
    for name, value in call.headers:
        if name.lower() in options.signed_headers:
            words += ["--header", quoted(f"{name}: {value}")]
    return " ".join(words) + to_sign


def _address(target: str, base_url: str) -> list[str]:
    if not target.startswith("/") or _NOT_CURLABLE.search(target):
        return [f"--request-target {quoted(target)}", quoted(f"{origin(base_url)}/")]
    flags = ["--globoff"] if _GLOB.search(target) else []
    flags += ["--path-as-is"] if _DOT_SEGMENT.search(target.partition("?")[0]) else []
    return [*flags, _single(origin(base_url) + target)]
