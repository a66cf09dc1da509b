"""Holding a server to a profile of an earlier run: what is legal and yet different is a change."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from conformance.errors import ConfigurationError

Expectation: TypeAlias = Mapping[str, Mapping[str, int]]
"""Defect or reading to what the profile has seen of it, and how often; 0 where it tells no figure.
"""

SERVED = "served"
"""What a run learns of a call that was carried out; a profile may also write `accept`."""
MISSED = 0.05
"""A value that is new is a change if the profile's run would have missed it with less than this
probability; else it is chance.
"""
_SAME = {"accept": SERVED}
_ASPECTS = ("code", "pair")
"""Tables of `[learnt]` that hold codes by defect and by pair of defects."""
OTHERWISE = {
    "status": "status of {}",
    "reading": "readings.{}",
    "auth": "auth.{}",
    "text": "text.{}",
}
"""Further tables of `[learnt]`, and what a subject of theirs is called among the changes."""
_TOLD_OF = {
    "reading": ("other_methods",),
    "auth": ("refusal", "refusal_code"),
    "text": ("return_desc when refused", "return_desc when served"),
}
"""Of these tables only what depends neither on the day nor on the calls that were drawn;
`open.count` tells what num counts.
"""
READING = "open."
"""So begin the questions that the document leaves open; what was learnt of them stands in
`[learnt]` itself.
"""
_UNSTABLE = {"open.latency", "open.adding", "open.query-shows"}
"""Readings whose values depend on the day and on the effort."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectCount:
    """What the run saw of one subject, and how often: `times` of `of`."""

    subject: str
    value: str
    times: int
    of: int


def read_profile(file: Path) -> Expectation:
    """What a profile.toml says of defects (`[codes]`, `[learnt]`) and readings. Raises
    ConfigurationError.
    """
    try:
        profile = tomllib.loads(file.read_text("utf-8"))
    except OSError as problem:
        raise ConfigurationError(
            f"The profile {file} can't be read: {problem.strerror}. A run leaves one as"
            " profile.toml."
        ) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigurationError(f"The profile {file} is no TOML: {problem}.") from problem
    expected: dict[str, Counter[str]] = {}
    for subject, value, times in _members(profile):
        expected.setdefault(subject, Counter())[value] += times
    if not expected:
        raise ConfigurationError(
            f"The profile {file} says nothing: it has neither [codes] nor [learnt]. Give the"
            " profile.toml of a run."
        )
    return expected


def _members(profile: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    learnt = _table(profile.get("learnt"))
    readings = {
        name: value
        for name, value in learnt.items()
        if name.startswith(READING) and name not in _UNSTABLE
    }
    aspects = (_table(learnt.get(aspect)) for aspect in _ASPECTS)
    for table in (_table(profile.get("codes")), *aspects, readings, dict(_further(learnt))):
        for subject, value in table.items():
            for each, times in value.items() if isinstance(value, dict) else [(str(value), 0)]:
                yield subject, _SAME.get(each, each), times if isinstance(times, int) else 0


def otherwise(aspect: str, subject: str) -> str:
    """What a subject of one of the further tables is called; empty where nobody is held to it."""
    if aspect not in OTHERWISE or subject not in _TOLD_OF.get(aspect, (subject,)):
        return ""
    return OTHERWISE[aspect].format(subject)


def _further(learnt: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, int]]]:
    for aspect in OTHERWISE:
        for subject, values in _table(learnt.get(aspect)).items():
            if (name := otherwise(aspect, subject)) and isinstance(values, dict):
                yield name, values


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def changes(expected: Expectation, seen: Iterable[SubjectCount]) -> Sequence[SubjectCount]:
    """What the profile does not know of subjects that it knows. Subjects that it lacks, and values
    not seen this time, say nothing.
    """
    return [
        each for each in seen if each.subject in expected and _is_new(each, expected[each.subject])
    ]


def _is_new(seen: SubjectCount, known: Mapping[str, int]) -> bool:
    if seen.value in known:
        return False
    return float(1 - seen.times / seen.of) ** sum(known.values()) < MISSED or not any(
        known.values()
    )
