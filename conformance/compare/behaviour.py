"""How a server was seen to behave: counts by aspect and subject, which processes of one run can add up."""

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct, field

MOST_TIMES = 20_000
"""Latencies that are kept; quantiles of so many do not change with more."""


class Behaviour(Struct, kw_only=True):
    """Counts: aspect (`code`, `pair`, `status`, …) to subject (a defect, a reading) to what the server did, and how often."""

    counts: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)

    def note(self, aspect: str, subject: str, value: str) -> None:
        """Count one thing seen."""
        seen = self.counts.setdefault(aspect, {}).setdefault(subject, {})
        seen[value] = seen.get(value, 0) + 1

    def took(self, milliseconds: float) -> None:
        """Keep one latency."""
        if len(self.milliseconds) < MOST_TIMES:
            self.milliseconds.append(milliseconds)

    def merge(self, other: "Behaviour") -> None:
        """Add what another process of the same run saw."""
        for aspect, subjects in other.counts.items():
            mine = self.counts.setdefault(aspect, {})
            for subject, values in subjects.items():
                mine[subject] = dict(Counter(mine.get(subject, {})) + Counter(values))
        self.milliseconds = (self.milliseconds + other.milliseconds)[:MOST_TIMES]

    def of(self, aspect: str) -> Mapping[str, Mapping[str, int]]:
        """Everything seen of one aspect, by subject."""
        return self.counts.get(aspect, {})

    def seen(self, aspect: str, subject: str) -> Mapping[str, int]:
        """What was seen of one subject."""
        return self.of(aspect).get(subject, {})

    def usual(self, aspect: str, subject: str) -> str | None:
        """What was seen most; of equals the first in the alphabet, so that the answer is stable. None: never seen."""
        values = self.seen(aspect, subject)
        return min(values, key=lambda value: (-values[value], value)) if values else None
