"""What a call asks a server about: a defect, a pair of them, or an open point, named as profiles
name them.

A profile's file tells two things apart that are one defect to the oracle (an id of twelve digits
and one of forty), and leaves a restriction of the campaign to the moment: so the call itself and
what the campaign held are looked at once more.
"""

import json
import re
from typing import Any

from conformance.exchange import Call
from conformance.oracle import Facts

LONGEST_ID = 19
"""Digits of the longest id that a profile calls out of range; longer ones are very long to it."""
LARGEST_ID = 2**63 - 1
VERY_LONG_NUMBER = 255
"""Characters beyond which a profile calls an accessCode very long."""
_ONE_TEXT = (
    {"vdn-id.out-of-range", "vdn-id.not-integer"},
    {"campaign-id.out-of-range", "campaign-id.not-integer"},
    {"access-code.empty", "access-code.invalid-characters"},
)
"""Two defects that one text has, depending on how it is read (a negative id, a blank number): which
comes first is no order of checks.
"""
_LONG_IDS = {"vdn-id.out-of-range", "vdn-id.very-long", "campaign-id.out-of-range"}
_UTF8 = re.compile(r'charset="?utf-?8"?', re.IGNORECASE)


def subject_of(call: Call, facts: Facts, world: frozenset[str] | None) -> str:
    """The name of what the call asks about; empty: nothing, or too much.

    Two defects are joined by `+` in the order of their places, by `&` where one item has both.
    """
    if (facts.open_points and facts.defects) or set(facts.defects) in _ONE_TEXT:
        return ""
    if len(facts.defects) in {1, 2}:
        return ("&" if facts.items == 1 else "+").join(
            _refined(name, call, facts) for name in facts.defects
        )
    if facts.defects or world is None:
        return ""
    if facts.open_points:
        return _open(call, facts, world)
    return _of_state(facts, world)


def _of_state(facts: Facts, world: frozenset[str]) -> str:
    """What only the campaign's contents tell: all of its numbers, absent ones, or more names than
    numbers.
    """
    if facts.named == world:
        return "campaign.last-number"
    if facts.named > world:
        return ""
    absent = facts.named - world
    if not absent:
        return ""
    if facts.items >= len(world) > len(facts.named & world):
        return "last-number.by-names" if facts.named & world else ""
    return "number.absent" if facts.named & world else "number.absent.alone"


def _open(call: Call, facts: Facts, world: frozenset[str]) -> str:
    if len(facts.open_points) > 1 or not facts.named <= world or facts.named >= world:
        return ""
    (point,) = facts.open_points
    if point == "member.unknown" and call.query:
        return "query.unknown"
    if point == "content-type.other":
        return point if _is_other_type(call.header("content-type") or "") else "content-type.plain"
    if point == "number.duplicate" and facts.items >= len(world):
        return "limit.by-items" if facts.items > 100 else "last-number.by-items"
    return point


def _is_other_type(given: str) -> bool:
    media, _, parameters = given.partition(";")
    return media.strip().lower() != "application/json" or bool(
        parameters.strip() and not _UTF8.fullmatch(parameters.strip())
    )


def _refined(name: str, call: Call, facts: Facts) -> str:
    if name in _LONG_IDS:
        return _refined_id(name, call)
    if name == "access-code.too-long" and len(facts.defects) == 1:
        return "access-code.very-long" if _longest_text(call.body) > VERY_LONG_NUMBER else name
    return name


def _refined_id(name: str, call: Call) -> str:
    kind, _, _ = name.partition(".")
    parts = call.path.rsplit("/", 3)
    raw = parts[1] if kind == "vdn-id" else parts[-1]
    digits = raw.lstrip("-")
    if len(digits) > LONGEST_ID:
        return f"{kind}.very-long"
    if kind == "campaign-id" and digits.isdigit() and 0 < int(raw) <= LARGEST_ID:
        return "campaign-id.beyond-32-bits"
    return f"{kind}.out-of-range"


def _longest_text(body: bytes) -> int:
    try:
        value: Any = json.loads(body)
        return max(
            len(item["accessCode"])
            for item in value["callerNo"]
            if isinstance(item.get("accessCode"), str)
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return 0
