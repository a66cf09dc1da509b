"""What a value of the target file may be. Each reader takes what TOML gave, or a text from an
option or a variable, and returns the value, or raises Unfit with the words that follow "must be".
"""

import re
import shlex
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

Reader: TypeAlias = Callable[[object], Any]

Item = TypeVar("Item")

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


class Unfit(Exception):
    """A value can't be used; says what it must be."""


class GivenText(str):
    """A value that came as text, from an option or a variable: numbers and lists in it are read,
    too.
    """

    __slots__ = ()


def text(value: object) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise Unfit("a text that is not empty")
    return str(value)


def any_text(value: object) -> str:
    """A text, even an empty one."""
    if not isinstance(value, str):
        raise Unfit("a text")
    return str(value)


def command(value: object) -> tuple[str, ...]:
    """A program and its arguments: a list of texts, or one text that is split as a shell would."""
    try:
        parts = (
            shlex.split(value)
            if isinstance(value, str) and not value.lstrip().startswith("[")
            else _items(value)
        )
    except ValueError:
        parts = None
    if not isinstance(parts, list) or not parts or not all(isinstance(part, str) for part in parts):
        raise Unfit('a list of a program and its arguments: ["./sign.sh", "--for-isales"]')
    return tuple(str(part) for part in parts)


def one_of(*choices: str) -> Reader:
    """One of some words."""

    def read(value: object) -> str:
        if value not in choices:
            raise Unfit("one of " + ", ".join(f'"{choice}"' for choice in choices))
        return str(value)

    return read


def flag(value: object) -> bool:
    """A truth value."""
    if isinstance(value, GivenText) and value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    if not isinstance(value, bool):
        raise Unfit("true or false")
    return value


def integer(low: int, high: int | None = None) -> Reader:
    """A whole number in a range."""
    words = (
        f"a whole number in {low}..{high}" if high is not None else f"a whole number, {low} or more"
    )

    def read(value: object) -> int:
        if isinstance(value, GivenText) and re.fullmatch(r"\s*[+-]?[0-9]{1,20}\s*", value):
            value = int(value)
        if (
            not isinstance(value, int)
            or isinstance(value, bool)
            or value < low
            or (high is not None and value > high)
        ):
            raise Unfit(words)
        return value

    return read


def positive_number(value: object) -> float:
    """A number greater than 0."""
    found = _number(value)
    if found is None or found <= 0:
        raise Unfit("a number greater than 0")
    return found


def number_from_zero(value: object) -> float:
    """A number, 0 or more."""
    found = _number(value)
    if found is None or found < 0:
        raise Unfit("a number, 0 or more")
    return found


def _number(value: object) -> float | None:
    if isinstance(value, GivenText) and re.fullmatch(r"\s*[0-9]{1,18}(\.[0-9]{1,18})?\s*", value):
        return float(value)
    if (
        not isinstance(value, int | float)
        or isinstance(value, bool)
        or not float("-inf") < value < float("inf")
    ):
        return None
    return float(value)


def digits(most: int) -> Reader:
    """ASCII digits, at least one."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(f"[0-9]{{1,{most}}}", value):
            raise Unfit(f"a text of 1 to {most} digits 0-9")
        return str(value)

    return read


def header_name(value: object) -> str:
    """The name of a header."""
    if not isinstance(value, str) or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", value):
        raise Unfit("the name of a header")
    return value.lower()


def listed(
    item: Callable[[object], Item], words: str, *, least: int = 0
) -> Callable[[object], tuple[Item, ...]]:
    """A list; as text its items are separated by commas, or it is written as in TOML."""

    def read(value: object) -> tuple[Item, ...]:
        items = _items(value)
        if not isinstance(items, list) or len(items) < least:
            raise Unfit(words)
        try:
            return tuple(item(one) for one in items)
        except Unfit as error:
            raise Unfit(f"{words}, each {error}") from None

    return read


def _items(value: object) -> object:
    if not isinstance(value, GivenText):
        return value
    if value.lstrip().startswith("["):
        return as_toml(value)
    return [GivenText(part.strip()) for part in value.split(",")] if value.strip() else []


def as_toml(value: GivenText) -> object:
    """A text read as a TOML value; the text itself where it is none."""
    try:
        return tomllib.loads(f"x = {value}")["x"]
    except tomllib.TOMLDecodeError:
        return value


def table(
    value: object, members: Mapping[str, Reader], words: str, *, needed: frozenset[str]
) -> dict[str, Any]:
    """A table with some members, each read by its own reader."""
    if isinstance(value, GivenText):
        value = as_toml(value)
    if not isinstance(value, dict) or not needed <= value.keys() <= members.keys():
        raise Unfit(words)
    found = {}
    for name, content in value.items():
        try:
            found[name] = members[name](content)
        except Unfit as error:
            raise Unfit(f"{words}; {name} must be {error}") from None
    return found
