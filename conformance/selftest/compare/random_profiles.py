"""Profiles drawn at random: any code for any defect, any order of checks, any reading, any shape of
replies.
"""

import random
from collections.abc import Mapping

from conformance.emulator.answer import FAILURES
from conformance.emulator.defects import ACCEPT, DEFAULT_CODES, OPEN

READINGS: Mapping[str, tuple[object, ...]] = {
    "absent": ("ignore", "refuse", "refuse-if-none-present"),
    "duplicate": ("ignore", "refuse"),
    "num": ("named", "distinct", "absent"),
    "limit_counts": ("distinct",),
    "last_number": ("named-items", "named-distinct"),
    "other_methods": ("404", "200-code"),
    "existing_on_add": ("refuse",),
    "priority": ("mandatory",),
    "path_not_integer_status": (400, 404),
}
REPLY: Mapping[str, tuple[object, ...]] = {
    "content_type": ("application/json", "application/json;charset=utf-8"),
    "header_case": ("lower", "upper"),
    "indent": (2, 4),
    "ascii": (True,),
    "framing": ("chunked", "close"),
    "gzip": (True,),
    "connection": ("close",),
    "extra": ({"traceId": "7b"}, {"n": 1, "b": True}),
    "order": (["returnCode", "returnDesc", "resultCode", "resultDesc"],),
    "headers": ({"X-A": "b"},),
}
CHANCE = 0.35
_OF_STATE = ("number.", "campaign.", "adding.", "priority.")
"""Checks that every server makes after the others."""


def drawn(seed: int) -> dict[str, object]:
    """The tables of one profile."""
    chance = random.Random(seed)
    return {
        "codes": {name: _code(name, chance) for name in DEFAULT_CODES if chance.random() < CHANCE},
        "order": _order(chance),
        "readings": _some(READINGS, chance),
        "query": {
            "shows": chance.choice(("all", "all", "first", "last", "absent")),
            "separator": chance.choice((",", ";", " ", "json")),
        },
        "text": {"return_desc": chance.choice(("same", "code", "short", "empty"))},
        "reply": _some(REPLY, chance),
        "auth": {
            "refusal": chance.choice(("members", "empty", "text", "html", "error")),
            "refusal_code": chance.choice(FAILURES),
        },
    }


def _code(name: str, chance: random.Random) -> str:
    return ACCEPT if name in OPEN and chance.random() < 0.5 else chance.choice(FAILURES)


def _order(chance: random.Random) -> dict[str, object]:
    checks = [name for name in DEFAULT_CODES if not name.startswith(_OF_STATE)]
    chance.shuffle(checks)
    first = chance.randint(2, len(checks)) if chance.random() < 0.5 else 0
    return {
        "checks": checks[:first],
        "items": chance.choice(("first-kind", "first-kind", "first-item")),
    }


def _some(choices: Mapping[str, tuple[object, ...]], chance: random.Random) -> dict[str, object]:
    return {
        name: chance.choice(values) for name, values in choices.items() if chance.random() < CHANCE
    }
