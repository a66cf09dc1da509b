"""One waiver: a deviation that somebody answers for, on a named server, until a date."""

from collections.abc import Mapping
from datetime import date
from fnmatch import fnmatchcase

from msgspec import Struct

EVERY = "*"
"""Stands for every kind, detail or server; nothing else in `kind` and `detail` is a pattern."""


class Waiver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry of a waivers file. `server` is a pattern (`*`, `?`, `[…]`) for one of the target's
    values: its Server header, address, ….

    `expires` is the last day on which it excuses. An `intermittent` deviation need not occur in
    every run, but in no greater share of cases than `rate`.
    """

    clause: str
    kind: str
    detail: str
    server: str
    reason: str
    owner: str
    expires: date
    intermittent: bool = False
    rate: float | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What no two entries of a file have in common."""
        return (self.clause, self.kind, self.detail, self.server)

    def covers(self, clause: str, kind: str, detail: str) -> bool:
        """Whether it is written for this deviation."""
        return (
            self.clause == clause and self.kind in {EVERY, kind} and self.detail in {EVERY, detail}
        )

    def meant_for(self, target: Mapping[str, str]) -> bool:
        """Whether it is written for the server with these values."""
        return any(fnmatchcase(value, self.server) for value in target.values())

    def days_left(self, today: date) -> int:
        """Days on which it will still excuse, not counting today; negative once it has expired."""
        return (self.expires - today).days

    @property
    def subject(self) -> str:
        """The deviation in words: `method.delete-only (deleted: PUT)`."""
        how = ": ".join(part for part in (self.kind, self.detail) if part)
        return f"{self.clause} ({how})"

    @property
    def excuse(self) -> str:
        """What a report says of a deviation that it excuses."""
        return f"{self.reason} (owner {self.owner}, until {self.expires.isoformat()})"
