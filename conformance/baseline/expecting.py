"""Holding a server to a profile of an earlier run: what is legal and yet different is a change."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from conformance.errors import ConfigurationError

Expectation: TypeAlias = Mapping[str, frozenset[str]]
"""Defect or reading to everything that the profile has seen of it."""

SERVED = "served"
"""What a run learns of a call that was carried out; a profile may also write `accept`."""
_SAME = {"accept": SERVED}
_UNSTABLE = {"open.latency"}
"""Subjects whose values differ from run to run on one server."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What the run saw of one subject, and how often."""

    subject: str
    value: str
    times: int


def read_profile(file: Path) -> Expectation:
    """What a profile.toml says of defects (`[codes]`) and readings (`[learnt]`). Raises ConfigurationError."""
    try:
        profile = tomllib.loads(file.read_text("utf-8"))
    except OSError as problem:
        raise ConfigurationError(f"The profile {file} can't be read: {problem.strerror}. A run leaves one as profile.toml.") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigurationError(f"The profile {file} is no TOML: {problem}.") from problem
    expected: dict[str, frozenset[str]] = {}
    for subject, values in _members(profile):
        expected[subject] = expected.get(subject, frozenset()) | values
    if not expected:
        raise ConfigurationError(f"The profile {file} says nothing: it has neither [codes] nor [learnt]. Give the profile.toml of a run.")
    return expected


def _members(profile: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    for table in ("codes", "learnt"):
        for subject, value in profile.get(table, {}).items():
            if subject not in _UNSTABLE:
                yield subject, frozenset(_SAME.get(each, each) for each in _values(value))


def _values(value: object) -> Iterable[str]:
    """A code, several, or a table of codes with their counts."""
    return [str(each) for each in value] if isinstance(value, list | dict) else [str(value)]


def changes(expected: Expectation, seen: Iterable[Seen]) -> Sequence[Seen]:
    """What the profile does not know of subjects that it knows. Subjects that it lacks, and values not seen this time, say nothing."""
    return [each for each in seen if each.subject in expected and each.value not in expected[each.subject]]
