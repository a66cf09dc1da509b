"""Calls that, in whatever way a server reads them, can only remove own numbers.

They may go to any URI of calling numbers. What is not understood is objected to: the lists are of
what is allowed. Reasons are sentences without a subject: "it names …".
"""

import re
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import unquote

from conformance.exchange import Call
from conformance.transport.own_numbers import MOST_DIGITS, OwnNumbers
from conformance.transport.request_names import is_harmless_header, is_id_name, meaning
from conformance.transport.request_readings import (
    MOST_DECODINGS,
    Members,
    NumberAsWritten,
    Segments,
    decodings,
    folded,
    pairs,
    path_readings,
    strict_json,
)

REMOVING_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "TRACE", "PURGE", "UNLINK"})
"""Methods by which no server adds: those that remove, read, or are unknown to it."""

_OVERRIDES = frozenset({"DELETE", "GET", "HEAD", "OPTIONS"})
_OWN_TEXT = re.compile(r"[ \t]*\+?[A-Za-z]*([0-9]+)[A-Za-z]*\.?[ \t]*")
"""One row of digits: with two, one of them could be taken for another number or for a bound."""
_SIMPLE = re.compile(r"[A-Za-z0-9.:-]{1,64}")
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]{1,5})?|[0-9]{1,5}")
_SAYS_MORE = frozenset({
    "all", "any", "every", "everything", "true", "false", "yes", "no", "on", "off", "null", "none",
    "nil", "undefined", "nan", "empty", "default", "post", "put", "patch", "link", "copy", "move",
})  # fmt: skip
"""Words that mean all numbers, none, or a method that adds."""
_ENCODED = re.compile(r"%[0-9a-fA-F]{2}")
_BYTES = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_QUOTES = r"'\"`´\u02b9-\u02bc\u2018-\u201f\u2032-\u2037"
_CONDITION = re.compile(rf"[{_QUOTES}<>|&$#\\?*()^!%+=\s\x00-\x1f\x7f]|--")
"""In an id it could end a condition, or begin one that holds for every number."""
_ONE_LETTER = re.compile(r"[A-Za-z]?")

_LIST, _CODE = "callerNo", "accessCode"
_UNREAD = "its body may not be read as JSON, and then nothing tells which numbers it names"


