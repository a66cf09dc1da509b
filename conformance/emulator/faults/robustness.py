"""Lies about robustness: input or use that the server does not survive."""

import json
import re
from collections.abc import Callable

from conformance.emulator.answer import SUCCESS, Answer, Decision, Steps
from conformance.emulator.call import Call
from conformance.emulator.faults.changes import intercepting, replying
from conformance.emulator.faults.last_number import RACE_WINDOW
from conformance.emulator.faults.registry import fault
from conformance.emulator.points import Points
from conformance.emulator.request import Request

_NO_5XX = "Response and error codes: whatever comes in is answered by a code of the table, never by a server error."
_ANSWERED = "Implied: every call is answered, and in finite time."
_KEEPS_WORKING = "Scenario: the interface works for the next call as it did for the first."
_SLOW = 20.0  # seconds; longer than any caller waits


def crash(status: int = 500) -> Answer:
    """Make the page that an application server shows when a handler threw."""
    body = {"timestamp": 1700000000000, "status": status, "error": "Internal Server Error", "path": "/rest/isales"}
    return Answer(status=status, body=json.dumps(body).encode(), content_type="application/json", code=str(status))


def _crashing(points: Points, when: Callable[[Call], bool]) -> None:
    intercepting(points, lambda call: crash() if when(call) else None)


def _crashing_on(points: Points, pattern: bytes) -> None:
    seen = re.compile(pattern, re.DOTALL)
    _crashing(points, lambda call: seen.search(call.body) is not None)


@fault("robust.null", "A null anywhere in the body is a server error.", _NO_5XX)
def _null(points: Points) -> None:
    _crashing_on(points, rb"[:\[,]\s*null|^\s*null")


@fault("robust.boolean", "A boolean in the body is a server error.", _NO_5XX)
def _boolean(points: Points) -> None:
    _crashing_on(points, rb"[:\[,]\s*(true|false)")


@fault("robust.deep-nesting", "Brackets nested deeper than 40 overflow the stack.", _NO_5XX)
def _deep_nesting(points: Points) -> None:
    _crashing_on(points, rb"(\[\s*|\{\s*\"[^\"]*\"\s*:\s*){40}")


@fault("robust.huge-integer", "An integer of 19 and more digits in the body is a server error.", _NO_5XX)
def _huge_integer(points: Points) -> None:
    _crashing_on(points, rb"[:\[,]\s*-?[0-9]{19,}")


@fault("robust.broken-utf8", "A body that is no UTF-8 is a server error.", _NO_5XX)
def _broken_utf8(points: Points) -> None:
    def is_broken(call: Call) -> bool:
        return call.body.decode("utf-8", "replace") != call.body.decode("utf-8", "ignore")

    _crashing(points, is_broken)


@fault("robust.quote", "A single quote in a value breaks the SQL statement.", _NO_5XX)
def _quote(points: Points) -> None:
    _crashing_on(points, rb"'")


@fault("robust.backslash", "A backslash in a body is a server error.", _NO_5XX)
def _backslash(points: Points) -> None:
    _crashing_on(points, rb"\\\\|\\\"")


@fault("robust.emoji", "A character outside the basic plane does not fit the database's character set.", _NO_5XX)
def _emoji(points: Points) -> None:
    _crashing_on(points, rb"[\xf0-\xf4][\x80-\xbf]{3}|\\u[dD][89a-fA-F]")


@fault("robust.nul", "U+0000 in a value is a server error.", _NO_5XX)
def _nul(points: Points) -> None:
    _crashing_on(points, rb"\\u0000|\x00")


@fault("robust.broken-json", "Broken JSON is a server error.", _NO_5XX)
def _broken_json(points: Points) -> None:
    def is_broken(call: Call) -> bool:
        try:
            json.loads(call.body or b"{}")
        except (ValueError, RecursionError):
            return True
        return False

    _crashing(points, is_broken)


@fault("robust.not-object", "A body that is a list, a text or a number is a server error.", _NO_5XX)
def _not_object(points: Points) -> None:
    _crashing_on(points, rb"^\s*[\[\"0-9tf-]")


@fault("robust.empty-body", "An empty body is a server error.", _NO_5XX)
def _empty_body(points: Points) -> None:
    _crashing(points, lambda call: not call.body.strip())


@fault("robust.empty-list", "An empty list is a server error: the statement ends in `IN ()`.", _NO_5XX)
def _empty_list(points: Points) -> None:
    _crashing_on(points, rb'"callerNo"\s*:\s*\[\s*\]')


@fault("robust.long-value", "A value of more than 1000 characters is a server error.", _NO_5XX)
def _long_value(points: Points) -> None:
    _crashing_on(points, rb'"[^"]{1001,}"')


@fault("robust.long-id", "An id beyond 64 bits in the path is a server error.", _NO_5XX)
def _long_id(points: Points) -> None:
    _crashing(points, lambda call: re.search(r"/-?[0-9]{19,}(/|$)", call.path) is not None)


@fault("robust.odd-id", "An id that is no integer is a server error.", _NO_5XX)
def _odd_id(points: Points) -> None:
    _crashing(points, lambda call: re.search(r"campaigns/-?[0-9]+/callerNo/-?[0-9]+$", call.path) is None)


@fault("robust.unknown-campaign", "A campaign that does not exist is a server error.", _NO_5XX)
def _unknown_campaign(points: Points) -> None:
    ids = {str(campaign) for _, campaign in points.start.campaigns}
    _crashing(points, lambda call: call.path.rpartition("/")[2] not in ids)


