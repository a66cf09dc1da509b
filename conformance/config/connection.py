"""From a target to the options of its transport."""

from pathlib import Path

from conformance.config.secret import Secret
from conformance.config.target import Auth, ProxyAddress, Target
from conformance.contract import CONTENT_TYPE, PATH_PREFIX
from conformance.transport.auth import Keys
from conformance.transport.authorizer import (
    Authorizer,
    AuthV2,
    CommandHeader,
    FixedHeader,
    NoHeader,
)
from conformance.transport.budget import Budget
from conformance.transport.guard import CallRule, Guard
from conformance.transport.options import Proxy, TransportOptions
from conformance.transport.own_numbers import OwnNumbers
from conformance.transport.pace import Pace


def transport_options(
    target: Target,
    *,
    recorder: Path | None = None,
    rule: CallRule | None = None,
) -> TransportOptions:
    """Options that hold every limit of the target file.

    `recorder`: see TransportOptions. `rule`: what may be sent, unless given a guard to which no
    number is the run's own, so that it lets reads through and nothing else.
    """
    limits = target.pace
    return TransportOptions(
        address=target.address,
        authorizer=authorizer(target.auth),
        tls=target.tls,
        pace=Pace(requests_per_second=limits.requests_per_second, concurrency=limits.concurrency),
        budget=Budget(
            max_requests=limits.max_requests,
            max_seconds=limits.max_seconds,
            max_added_numbers=limits.max_added_numbers,
        ),
        guard=rule or guard(target),
        recorder=recorder,
        timeout_seconds=limits.timeout_seconds,
        proxy=_proxy(target.proxy) if target.proxy is not None else None,
        length_always="content-length" in target.auth.signed_headers,
        type_always=CONTENT_TYPE if "content-type" in target.auth.signed_headers else "",
    )


def guard(target: Target, own: OwnNumbers | None = None) -> Guard:
    """A guard of the target's listed campaigns. `own`: the run's numbers, unless given none."""
    return Guard(
        listed=target.disposable,
        path_prefix=PATH_PREFIX,
        base_path=target.address.base_path,
        own=OwnNumbers(target.numbers.prefix) if own is None else own,
    )


def authorizer(auth: Auth) -> Authorizer:
    """Who writes the Authorization header for this target."""
    match auth.scheme:
        case "auth-v2":
            keys = Keys(access_key=auth.access_key, secret_key=_revealed(auth.secret_key))
            return AuthV2(keys, signed_headers=auth.signed_headers, milliseconds=auth.milliseconds)
        case "header":
            return (
                CommandHeader(auth.command) if auth.command else FixedHeader(_revealed(auth.header))
            )
        case "none":
            return NoHeader()


def _revealed(secret: Secret | None) -> str:
    return secret.reveal() if secret is not None else ""


def _proxy(proxy: ProxyAddress) -> Proxy:
    return Proxy(
        url=proxy.url,
        user=proxy.user,
        password=proxy.password.reveal() if proxy.password is not None else None,
    )
