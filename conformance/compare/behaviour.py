"""How a server was seen to behave: counts by aspect and subject, which processes of one run can add
up.
"""

from collections.abc import Mapping

from msgspec import Struct, field

MOST_TIMES = 20_000
"""Latencies that are kept; quantiles of so many do not change with more."""
LONGEST_VALUE = 200
"""Characters of what a server said that are counted by."""
MOST_VALUES = 32
"""Different values of one subject that are counted apart; a value that is never the same twice says
that alone.
"""
MOST_SUBJECTS = 1000
"""Subjects of one aspect: a server that makes up names of headers or members has no end of them."""
OTHERS = "(others)"
"""Counted under this: values and subjects beyond the most."""


def tally(counts: dict[str, int], value: str, times: int = 1) -> None:
    """Count a value that a server chose: cut where it is long, among the others where there are too
    many.
    """
    value = brief(value)
    if value not in counts and len(counts) >= MOST_VALUES:
        value = OTHERS
    counts[value] = counts.get(value, 0) + times


def brief(text: str) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def is_whole(text: str) -> bool:
    """Whether a counted value is what the server said, neither cut nor a collection of others."""
    return text != OTHERS and len(text) <= LONGEST_VALUE


class Behaviour(Struct, kw_only=True):
    """Counts: aspect (`code`, `pair`, `status`, …) to subject (a defect, a reading) to what the
    server did, and how often.
    """

    counts: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)

    def note(self, aspect: str, subject: str, value: str) -> None:
        """Count one thing seen."""
        tally(self._values(aspect, subject), value)

    def _values(self, aspect: str, subject: str) -> dict[str, int]:
        subjects, subject = self.counts.setdefault(aspect, {}), brief(subject)
        if subject not in subjects and len(subjects) >= MOST_SUBJECTS:
            subject = OTHERS
        return subjects.setdefault(subject, {})

    def took(self, milliseconds: float) -> None:
        """Keep one latency."""
        if len(self.milliseconds) < MOST_TIMES:
            self.milliseconds.append(milliseconds)

    def merge(self, other: "Behaviour") -> None:
        """Add what another process of the same run saw."""
        for aspect, subjects in other.counts.items():
            for subject, values in subjects.items():
                mine = self._values(aspect, subject)
                for value, times in values.items():
                    tally(mine, value, times)
        self.milliseconds = (self.milliseconds + other.milliseconds)[:MOST_TIMES]

    def of(self, aspect: str) -> Mapping[str, Mapping[str, int]]:
        """Everything seen of one aspect, by subject."""
        return self.counts.get(aspect, {})

    def seen(self, aspect: str, subject: str) -> Mapping[str, int]:
        """What was seen of one subject."""
        return self.of(aspect).get(subject, {})

    def usual(self, aspect: str, subject: str) -> str | None:
        """What was seen most; of equals the first in the alphabet, so that the answer is stable.
        None: never seen.
        """
        counted = self.seen(aspect, subject)
        values = {value: times for value, times in counted.items() if value != OTHERS} or counted
        return min(values, key=lambda value: (-values[value], value)) if values else None
