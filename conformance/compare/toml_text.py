"""TOML as text: the few kinds of value that a profile holds, in an order that does not change."""

import json
import re
from collections.abc import Mapping, Sequence

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def document(tables: Mapping[str, object]) -> str:
    """A TOML document: plain values first, then a table for each mapping, deeper ones after it."""
    return "\n\n".join(block for block in _blocks((), tables) if block) + "\n"


def _blocks(path: tuple[str, ...], table: Mapping[str, object]) -> list[str]:
    plain = {
        name: value
        for name, value in table.items()
        if not isinstance(value, Mapping) or _inline(value, path)
    }
    lines = [f"{_key(name)} = {_value(value)}" for name, value in plain.items()]
    head = [f"[{'.'.join(map(_key, path))}]"] if path and lines else []
    blocks = ["\n".join([*head, *lines])]
    for name, value in table.items():
        if name not in plain and isinstance(value, Mapping):
            blocks += _blocks((*path, name), value)
    return blocks


def _inline(value: Mapping[str, object], path: tuple[str, ...]) -> bool:
    """Small tables below the first level stand on one line: a changed count is then a changed
    line.
    """
    return bool(path) and not any(isinstance(member, Mapping) for member in value.values())


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        return (
            "{ "
            + ", ".join(f"{_key(name)} = {_value(member)}" for name, member in value.items())
            + " }"
            if value
            else "{}"
        )
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _text(str(value))


def _text(value: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
