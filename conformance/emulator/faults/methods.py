"""Lies about methods other than DELETE."""

from collections.abc import Callable
from dataclasses import replace

from conformance.emulator import answer
from conformance.emulator.answer import EmulatorAnswer
from conformance.emulator.call import ReceivedCall
from conformance.emulator.faults.registry import fault
from conformance.emulator.faults.robustness import crash
from conformance.emulator.points import Points, Route

_ONLY_DELETE = "Method: the interface supports DELETE, and no other method deletes."
_NO_5XX = "Method: a method that is not supported is refused, not a server error."


def _deleting_by(points: Points, *methods: str) -> None:
    """Treat other methods as DELETE, once the caller is known."""
    inner = points.route

    def route(call: ReceivedCall) -> Route | EmulatorAnswer:
        is_numbers = "/callerNo/" in call.path
        return inner(
            replace(call, method="DELETE") if call.method in methods and is_numbers else call
        )

    points.route = route


@fault("methods.put", "PUT deletes.", _ONLY_DELETE)
def _put(points: Points) -> None:
    _deleting_by(points, "PUT")


@fault("methods.get", "GET deletes.", _ONLY_DELETE)
def _get(points: Points) -> None:
    _deleting_by(points, "GET")


@fault("methods.patch", "PATCH deletes.", _ONLY_DELETE)
def _patch(points: Points) -> None:
    _deleting_by(points, "PATCH")


@fault("methods.head", "HEAD deletes.", _ONLY_DELETE)
def _head(points: Points) -> None:
    _deleting_by(points, "HEAD")


@fault("methods.any", "Every method that it has no other use for deletes.", _ONLY_DELETE)
def _any_method(points: Points) -> None:
    _deleting_by(points, "PUT", "GET", "PATCH", "HEAD", "OPTIONS", "TRACE")


@fault("methods.unheard-of", "A method that HTTP does not know deletes.", _ONLY_DELETE)
def _unheard_of(points: Points) -> None:
    _deleting_by(points, "PURGE", "UNLINK")


@fault("methods.options", "OPTIONS deletes.", _ONLY_DELETE)
def _options(points: Points) -> None:
    _deleting_by(points, "OPTIONS")


@fault(
    "methods.override",
    "PUT with the header X-HTTP-Method-Override: DELETE deletes, and so does GET.",
    _ONLY_DELETE,
)
def _override(points: Points) -> None:
    inner = points.route

    def route(call: ReceivedCall) -> Route | EmulatorAnswer:
        is_override = call.headers.get("x-http-method-override", "").upper() == "DELETE"
        return inner(
            replace(call, method="DELETE") if is_override and "/callerNo/" in call.path else call
        )

    points.route = route


def _answering(points: Points, make: Callable[[ReceivedCall], EmulatorAnswer]) -> None:
    inner = points.route

    def route(call: ReceivedCall) -> Route | EmulatorAnswer:
        is_odd = call.method not in ("DELETE", "POST") and "/callerNo/" in call.path
        return make(call) if is_odd else inner(call)

    points.route = route


@fault("methods.success", "Reports success to other methods, and does nothing.", _ONLY_DELETE)
def _success(points: Points) -> None:
    members: answer.Members = {
        "resultCode": answer.SUCCESS,
        "resultDesc": "success",
        "returnCode": answer.SUCCESS,
        "returnDesc": "success",
    }
    _answering(
        points,
        lambda call: EmulatorAnswer(
            status=200, body=points.render(call, members), code=answer.SUCCESS
        ),
    )


@fault("methods.500", "Other methods are a server error.", _NO_5XX)
def _server_error(points: Points) -> None:
    _answering(points, lambda _: crash())


@fault("methods.hang", "Other methods are never answered.", "Implied: every call is answered.")
def _hang(points: Points) -> None:
    _answering(points, lambda _: EmulatorAnswer(status=200, delivery="hang", code="no answer"))
