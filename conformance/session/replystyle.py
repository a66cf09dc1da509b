"""The shape of replies on the wire and what the query companion shows, counted into a behaviour."""

import json
import re
from collections.abc import Mapping
from typing import Any

from conformance.compare.behaviour import Behaviour
from conformance.contract import REPLY_MEMBERS
from conformance.exchange import Reply
from conformance.oracle import Answer

ORDINARY_HEADERS = frozenset(
    {
        "content-type",
        "content-length",
        "transfer-encoding",
        "content-encoding",
        "connection",
        "keep-alive",
        "date",
        "server",
        "allow",
    }
)
"""Headers that every server sends, each told of in its own place or not at all."""
_INDENT = re.compile(rb"^\{\r?\n( +)\"")


def note_style(behaviour: Behaviour, reply: Reply, members: Mapping[str, Any]) -> None:
    """Count how one reply of the interface was written."""
    note = behaviour.note
    note("style", "content_type", reply.header("content-type") or "none")
    note("style", "framing", _framing(reply))
    note(
        "style",
        "connection",
        "close" if (reply.header("connection") or "").lower() == "close" else "keep-alive",
    )
    note("style", "indent", str(len(found[1])) if (found := _INDENT.match(reply.body)) else "0")
    note("style", "order", ",".join(name for name in members if name in REPLY_MEMBERS))
    if reply.header("content-encoding"):
        note("style", "content_encoding", str(reply.header("content-encoding")))
    if not json.dumps(members, ensure_ascii=False).isascii():
        note("style", "ascii", "true" if reply.body.isascii() else "false")
    for name in members.keys() - {*REPLY_MEMBERS, "returnObject"}:
        note("extra", name, json.dumps(members[name], ensure_ascii=False, sort_keys=True))
    _headers(behaviour, reply)


def _headers(behaviour: Behaviour, reply: Reply) -> None:
    for name, value in reply.headers:
        if name.lower() == "content-type":
            behaviour.note(
                "style",
                "header_case",
                "lower" if name.islower() else "upper" if name.isupper() else "title",
            )
        elif name.lower() not in ORDINARY_HEADERS:
            behaviour.note("header", name.title(), value)
        elif name.lower() == "server":
            behaviour.note("style", "server", value)


def _framing(reply: Reply) -> str:
    if "chunked" in (reply.header("transfer-encoding") or "").lower():
        return "chunked"
    return "length" if reply.header("content-length") is not None else "close"


def note_query(
    behaviour: Behaviour, answer: Answer, world: frozenset[str] | None, in_order: list[str]
) -> None:
    """Count what the companion showed of a campaign whose numbers are known."""
    held = (answer.members or {}).get("returnObject")
    if answer.outcome != "served" or not isinstance(held, dict) or "callerNo" not in held:
        behaviour.note("query", "shows", "absent")
        return
    text = held["callerNo"] if isinstance(held["callerNo"], str) else json.dumps(held["callerNo"])
    found = re.findall(r"[0-9]+", text)
    if len(found) > 1:
        behaviour.note("query", "shows", "all")
        behaviour.note(
            "query", "separator", "json" if text.startswith("[") else re.split("[0-9]+", text)[1]
        )
    elif len(in_order) > 1 and found:
        behaviour.note("query", "shows", "last" if found[0] == in_order[-1] else "first")
    elif world is not None and len(world) > 1 and found:
        behaviour.note("query", "shows", "first")
