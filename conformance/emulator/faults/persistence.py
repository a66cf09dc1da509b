"""Lies about what becomes of a deletion later: undone, lost, late, or seen by one instance only."""

import time

from conformance.emulator.answer import Decision, Steps
from conformance.emulator.call import ReceivedCall
from conformance.emulator.faults.changes import Remove, drop_but_one, removing, waiting
from conformance.emulator.faults.registry import fault
from conformance.emulator.points import Numbers, Points
from conformance.emulator.request import Request
from conformance.emulator.world import World

_STAYS_DELETED = "Scenario: a number that was deleted is gone until it is added again."
_EACH_ONCE = "Scenario: a call has its effect once, and none on what is added after it."
_EACH_HAPPENS = (
    "Scenario: every successful call has its effect, also when others come at the same time."
)
LATE = 0.2  # seconds
_CALLS_UNTIL_UNDONE = 6
_MANY_CALLS = 50


@fault(
    "state.undone-later",
    "Deleted numbers come back six calls later: a replica wins.",
    _STAYS_DELETED,
)
def _undone_later(points: Points) -> None:
    _undone_after(points, _CALLS_UNTIL_UNDONE)


@fault(
    "state.undone-much-later",
    "Deleted numbers come back fifty calls later: a nightly import brings them along.",
    _STAYS_DELETED,
)
def _undone_much_later(points: Points) -> None:
    _undone_after(points, _MANY_CALLS)


def _undone_after(points: Points, calls: int) -> None:
    graves: list[tuple[int, Numbers, Numbers]] = []
    handle = points.handle

    def change(request: Request, held: Numbers, remove: Remove) -> int:
        gone = {number: held[number] for number in request.numbers if number in held}
        graves.append((request.call.sequence + calls, held, gone))
        return remove(request, held)

    def resurrecting(call: ReceivedCall) -> Steps:
        while graves and graves[0][0] <= call.sequence:
            _, held, gone = graves.pop(0)
            held.update(gone)
        return (yield from handle(call))

    removing(points, change)
    points.handle = resurrecting


@fault(
    "state.undone-by-add",
    "Adding a number brings back what was deleted: the cached list is saved whole.",
    _STAYS_DELETED,
)
def _undone_by_add(points: Points) -> None:
    gone: dict[int, Numbers] = {}
    add = points.add

    def change(request: Request, held: Numbers, remove: Remove) -> int:
        dead = {number: held[number] for number in request.numbers if number in held}
        gone.setdefault(id(held), {}).update(dead)
        return remove(request, held)

    def adding(request: Request, held: Numbers) -> int:
        added = add(request, held)
        held.update(gone.pop(id(held), {}))
        return added

    removing(points, change)
    points.add = adding


@fault(
    "state.undone-by-refusal", "A refused call rolls back the deletion before it.", _STAYS_DELETED
)
def _undone_by_refusal(points: Points) -> None:
    last: list[tuple[Numbers, Numbers]] = []
    refuse = points.refuse

    def change(request: Request, held: Numbers, remove: Remove) -> int:
        last[:] = [(held, {number: held[number] for number in request.numbers if number in held})]
        return remove(request, held)

    def refusing(request: Request, defect: str) -> Decision:
        for held, gone in last:
            held.update(gone)
        last.clear()
        return refuse(request, defect)

    removing(points, change)
    points.refuse = refusing


@fault(
    "state.redelivered",
    "A queue delivers a deletion again: a number that was added back is gone.",
    _EACH_ONCE,
)
def _redelivered(points: Points) -> None:
    repeat: list[tuple[Numbers, list[str]]] = []
    add, handle = points.add, points.handle
    due: list[tuple[Numbers, list[str]]] = []

    def change(request: Request, held: Numbers, remove: Remove) -> int:
        repeat.append((held, list(request.numbers)))
        return remove(request, held)

    def adding(request: Request, held: Numbers) -> int:
        due.extend(repeat)
        repeat.clear()
        return add(request, held)

    def redelivering(call: ReceivedCall) -> Steps:
        for held, numbers in due:
            drop_but_one(held, numbers)
        due.clear()
        return (yield from handle(call))

    removing(points, change)
    points.add = adding
    points.handle = redelivering


