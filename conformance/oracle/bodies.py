"""What a request body names, and what is wrong with it, found in its bytes alone."""

import json
import re
from typing import Any

from msgspec import Struct

from conformance.contract import MAX_NUMBER_LENGTH, MAX_NUMBERS_PER_CALL

LARGE_BODY = 64 * 1024
"""Bytes from which a gateway may refuse a body by size; far beyond what 100 numbers need."""

_KNOWN_TOP = {"callerNo"}
_KNOWN_ITEM = {"accessCode"}
_DIGITS = frozenset("0123456789")
_BLANK = "".join(
    chr(point)
    for point in (
        *range(0x21),
        0x85,
        0xA0,
        *range(0x2000, 0x2010),
        0x2028,
        0x2029,
        0x202F,
        0x3000,
        0xFEFF,
    )
)
"""What a reader may take for nothing: white space and control characters."""
_DIGIT_RUNS = re.compile("[0-9]+")


class Body(Struct, frozen=True, kw_only=True):
    """Defects and open points of a body; `named` are the faultless numbers in it, `removals` what a
    server that serves it may remove.
    """

    defects: tuple[str, ...] = ()
    open_points: tuple[str, ...] = ()
    named: frozenset[str] = frozenset()
    items: int = 0
    removals: tuple[frozenset[str], ...] = (frozenset(),)


class _Object(dict[str, Any]):
    """A JSON object that remembers whether a key came twice, and the values that came first."""

    first: dict[str, Any] | None = None


def read_body(body: bytes) -> Body:
    """Judge a request body. Never raises: whatever can't be read is a defect or an open point."""
    large = ("body.large",) if len(body) > LARGE_BODY else ()
    text, encoding = _decode(body)
    if not text.strip("\x00 \t\r\n\ufeff"):
        return Body(defects=("body.empty",), open_points=large)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_number,
        )
    except RecursionError:
        return Body(open_points=(*large, "json.deep"))
    except ValueError:
        return _not_json(text, large)
    if isinstance(value, _Object) and _has_repeated_key(value):
        return _repeated(value, (*large, *encoding, "key.duplicate"))
    return _read_value(value, (*large, *encoding))


def _decode(body: bytes) -> tuple[str, tuple[str, ...]]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode(json.detect_encoding(body), errors="replace"), ("text.encoding",)
    if text.startswith("\ufeff") or "\x00" in text:
        return text.removeprefix("\ufeff").replace("\x00", ""), ("text.encoding",)
    return text, ()


def _number(_text: str) -> int:
    return 0  # only its type matters, and numbers of any length must be readable


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) != len(pairs):
        made.first = dict(reversed(pairs))
    return made


def _has_repeated_key(value: _Object) -> bool:
    if value.first is not None:
        return True
    items = value.get("callerNo")
    return isinstance(items, list) and any(
        isinstance(item, _Object) and item.first is not None for item in items
    )


def _repeated(value: _Object, points: tuple[str, ...]) -> Body:
    """Readers of JSON differ: the first value counts, or the last, or both. Only what is wrong
    either way is a defect.
    """
    last, first = _read_value(value, points), _read_value(_firsts(value), points)
    if last.defects and first.defects:
        return last
    whole = last.named | first.named
    return Body(
        open_points=(*points, "number.duplicate") if last.items != len(last.named) else points,
        named=whole,
        items=max(last.items, first.items),
        removals=tuple(dict.fromkeys((last.named, first.named, whole))),
    )


def _firsts(value: Any) -> Any:
    if isinstance(value, _Object):
        return _Object({key: _firsts(held) for key, held in (value.first or value).items()})
    return [_firsts(item) for item in value] if isinstance(value, list) else value


def _not_json(text: str, points: tuple[str, ...]) -> Body:
    """RFC 8259 lets a reader accept more than JSON: it is a defect only where no complete list of
    numbers can be read.
    """
    complete = (
        "callerNo" in text
        and text.count("{") == text.count("}")
        and text.count("[") == text.count("]")
    )
    if not complete or not any(text.count(mark) for mark in "{["):
        return Body(defects=("body.not-json",), open_points=points)
    digits = mentioned(text)
    return Body(
        open_points=(*points, "json.lenient"),
        named=digits,
        items=len(digits),
        removals=(digits, frozenset()),
    )


