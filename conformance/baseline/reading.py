"""Reader of a waivers file. Whatever is wrong with it is said at once, before a call is sent."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from conformance.baseline.waiver import EVERY, Waiver
from conformance.clauses import all_clauses
from conformance.errors import ConfigurationError, nearest

MANDATORY = ("clause", "kind", "detail", "server", "reason", "owner", "expires")
KNOWN = (*MANDATORY, "intermittent", "rate")
_MAY_BE_EMPTY = {"detail"}
"""Many deviations have none."""


def read_waivers(file: Path) -> tuple[Waiver, ...]:
    """The entries of a file. Raises ConfigurationError with everything that is wrong with it."""
    entries = _entries(file)
    complaints = [
        f"{_place(number, entry)}: {said}"
        for number, entry in enumerate(entries, 1)
        for said in _complaints(entry)
    ]
    if not complaints:
        waivers = tuple(_waiver(entry) for entry in entries)
        complaints = list(_repeated(waivers))
    if complaints:
        raise ConfigurationError(
            f"The waivers file {file} can't be used.\n"
            + "\n".join(f"  {said}" for said in complaints)
        )
    return waivers


def read_drafts(file: Path) -> tuple[Waiver, ...]:
    """The entries of a file that need not be complete yet, as far as they tell which deviations
    they are for.
    """
    filled = ({"reason": "", "owner": "", "server": "", **entry} for entry in _entries(file))
    return tuple(
        _waiver({**{name: str(entry[name]) for name in MANDATORY[:6]}, "expires": date.min})
        for entry in filled
        if all(name in entry for name in MANDATORY[:3])
    )


def _entries(file: Path) -> list[dict[str, Any]]:
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except OSError as problem:
        raise ConfigurationError(
            f"The waivers file {file} can't be read: {problem.strerror}."
        ) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigurationError(f"The waivers file {file} is no TOML: {problem}.") from problem
    for key in document:
        if key != "waiver":
            raise ConfigurationError(
                f"The waivers file {file} has no use for the key {key!r}{nearest(key, ['waiver'])}:"
                " entries begin with [[waiver]]."
            )
    entries = document.get("waiver", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigurationError(
            f"The waivers file {file} must hold tables of the name [[waiver]], with two brackets."
        )
    return entries


def _place(number: int, entry: Mapping[str, Any]) -> str:
    return (
        f"entry {number} ({entry['clause']})"
        if isinstance(entry.get("clause"), str)
        else f"entry {number}"
    )


def _complaints(entry: Mapping[str, Any]) -> Iterator[str]:
    for key in entry:
        if key not in KNOWN:
            yield f"there is no key {key!r}{nearest(key, KNOWN)}"
    for key in MANDATORY:
        if key not in entry:
            yield f"{key} is missing"
        elif key != "expires":
            yield from _text_complaints(key, entry[key])
    if isinstance(entry.get("clause"), str):
        yield from _clause_complaints(entry["clause"])
    yield from _date_complaints(entry)
    yield from _rate_complaints(entry)


def _text_complaints(key: str, value: object) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{key} must be a text, not {value!r}"
    elif not value.strip() and key not in _MAY_BE_EMPTY:
        yield f"{key} is empty" + {
            "reason": ": say why the deviation is put up with",
            "owner": ": say who answers for it",
        }.get(key, "")


def _clause_complaints(name: str) -> Iterator[str]:
    rows = all_clauses()
    row = rows.get(name)
    if name == EVERY:
        yield "a waiver names one clause"
    elif row is None:
        yield (
            f"there is no clause {name!r}{nearest(name, rows)}; `isales-conformance clauses` lists"
            " them"
        )
    elif not row.checkable:
        yield f"nothing can break {name}, so the waiver matches nothing: {row.untestable}"
    elif not row.binding:
        yield (
            f"{name} is left open by the document and is never failed, so the waiver matches"
            " nothing"
        )


def _date_complaints(entry: Mapping[str, Any]) -> Iterator[str]:
    if "expires" in entry and _date(entry["expires"]) is None:
        yield f"expires must be a date such as 2027-01-31, not {entry['expires']!r}"


def _rate_complaints(entry: Mapping[str, Any]) -> Iterator[str]:
    intermittent, rate = entry.get("intermittent", False), entry.get("rate")
    if not isinstance(intermittent, bool):
        yield f"intermittent must be true or false, not {intermittent!r}"
    elif intermittent and rate is None:
        yield (
            "an intermittent deviation needs a rate, the greatest share of cases in which it may"
            " occur (such as rate = 0.05)"
        )
    elif rate is not None and not intermittent:
        yield "a rate is for intermittent deviations only: add intermittent = true"
    if rate is not None and (
        isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate <= 1
    ):
        yield f"rate must be above 0 and at most 1, not {rate!r}"


def _date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _waiver(entry: Mapping[str, Any]) -> Waiver:
    return Waiver(**{**entry, "expires": _date(entry["expires"])})


def _repeated(waivers: tuple[Waiver, ...]) -> Iterator[str]:
    for waiver, times in Counter((each.subject, each.server) for each in waivers).items():
        if times > 1:
            yield (
                f"{waiver[0]} for the server {waiver[1]!r} is there {times} times: one of them"
                " matches nothing"
            )
