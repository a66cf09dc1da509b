"""The ways in which a secret can stand in a text: quoted, escaped, encoded, reversed, in another
case.

Texts are compared as UTF-8 bytes whose ASCII letters are in lower case, so a form is found in
whatever case it was written.
"""

import json
import re
import shlex
from base64 import b64encode
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import quoteattr

LONG = 8
"""Characters from which a secret can be told from other text in any case, reversed and in base64.
"""
MOST_SIGNS = 256
"""Characters of a secret that are looked for one by one; what follows them goes with them."""

_NAMED = {"&": b"amp", "<": b"lt", ">": b"gt", '"': b"quot", "'": b"apos"}
_REST = rb"[^\s\"'<>&,;]*+"


def plain_forms(secret: str) -> set[bytes]:
    """The secret as languages and shells write it: quoted, escaped, percent-encoded."""
    ascii_json, other_json = json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]
    texts = {
        secret,
        ascii_json,
        other_json,
        ascii_json.replace("/", "\\/"),
        other_json.replace("/", "\\/"),
    }
    texts |= {
        repr(secret)[1:-1],
        ascii(secret)[1:-1],
        shlex.quote(secret).strip("'"),
        secret.replace("'", "'\\''"),
    }
    texts |= {
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        escape(secret),
        quoteattr(secret)[1:-1],
    }
    texts |= {ascii_json.replace("\\", "\\\\"), "".join(f"%{byte:02x}" for byte in secret.encode())}
    texts |= {text.upper() for text in texts if text.startswith("%")}
    data = secret.encode()
    return {text.encode() for text in texts} | {
        data,
        data.decode("latin-1").encode(),
        repr(data)[2:-1].encode(),
    }


def unescaped_forms(secret: str) -> set[bytes]:
    """The secret as it is, in lower case; also as UTF-8 that somebody took for Latin-1."""
    found = {each.encode() for each in (secret, secret.lower(), secret.upper())}
    return {form.lower() for data in found for form in (data, data.decode("latin-1").encode())}


def encoded_forms(secret: str) -> set[bytes]:
    """The secret in hexadecimal digits and in base64, alone or inside a longer text."""
    data = secret.encode()
    found = {data.hex().encode()}
    for place in range(3):
        core = _core(data, place)
        found |= {
            core,
            core.translate(bytes.maketrans(b"+/", b"-_")),
            core.replace(b"/", b"\\/"),
            quote(core, safe="").encode(),
        }
    return found


def _core(data: bytes, place: int) -> bytes:
    """The characters of base64 that the data alone decides, where it stands `place` bytes after a
    multiple of three.
    """
    first, whole = (place * 8 + 5) // 6, (place + len(data)) * 8 // 6
    return b64encode(bytes(place) + data)[first:whole]


def sign_by_sign(secret: str) -> bytes:
    """A pattern, in lower case, that finds the secret with each of its characters written in any
    way of its own.

    Each character's choice is final once made, so that no text makes the search slow; forms that
    this misses are plain ones.
    """
    pattern, after_backslash = b"", False
    for sign, run in groupby(secret[:MOST_SIGNS]):
        count = len(list(run))
        if sign == "\\":
            pattern += rb"(?>(?:%b){%d}+|\\{%d,%d})" % (
                b"|".join(_numbered(sign, 1)),
                count,
                count,
                8 * count,
            )
        else:
            least = 0 if after_backslash else 1
            pattern += _sign(sign, least) + _sign(sign, 1) * (count - 1)
        after_backslash = sign == "\\"
    return pattern + (_REST if len(secret) > MOST_SIGNS else b"")


def _sign(sign: str, least: int) -> bytes:
    ways = [*_numbered(sign, least)]
    for each in dict.fromkeys((sign, sign.lower(), sign.upper())):
        literal = re.escape(each.encode().lower())
        ways.append(literal if each.isalnum() else rb"\\{0,8}" + literal)
        if not each.isascii():
            ways.append(re.escape(each.encode().decode("latin-1").encode().lower()))
    if sign in _NAMED:
        ways.insert(0, rb"&(?:amp;){0,2}%b;" % _NAMED[sign])
    if sign == "'":
        ways.insert(0, rb"'\"'\"'|'\\{1,8}''")
    return b"(?>" + b"|".join(ways) + b")"


def _numbered(sign: str, least: int) -> Iterator[bytes]:
    """Percent, \\x, octal, \\u and numeric entities, of the character in both cases."""
    slashes = rb"\\{%d,8}" % least
    for each in dict.fromkeys((sign, sign.lower(), sign.upper())):
        data = each.encode()
        yield b"".join(rb"%%(?:25){0,2}%02x" % byte for byte in data)
        yield b"".join(slashes + rb"x%02x" % byte for byte in data)
        yield b"".join(slashes + rb"%03o" % byte for byte in data)
        yield b"".join(slashes + rb"u%04x" % unit for unit in _units(each))
        for code in map(ord, each):
            yield slashes + rb"u0{0,4}%04x" % code
            yield slashes + rb"x%02x" % code
            yield rb"(?:&|%bu0026)(?:amp;){0,2}#(?:0{0,4}%d|x0{0,4}%x);" % (slashes, code, code)


def trigger(secrets: Iterable[str]) -> bytes:
    """A pattern, in lower case, that is found wherever a character of these secrets is written by
    an escape: quick, and mostly not.
    """
    signs = {
        each for secret in secrets for sign in secret for each in (sign, sign.lower(), sign.upper())
    }
    codes = {ord(each) for sign in signs for each in sign}
    data = {byte for sign in signs for byte in sign.encode()} | {
        code for code in codes if code < 0x100
    }
    units = {unit for sign in signs for unit in _units(sign)} | codes
    spelt = {each.encode().lower() for each in signs if not each.isalnum()}
    octal, two, four = _one_of(b"%03o", data), _one_of(b"%02x", data), _one_of(b"%04x", units)
    after_slashes = rb"\\{1,8}(?:x(?:%b)|u0{0,4}(?:%b)|%b|%b)" % (
        two,
        four,
        octal,
        b"|".join(sorted(map(re.escape, spelt))) or b"$^",
    )
    return rb"%%(?:25){0,2}(?:%b)|%b|(?:&|u0026)(?:amp;){0,2}(?:#|[a-z])|'[\"\\]" % (
        two,
        after_slashes,
    )


def _one_of(form: bytes, codes: Iterable[int]) -> bytes:
    return b"|".join(sorted({form % code for code in codes}))


def _units(text: str) -> Iterator[int]:
    data = text.encode("utf-16-be")
    return (int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