def mentioned(text: str) -> frozenset[str]:
    """Every run of digits in a text that could be a calling number."""
    return frozenset(part for part in _DIGIT_RUNS.findall(text) if len(part) <= MAX_NUMBER_LENGTH)


_OTHER_DIGITS = {
    ord(digit): str(value)
    for digits in ("０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩")
    for value, digit in enumerate(digits)
}


def mentions(body: bytes) -> frozenset[str]:
    """The same for a body, digits of other scripts read as digits: whatever a lax server could take
    from it.
    """
    return mentioned(body.decode("utf-8", "replace").translate(_OTHER_DIGITS))


def _read_value(value: Any, points: tuple[str, ...]) -> Body:
    if not isinstance(value, dict):
        return Body(defects=("body.not-object",), open_points=points)
    points = (*points, *unknown_members(value, _KNOWN_TOP))
    if "callerNo" not in value:
        return Body(defects=("caller-no.missing",), open_points=points)
    items = value["callerNo"]
    if not isinstance(items, list):
        return Body(
            defects=("caller-no.null" if items is None else "caller-no.wrong-type",),
            open_points=points,
        )
    if not items:
        return Body(defects=("caller-no.empty",), open_points=points)
    return _read_items(items, points)


def _read_items(items: list[Any], points: tuple[str, ...]) -> Body:
    named: set[str] = set()
    found: dict[str, None] = {}
    odd: dict[str, None] = dict.fromkeys(points)
    good = 0
    bad: list[Any] = []
    for item in items:
        if (
            type(item) is _Object
            and len(item) == 1
            and type(code := item.get("accessCode")) is str
            and is_number(code)
        ):
            named.add(code)  # the usual case, kept short: lists are long
            good += 1
            continue
        defects = item_defects(item)
        found.update(dict.fromkeys(defects))
        if isinstance(item, dict):
            odd.update(dict.fromkeys(unknown_members(item, _KNOWN_ITEM)))
            if defects:
                bad.append(item.get("accessCode"))
            else:
                named.add(item["accessCode"])
                good += 1
    if good > len(named) or any(
        isinstance(text, str) and bad.count(text) > 1 for text in bad[:MAX_NUMBERS_PER_CALL]
    ):
        odd["number.duplicate"] = None
    if len(named) > MAX_NUMBERS_PER_CALL or (found and len(items) > MAX_NUMBERS_PER_CALL):
        found["caller-no.too-many"] = None
    whole = frozenset(named)
    return Body(
        defects=tuple(found),
        open_points=tuple(odd),
        named=whole,
        items=len(items),
        removals=(whole,),
    )


def is_number(text: str) -> bool:
    """Whether a text is a calling number: 1 to 24 digits 0-9 (Table 4)."""
    return 0 < len(text) <= MAX_NUMBER_LENGTH and text.isascii() and text.isdigit()


def item_defects(item: Any) -> tuple[str, ...]:
    """What is wrong with one item of callerNo."""
    if not isinstance(item, dict):
        return ("item.null",) if item is None else ("item.not-object",)
    if "accessCode" not in item:
        return ("access-code.missing",)
    code = item["accessCode"]
    if not isinstance(code, str):
        return ("access-code.null",) if code is None else ("access-code.wrong-type",)
    if not code:
        return ("access-code.empty",)
    if not code.strip(_BLANK):
        return ("access-code.empty", "access-code.invalid-characters")
    long = ("access-code.too-long",) if len(code) > MAX_NUMBER_LENGTH else ()
    return long if _DIGITS.issuperset(code) else (*long, "access-code.invalid-characters")


def unknown_members(given: dict[str, Any], known: set[str]) -> tuple[str, ...]:
    """Open points that come from members the interface does not have; `hour` and `minute` are told
    apart (code 02000010).
    """
    extra = given.keys() - known
    if not extra:
        return ()
    if "hour" in extra or "minute" in extra:
        both = "hour" in extra and "minute" in extra
        return (
            "member.hour-and-minute"
            if both
            else "member.hour-without-minute"
            if "hour" in extra
            else "member.minute-without-hour",
        )
    return ("member.unknown",)
