"""Looking for everything that is wrong with a call, apart from what only the campaign's state can
tell.
"""

import re
from collections.abc import Callable
from urllib.parse import unquote

from conformance.emulator.request import MISSING, Request

LARGEST_VDN = 9999
LARGEST_ID = 2**63 - 1
LONGEST_ID = 19
MOST_NUMBERS = 100
LONGEST_NUMBER = 24
VERY_LONG = 255
LOCALES = ("zh_CN", "en_US")
_INTEGER = re.compile(r"-?[0-9]+")
_CHARSET = re.compile(r'charset="?utf-?8"?', re.IGNORECASE)

Finder = Callable[[Request], None]


def find_in_path(request: Request) -> None:
    """Read the two ids."""
    request.vdn = _read_id(request, "vdn-id", request.vdn_text, LARGEST_VDN)
    request.campaign = _read_id(request, "campaign-id", request.campaign_text, LARGEST_ID)


def _read_id(request: Request, name: str, text: str, largest: int) -> int | None:
    if not _INTEGER.fullmatch(text):
        request.note(f"{name}.not-integer")
    elif len(text.lstrip("-")) > LONGEST_ID:
        request.note(f"{name}.very-long")
    elif not 1 <= int(text) <= largest:
        request.note(f"{name}.out-of-range")
    else:
        return int(text)
    return None


def find_in_query(request: Request) -> None:
    """Look at the names of the query's parameters."""
    if not request.call.query:
        return
    names = {unquote(part.partition("=")[0]) for part in request.call.query.split("&") if part}
    _find_times(request, names)
    if names - {"hour", "minute"}:
        request.note("query.unknown")


def _find_times(request: Request, names: object, position: int = -1) -> None:
    """Look for the two members that the shared table of codes speaks of."""
    if not isinstance(names, (set, dict)):
        return
    if "hour" in names and "minute" in names:
        request.note("member.hour-and-minute", position)
    elif "hour" in names:
        request.note("member.hour-without-minute", position)
    elif "minute" in names:
        request.note("member.minute-without-hour", position)


def find_in_headers(request: Request) -> None:
    """Look at Content-Type and locale."""
    headers = request.call.headers
    if headers.get("locale", LOCALES[0]) not in LOCALES:
        request.note("locale.unknown")
    if request.operation == "query":
        return
    content_type = headers.get("content-type")
    if content_type is None:
        request.note("content-type.missing")
    elif content_type != "application/json; charset=UTF-8" and not _is_json_type(content_type):
        request.note("content-type.other")


def _is_json_type(content_type: str) -> bool:
    media, _, parameters = content_type.partition(";")
    if media.strip().lower() != "application/json":
        return False
    return not parameters.strip() or bool(_CHARSET.fullmatch(parameters.strip()))


def find_in_body(request: Request) -> None:
    """Look at the body as a whole, and take out the list."""
    body = request.body
    if body is MISSING:
        return
    if not isinstance(body, dict):
        request.note("body.not-object")
        return
    if request.duplicate_keys:
        request.note("key.duplicate")
    if len(body) > 1 or "callerNo" not in body:
        _find_times(request, body)
        if body.keys() - {"callerNo", "hour", "minute"}:
            request.note("member.unknown")
    _find_list(request, body.get("callerNo", MISSING))


def _find_list(request: Request, listed: object) -> None:
    if listed is MISSING:
        request.note("caller-no.missing")
    elif listed is None:
        request.note("caller-no.null")
    elif not isinstance(listed, list):
        request.note("caller-no.wrong-type")
    elif not listed:
        request.note("caller-no.empty")
    else:
        request.items = listed


def find_in_items(request: Request) -> None:
    """Look at each item; a clean one with nothing but its number is the common case."""
    numbers = request.numbers
    for position, item in enumerate(request.items):
        if type(item) is dict and len(item) == 1:
            value = item.get("accessCode")
            if (
                type(value) is str
                and 0 < len(value) <= LONGEST_NUMBER
                and value.isascii()
                and value.isdigit()
            ):
                numbers.append(value)
                continue
        _find_in_item(request, item, position)
    if len(set(numbers)) != len(numbers):
        request.note("number.duplicate")


def _find_in_item(request: Request, item: object, position: int) -> None:
    if item is None:
        request.note("item.null", position)
    elif not isinstance(item, dict):
        request.note("item.not-object", position)
    else:
        _find_times(request, item, position)
        known = {"accessCode", "hour", "minute"} | (
            {"priority"} if request.operation == "add" else set()
        )
        if item.keys() - known:
            request.note("member.unknown", position)
        _find_in_number(request, item.get("accessCode", MISSING), position)


def _find_in_number(request: Request, value: object, position: int) -> None:
    if value is MISSING:
        request.note("access-code.missing", position)
    elif value is None:
        request.note("access-code.null", position)
    elif not isinstance(value, str):
        request.note("access-code.wrong-type", position)
    elif not value:
        request.note("access-code.empty", position)
    else:
        _find_in_text(request, value, position)


def _find_in_text(request: Request, value: str, position: int) -> None:
    is_clean = True
    if len(value) > VERY_LONG:
        request.note("access-code.very-long", position)
        is_clean = False
    elif len(value) > LONGEST_NUMBER:
        request.note("access-code.too-long", position)
        is_clean = False
    if not (value.isascii() and value.isdigit()):
        request.note("access-code.invalid-characters", position)
        is_clean = False
    if is_clean:
        request.numbers.append(value)


def find_priorities(request: Request, *, mandatory: bool) -> None:
    """Look at the priorities of numbers to be added."""
    for position, item in enumerate(request.items):
        if isinstance(item, dict):
            _find_priority(request, item, position, mandatory=mandatory)


def _find_priority(
    request: Request, item: dict[str, object], position: int, *, mandatory: bool
) -> None:
    if "priority" not in item:
        if mandatory:
            request.note("priority.missing", position)
        return
    value = item["priority"]
    if not isinstance(value, int) or isinstance(value, bool):
        request.note("priority.wrong-type", position)
    elif not 1 <= value <= 5:
        request.note("priority.out-of-range", position)
    else:
        request.priorities[str(item.get("accessCode"))] = value