@fault("robust.query", "A percent sign in the query is a server error.", _NO_5XX)
def _query(points: Points) -> None:
    _crashing(points, lambda call: "%" in call.query)


@fault("robust.locale", "A locale other than the two known ones is a server error.", _NO_5XX)
def _locale(points: Points) -> None:
    _crashing(points, lambda call: call.headers.get("locale", "zh_CN") not in ("zh_CN", "en_US"))


@fault("robust.absent-number", "A number that the campaign lacks is a server error.", _NO_5XX)
def _absent_number(points: Points) -> None:
    refused: set[int] = set()
    amend = points.amend

    def noting(request: Request) -> None:
        amend(request)
        held = points.look(request)
        if request.operation == "delete" and held and any(number not in held for number in request.numbers):
            refused.add(request.call.sequence)
            request.note("campaign.last-number")

    def crashing(request: Request, _: Decision, made: Answer) -> Answer:
        return crash() if request.call.sequence in refused else made

    points.amend = noting
    replying(points, crashing)


@fault("robust.one-in-20", "Every twentieth deletion is a server error.", _NO_5XX)
def _one_in_20(points: Points) -> None:
    seen = 0

    def counts(_: Call) -> bool:
        nonlocal seen
        seen += 1
        return seen % 20 == 0

    _crashing(points, counts)


@fault("robust.pool", "After 120 deletions every one is HTTP 503: connections to the database leak.", _KEEPS_WORKING)
def _pool(points: Points) -> None:
    seen = 0

    def change(_: Call) -> Answer | None:
        nonlocal seen
        seen += 1
        return crash(503) if seen > 120 else None

    intercepting(points, change)


@fault(
    "robust.poisoned",
    "The deletion after a refused one is a server error: the transaction stayed open.",
    _KEEPS_WORKING,
)
def _poisoned(points: Points) -> None:
    is_open = False

    def crashing(_: Call) -> Answer | None:
        nonlocal is_open
        was_open, is_open = is_open, False
        return crash() if was_open else None

    def remember(_: Request, decision: Decision, made: Answer) -> Answer:
        nonlocal is_open
        is_open = decision.code != SUCCESS
        return made

    intercepting(points, crashing)
    replying(points, remember)


@fault("robust.locked-out", "After five refused deletions in a row all are refused, valid ones too.", _KEEPS_WORKING)
def _locked_out(points: Points) -> None:
    failures = 0
    amend = points.amend

    def refusing(request: Request) -> None:
        amend(request)
        if request.operation == "delete" and failures >= 5:
            request.note("campaign.last-number")

    def count(_: Request, decision: Decision, made: Answer) -> Answer:
        nonlocal failures
        failures = 0 if decision.code == SUCCESS else failures + 1
        return made

    points.amend = refusing
    replying(points, count)


@fault("robust.two-at-once", "Of two deletions at the same time one is HTTP 503.", _NO_5XX)
def _two_at_once(points: Points) -> None:
    _overlapping(points, crash(503))


@fault("robust.deadlock", "Of two deletions at the same time one is never answered.", _ANSWERED)
def _deadlock(points: Points) -> None:
    _overlapping(points, Answer(status=200, delivery="hang", code="no answer"))


def _overlapping(points: Points, otherwise: Answer) -> None:
    """Give deletions a length in time, and another answer to the one that comes while one is running."""
    handle = points.handle
    running = 0

    def overlapping(call: Call) -> Steps:
        nonlocal running
        if call.method != "DELETE":
            return (yield from handle(call))
        if running:
            return otherwise
        running += 1
        try:
            yield RACE_WINDOW
            return (yield from handle(call))
        finally:
            running -= 1

    points.handle = overlapping


@fault("robust.hangs-on-empty", "A deletion without a body is never answered.", _ANSWERED)
def _hangs_on_empty(points: Points) -> None:
    _undelivered(points, "hang", lambda call: not call.body)


@fault("robust.resets-large", "A body beyond 8 KiB has the connection reset.", _ANSWERED)
def _resets_large(points: Points) -> None:
    _undelivered(points, "reset", lambda call: len(call.body) > 8192)


@fault("robust.drops-non-ascii", "A body with other characters than ASCII has the connection closed.", _ANSWERED)
def _drops_non_ascii(points: Points) -> None:
    _undelivered(points, "close", lambda call: not call.body.isascii())


@fault("robust.drop-in-25", "Every twenty-fifth deletion has the connection closed without an answer.", _ANSWERED)
def _drop_in_25(points: Points) -> None:
    seen = 0

    def counts(_: Call) -> bool:
        nonlocal seen
        seen += 1
        return seen % 25 == 0

    _undelivered(points, "close", counts)


def _undelivered(points: Points, delivery: str, when: Callable[[Call], bool]) -> None:
    intercepting(points, lambda call: Answer(status=200, delivery=delivery, code="no answer") if when(call) else None)


@fault(
    "robust.slow-pattern",
    "A long number with one bad character takes twenty seconds: the pattern backtracks.",
    _ANSWERED,
)
def _slow_pattern(points: Points) -> None:
    handle = points.handle
    bad = re.compile(rb'"[0-9]{20,}[^0-9"]')

    def slow(call: Call) -> Steps:
        if bad.search(call.body):
            yield _SLOW
        return (yield from handle(call))

    points.handle = slow
