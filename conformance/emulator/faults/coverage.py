"""Lies about what a signature covers."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.emulator.call import ReceivedCall
from conformance.emulator.faults.claims import accepting, claimed_and_right, claimed_by_known
from conformance.emulator.faults.registry import fault
from conformance.emulator.points import Points
from conformance.emulator.signature import Authorization

_COVERS = (
    "Authentication: the signature covers method, path, query, signed headers and body as they are"
    " sent."
)
_NEAR = 60  # seconds by which a clock may rightly be off
_FEW_DIGITS = 6  # a signature of so few different digits was made up


def _not_covering(points: Points, others: Callable[[ReceivedCall], Iterator[ReceivedCall]]) -> None:
    """Take a signature that was made for another call, if that differs only in what isn't
    covered.
    """

    def accepts(call: ReceivedCall) -> bool:
        given = claimed_by_known(points, call)
        if given is None:
            return False
        return any(points.verifier.matches(other, given) for other in others(call))

    accepting(points, accepts)


def _other_methods(call: ReceivedCall) -> Iterator[ReceivedCall]:
    return (
        replace(call, method=method)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
    )


def _other_paths(points: Points) -> Callable[[ReceivedCall], Iterator[ReceivedCall]]:
    root = f"{points.base_path}/rest/isales/v1/openapi/campaigns/"
    keys = [
        (vdn, campaign)
        for vdn in {vdn for vdn, _ in points.start.campaigns}
        for _, campaign in points.start.campaigns
    ]
    paths = [
        f"{root}{vdn}/{middle}{campaign}" for vdn, campaign in keys for middle in ("callerNo/", "")
    ]
    return lambda call: (replace(call, path=path) for path in paths)


@fault("auth.method-not-covered", "Takes a signature made for another method.", _COVERS)
def _method_not_covered(points: Points) -> None:
    _not_covering(points, _other_methods)


@fault("auth.path-not-covered", "Takes a signature made for another campaign.", _COVERS)
def _path_not_covered(points: Points) -> None:
    _not_covering(points, _other_paths(points))


@fault(
    "auth.vdn-not-covered",
    "Takes a signature made for a campaign of the same id under another VDN.",
    _COVERS,
)
def _vdn_not_covered(points: Points) -> None:
    def others(call: ReceivedCall) -> Iterator[ReceivedCall]:
        head, middle, campaign = call.path.rpartition("/callerNo/")
        start, slash, _ = head.rpartition("/")
        return (
            replace(call, path=f"{start}{slash}{vdn}{middle}{campaign}") for vdn in range(1, 10)
        )

    _not_covering(points, others)


@fault("auth.query-not-covered", "Takes a signature made for another query, or for none.", _COVERS)
def _query_not_covered(points: Points) -> None:
    hosts = _hosts_seen(points)

    def accepts(call: ReceivedCall) -> bool:
        given = claimed_by_known(points, call)
        if not call.query or given is None:
            return False
        return points.verifier.matches(replace(call, query=""), given) or _is_made_for_another(
            points, call, hosts
        )

    accepting(points, accepts)


@fault(
    "auth.host-not-covered",
    "Takes a signature made for another host by which it was called before.",
    _COVERS,
)
def _host_not_covered(points: Points) -> None:
    hosts = _hosts_seen(points)
    _not_covering(points, lambda call: _other_hosts(call, hosts))


def _other_hosts(call: ReceivedCall, hosts: set[str]) -> Iterator[ReceivedCall]:
    return (replace(call, headers={**call.headers, "host": host}) for host in hosts)


def _hosts_seen(points: Points) -> set[str]:
    """Collect the hosts of calls whose signature was right."""
    seen: set[str] = set()
    honest = points.authenticate

    def remembering(call: ReceivedCall) -> bool:
        is_right = honest(call)
        if is_right:
            seen.add(call.headers.get("host", ""))
        return is_right

    points.authenticate = remembering
    return seen


@fault("auth.body-not-covered", "Takes a recent signature that was made for another body.", _COVERS)
def _body_not_covered(points: Points) -> None:
    hosts = _hosts_seen(points)

    def accepts(call: ReceivedCall) -> bool:
        return bool(call.body) and _is_made_for_another(points, call, hosts)

    accepting(points, accepts)


def _is_made_for_another(points: Points, call: ReceivedCall, hosts: set[str]) -> bool:
    """Tell whether a signature looks like one over another body or query, which can't be known.

    It does when it is wrong through and through, and no other change of the call explains it.
    """
    given = claimed_by_known(points, call)
    if (
        given is None
        or not _is_recent(given)
        or len(set(given.signature)) <= _FEW_DIGITS
        or _is_near(points, call)
    ):
        return False
    others = [
        *_other_methods(call),
        *_other_paths(points)(call),
        *_other_hosts(call, hosts),
        replace(call, query=""),
    ]
    return not any(points.verifier.matches(other, given) for other in others)


def _is_recent(given: Authorization) -> bool:
    return abs(_age(given)) <= _NEAR


def _age(given: Authorization) -> float:
    now = datetime.datetime.now(datetime.UTC)
    return (now - datetime.datetime.fromisoformat(given.timestamp)).total_seconds()


def _is_near(points: Points, call: ReceivedCall) -> bool:
    """Tell whether a signature is a damaged right one."""
    pair = claimed_and_right(points, call)
    return pair is not None and sum(a == b for a, b in zip(*pair, strict=False)) > 32


@fault(
    "auth.timestamp-not-covered",
    "Takes a signature whose timestamp was changed afterwards.",
    _COVERS,
)
def _timestamp_not_covered(points: Points) -> None:
    def accepts(call: ReceivedCall) -> bool:
        given = claimed_by_known(points, call)
        if given is None or _is_near(points, call):
            return False
        return any(
            points.verifier.matches(call, replace(given, timestamp=text))
            for text in _times_near_now(given)
        )

    accepting(points, accepts)


def _times_near_now(given: Authorization) -> Iterator[str]:
    """Yield the times that may have been signed, second by second, with the milliseconds that the
    header has.
    """
    now = datetime.datetime.now(datetime.UTC)
    fraction = given.timestamp[19:]
    for back in range(-2, 30):
        yield f"{now - datetime.timedelta(seconds=back):%Y-%m-%dT%H:%M:%S}{fraction}"


@fault(
    "auth.cached",
    "Remembers signatures that were right, and takes them for any other call.",
    _COVERS,
)
def _cached(points: Points) -> None:
    known: set[str] = set()
    honest = points.authenticate

    def remembering(call: ReceivedCall) -> bool:
        header = call.headers.get("authorization", "")
        if not honest(call):
            return header in known
        known.add(header)
        return True

    points.authenticate = remembering
