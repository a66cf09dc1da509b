"""Reading TOML tables into frozen dataclasses, with errors that a person can act on."""

import collections.abc
import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

from conformance.emulator.errors import EmulatorError, nearest

Record = TypeVar("Record")
Hint: TypeAlias = Any  # what annotations are made of has no type of its own


def read_table(
    kind: type[Record], table: object, where: str, ignored: frozenset[str] = frozenset()
) -> Record:
    """Make a dataclass of a TOML table; an unknown key or a wrong value is an error that says what
    is known.
    """
    if not isinstance(table, Mapping):
        raise EmulatorError(f"{where} must be a table, not {table!r}.")
    hints = get_type_hints(kind)
    values = {}
    for name, value in table.items():
        if name in ignored:
            continue
        if name not in hints:
            raise EmulatorError(f"{where} has no setting {name!r}. {nearest(name, hints)}")
        values[name] = _read_value(hints[name], value, f"{where}, {name}")
    return kind(**values)


def _read_value(hint: Hint, value: object, where: str) -> object:
    origin: object = get_origin(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return read_table(hint, value, where)
    if origin is Literal:
        return _read_choice(get_args(hint), value, where)
    if origin is tuple:
        return _read_list(value, where)
    if origin is collections.abc.Mapping:
        return _read_mapping(get_args(hint)[1], value, where)
    return _read_plain(hint, value, where)


def _read_choice(known: tuple[str, ...], value: object, where: str) -> str:
    if value in known:
        return str(value)
    raise EmulatorError(f"{where}: {value!r} is no choice. {nearest(str(value), known)}")


def _read_list(value: object, where: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return tuple(value)
    raise EmulatorError(f"{where} must be a list of texts, not {value!r}.")


def _read_mapping(hint: Hint, value: object, where: str) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise EmulatorError(f"{where} must be a table, not {value!r}.")
    return {name: _read_plain(hint, entry, f"{where}, {name}") for name, entry in value.items()}


def _read_plain(hint: Hint, value: object, where: str) -> object:
    if hint is object:
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is hint:
        return value
    raise EmulatorError(f"{where} must be of type {hint.__name__}, not {value!r}.")
