"""From a call to the bytes that are sent, its Authorization included."""

import re

from msgspec import Struct

from conformance.exchange import Call
from conformance.transport.authorizer import Authorizer

USER_AGENT = "isales-conformance"

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSENDABLE = re.compile(r"[\x00-\x20\x7f\ud800-\udfff]")
_ENDS_A_LINE = re.compile(r"[\x00\r\n\ud800-\udfff]")
_OWN_HEADERS = frozenset({"host", "authorization", "content-length", "transfer-encoding"})
_WITHOUT_LENGTH = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "CONNECT"})


class Prepared(Struct, frozen=True, kw_only=True):
    """A call ready to be sent: every header in order, the Authorization included, so it must not be
    kept.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    authorization: str = ""

    def __repr__(self) -> str:
        return f"Prepared({self.method} {self.target})"

    def wire(self) -> bytes:
        """The bytes of an HTTP/1.1 request."""
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines.append("\r\n")
        return "\r\n".join(lines).encode() + self.body


def unsendable(call: Call) -> str | None:
    """Why a call can't be sent as HTTP/1.1 without becoming another one, or None.

    A line end in the target or a header, or a second framing, would hide a call in the call, past
    every limit of the transport.
    """
    if not _TOKEN.fullmatch(call.method):
        return f"the method {call.method!r} is no HTTP token"
    if not call.target or _UNSENDABLE.search(call.target):
        return "the target is empty or holds a space or a control character"
    for name, value in call.headers:
        if not _TOKEN.fullmatch(name) or _ENDS_A_LINE.search(value):
            return f"the header {name!r} can't be sent"
        if name.lower() in _OWN_HEADERS:
            return f"the header {name} is written by the transport alone"
    return None


def prepare(
    call: Call,
    host: str,
    extra: tuple[tuple[str, str], ...],
    authorizer: Authorizer,
    *,
    length_always: bool = False,
    type_always: str = "",
) -> Prepared:
    """Complete a call. `extra` headers stand behind the call's own, unless it has one of that
    name.
    """
    headers = [("Host", host)]
    names = {name.lower() for name, _ in call.headers}
    headers += [pair for pair in _DEFAULTS if pair[0].lower() not in names]
    headers += call.headers
    headers += [pair for pair in extra if pair[0].lower() not in names]
    if type_always and not call.body and call.method == "GET" and "content-type" not in names:
        headers.append(("Content-Type", type_always))
    if call.body or length_always or call.method not in _WITHOUT_LENGTH:
        headers.append(("Content-Length", str(len(call.body))))
    added = authorizer.headers(call.method, call.target, headers, call.body, call.credential)
    headers += added
    return Prepared(
        method=call.method,
        target=call.target,
        headers=tuple(headers),
        body=call.body,
        authorization=added[0][1] if added else "",
    )


_DEFAULTS = (("User-Agent", USER_AGENT), ("Accept", "*/*"))