class Removal:
    """Objects to calls that could do more than remove own numbers."""

    def __init__(self, *, prefix: str, ids: Collection[str], own: OwnNumbers) -> None:
        """`prefix`: the interface's path, base path included. `ids`: those of listed campaigns."""
        self._prefix = tuple(part.lower() for part in prefix.split("/") if part)
        self._walked = frozenset({"", ".", "..", "callerno", *self._prefix, *ids})
        self._own = own

    def objection(self, call: Call) -> str | None:
        """What the call could do beside removing own numbers; None where nothing."""
        if call.method.upper() not in REMOVING_METHODS:
            return f"the method {call.method} could be taken for one that adds"
        return self._path(call.path) or self.surroundings(call) or self._body(call.body)

    def surroundings(self, call: Call) -> str | None:
        """What headers and query could ask for beside what body and path say; None: nothing."""
        return self._headers(call.headers) or self._parameters(call.query)

    # -- where it goes -------------------------------------------------------------------------

    def _path(self, path: str) -> str | None:
        if not path.startswith("/"):
            return f"{path[:60]!r} is no path of this server"
        if not _is_readable(path):
            return f"{path[:200]} is encoded in a way that servers read differently"
        found = (self._segments(segments) for segments in sorted(path_readings(path)))
        return next((reason for reason in found if reason), None)

    def _segments(self, segments: Segments) -> str | None:
        size, shown = len(self._prefix), f"/{'/'.join(segments)}"[:200]
        if not all(map(_says, segments, self._prefix)) or len(segments) < size:
            return f"it could change something at {shown}, outside the interface under test"
        rest = segments[size:]
        if len(rest) < 3 or not _says(rest[1], "callerno") or not (_id(rest[0]) and _id(rest[2])):
            return f"it could change something at {shown}, which is no campaign's calling numbers"
        if any(_CONDITION.search(_ENCODED.sub("", _id(part))) for part in (rest[0], rest[2])):
            return f"an id in {shown} could be read as a condition or a pattern"
        if not all(self._is_walked(part) for part in rest[3:]):
            return f"{shown} names more than a campaign's calling numbers"
        parameters = (part.partition(";")[2] for part in segments if ";" in part)
        return next((reason for each in parameters if (reason := self._parameters(each))), None)

    def _is_walked(self, segment: str) -> bool:
        bare = segment.partition(";")[0].lower()
        return bare in self._walked or self._own.is_own(bare)

    # -- what it asks for ----------------------------------------------------------------------

    def _headers(self, headers: tuple[tuple[str, str], ...]) -> str | None:
        types = [value for name, value in headers if name.lower() == "content-type"]
        if len(types) != 1:
            return _UNREAD
        asking = [pair for pair in headers if not is_harmless_header(*pair)]
        return next((reason for pair in asking if (reason := self._asked(*pair))), None)

    def _parameters(self, query: str) -> str | None:
        found = sorted(pairs(query))
        asking = [pair for pair in found if pair[1] or not _ONE_LETTER.fullmatch(pair[0])]
        return next((reason for pair in asking if (reason := self._asked(*pair))), None)

    def _asked(self, name: str, value: str) -> str | None:
        """The objection to a header, a parameter or a member."""
        kind = meaning(name)
        if kind == "number" and self._is_own_text(value):
            return None
        if kind == "method" and _OVERRIDES.issuperset(map(_as_method, decodings(value))):
            return None
        if kind == "host" and _HOST.fullmatch(value):
            return None
        if kind == "no number" and _is_simple(value):
            return None
        if kind == "campaign" and is_id_name(name) and _is_simple(value):
            return None
        if kind == "place":
            path, _, query = value.partition("?")
            return self._path(path) or self._parameters(query)
        return f"{name[:60]}={value[:60]!r} could name other numbers or ask for something else"

    # -- what it names -------------------------------------------------------------------------

    def _body(self, body: bytes) -> str | None:
        if b"\\" in body:
            return "who does not unescape its body finds neither list nor numbers in it"
        try:
            value = strict_json(body)
        except ValueError:
            return _UNREAD
        if not isinstance(value, Members) or not any(name == _LIST for name, _ in value):
            return "it lacks the list of numbers, which could be read as all"
        return next((reason for pair in value if (reason := self._member(*pair))), None)

    def _member(self, name: str, value: Any) -> str | None:
        if name != _LIST:
            return self._scalar(name, value)
        if type(value) is not list or not value:
            return "its list of numbers is none or empty, which could be read as all"
        return next((reason for item in value if (reason := self._item(item))), None)

    def _item(self, item: Any) -> str | None:
        if not isinstance(item, Members) or not any(name == _CODE for name, _ in item):
            return "an item of its list names no number, which could be read as all"
        return next((reason for pair in item if (reason := self._scalar(*pair))), None)

    def _scalar(self, name: str, value: Any) -> str | None:
        if not isinstance(value, str) or not name.isascii():
            return f"{name[:60]!r} is no text, which could be read as all or as a pattern"
        if isinstance(value, NumberAsWritten) and not (
            value.isdigit() or meaning(name) != "number"
        ):
            return f"{value[:60]} could be read as another number"
        if meaning(name) == "number" and not self._is_own_text(value):
            return f"it names {value[:60]!r}, which is no number of this run's own"
        return self._asked(name, value)

    def _is_own_text(self, text: str) -> bool:
        found = _OWN_TEXT.fullmatch(text)
        return found is not None and self._own.is_own(found[1].lstrip("0")[:MOST_DIGITS])


def _as_method(value: str) -> str:
    return value.strip().upper()


def _is_simple(value: str) -> bool:
    return _SIMPLE.fullmatch(value) is not None and value.lower() not in _SAYS_MORE


def _says(segment: str, word: str) -> bool:
    """Whether a segment without its parameters is this word, encoded or not."""
    return word in {reading.lower() for reading in decodings(segment.partition(";")[0])}


def _id(segment: str) -> str:
    """A segment without its parameters, blanks about it and a sign before it."""
    return segment.partition(";")[0].strip(" \x00").removeprefix("+")


def _is_readable(path: str) -> bool:
    """Whether servers decode a path alike: UTF-8, no deeper than is followed, no wide signs."""
    found = decodings(path)
    if any(_folds_to_a_sign(text) for text in found) or not all(map(_is_utf8, _runs(found))):
        return False
    for _ in range(MOST_DECODINGS):
        path = unquote(path)
    return "%" not in path


def _folds_to_a_sign(text: str) -> bool:
    wide = [folded(letter) for letter in text if not letter.isascii()]
    return any(each.isascii() and not each.isalnum() for plain in wide for each in plain)


def _runs(texts: tuple[str, ...]) -> Iterator[bytes]:
    runs = (run.group() for text in texts for run in _BYTES.finditer(text))
    return (bytes.fromhex(run.replace("%", "")) for run in runs)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
