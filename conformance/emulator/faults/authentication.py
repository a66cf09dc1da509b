"""Lies about who may call."""

from collections.abc import Callable
from dataclasses import replace

from conformance.emulator import answer
from conformance.emulator.answer import EmulatorAnswer
from conformance.emulator.call import ReceivedCall
from conformance.emulator.faults.claims import (
    accepting,
    claimed,
    claimed_and_right,
    claimed_by_known,
)
from conformance.emulator.faults.registry import fault
from conformance.emulator.faults.robustness import crash
from conformance.emulator.points import Points

_MANDATORY = "Request, Authorization: mandatory; a call without it is refused with HTTP 401."
_VERIFIED = "Authentication: the signature is verified; a wrong one is refused with HTTP 401."
_KEY = "Authentication: the access key must be a known one."
_REFUSAL = "Authentication: failed is HTTP 401."


@fault("auth.none", "Lets everyone in.", _MANDATORY)
def _none(points: Points) -> None:
    accepting(points, lambda _: True)


@fault("auth.delete-open", "Protects adding and looking, not deleting.", _MANDATORY)
def _delete_open(points: Points) -> None:
    accepting(points, lambda call: call.method == "DELETE")


@fault(
    "auth.missing-header", "Lets calls without the header in; wrong ones are refused.", _MANDATORY
)
def _missing_header(points: Points) -> None:
    accepting(points, lambda call: "authorization" not in call.headers)


@fault("auth.empty-header", "Lets calls with an empty header in.", _MANDATORY)
def _empty_header(points: Points) -> None:
    accepting(points, lambda call: call.headers.get("authorization") == "")


@fault(
    "auth.one-campaign", "Verifies signatures for the campaign with the lowest id only.", _VERIFIED
)
def _one_campaign(points: Points) -> None:
    others = {str(campaign) for _, campaign in points.start.campaigns} - {
        str(min(points.start.campaigns)[1])
    }
    accepting(
        points, lambda call: "/callerNo/" in call.path and call.path.rpartition("/")[2] in others
    )


@fault("auth.other-scheme", "Lets calls with another scheme in, unverified.", _VERIFIED)
def _other_scheme(points: Points) -> None:
    accepting(
        points, lambda call: not call.headers.get("authorization", "auth-v2").startswith("auth-v2")
    )


@fault(
    "auth.no-list", "Lets calls in whose list of signed headers is empty, unverified.", _VERIFIED
)
def _no_list(points: Points) -> None:
    accepting(points, lambda call: call.headers.get("authorization", "").split("/")[3:4] == [""])


@fault(
    "auth.long-body",
    "Does not verify the signature of a call whose body is longer than 1 KiB.",
    _VERIFIED,
)
def _long_body(points: Points) -> None:
    accepting(
        points, lambda call: len(call.body) > 1024 and claimed_by_known(points, call) is not None
    )


@fault(
    "auth.unknown-campaign-open",
    "Answers calls on campaigns that do not exist without asking who calls.",
    _MANDATORY,
)
def _unknown_campaign_open(points: Points) -> None:
    ids = {str(campaign) for _, campaign in points.start.campaigns}
    accepting(
        points, lambda call: "/callerNo/" in call.path and call.path.rpartition("/")[2] not in ids
    )


@fault(
    "auth.any-signature",
    "Checks the header's form and the access key, not the signature.",
    _VERIFIED,
)
def _any_signature(points: Points) -> None:
    def accepts(call: ReceivedCall) -> bool:
        return claimed_by_known(points, call) is not None

    accepting(points, accepts)


@fault(
    "auth.unknown-key", "Takes any access key whose signature is made with the known secret.", _KEY
)
def _unknown_key(points: Points) -> None:
    def accepts(call: ReceivedCall) -> bool:
        given = claimed(call)
        return given is not None and points.verifier.matches(call, given)

    accepting(points, accepts)


@fault(
    "auth.foreign-key", "Lets callers with an access key that it doesn't know in, unverified.", _KEY
)
def _foreign_key(points: Points) -> None:
    def accepts(call: ReceivedCall) -> bool:
        given = claimed(call)
        return given is not None and given.access_key != points.verifier.access_key

    accepting(points, accepts)


