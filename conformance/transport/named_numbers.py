"""The numbers that a call names: those of a documented body, else all that it could name."""

import math
import re
from collections.abc import Iterator
from typing import Any

from conformance.exchange import Call
from conformance.transport.own_numbers import MOST_DIGITS
from conformance.transport.request_names import is_harmless_header, meaning
from conformance.transport.request_readings import (
    Members,
    NumberAsWritten,
    body_texts,
    pairs,
    strict_json,
    text_readings,
)

_DIGITS = re.compile(r"[0-9]+")
_FEW_DIGITS = 4
"""An hour or an id of so few digits is no calling number, even where a campaign has one."""
_MOST_WRITTEN = 40


def documented(body: bytes, *, priority: bool = False) -> tuple[str, ...] | None:
    """The numbers of a body that has the documented form to the letter; None for any other.

    To the letter: no escapes, no repeated keys, no further members (`priority`: but an integer of
    this name), at least one number, and all of them numbers.
    """
    if b"\\" in body:
        return None
    try:
        value = strict_json(body)
    except ValueError:
        return None
    if type(value) is not Members or len(value) != 1 or value[0][0] != "callerNo":
        return None
    listed = value[0][1]
    if type(listed) is not list or not listed:
        return None
    numbers = [_number(item, priority=priority) for item in listed]
    return None if None in numbers else tuple(number for number in numbers if number is not None)


def _number(item: Any, *, priority: bool) -> str | None:
    """The number of an item that has the documented form."""
    if type(item) is not Members or not item:
        return None
    code = item[0] if item[0][0] == "accessCode" else item[-1]
    rest = [pair for pair in item if pair is not code]
    if code[0] != "accessCode" or (rest and not (priority and _is_priority(rest))):
        return None
    number = code[1]
    if type(number) is not str or not 0 < len(number) <= MOST_DIGITS:
        return None
    return number if number.isascii() and number.isdigit() else None


def _is_priority(pairs_: list[tuple[str, Any]]) -> bool:
    name, value = pairs_[0]
    return (
        len(pairs_) == 1
        and name == "priority"
        and type(value) is NumberAsWritten
        and value.isdigit()
    )


def possible(call: Call) -> Iterator[str]:
    """Every row of digits that a server could take for a number: of body, query and odd headers."""
    for name, text in values(call):
        exempt = meaning(name) in {"no number", "campaign"}
        if isinstance(text, NumberAsWritten) and (whole := _as_integer(text)):
            yield whole
        yield from (row for row in _digits(text) if not exempt or len(row) > _FEW_DIGITS)


def values(call: Call) -> Iterator[tuple[str, str]]:
    """Name and text of all that a server could take for a value, names themselves included."""
    yield from _in_body(call.body)
    for name, value in pairs(call.query):
        yield from (("", name), (name, value))
    for name, value in call.headers:
        if not is_harmless_header(name, value):
            yield name, value


def _in_body(body: bytes) -> Iterator[tuple[str, str]]:
    try:
        root = strict_json(body)
    except ValueError:
        yield from (("", text) for text in body_texts(body))
        return
    waiting: list[tuple[str, Any]] = [("", root)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, Members):
            yield from (("", key) for key, _ in value)
            waiting.extend(value)
        elif isinstance(value, list):
            waiting.extend((name, each) for each in value)


def _digits(text: str) -> Iterator[str]:
    if text.isascii() and text.isdigit():
        yield text
        return
    for reading in text_readings(text):
        yield from _DIGITS.findall(reading)


def _as_integer(written: str) -> str:
    """A number of JSON without its point or exponent; empty where it is no integer."""
    if written.isdigit() or len(written) > _MOST_WRITTEN:
        return ""
    value = float(written)
    whole = math.isfinite(value) and value.is_integer() and abs(value) < 10**MOST_DIGITS
    return str(abs(int(value))) if whole else ""
