"""Lies about calls that fail: they did something all the same."""

import re
from collections.abc import Callable

from conformance.emulator import answer
from conformance.emulator.answer import Decision, EmulatorAnswer
from conformance.emulator.call import ReceivedCall
from conformance.emulator.defects import OF_ITEMS
from conformance.emulator.faults.changes import drop_but_one, refusing, replying
from conformance.emulator.faults.registry import fault
from conformance.emulator.points import Points, Route
from conformance.emulator.request import Request

_FAILURE_CHANGES_NOTHING = (
    "Response, resultCode: any other code than 0200000 is a failure, and a failed call deletes"
    " nothing."
)
_SUCCESS_IS_SAID = (
    "Response, resultCode: 0200000 says that the call succeeded; one that did its work must say so."
)
_UNAUTHORISED = "Request, Authorization: mandatory; a caller who is refused has changed nothing."


@fault(
    "atomic.valid-part",
    "Refuses a batch for a bad item, and has deleted the good ones.",
    _FAILURE_CHANGES_NOTHING,
)
def _valid_part(points: Points) -> None:
    def change(request: Request, defect: str) -> None:
        if defect in OF_ITEMS:
            drop_but_one(points.look(request), request.numbers)

    refusing(points, change)


@fault(
    "atomic.before-bad-item",
    "Refuses a batch for a bad item, and has deleted those before it.",
    _FAILURE_CHANGES_NOTHING,
)
def _before_bad_item(points: Points) -> None:
    def change(request: Request, defect: str) -> None:
        if defect in OF_ITEMS:
            drop_but_one(points.look(request), request.numbers[: request.found[defect]])

    refusing(points, change)


@fault(
    "atomic.after-bad-item",
    "Refuses a batch for its first item, and has deleted the rest.",
    _FAILURE_CHANGES_NOTHING,
)
def _after_bad_item(points: Points) -> None:
    def change(request: Request, defect: str) -> None:
        if defect in OF_ITEMS and request.found[defect] == 0:
            drop_but_one(points.look(request), request.numbers)

    refusing(points, change)


@fault(
    "atomic.broken-json",
    "Refuses broken JSON, and has deleted the numbers that it saw in it.",
    _FAILURE_CHANGES_NOTHING,
)
def _broken_json(points: Points) -> None:
    def change(request: Request, defect: str) -> None:
        if defect == "body.not-json":
            found = re.findall(rb'"accessCode"\s*:\s*"([0-9]+)"', request.call.body)
            drop_but_one(points.look(request), [number.decode() for number in found])

    refusing(points, change)


@fault(
    "atomic.hour-applied",
    "Refuses an hour without a minute, and has deleted the numbers.",
    _FAILURE_CHANGES_NOTHING,
)
def _hour_applied(points: Points) -> None:
    def change(request: Request, defect: str) -> None:
        if defect.startswith("member."):
            drop_but_one(points.look(request), request.numbers)

    refusing(points, change)


@fault(
    "atomic.other-vdn",
    "Says that the campaign does not exist in this VDN, and deletes in it.",
    _FAILURE_CHANGES_NOTHING,
)
def _other_vdn(points: Points) -> None:
    def change(request: Request, defect: str) -> None:
        owner = request.world.owners.get(request.campaign or 0)
        if defect == "campaign-id.other-vdn" and owner and request.campaign:
            drop_but_one(request.world.campaigns[owner, request.campaign], request.numbers)

    refusing(points, change)


@fault(
    "atomic.refusal-costs-one",
    "Each refused deletion costs the campaign its newest number.",
    _FAILURE_CHANGES_NOTHING,
)
def _refusal_costs_one(points: Points) -> None:
    def change(request: Request, _: str) -> None:
        held = points.look(request)
        if held and len(held) > 1:
            held.popitem()

    refusing(points, change)


@fault(
    "atomic.error-after-commit",
    "Deletes batches of three and more, and reports a failure.",
    _SUCCESS_IS_SAID,
)
def _error_after_commit(points: Points) -> None:
    remove_reply(points, lambda request: len(request.numbers) >= 3)


@fault(
    "atomic.error-one-in-twelve",
    "Every twelfth deletion is done and reported as a failure.",
    _SUCCESS_IS_SAID,
)
def _error_one_in_twelve(points: Points) -> None:
    result = 0

    def counts(_: Request) -> bool:
        nonlocal result
        result += 1
        return result % 12 == 0

    remove_reply(points, counts)


def remove_reply(points: Points, when: Callable[[Request], bool]) -> None:
    """Replace the reply to a deletion that was done by a failure."""

    def change(request: Request, decision: Decision, made: EmulatorAnswer) -> EmulatorAnswer:
        if decision.code != answer.SUCCESS or not when(request):
            return made
        failure = Decision(code=answer.PARAMETER_ERROR)
        return EmulatorAnswer(
            status=200,
            body=points.render(request.call, points.members(request, failure)),
            code=failure.code,
        )

    replying(points, change)


@fault(
    "atomic.unauthorised-applied",
    "Answers 401 to a wrong or missing signature, and has deleted the numbers.",
    _UNAUTHORISED,
)
def _unauthorised_applied(points: Points) -> None:
    refuse = points.unauthorised

    def applying(call: ReceivedCall) -> EmulatorAnswer:
        route = points.route(call)
        if isinstance(route, Route) and route.operation == "delete":
            request = Request(
                call=call,
                world=points.world(call),
                operation="delete",
                vdn_text=route.vdn_text,
                campaign_text=route.campaign_text,
            )
            points.parse(request)
            points.inspect(request)
            drop_but_one(points.look(request), request.numbers)
        return refuse(call)

    points.unauthorised = applying
