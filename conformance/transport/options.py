"""Everything that a transport needs to know, in one value."""

from pathlib import Path

from msgspec import Struct, field

from conformance.transport.address import Address
from conformance.transport.authorizer import Authorizer, NoHeader
from conformance.transport.budget import Budget
from conformance.transport.guard import CallRule, no_changes
from conformance.transport.pace import Pace
from conformance.transport.tls import Tls

DEFAULT_TIMEOUT = 30.0
"""Seconds for one call in all. A healthy server needs milliseconds; one that pauses for its garbage
should not be called hanging.
"""


class Proxy(Struct, frozen=True, kw_only=True):
    """An HTTP proxy; its password is not shown."""

    url: str
    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"Proxy(url={self.url!r})"


class TransportOptions(Struct, frozen=True, kw_only=True):
    """What `Transport` is made from.

    `guard`: unless another is given, no call that could change something is sent. `recorder`: the
    file that gets every exchange, one of `recorders` of a run, which share its bounds.
    `resend_stale`: send a call once more when the kept-alive connection had been closed before it.
    `length_always`: send Content-Length with every call (needed where it is signed); `type_always`:
    the Content-Type of a GET, likewise. `extra_headers` are added to every call that has none of
    that name.
    """

    address: Address
    authorizer: Authorizer = field(default_factory=NoHeader)
    tls: Tls = Tls()
    pace: Pace = Pace()
    budget: Budget = Budget()
    guard: CallRule = no_changes
    recorder: Path | None = None
    recorders: int = 1
    timeout_seconds: float = DEFAULT_TIMEOUT
    proxy: Proxy | None = None
    extra_headers: tuple[tuple[str, str], ...] = ()
    resend_stale: bool = True
    length_always: bool = False
    type_always: str = ""
