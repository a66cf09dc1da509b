"""How much in all: calls, seconds, added numbers."""

import threading
import time
from typing import Any

import msgspec
from msgspec import Struct

from conformance.errors import BudgetSpent
from conformance.exchange import Call


class Budget(Struct, frozen=True, kw_only=True):
    """Limits of a run; None: no limit."""

    max_requests: int | None = None
    max_seconds: float | None = None
    max_added_numbers: int | None = None


class Spending:
    """Counts against a budget, for all threads together. The seconds run from its creation."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._end = None if budget.max_seconds is None else time.monotonic() + budget.max_seconds
        self._lock = threading.Lock()
        self.requests = 0
        self.added_numbers = 0

    def spend(self, call: Call, *, restoring: bool = False) -> None:
        """Count a call before it is sent. Raises BudgetSpent when a limit is reached, unless the call puts something back."""
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
        if self._end is not None and time.monotonic() >= self._end:
            raise _spent(f"{budget.max_seconds:g} seconds have passed", "max_seconds")
        if budget.max_added_numbers is not None and added and self.added_numbers + added > budget.max_added_numbers:
            raise _spent(f"{self.added_numbers} numbers have been added and {added} more are asked for", "max_added_numbers")


def _spent(what: str, key: str) -> BudgetSpent:
    return BudgetSpent(f"The budget is spent: {what}, which is what [pace] {key} allows. Allow more there, or choose a smaller --effort.")


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
