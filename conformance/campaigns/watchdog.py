"""Tells a target that has gone, or gone mad, from one that has a fault: a row of dead replies, then
a look at what worked before.

A server with a fault fails on some calls and still shows a campaign when it is asked. One that
shows nothing any more, neither at once nor when it has been waited for, says nothing about the
interface: the run ends there, with what was seen.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

from msgspec import Struct

from conformance.campaigns.campaign_set import CallSender
from conformance.campaigns.liveness import INTERFACE, lifeless, seen, sign_of
from conformance.errors import BudgetSpent, TargetUnreachable
from conformance.exchange import Call, Exchange

SILENT = 3
"""Calls in a row without an answer after which the target is looked at."""
STRANGE = 5
"""Calls in a row answered as by another server; doubled each time the look shows that the target is
well, up to the most.
"""
MOST_STRANGE = 40
FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0
"""Seconds between two looks at a target that has gone; each wait is twice the one before."""


class Outage(Struct, frozen=True, kw_only=True):
    """A time in which the target showed nothing, told by the numbers of the exchanges; `until`
    None: it did not come back.
    """

    since: int
    until: int | None
    says: str


class Watchdog:
    """A wire that notices when nothing is at its other end. `probe` is a read that the target can
    be expected to answer as it did first.
    """

    def __init__(
        self,
        wire: CallSender,
        probe: Call,
        *,
        patience: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`patience`: seconds for which a target that has gone is waited for."""
        self._wire = wire
        self._probe = probe
        self._patience = patience
        self._sleep = sleep
        self._sign = ""
        self._row: list[Exchange] = []
        self._strange = STRANGE
        self._asking = False
        self._lock = threading.Lock()
        self.outages: list[Outage] = []
        self.gone = ""
        """Why the run has ended; empty while it has not."""

    def on_exchange(self, observer: Callable[[Exchange], None]) -> Callable[[], None]:
        """See Wire. What the watchdog itself asks is nobody's look: it may come before a change
        shows.
        """
        return self._wire.on_exchange(lambda exchange: None if self._asking else observer(exchange))

    def send(self, call: Call, *, restoring: bool = False) -> Exchange:
        """See Wire. Raises TargetUnreachable once the target has gone for good, except for what
        puts something back.
        """
        if self.gone and not restoring:
            raise TargetUnreachable(self.gone)
        exchange = self._wire.send(call, restoring=restoring)
        if not restoring:
            self._watch([exchange])
        return exchange

    def burst(self, calls: Sequence[Call]) -> tuple[Exchange, ...]:
        """See Wire. Raises as `send` does."""
        if self.gone:
            raise TargetUnreachable(self.gone)
        exchanges = self._wire.burst(calls)
        self._watch(exchanges)
        return exchanges

    def _watch(self, exchanges: Sequence[Exchange]) -> None:
        with self._lock:
            for exchange in exchanges:
                self._take_in(exchange)
            if self._sign and self._suspicious():
                self._look()

    def _take_in(self, exchange: Exchange) -> None:
        if not self._sign and exchange.call == self._probe:
            self._sign = sign_of(exchange)
        if lifeless(exchange) and not self._shows_life(exchange):
            self._row.append(exchange)
        else:
            self._row.clear()

    def _shows_life(self, exchange: Exchange) -> bool:
        """Whether the reply is what this target gives when it is well, though not the
        interface's.
        """
        return exchange.call == self._probe and sign_of(exchange) == self._sign != ""

    def _suspicious(self) -> bool:
        silent = len(self._row) >= SILENT and all(
            exchange.reply is None for exchange in self._row[-SILENT:]
        )
        return silent or len(self._row) >= self._strange

    def _ask(self) -> Exchange:
        self._asking = True
        try:
            return self._wire.send(self._probe)
        finally:
            self._asking = False

    def _look(self) -> None:
        """Ask for what the target showed at first; where it does not, wait and ask again."""
        first, end, wait, away = self._row[0], time.monotonic() + self._patience, FIRST_WAIT, False
        while True:
            try:
                shown = self._ask()
            except BudgetSpent:
                self._give_up(first)
            if sign_of(shown) in {self._sign, INTERFACE}:
                return self._recovered(first, shown, away=away)
            if time.monotonic() >= end:
                self._give_up(first)
            away = True
            self._sleep(min(wait, max(end - time.monotonic(), 0.0)))
            wait = min(2 * wait, LONGEST_WAIT)

    def _recovered(self, first: Exchange, shown: Exchange, *, away: bool) -> None:
        self._row.clear()
        # it is well, and has a fault that shows in these calls: that is for the oracle
        if not away:
            self._strange = min(2 * self._strange, MOST_STRANGE)
            return
        says = (
            f"From call {first.number} to call {shown.number} the target gave nothing that could be"
            f" used: {seen(first)}. It came back."
        )
        self.outages.append(Outage(since=first.number, until=shown.number, says=says))

    def _give_up(self, first: Exchange) -> NoReturn:
        self.gone = (
            f"From call {first.number} on the target gave nothing that could be used, not even to a"
            f" query that it had answered before: {seen(first)}. It was waited for"
            f" ({self._patience:g} s) in vain. The first call that failed so was"
            f" {_told(first.call)}. See whether that call brought the server down, and run again"
            " when it is well."
        )
        self.outages.append(Outage(since=first.number, until=None, says=self.gone))
        raise TargetUnreachable(self.gone)


_SHOWN = 120


def _told(call: Call) -> str:
    body = call.body[:_SHOWN].decode("utf-8", "replace")
    more = f" … ({len(call.body)} bytes)" if len(call.body) > _SHOWN else ""
    return f"{call.method} {call.target[:_SHOWN]}{f' with {body}{more}' if body else ''}"
