"""Whether what answers is the interface, in words."""

from conformance.contract import Code
from conformance.exchange import Exchange, NoAnswer, Reply
from conformance.oracle import answer_of

INTERFACE = "the interface"
_SHOWN = 60


def sign_of(exchange: Exchange) -> str:
    """What answers: the interface (a JSON object, or a refusal of credentials), or its status;
    empty for none and for a server error.
    """
    reply = exchange.reply
    if reply is None or reply.status >= 500 or 300 <= reply.status < 400:
        return ""
    if reply.status in {401, 429} or answer_of(exchange).members is not None:
        return INTERFACE
    return f"HTTP {reply.status}"


def misshapen(exchange: Exchange) -> bool:
    """Whether a reply carries a result code in a form that can't be read: it is the interface's,
    and breaks its form.
    """
    reply = exchange.reply
    return (
        reply is not None
        and answer_of(exchange).code not in set(Code)
        and b"resultcode" in reply.body.lower()
    )


def lifeless(exchange: Exchange) -> bool:
    """Whether a call that was sent got what a dead or wrong server gives: no reply, a server error,
    a redirection, a page.
    """
    if isinstance(exchange.outcome, NoAnswer):
        return exchange.outcome.kind not in {"withheld", "interrupted"}
    return sign_of(exchange) != INTERFACE


def seen(exchange: Exchange) -> str:
    """What came, in a few words."""
    outcome = exchange.outcome
    if isinstance(outcome, NoAnswer):
        return f"no answer ({outcome.kind}: {outcome.detail})"
    return f"HTTP {outcome.status}{_where(outcome)}{_body(outcome)}"


def advice(exchange: Exchange) -> str:
    """What to do about a target that answers like this."""
    outcome = exchange.outcome
    if isinstance(outcome, NoAnswer) and "the proxy refused" in outcome.detail:
        return (
            "Check user and password in [network] proxy, and that it lets calls through to this"
            " host and port."
        )
    if isinstance(outcome, NoAnswer):
        return (
            "Check base_url, the network and the port; `isales-conformance check` looks at each"
            " step."
        )
    if outcome.status >= 500:
        return (
            "The server, or the gateway before it, is not well: ask its keeper, with the time of"
            " this call."
        )
    return (
        "Is base_url the address of the interface, the path before /rest included, and not of a"
        " portal or a login page?"
    )


def _where(reply: Reply) -> str:
    location = reply.header("location")
    return (
        f" to {location[:_SHOWN]!r}, which is not followed"
        if location and 300 <= reply.status < 400
        else ""
    )


def _body(reply: Reply) -> str:
    text = " ".join(reply.body[:_SHOWN].decode("utf-8", "replace").split())
    return f" with {text!r}" if text else " with an empty body"
