"""Every way in which a server could read a part of a request: decoded, unescaped, resolved, cut."""

import json
import posixpath
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import unquote

Segments: TypeAlias = tuple[str, ...]

MOST_DECODINGS = 3
"""Times that a text is percent-decoded; what is encoded still deeper is not followed."""

_ENDS_A_PATH = re.compile(r"[?#\x00\r\n]")
_PARAMETERS = re.compile(r";[^/]*")
_SEPARATORS = re.compile(r"[&;?#\s]")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|&#x([0-9a-fA-F]{1,6});")
_ENTITY = re.compile(r"&#([0-9]{1,7});")


def folded(text: str) -> str:
    """The text with wide letters, raised digits and the digits of other scripts made ASCII."""
    if text.isascii():
        return text
    normal = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in normal)


def decodings(text: str) -> tuple[str, ...]:
    """The text as it is and percent-decoded again and again, each of them also folded."""
    found = {reading: None for start in (text, folded(text)) for reading in _percent_decoded(start)}
    return tuple(found | {folded(reading): None for reading in found})


def _percent_decoded(text: str) -> Iterator[str]:
    yield text
    for _ in range(MOST_DECODINGS):
        if "%" not in text or (decoded := unquote(text)) == text:
            return
        yield (text := decoded)


# -- paths and queries -------------------------------------------------------------------------


@lru_cache(maxsize=512)
def path_readings(path: str) -> frozenset[Segments]:
    """Every way to take a path apart, the empty segments kept or dropped."""
    found: set[Segments] = set()
    for decoded in decodings(path):
        for text in (decoded, _ENDS_A_PATH.split(decoded, maxsplit=1)[0]):
            for slashed in {text, text.replace("\\", "/")}:
                for bare in {slashed, _PARAMETERS.sub("", slashed)}:
                    found |= _taken_apart(bare)
    return frozenset(found)


def _taken_apart(path: str) -> set[Segments]:
    forms = [path, _without_dots(path), posixpath.normpath("/" + path.lstrip("/"))]
    if path.startswith("//"):  # what follows may be taken for the name of a host
        forms.append("/" + path[2:].partition("/")[2])
    split = [tuple(form.split("/"))[1:] for form in forms]
    return {*split, *(tuple(part for part in parts if part) for parts in split)}


def _without_dots(path: str) -> str:
    """Dot segments resolved as RFC 3986 does it: empty segments count."""
    kept: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            kept = kept[:-1]
        elif part != ".":
            kept.append(part)
    return "/" + "/".join(kept)


def pairs(query: str) -> frozenset[tuple[str, str]]:
    """Names and values of a query, of a form or of a segment's parameters, in every decoding."""
    parts = {part for decoded in decodings(query) for part in _SEPARATORS.split(decoded)}
    return frozenset(part.partition("=")[::2] for part in parts if part)


# -- bodies ------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def body_texts(body: bytes) -> tuple[str, ...]:
    """The body as text in every encoding and decoding that could make sense of it."""
    texts = [body.decode("utf-8", "replace")]
    if b"\x00" in body:
        texts += [body.decode(encoding, "replace") for encoding in ("utf-16-le", "utf-16-be")]
    return tuple({reading: None for text in texts for reading in text_readings(text)})


def text_readings(text: str) -> tuple[str, ...]:
    """The text decoded, unescaped, and both in turn, as often as it can be."""
    found = dict.fromkeys(decodings(text))
    for _ in range(MOST_DECODINGS):
        unescaped = _unescaped(text)
        found |= dict.fromkeys((unescaped, folded(unescaped)))
        if (text := unquote(unescaped)) in found:
            break
        found |= dict.fromkeys((text, folded(text)))
    return tuple(found)


def _unescaped(text: str) -> str:
    if "\\" not in text and "&#" not in text:
        return text
    plain = _ENTITY.sub(lambda match: _letter(int(match[1])), _ESCAPED.sub(_escaped_letter, text))
    return plain.replace("\\/", "/")


def _escaped_letter(match: re.Match[str]) -> str:
    return _letter(int(next(group for group in match.groups() if group), 16))


def _letter(code: int) -> str:
    return chr(code) if code < 0x110000 else "\ufffd"


class Members(tuple[tuple[str, Any], ...]):
    """An object of JSON, repeated keys kept."""

    __slots__ = ()


class NumberAsWritten(str):
    """A number of JSON as it was written."""

    __slots__ = ()


def strict_json(body: bytes) -> Any:
    """The JSON value of a body: objects as `Members`, numbers as `Written`. Raises ValueError."""
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=Members,
            parse_int=NumberAsWritten,
            parse_float=NumberAsWritten,
            parse_constant=NumberAsWritten,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