def _comparing(points: Points, compare: Callable[[str, str], bool]) -> None:
    """Compare signatures carelessly."""

    def accepts(call: ReceivedCall) -> bool:
        pair = claimed_and_right(points, call)
        return pair is not None and compare(*pair)

    accepting(points, accepts)


@fault("auth.truncated", "Compares as many characters as the caller sent.", _VERIFIED)
def _truncated(points: Points) -> None:
    _comparing(points, lambda given, right: bool(given) and right.startswith(given))


@fault("auth.first-half", "Compares the first half of the signature only.", _VERIFIED)
def _first_half(points: Points) -> None:
    _comparing(points, lambda given, right: given[:32] == right[:32])


@fault("auth.empty-signature", "Takes an empty signature for a right one.", _VERIFIED)
def _empty_signature(points: Points) -> None:
    _comparing(points, lambda given, _: not given)


@fault("auth.longer", "Ignores what follows the 64 characters of a right signature.", _VERIFIED)
def _longer(points: Points) -> None:
    _comparing(points, lambda given, right: given.startswith(right))


@fault("auth.connection", "Verifies the first call of a connection only.", _VERIFIED)
def _connection(points: Points) -> None:
    known: set[int] = set()
    honest = points.authenticate

    def remembering(call: ReceivedCall) -> bool:
        if not honest(call):
            return call.connection in known
        known.add(call.connection)
        return True

    points.authenticate = remembering


def _refusing(
    points: Points, change: Callable[[ReceivedCall, EmulatorAnswer], EmulatorAnswer]
) -> None:
    inner = points.unauthorised
    points.unauthorised = lambda call: change(call, inner(call))


@fault("auth.200", "Refuses a caller with HTTP 200 and a failure code.", _REFUSAL)
def _with_200(points: Points) -> None:
    _refusing(points, lambda _, made: replace(made, status=200))


@fault("auth.403", "Refuses a caller with HTTP 403.", _REFUSAL)
def _with_403(points: Points) -> None:
    _refusing(points, lambda _, made: replace(made, status=403))


@fault("auth.302", "Sends a refused caller to the page where people log in.", _REFUSAL)
def _with_302(points: Points) -> None:
    _refusing(
        points,
        lambda _, __: EmulatorAnswer(status=302, headers=(("Location", "/login"),), code="302"),
    )


@fault("auth.malformed-500", "A malformed header is a server error.", _REFUSAL)
def _malformed_500(points: Points) -> None:
    def change(call: ReceivedCall, made: EmulatorAnswer) -> EmulatorAnswer:
        return crash() if "authorization" in call.headers and claimed(call) is None else made

    _refusing(points, change)


@fault("auth.unknown-key-500", "An unknown access key is a server error.", _REFUSAL)
def _unknown_key_500(points: Points) -> None:
    def change(call: ReceivedCall, made: EmulatorAnswer) -> EmulatorAnswer:
        given = claimed(call)
        return crash() if given and given.access_key != points.verifier.access_key else made

    _refusing(points, change)


@fault(
    "auth.success-in-401",
    "The body of a 401 says 0200000.",
    "Response, resultCode: 0200000 says success.",
)
def _success_in_401(points: Points) -> None:
    members = dict.fromkeys(("resultCode", "returnCode"), answer.SUCCESS)
    texts = dict.fromkeys(("resultDesc", "returnDesc"), "success")
    _refusing(
        points, lambda call, made: replace(made, body=points.render(call, {**members, **texts}))
    )


@fault(
    "auth.tells-signature",
    "A 401 tells the signature that would have been right.",
    "Implied: a reply tells nothing of the server's inside.",
)
def _tells_signature(points: Points) -> None:
    def change(call: ReceivedCall, made: EmulatorAnswer) -> EmulatorAnswer:
        pair = claimed_and_right(points, call)
        if pair is None:
            return made
        return replace(
            made, body=made.body.replace(b"authentication failed", f"expected {pair[1]}".encode())
        )

    _refusing(points, change)


@fault(
    "auth.valid-one-in-30",
    "Refuses every thirtieth right signature.",
    "Authentication: passed is HTTP 200.",
)
def _valid_one_in_30(points: Points) -> None:
    honest = points.authenticate
    seen = 0

    def flaky(call: ReceivedCall) -> bool:
        nonlocal seen
        seen += call.method == "DELETE"
        return honest(call) and (call.method != "DELETE" or seen % 30 != 0)

    points.authenticate = flaky
