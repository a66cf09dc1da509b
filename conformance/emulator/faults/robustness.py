"""Lies about robustness: input or use that the server does not survive."""

import json
import re
from collections.abc import Callable

from conformance.emulator.answer import Decision, EmulatorAnswer
from conformance.emulator.call import ReceivedCall
from conformance.emulator.faults.changes import intercepting, replying
from conformance.emulator.faults.registry import fault
from conformance.emulator.points import Points
from conformance.emulator.request import Request

NO_5XX = (
    "Response and error codes: whatever comes in is answered by a code of the table, never by a"
    " server error."
)


def crash(status: int = 500) -> EmulatorAnswer:
    """Make the page that an application server shows when a handler threw."""
    body = {
        "timestamp": 1700000000000,
        "status": status,
        "error": "Internal Server Error",
        "path": "/rest/isales",
    }
    return EmulatorAnswer(
        status=status,
        body=json.dumps(body).encode(),
        content_type="application/json",
        code=str(status),
    )


def crashing(points: Points, when: Callable[[ReceivedCall], bool]) -> None:
    """Answer some deletions with a server error."""
    intercepting(points, lambda call: crash() if when(call) else None)


def _crashing_on(points: Points, pattern: bytes) -> None:
    seen = re.compile(pattern, re.DOTALL)
    crashing(points, lambda call: seen.search(call.body) is not None)


@fault("robust.null", "A null anywhere in the body is a server error.", NO_5XX)
def _null(points: Points) -> None:
    _crashing_on(points, rb"[:\[,]\s*null|^\s*null")


@fault("robust.boolean", "A boolean in the body is a server error.", NO_5XX)
def _boolean(points: Points) -> None:
    _crashing_on(points, rb"[:\[,]\s*(true|false)")


@fault("robust.deep-nesting", "Brackets nested deeper than 40 overflow the stack.", NO_5XX)
def _deep_nesting(points: Points) -> None:
    _crashing_on(points, rb"(\[\s*|\{\s*\"[^\"]*\"\s*:\s*){40}")


@fault(
    "robust.huge-integer", "An integer of 19 and more digits in the body is a server error.", NO_5XX
)
def _huge_integer(points: Points) -> None:
    _crashing_on(points, rb"[:\[,]\s*-?[0-9]{19,}")


@fault("robust.broken-utf8", "A body that is no UTF-8 is a server error.", NO_5XX)
def _broken_utf8(points: Points) -> None:
    def is_broken(call: ReceivedCall) -> bool:
        return call.body.decode("utf-8", "replace") != call.body.decode("utf-8", "ignore")

    crashing(points, is_broken)


@fault("robust.quote", "A single quote in a value breaks the SQL statement.", NO_5XX)
def _quote(points: Points) -> None:
    _crashing_on(points, rb"'")


@fault("robust.backslash", "A backslash in a body is a server error.", NO_5XX)
def _backslash(points: Points) -> None:
    _crashing_on(points, rb"\\\\|\\\"")


@fault(
    "robust.emoji",
    "A character outside the basic plane does not fit the database's character set.",
    NO_5XX,
)
def _emoji(points: Points) -> None:
    _crashing_on(points, rb"[\xf0-\xf4][\x80-\xbf]{3}|\\u[dD][89a-fA-F]")


@fault("robust.nul", "U+0000 in a value is a server error.", NO_5XX)
def _nul(points: Points) -> None:
    _crashing_on(points, rb"\\u0000|\x00")


@fault(
    "robust.byte-order-mark", "A byte order mark in front of the body is a server error.", NO_5XX
)
def _byte_order_mark(points: Points) -> None:
    crashing(points, lambda call: call.body.startswith(b"\xef\xbb\xbf"))


@fault("robust.not-a-number", "NaN in the body is a server error.", NO_5XX)
def _not_a_number(points: Points) -> None:
    _crashing_on(points, rb"[:\[,]\s*NaN")


@fault("robust.broken-json", "Broken JSON is a server error.", NO_5XX)
def _broken_json(points: Points) -> None:
    def is_broken(call: ReceivedCall) -> bool:
        try:
            json.loads(call.body or b"{}")
        except (ValueError, RecursionError):
            return True
        return False

    crashing(points, is_broken)


@fault("robust.not-object", "A body that is a list, a text or a number is a server error.", NO_5XX)
def _not_object(points: Points) -> None:
    _crashing_on(points, rb"^\s*[\[\"0-9tf-]")


@fault("robust.empty-body", "An empty body is a server error.", NO_5XX)
def _empty_body(points: Points) -> None:
    crashing(points, lambda call: not call.body.strip())


@fault(
    "robust.empty-list", "An empty list is a server error: the statement ends in `IN ()`.", NO_5XX
)
def _empty_list(points: Points) -> None:
    _crashing_on(points, rb'"callerNo"\s*:\s*\[\s*\]')


@fault("robust.long-value", "A value of more than 1000 characters is a server error.", NO_5XX)
def _long_value(points: Points) -> None:
    _crashing_on(points, rb'"[^"]{1001,}"')


@fault("robust.long-id", "An id beyond 64 bits in the path is a server error.", NO_5XX)
def _long_id(points: Points) -> None:
    crashing(points, lambda call: re.search(r"/-?[0-9]{19,}(/|$)", call.path) is not None)


@fault("robust.odd-id", "An id that is no integer is a server error.", NO_5XX)
def _odd_id(points: Points) -> None:
    crashing(
        points, lambda call: re.search(r"campaigns/-?[0-9]+/callerNo/-?[0-9]+$", call.path) is None
    )


@fault("robust.unknown-campaign", "A campaign that does not exist is a server error.", NO_5XX)
def _unknown_campaign(points: Points) -> None:
    ids = {str(campaign) for _, campaign in points.start.campaigns}
    crashing(points, lambda call: call.path.rpartition("/")[2] not in ids)


@fault("robust.query", "A percent sign in the query is a server error.", NO_5XX)
def _query(points: Points) -> None:
    crashing(points, lambda call: "%" in call.query)


@fault("robust.locale", "A locale other than the two known ones is a server error.", NO_5XX)
def _locale(points: Points) -> None:
    crashing(points, lambda call: call.headers.get("locale", "zh_CN") not in ("zh_CN", "en_US"))


@fault("robust.absent-number", "A number that the campaign lacks is a server error.", NO_5XX)
def _absent_number(points: Points) -> None:
    refused: set[int] = set()
    amend = points.amend

    def noting(request: Request) -> None:
        amend(request)
        held = points.look(request)
        if (
            request.operation == "delete"
            and held
            and any(number not in held for number in request.numbers)
        ):
            refused.add(request.call.sequence)
            request.note("campaign.last-number")

    def crash_reply(request: Request, _: Decision, made: EmulatorAnswer) -> EmulatorAnswer:
        return crash() if request.call.sequence in refused else made

    points.amend = noting
    replying(points, crash_reply)
