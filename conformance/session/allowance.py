"""How much of a target's replies a ledger keeps: enough for every report, and no more however large
or various they are.
"""

from msgspec.structs import replace

from conformance.exchange import Exchange, Reply

BODY_KEPT = 16 * 1024
"""Bytes of a reply's body in evidence: what reports show of one."""
LITTLE_KEPT = 256
"""Bytes of a body once the evidence of a run is beyond ENOUGH."""
ENOUGH = 8 * 1024 * 1024
"""Bytes of replies in the evidence of a whole run; replies of the documented form come to a tenth
of it.
"""
HEAD_KEPT = 4 * 1024
"""Bytes of a reply's headers in evidence, beyond which only the first HEADERS_KEPT stay, their
values cut.
"""
HEADERS_KEPT, VALUE_KEPT = 24, 100
MOST_DEVIATIONS = 50
"""Deviations of one clause that are kept apart: a target that makes up a code for each reply has as
many as there are calls.
"""
MOST_CODES = 64
"""Codes that are not in the table and of which the first call is kept."""
MOST_EXAMPLES = 400
"""Things learnt of which the first exchange is kept: twice as many as there are defects, readings
and their answers.
"""


def cut(exchange: Exchange, *, kept: int = 0) -> Exchange:
    """The exchange as evidence; `kept` is the bytes of those that are kept already. The same object
    where nothing is cut.
    """
    reply = exchange.reply
    if reply is None:
        return exchange
    most = BODY_KEPT if kept < ENOUGH else LITTLE_KEPT
    head = _head(reply)
    if len(reply.body) <= most and head is reply.headers:
        return exchange
    size = reply.size or (len(reply.body) if len(reply.body) > most else 0)
    return replace(
        exchange, outcome=replace(reply, headers=head, body=reply.body[:most], size=size)
    )


def _head(reply: Reply) -> tuple[tuple[str, str], ...]:
    if head_size(reply) <= HEAD_KEPT:
        return reply.headers
    shown = tuple(
        (name[:VALUE_KEPT], value[:VALUE_KEPT]) for name, value in reply.headers[:HEADERS_KEPT]
    )
    return (*shown, ("(headers in all)", f"{len(reply.headers)}; long ones are cut here"))


def head_size(reply: Reply) -> int:
    """Bytes of a reply's headers."""
    return sum(len(name) + len(value) for name, value in reply.headers)


def weight(exchange: Exchange) -> int:
    """Bytes of an exchange's reply."""
    return len(exchange.reply.body) + head_size(exchange.reply) if exchange.reply is not None else 0


def keep_first(examples: dict[str, Exchange], key: str, exchange: Exchange) -> None:
    """Keep the first exchange that showed something, as long as there are not too many."""
    if key not in examples and len(examples) < MOST_EXAMPLES:
        examples[key] = cut(exchange)
