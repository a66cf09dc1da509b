"""Text of a server made safe to show: what a terminal, a browser or a parser would obey is written
as a visible escape.

Controls (ESC and NUL among them), lone surrogates, bidirectional and other format characters,
private and unassigned ones become `\\x1b`, `\\u202e`, `\\U000e0041`. Line ends of `\\n` and tabs
stay, and so does every space. The result is legal in UTF-8 and XML 1.0, and made readable again it
is the same text.
"""

import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any, Literal, TypeVar, get_origin

import msgspec

T = TypeVar("T")

_LAYOUT = frozenset("\t\n")
_SPACE = "Zs"
"""str.isprintable calls every space but one unprintable; Chinese texts have spaces of their own."""


class _Signs(dict[int, str]):
    """What stands for a character, found once for each: str.translate asks for every character of a
    text.
    """

    def __init__(self, kept: frozenset[str]) -> None:
        super().__init__()
        self._kept = kept

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        shown = sign.isprintable() or sign in self._kept or unicodedata.category(sign) == _SPACE
        self[code] = sign if shown else escape(code)
        return self[code]


_TEXT, _LINE = _Signs(_LAYOUT), _Signs(frozenset())


def readable(text: str) -> str:
    """The text with nothing in it that is obeyed instead of read. Lines and tabs stay."""
    return text if text.isprintable() else text.translate(_TEXT)


def one_line(text: str) -> str:
    """The same on one line: a server can't write a line of its own into what is printed."""
    return (
        text
        if text.isprintable()
        else text.replace("\n", "\\n").replace("\t", "\\t").translate(_LINE)
    )


def escape(code: int) -> str:
    """A character's number as Python writes it."""
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )


def each_text(value: T, change: Callable[[str], str], *, keys: bool = True) -> T:
    """The same value with every text in it changed: in structs, lists, tuples and dicts, with
    `keys` also those of dicts.

    Names of a struct's members stay, and so do texts that its type lists (`Literal`): those are
    words of ours.
    """
    changed: Any = _changed(value, change, keys=keys)
    return changed  # type: ignore[no-any-return]  # of the type that came in: only texts differ


def _changed(value: Any, change: Callable[[str], str], *, keys: bool) -> Any:
    match value:
        case str():
            return change(value)
        case msgspec.Struct():
            members = {
                name: _changed(getattr(value, name), change, keys=keys)
                for name in _open_members(type(value))
            }
            return msgspec.structs.replace(value, **members)
        case dict():
            return {
                _changed(key, change, keys=keys) if keys else key: _changed(
                    member, change, keys=keys
                )
                for key, member in value.items()
            }
        case tuple():
            return tuple(_changed(member, change, keys=keys) for member in value)
        case list():
            return [_changed(member, change, keys=keys) for member in value]
        case _:
            return value


@cache
def _open_members(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(
        member.name
        for member in msgspec.structs.fields(kind)
        if get_origin(member.type) is not Literal
    )


def encoded(value: object) -> bytes:
    """A value as JSON, whatever texts are in it: a lone surrogate, which no JSON of bytes can hold,
    is written as its escape.
    """
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(each_text(msgspec.to_builtins(value), readable))
