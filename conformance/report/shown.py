"""An exchange as a person is shown it: curl line, texts instead of bytes, long bodies cut with a
note, secrets out.
"""

from conformance.exchange import Exchange, NoAnswer
from conformance.report.curl import DEFAULTS, CurlOptions, curl, origin
from conformance.transport.redaction import Redactor
from conformance.verdict import Shown

BODY_SHOWN = 16 * 1024
"""Bytes of a body that are shown: more is never read by a person and makes reports too large to
mail.
"""

NO_SECRETS = Redactor()


def shown(
    exchange: Exchange,
    base_url: str,
    options: CurlOptions = DEFAULTS,
    redactor: Redactor = NO_SECRETS,
) -> Shown:
    """The exchange in the form that `verdict.json` and every report hold."""
    call, reply = exchange.call, exchange.reply
    return redactor.every(
        Shown(
            curl=curl(call, base_url, options),
            method=call.method,
            url=url(call.target, base_url),
            request_headers=call.headers,
            request_body=body_text(call.body),
            credential=call.credential,
            outcome=outcome(exchange),
            status=None if reply is None else reply.status,
            reply_headers=() if reply is None else reply.headers,
            reply_body="" if reply is None else body_text(reply.body, reply.size),
            milliseconds=round((exchange.end - exchange.start) * 1000, 1),
        )
    )


def outcome(exchange: Exchange) -> str:
    """`HTTP 200`, or `no answer (timeout: …)`."""
    if isinstance(exchange.outcome, NoAnswer):
        detail = f": {exchange.outcome.detail}" if exchange.outcome.detail else ""
        return f"no answer ({exchange.outcome.kind}{detail})"
    return f"HTTP {exchange.outcome.status}"


def url(target: str, base_url: str) -> str:
    """The address of a call; a target that is no path is shown after the server's address, apart
    from it.
    """
    return origin(base_url) + (target if target.startswith("/") else f" {target}")


def body_text(body: bytes, size: int = 0) -> str:
    """A body as text: bytes that are no UTF-8 as `\\xNN`, long ones cut; notes in brackets say so.
    `size`: of one that is cut already.
    """
    kept, whole = body[:BODY_SHOWN], max(size, len(body))
    text, notes = _decoded(kept, cut=len(kept) < whole)
    if len(kept) < whole:
        notes.append(f"{len(kept):,} of {whole:,} bytes shown")
    return text + (f"\n[{'; '.join(notes)}]" if notes else "")


def _decoded(data: bytes, *, cut: bool) -> tuple[str, list[str]]:
    try:
        return data.decode(), []
    except UnicodeDecodeError as problem:
        if cut and problem.start >= len(data) - 3:
            return data[: problem.start].decode(), []  # the cut went through a character
        return data.decode(errors="backslashreplace"), ["not UTF-8: other bytes are written \\xNN"]