@fault(
    "state.lost-update",
    "Reads the list, waits, writes it back: of two calls at once one is lost.",
    _EACH_HAPPENS,
)
def _lost_update(points: Points) -> None:
    seen: dict[int, Numbers] = {}

    def remember(request: Request, held: Numbers) -> None:
        seen[request.call.sequence] = dict(held)

    def change(request: Request, held: Numbers, remove: Remove) -> int:
        copy = dict(seen.pop(request.call.sequence, held))
        removed = remove(request, copy)
        held.clear()
        held.update(copy)
        return removed

    waiting(points, "delete", remember)
    removing(points, change)


@fault(
    "state.add-overwrites",
    "Adding reads, waits and writes back: a deletion in between is lost.",
    _EACH_HAPPENS,
)
def _add_overwrites(points: Points) -> None:
    seen: dict[int, Numbers] = {}
    add = points.add

    def remember(request: Request, held: Numbers) -> None:
        seen[request.call.sequence] = dict(held)

    def adding(request: Request, held: Numbers) -> int:
        held.update(seen.pop(request.call.sequence, held))
        return add(request, held)

    waiting(points, "add", remember)
    points.add = adding


@fault(
    "state.one-at-a-time",
    "Of two deletions at once on a campaign the second is reported and dropped.",
    _EACH_HAPPENS,
)
def _one_at_a_time(points: Points) -> None:
    busy: dict[int, int] = {}

    def enter(request: Request, held: Numbers) -> None:
        busy.setdefault(id(held), request.call.sequence)

    def change(request: Request, held: Numbers, remove: Remove) -> int:
        if busy.get(id(held)) != request.call.sequence:
            return len(set(request.numbers) & held.keys())
        del busy[id(held)]
        return remove(request, held)

    waiting(points, "delete", enter)
    removing(points, change)


@fault(
    "state.long-use",
    "After 60 deletions nothing is deleted any more, and success reported.",
    _EACH_HAPPENS,
)
def _long_use(points: Points) -> None:
    result = 0

    def change(request: Request, held: Numbers, remove: Remove) -> int:
        nonlocal result
        result += 1
        return remove(request, held) if result <= 60 else len(set(request.numbers) & held.keys())

    removing(points, change)


@fault(
    "state.late",
    "A deletion takes effect a fifth of a second after its success was reported.",
    _EACH_HAPPENS,
)
def _late(points: Points) -> None:
    due: list[tuple[float, Numbers, list[str]]] = []
    handle = points.handle

    def change(request: Request, held: Numbers, _: Remove) -> int:
        due.append((time.monotonic() + LATE, held, list(request.numbers)))
        return len(set(request.numbers) & held.keys())

    def catching_up(call: ReceivedCall) -> Steps:
        while due and due[0][0] <= time.monotonic():
            _, held, numbers = due.pop(0)
            drop_but_one(held, numbers)
        return (yield from handle(call))

    removing(points, change)
    points.handle = catching_up


@fault(
    "state.per-instance",
    "Two instances take turns; a deletion reaches only the one that serves it.",
    _STAYS_DELETED,
)
def _per_instance(points: Points) -> None:
    other = points.start.copy()
    world, add = points.world, points.add

    def choosing(call: ReceivedCall) -> World:
        return other if call.sequence % 2 else world(call)

    def adding(request: Request, held: Numbers) -> int:
        for each in (other, world(request.call)):
            numbers = each.campaigns[request.key or (0, 0)]
            if numbers is not held:
                add(request, numbers)
        return add(request, held)

    points.world = choosing
    points.add = adding
