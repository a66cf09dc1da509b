"""Lies about types, lists and bodies: what is missing, null, or of another shape."""

import json
import re
from collections.abc import Callable

from conformance.emulator import defects
from conformance.emulator.faults.changes import (
    amending,
    overlook,
    preparing,
    preparing_items,
    preparing_values,
)
from conformance.emulator.faults.registry import fault
from conformance.emulator.points import Points
from conformance.emulator.request import MISSING, Request

_STRING = "Request, accessCode: its type is String."
_MANDATORY = "Request, accessCode: mandatory in every item."
_LIST = "Request, callerNo: its type is List."
_LIST_MANDATORY = "Request, callerNo: mandatory, with at least one item."
_ITEMS = "Request, callerNo: a list of items that each carry accessCode."
_JSON = "Request, Content-Type: the body is JSON."


@fault("values.integer-coerced", "Takes a JSON integer for a text.", _STRING)
def _integer_coerced(points: Points) -> None:
    preparing_values(
        points,
        lambda value: (
            str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        ),
    )


@fault("values.float-coerced", "Takes a JSON number with a fraction for a text.", _STRING)
def _float_coerced(points: Points) -> None:
    preparing_values(
        points,
        lambda value: f"{value:.0f}" if isinstance(value, float) and abs(value) < 1e24 else value,
    )


@fault("values.list-coerced", "Takes a list with one text for the text.", _STRING)
def _list_coerced(points: Points) -> None:
    preparing_values(
        points, lambda value: value[0] if isinstance(value, list) and len(value) == 1 else value
    )


@fault("values.wrong-type-skipped", "Skips items whose accessCode is no text.", _STRING)
def _wrong_type_skipped(points: Points) -> None:
    overlook(points, "access-code.wrong-type", when=lambda request: bool(request.numbers))


@fault("values.boolean-accepted", "Takes true and false for numbers, and reports success.", _STRING)
def _boolean_accepted(points: Points) -> None:
    overlook(
        points,
        "access-code.wrong-type",
        when=lambda request: any(_value(item) in (True, False) for item in request.items),
    )


def _value(item: object) -> object:
    value = item.get("accessCode") if isinstance(item, dict) else None
    return value if isinstance(value, bool) else None


@fault("values.null-number-skipped", "Skips items whose accessCode is null.", _MANDATORY)
def _null_number_skipped(points: Points) -> None:
    overlook(points, "access-code.null")


@fault("values.missing-skipped", "Skips items without accessCode.", _MANDATORY)
def _missing_skipped(points: Points) -> None:
    overlook(points, "access-code.missing")


@fault("values.empty-skipped", "Skips items whose accessCode is the empty text.", _MANDATORY)
def _empty_skipped(points: Points) -> None:
    overlook(points, "access-code.empty")


@fault("values.member-case", "Takes `accesscode` in any case for accessCode.", _MANDATORY)
def _member_case(points: Points) -> None:
    def rename(item: object) -> object:
        if not isinstance(item, dict):
            return item
        return {
            "accessCode" if key.lower() == "accesscode" else key: value
            for key, value in item.items()
        }

    preparing_items(points, lambda items: [rename(item) for item in items])


@fault("values.null-item-skipped", "Skips items that are null.", _ITEMS)
def _null_item_skipped(points: Points) -> None:
    overlook(points, "item.null")


@fault("values.bare-texts", "Takes a list of plain texts for a list of items.", _ITEMS)
def _bare_texts(points: Points) -> None:
    preparing_items(
        points,
        lambda items: [{"accessCode": item} if isinstance(item, str) else item for item in items],
    )


@fault("values.odd-item-skipped", "Skips items that are no objects.", _ITEMS)
def _odd_item_skipped(points: Points) -> None:
    overlook(points, "item.not-object")


@fault(
    "values.bad-items-skipped",
    "Skips whatever is wrong in a list as long as one item is right.",
    _ITEMS,
)
def _bad_items_skipped(points: Points) -> None:
    names = [name for name in defects.OF_ITEMS if not name.startswith("priority.")]
    overlook(points, *names, when=lambda request: bool(request.numbers))


