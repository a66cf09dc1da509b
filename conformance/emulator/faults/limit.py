"""Lies about how many numbers one call may delete."""

from conformance.emulator.faults.changes import (
    Remove,
    amending,
    drop_but_one,
    overlook,
    refusing,
    removing,
)
from conformance.emulator.faults.registry import fault
from conformance.emulator.points import Numbers, Points
from conformance.emulator.request import Request

_TOO_MANY = "caller-no.too-many"
_AT_MOST = "Restrictions, and callerNo in the request: one call may name no more than 100 numbers."
_UP_TO = "Restrictions: as many as 100 numbers may be deleted by one call."


@fault("limit.none", "Takes any number of numbers in one call.", _AT_MOST)
def _none(points: Points) -> None:
    overlook(points, _TOO_MANY)


@fault(
    "limit.off-by-one", "Takes 101 numbers, refuses 102: the comparison is off by one.", _AT_MOST
)
def _off_by_one(points: Points) -> None:
    overlook(points, _TOO_MANY, when=lambda request: len(request.items) == 101)


@fault("limit.large-campaign", "Forgets the limit in campaigns of more than 250 numbers.", _AT_MOST)
def _large_campaign(points: Points) -> None:
    overlook(points, _TOO_MANY, when=lambda request: len(points.look(request) or ()) > 250)


@fault("limit.one-campaign", "Knows the limit in the campaign with the lowest id only.", _AT_MOST)
def _one_campaign(points: Points) -> None:
    first = min(points.start.campaigns)
    overlook(points, _TOO_MANY, when=lambda request: request.key != first)


@fault("limit.hundred-refused", "Refuses exactly 100 numbers: `<` where `<=` was meant.", _UP_TO)
def _hundred_refused(points: Points) -> None:
    def change(request: Request) -> None:
        if len(request.items) == 100:
            request.note(_TOO_MANY)

    amending(points, change)


@fault("limit.byte-counter", "Counts in one byte, so that 256 numbers count as none.", _AT_MOST)
def _byte_counter(points: Points) -> None:
    overlook(points, _TOO_MANY, when=lambda request: len(request.items) % 256 <= 100)


@fault(
    "limit.truncates",
    "Takes more than 100 numbers, deletes the first 100 and reports success.",
    _AT_MOST,
)
def _truncates(points: Points) -> None:
    def change(request: Request) -> None:
        if request.found.pop(_TOO_MANY, None) is not None:
            request.numbers = request.numbers[:100]

    amending(points, change)


@fault(
    "limit.partial",
    "Refuses more than 100 numbers and has deleted the first 100 all the same.",
    _AT_MOST,
)
def _partial(points: Points) -> None:
    def change(request: Request, defect: str) -> None:
        if defect == _TOO_MANY:
            drop_but_one(points.look(request), request.numbers[:100])

    refusing(points, change)


@fault(
    "limit.counts-held",
    "Counts towards the limit only those numbers that the campaign holds.",
    _AT_MOST,
)
def _counts_held(points: Points) -> None:
    def when(request: Request) -> bool:
        held = points.look(request) or {}
        return sum(number in held for number in request.numbers) <= 100

    overlook(points, _TOO_MANY, when=when)


@fault(
    "limit.fifty",
    "Reports success for up to 100 numbers, and deletes the first 50 of them.",
    _UP_TO,
)
def _fifty(points: Points) -> None:
    def change(request: Request, held: Numbers, remove: Remove) -> int:
        count = len(set(request.numbers) & held.keys())
        request.numbers = request.numbers[:50]
        remove(request, held)
        return count

    removing(points, change)


@fault(
    "limit.body-size",
    "Refuses bodies beyond 2 KiB, far fewer than 100 numbers when they are long.",
    _UP_TO,
)
def _body_size(points: Points) -> None:
    def change(request: Request) -> None:
        if len(request.call.body) > 2048:
            request.note(_TOO_MANY)

    amending(points, change)


@fault("limit.per-page", "Refuses more than 20 numbers, the page size of its console.", _UP_TO)
def _per_page(points: Points) -> None:
    def change(request: Request) -> None:
        if len(request.items) > 20:
            request.note(_TOO_MANY)

    amending(points, change)
