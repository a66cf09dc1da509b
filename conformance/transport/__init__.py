"""The way to a target: the httpx door, auth-v2, and the limits that no call gets past."""

from conformance.transport.address import Address, parse_address
from conformance.transport.auth import Keys
from conformance.transport.authorizer import (
    Authorizer,
    AuthV2,
    CommandHeader,
    FixedHeader,
    NoHeader,
)
from conformance.transport.budget import Budget, restoring_seconds
from conformance.transport.door import Transport
from conformance.transport.failure import unreachable
from conformance.transport.guard import CallRule, Guard
from conformance.transport.options import Proxy, TransportOptions
from conformance.transport.own_numbers import OwnNumbers
from conformance.transport.pace import Pace
from conformance.transport.tampering import TAMPERINGS, Tampering
from conformance.transport.tls import Tls, client_context

__all__ = [
    "TAMPERINGS",
    "Address",
    "AuthV2",
    "Authorizer",
    "Budget",
    "CallRule",
    "CommandHeader",
    "FixedHeader",
    "Guard",
    "Keys",
    "NoHeader",
    "OwnNumbers",
    "Pace",
    "Proxy",
    "Tampering",
    "Tls",
    "Transport",
    "TransportOptions",
    "client_context",
    "parse_address",
    "restoring_seconds",
    "unreachable",
]