@fault(
    "values.only-first-checked",
    "Checks the first item only, and skips what is wrong with the others.",
    _ITEMS,
)
def _only_first_checked(points: Points) -> None:
    def change(request: Request) -> None:
        for name in [
            name for name in request.found if name in defects.OF_ITEMS and request.found[name] > 0
        ]:
            del request.found[name]

    amending(points, change)


@fault(
    "values.only-ten-checked",
    "Checks the first ten items only, and skips what is wrong with the others.",
    _ITEMS,
)
def _only_ten_checked(points: Points) -> None:
    def change(request: Request) -> None:
        for name in [
            name for name in request.found if name in defects.OF_ITEMS and request.found[name] >= 10
        ]:
            del request.found[name]

    amending(points, change)


@fault("values.text-for-body", "Takes a JSON text that holds an object for the object.", _JSON)
def _text_for_body(points: Points) -> None:
    def change(request: Request) -> None:
        if isinstance(request.body, str):
            try:
                request.body = json.loads(request.body)
            except ValueError:
                return

    preparing(points, change)


@fault("values.object-for-list", "Takes one object for a list of one.", _LIST)
def _object_for_list(points: Points) -> None:
    def change(request: Request) -> None:
        if isinstance(request.body, dict) and isinstance(request.body.get("callerNo"), dict):
            request.body["callerNo"] = [request.body["callerNo"]]

    preparing(points, change)


@fault("values.text-for-list", "Takes the JSON text of a list for the list.", _LIST)
def _text_for_list(points: Points) -> None:
    def change(request: Request) -> None:
        listed = request.body.get("callerNo") if isinstance(request.body, dict) else None
        if isinstance(request.body, dict) and isinstance(listed, str):
            try:
                request.body["callerNo"] = json.loads(listed)
            except ValueError:
                return

    preparing(points, change)


@fault(
    "values.list-type-unchecked",
    "Reports success where callerNo is a text, a number or true.",
    _LIST,
)
def _list_type_unchecked(points: Points) -> None:
    overlook(points, "caller-no.wrong-type")


@fault("values.empty-list", "Reports success for an empty list.", _LIST_MANDATORY)
def _empty_list(points: Points) -> None:
    overlook(points, "caller-no.empty")


@fault("values.null-list", "Reports success where callerNo is null.", _LIST_MANDATORY)
def _null_list(points: Points) -> None:
    overlook(points, "caller-no.null")


@fault("values.missing-list", "Reports success where callerNo is missing.", _LIST_MANDATORY)
def _missing_list(points: Points) -> None:
    overlook(points, "caller-no.missing")


@fault("values.bare-list", "Takes a list as the whole body for callerNo.", _LIST_MANDATORY)
def _bare_list(points: Points) -> None:
    def change(request: Request) -> None:
        if isinstance(request.body, list):
            request.body = {"callerNo": request.body}

    preparing(points, change)


@fault("values.empty-body", "Reports success for an empty body.", _LIST_MANDATORY)
def _empty_body(points: Points) -> None:
    overlook(points, "body.empty")


def _reading_twice(points: Points, mend: Callable[[str], object]) -> None:
    """Give broken JSON a second chance."""

    def change(request: Request) -> None:
        if request.body is MISSING and "body.not-json" in request.found:
            try:
                request.body = mend(request.call.body.decode("utf-8", "replace"))
            except (ValueError, RecursionError):
                return
            del request.found["body.not-json"]

    preparing(points, change)


@fault(
    "values.trailing-garbage",
    "Reads the first JSON value of a body and ignores what follows.",
    _JSON,
)
def _trailing_garbage(points: Points) -> None:
    _reading_twice(points, lambda text: json.JSONDecoder().raw_decode(text)[0])


@fault("values.lenient-json", "Forgives single quotes and commas at the end.", _JSON)
def _lenient_json(points: Points) -> None:
    _reading_twice(
        points, lambda text: json.loads(re.sub(r",\s*([\]}])", r"\1", text.replace("'", '"')))
    )


@fault("values.cut-json", "Closes the brackets that a body leaves open.", _JSON)
def _cut_json(points: Points) -> None:
    _reading_twice(points, lambda text: json.loads(text.rstrip().rstrip("]}") + "}]}"))
