"""A reply after the declared normalisers: what is left is what two servers can be compared by.

Normalised away, and nothing else: the words of descriptions (their structure and script stay),
every header but Content-Type, the order of members, how JSON is laid out, the time, ids of requests
and traces (members whose values are never the same twice).
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from conformance.compare import wording
from conformance.contract import REPLY_MEMBERS, Code
from conformance.exchange import Exchange, NoAnswer, Reply

SEPARATOR = "between numbers"
SCRIPT = "script"
"""Parts of a reply that are told of where both sides have them: Chinese or not, and what stands
between numbers.
"""
LONGEST = 60
"""Characters of a description's structure that are compared: what follows is a list of something.
"""
DEEPEST = 16
"""Levels of a member that are compared: the interface has three."""


class NormalExchange(Struct, frozen=True, kw_only=True):
    """One exchange, normalised. `result`: served, refused, unclear, or `no answer (…)`; `shape` and
    `text` by member or part.
    """

    result: str
    status: int = 0
    codes: tuple[str, str] = ("", "")
    shape: tuple[tuple[str, str], ...] = ()
    text: tuple[tuple[str, str], ...] = ()


def seen(exchange: Exchange) -> NormalExchange:
    """Normalise one exchange."""
    if isinstance(exchange.outcome, NoAnswer):
        return NormalExchange(result=f"no answer ({exchange.outcome.kind})")
    reply = exchange.outcome
    members = _members(reply)
    codes = (_code(members, "resultCode"), _code(members, "returnCode"))
    return NormalExchange(
        result=_result(reply, codes),
        status=reply.status,
        codes=codes,
        shape=tuple(_shape(reply, members)),
        text=tuple(_text(members)),
    )


def _members(reply: Reply) -> dict[str, Any] | None:
    try:
        value = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _code(members: Mapping[str, Any] | None, name: str) -> str:
    value = None if members is None else members.get(name)
    return "" if value is None else str(value)


def _result(reply: Reply, codes: tuple[str, str]) -> str:
    if codes[0] == Code.SUCCESS or (not codes[0] and codes[1] == Code.SUCCESS):
        return "served"
    if any(codes) or reply.status >= 400:
        return "refused"
    return "unclear"


def _shape(reply: Reply, members: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    media, _, parameters = (
        (reply.header("content-type") or "none")
        .lower()
        .replace('"', "")
        .replace(" ", "")
        .partition(";")
    )
    if members is None:
        return [
            ("content type", media if reply.body else "none"),
            ("body", "not JSON" if reply.body else "empty"),
        ]
    charset = parameters.removeprefix("charset=") or "none"
    found = [
        ("content type", media),
        ("charset", charset),
        *((name, _type(members[name])) for name in sorted(members)),
    ]
    first = members.get("resultDesc")
    number = wording.count(first) if isinstance(first, str) else None
    return [*found, ("num", "none" if number is None else str(number)), *_separator(members)]


def _separator(members: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What stands between the numbers of a campaign that are shown."""
    campaign = members.get("returnObject")
    shown = campaign.get("callerNo") if isinstance(campaign, dict) else None
    between = re.findall(r"(?<=[0-9])[^0-9]+(?=[0-9])", shown) if isinstance(shown, str) else []
    return [(SEPARATOR, between[0])] if between else []


def _type(value: object, deeper: int = DEEPEST) -> str:
    if isinstance(value, dict | list) and not deeper:
        return "…"
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(
                sorted(f"{name}: {_type(member, deeper - 1)}" for name, member in value.items())
            )
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(sorted({_type(member, deeper - 1) for member in value})) + "]"
    names = {str: "text", bool: "boolean", int: "number", float: "number", type(None): "null"}
    return names.get(type(value), "unknown")


def _text(members: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    texts = [(name, (members or {}).get(name)) for name in REPLY_MEMBERS if name.endswith("Desc")]
    found = [
        (name, wording.shape(value)[:LONGEST]) for name, value in texts if isinstance(value, str)
    ]
    if len(found) == 2:
        first, second = (str(value) for _, value in texts)
        found.append(
            (
                "returnDesc",
                f"{found.pop()[1]} ({wording.second(first, second, _code(members, 'resultCode'))})",
            )
        )
    spoken = [(SCRIPT, wording.script(value)) for _, value in texts[:1] if isinstance(value, str)]
    return found + spoken
