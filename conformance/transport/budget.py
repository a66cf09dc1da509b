"""How much in all: calls, seconds, added numbers."""

import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from conformance.errors import BudgetSpent, RestoringTimeSpent
from conformance.exchange import Call


class Budget(Struct, frozen=True, kw_only=True):
    """Limits of a run; None: no limit."""

    max_requests: int | None = None
    max_seconds: float | None = None
    max_added_numbers: int | None = None


LEAST_RESTORING = 120.0
"""Seconds for putting back, however little there is to do: a server that was just asked a lot may
be slow.
"""
RESTORING_SLACK = 3.0
"""Times the time that the calls of putting back take by themselves: some are made again, and looks
come between them.
"""


def restoring_seconds(calls: int, *, rate: float | None, latency: float) -> float:
    """How long putting back may take that needs so many calls, at a pace of `rate` per second and a
    measured latency.
    """
    return max(LEAST_RESTORING, RESTORING_SLACK * calls * ((1 / rate if rate else 0.0) + latency))


class Spending:
    """Counts against a budget, for all threads together. The seconds run from its creation."""

    def __init__(self, budget: Budget, clock: Callable[[], float] = time.monotonic) -> None:
        self._budget = budget
        self._clock = clock
        self._end = None if budget.max_seconds is None else clock() + budget.max_seconds
        self._restoring: tuple[float, float] | None = None
        """Seconds for putting back, and the moment at which they end."""
        self._lock = threading.Lock()
        self.requests = 0
        self.added_numbers = 0

    def begin_restoring(self, seconds: float) -> None:
        """From now on calls that put something back have so many seconds in all."""
        self._restoring = (seconds, self._clock() + seconds)

    @property
    def overtime(self) -> str:
        """Words for the time being over; empty while it is not."""
        return (
            str(_spent_seconds(self._budget))
            if self._end is not None and self._clock() >= self._end
            else ""
        )

    def must_last(self, moment: float, *, restoring: bool = False) -> None:
        """Raise BudgetSpent, or of what puts something back RestoringTimeSpent, where the time is
        over at that moment.
        """
        if restoring and self._restoring is not None and moment >= self._restoring[1]:
            raise RestoringTimeSpent(
                f"Putting back was given {self._restoring[0]:g} s ([safety] restore_seconds), which"
                " are over. What is missing stands in the journal: put it back with"
                " isales-conformance restore."
            )
        if not restoring and self._end is not None and moment >= self._end:
            raise _spent_seconds(self._budget)

    def spend(self, call: Call, *, restoring: bool = False) -> None:
        """Count a call before it is sent. Raises BudgetSpent when a limit is reached, unless the
        call puts something back; such a call has its own limit (see `must_last`).
        """
        self.must_last(self._clock(), restoring=restoring)
        added = _added_numbers(call) if self._budget.max_added_numbers is not None else 0
        with self._lock:
            if not restoring:
                self._refuse(added)
            self.requests += 1
            self.added_numbers += added

    def _refuse(self, added: int) -> None:
        budget = self._budget
        if budget.max_requests is not None and self.requests >= budget.max_requests:
            raise _spent(f"{budget.max_requests} calls have been sent", "max_requests")
        if (
            budget.max_added_numbers is not None
            and added
            and self.added_numbers + added > budget.max_added_numbers
        ):
            raise _spent(
                f"{self.added_numbers} numbers have been added and {added} more are asked for",
                "max_added_numbers",
            )


def _spent_seconds(budget: Budget) -> BudgetSpent:
    return _spent(f"{budget.max_seconds:g} seconds have passed", "max_seconds")


def _spent(what: str, key: str) -> BudgetSpent:
    return BudgetSpent(
        f"The budget is spent: {what}, which is what [pace] {key} allows. Allow more there, or"
        " choose a smaller --effort."
    )


def _added_numbers(call: Call) -> int:
    """An upper bound of the numbers that a call can add."""
    if call.method.upper() != "POST":
        return 0
    return max(call.body.count(b"accessCode"), _items(call.body))


def _items(body: bytes) -> int:
    try:
        content: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0
    listed = content.get("callerNo") if isinstance(content, dict) else None
    return len(listed) if isinstance(listed, list) else 0
