"""The ways in which faults change the honest handling. They touch deletions only, where they are
not told otherwise.
"""

from collections.abc import Callable, Iterable

from conformance.emulator.answer import Decision, EmulatorAnswer, Members
from conformance.emulator.call import ReceivedCall
from conformance.emulator.points import Numbers, Points, Route
from conformance.emulator.request import Request

RACE_WINDOW = 0.03  # seconds; calls that arrive together are read before the first of them writes
Remove = Callable[[Request, Numbers], int]


def always(_: Request) -> bool:
    """Hold for every call."""
    return True


def drop_but_one(held: Numbers | None, numbers: Iterable[str]) -> None:
    """Delete what should not be deleted, and leave one number, so that no other demand is broken
    beside.
    """
    for number in numbers:
        if held and len(held) > 1:
            held.pop(number, None)


def amending(points: Points, change: Callable[[Request], None]) -> None:
    """Have the last word on what is wrong with a deletion."""
    inner = points.amend

    def amend(request: Request) -> None:
        inner(request)
        if request.operation == "delete":
            change(request)

    points.amend = amend


def overlook(points: Points, *names: str, when: Callable[[Request], bool] = always) -> None:
    """Not see some defects."""

    def change(request: Request) -> None:
        if when(request):
            for name in names:
                request.found.pop(name, None)

    amending(points, change)


def preparing(points: Points, change: Callable[[Request], None]) -> None:
    """Alter what was parsed before anything is checked."""
    inner = points.parse

    def parse(request: Request) -> None:
        inner(request)
        if request.operation == "delete":
            change(request)

    points.parse = parse


def listed(request: Request) -> list[object]:
    """Return the list of the body, as far as there is one."""
    body = request.body
    items = body.get("callerNo") if isinstance(body, dict) else None
    return items if isinstance(items, list) else []


def preparing_items(points: Points, change: Callable[[list[object]], list[object]]) -> None:
    """Alter the list before it is checked."""

    def prepare(request: Request) -> None:
        items = listed(request)
        if items and isinstance(request.body, dict):
            request.body["callerNo"] = change(items)

    preparing(points, prepare)


def preparing_values(points: Points, change: Callable[[object], object]) -> None:
    """Alter each accessCode before it is checked."""

    def convert(item: object) -> object:
        if isinstance(item, dict) and "accessCode" in item:
            return {**item, "accessCode": change(item["accessCode"])}
        return item

    preparing_items(points, lambda items: [convert(item) for item in items])


def preparing_texts(points: Points, change: Callable[[str], str]) -> None:
    """Alter each accessCode that is a text before it is checked."""
    preparing_values(points, lambda value: change(value) if isinstance(value, str) else value)


def removing(points: Points, change: Callable[[Request, Numbers, Remove], int]) -> None:
    """Do something else than removing what was named."""
    inner = points.remove
    points.remove = lambda request, held: change(request, held, inner)


def removing_also(points: Points, collides: Callable[[str, str], bool]) -> None:
    """Remove, beside what was named, every number that collides with it; one number is left in any
    case.
    """

    def change(request: Request, held: Numbers, remove: Remove) -> int:
        named = set(request.numbers)
        removed = remove(request, held)
        for number in [other for other in held if any(collides(name, other) for name in named)]:
            if len(held) > 1:
                del held[number]
        return removed

    removing(points, change)


def waiting(
    points: Points, operation: str, note: Callable[[Request, Numbers], None] = lambda _, __: None
) -> None:
    """Leave a window between decision and act of an operation, noting what was decided upon."""
    inner = points.window

    def window(request: Request) -> float:
        seconds = inner(request)
        held = points.look(request)
        if request.operation != operation or held is None:
            return seconds
        note(request, held)
        return max(seconds, RACE_WINDOW)

    points.window = window


def refusing(points: Points, change: Callable[[Request, str], None]) -> None:
    """Do something while refusing a deletion."""
    inner = points.refuse

    def refuse(request: Request, defect: str) -> Decision:
        if request.operation == "delete":
            change(request, defect)
        return inner(request, defect)

    points.refuse = refuse


def rewording(
    points: Points,
    change: Callable[[Request, Decision, Members], Members],
    *,
    everywhere: bool = False,
) -> None:
    """Alter the members of the reply to a deletion, or of every reply: most servers write all of
    them in one place.
    """
    inner = points.members

    def members(request: Request, decision: Decision) -> Members:
        made = inner(request, decision)
        return (
            change(request, decision, made) if everywhere or request.operation == "delete" else made
        )

    points.members = members


def replying(
    points: Points, change: Callable[[Request, Decision, EmulatorAnswer], EmulatorAnswer]
) -> None:
    """Alter the finished reply to a deletion."""
    inner = points.reply

    def reply(request: Request, decision: Decision) -> EmulatorAnswer:
        made = inner(request, decision)
        return change(request, decision, made) if request.operation == "delete" else made

    points.reply = reply


def intercepting(points: Points, change: Callable[[ReceivedCall], EmulatorAnswer | None]) -> None:
    """Answer an authenticated deletion before it is looked at."""
    inner = points.route

    def route(call: ReceivedCall) -> Route | EmulatorAnswer:
        made = change(call) if call.method == "DELETE" else None
        return made or inner(call)

    points.route = route


def reading_path(points: Points, change: Callable[[str, str], tuple[str, str]]) -> None:
    """Read the two ids of a deletion's path otherwise."""
    inner = points.inspect

    def inspect(request: Request) -> None:
        if request.operation == "delete":
            request.vdn_text, request.campaign_text = change(
                request.vdn_text, request.campaign_text
            )
        inner(request)

    points.inspect = inspect
