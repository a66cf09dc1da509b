"""What faults of authentication look at: the header that a call carries, and what it should have
carried.
"""

from collections.abc import Callable

from conformance.emulator.call import ReceivedCall
from conformance.emulator.points import Points
from conformance.emulator.signature import (
    Authorization,
    canonical_requests,
    parse_authorization,
    signature_of,
)


def accepting(points: Points, accepts: Callable[[ReceivedCall], bool]) -> None:
    """Let calls pass that an honest server would refuse."""
    honest = points.authenticate
    points.authenticate = lambda call: honest(call) or accepts(call)


def claimed(call: ReceivedCall) -> Authorization | None:
    """Read the header, if it is well-formed."""
    return parse_authorization(call.headers.get("authorization", ""))


def claimed_by_known(points: Points, call: ReceivedCall) -> Authorization | None:
    """Read the header, if it is well-formed and names the known access key."""
    given = claimed(call)
    return given if given and given.access_key == points.verifier.access_key else None


def claimed_and_right(points: Points, call: ReceivedCall) -> tuple[str, str] | None:
    """Return the signature that the header carries, however shaped, and the one that it should
    carry.
    """
    prefix, _, signature = call.headers.get("authorization", "").rpartition("/")
    given = parse_authorization(f"{prefix}/{'0' * 64}")
    if given is None or given.access_key != points.verifier.access_key:
        return None
    for canonical in canonical_requests(call, given.signed_headers):
        return signature, signature_of(points.verifier.secret_key, given.prefix, canonical)
    return None
