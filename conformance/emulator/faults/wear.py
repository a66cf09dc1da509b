"""Lies about lasting: what a server does not survive in long, dense or refused use, and calls left
unanswered.
"""

import re
from collections.abc import Callable

from conformance.emulator.answer import SUCCESS, Decision, EmulatorAnswer, Steps
from conformance.emulator.call import ReceivedCall
from conformance.emulator.faults.changes import RACE_WINDOW, intercepting, replying
from conformance.emulator.faults.registry import fault
from conformance.emulator.faults.robustness import NO_5XX, crash, crashing
from conformance.emulator.points import Points
from conformance.emulator.request import Request

_ANSWERED = "Implied: every call is answered, and in finite time."
_KEEPS_WORKING = "Scenario: the interface works for the next call as it did for the first."
_SLOW = 20.0  # seconds; longer than any caller waits


@fault("robust.one-in-20", "Every twentieth deletion is a server error.", NO_5XX)
def _one_in_20(points: Points) -> None:
    seen = 0

    def counts(_: ReceivedCall) -> bool:
        nonlocal seen
        seen += 1
        return seen % 20 == 0

    crashing(points, counts)


@fault(
    "robust.pool",
    "After 120 deletions every one is HTTP 503: connections to the database leak.",
    _KEEPS_WORKING,
)
def _pool(points: Points) -> None:
    seen = 0

    def change(_: ReceivedCall) -> EmulatorAnswer | None:
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

    def crashing(_: ReceivedCall) -> EmulatorAnswer | None:
        nonlocal is_open
        was_open, is_open = is_open, False
        return crash() if was_open else None

    def remember(_: Request, decision: Decision, made: EmulatorAnswer) -> EmulatorAnswer:
        nonlocal is_open
        is_open = decision.code != SUCCESS
        return made

    intercepting(points, crashing)
    replying(points, remember)


@fault(
    "robust.locked-out",
    "After five refused deletions in a row all are refused, valid ones too.",
    _KEEPS_WORKING,
)
def _locked_out(points: Points) -> None:
    failures = 0
    amend = points.amend

    def refusing(request: Request) -> None:
        amend(request)
        if request.operation == "delete" and failures >= 5:
            request.note("campaign.last-number")

    def count(_: Request, decision: Decision, made: EmulatorAnswer) -> EmulatorAnswer:
        nonlocal failures
        failures = 0 if decision.code == SUCCESS else failures + 1
        return made

    points.amend = refusing
    replying(points, count)


@fault("robust.two-at-once", "Of two deletions at the same time one is HTTP 503.", NO_5XX)
def _two_at_once(points: Points) -> None:
    _overlapping(points, crash(503))


@fault("robust.deadlock", "Of two deletions at the same time one is never answered.", _ANSWERED)
def _deadlock(points: Points) -> None:
    _overlapping(points, EmulatorAnswer(status=200, delivery="hang", code="no answer"))


def _overlapping(points: Points, otherwise: EmulatorAnswer) -> None:
    """Give deletions a length in time, and another answer to the one that comes while one is
    running.
    """
    handle = points.handle
    running = 0

    def overlapping(call: ReceivedCall) -> Steps:
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


@fault(
    "robust.drops-non-ascii",
    "A body with other characters than ASCII has the connection closed.",
    _ANSWERED,
)
def _drops_non_ascii(points: Points) -> None:
    _undelivered(points, "close", lambda call: not call.body.isascii())


@fault(
    "robust.drop-in-25",
    "Every twenty-fifth deletion has the connection closed without an answer.",
    _ANSWERED,
)
def _drop_in_25(points: Points) -> None:
    seen = 0

    def counts(_: ReceivedCall) -> bool:
        nonlocal seen
        seen += 1
        return seen % 25 == 0

    _undelivered(points, "close", counts)


def _undelivered(points: Points, delivery: str, when: Callable[[ReceivedCall], bool]) -> None:
    intercepting(
        points,
        lambda call: (
            EmulatorAnswer(status=200, delivery=delivery, code="no answer") if when(call) else None
        ),
    )


@fault(
    "robust.slow-pattern",
    "A long number with one bad character takes twenty seconds: the pattern backtracks.",
    _ANSWERED,
)
def _slow_pattern(points: Points) -> None:
    handle = points.handle
    bad = re.compile(rb'"[0-9]{20,}[^0-9"]')

    def slow(call: ReceivedCall) -> Steps:
        if bad.search(call.body):
            yield _SLOW
        return (yield from handle(call))

    points.handle = slow
