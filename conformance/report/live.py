"""What is shown while a run goes on: one live area on a terminal, a plain line every few seconds
elsewhere.
"""

import threading
import time
from collections import deque
from collections.abc import Collection
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from conformance.report.console import console
from conformance.report.digest import duration, number

LINE_EVERY = 5.0
"""Seconds between plain lines: often enough to see that it goes on, seldom enough for a log file.
"""
FRAMES_PER_SECOND = 4
LEAST_TO_ESTIMATE = 50
"""Calls from which their pace says something of the time that is left."""
RATE_OVER = 5.0
"""Seconds over which calls per second are taken."""


class BudgetLimits(Protocol):
    """What bounds a run; either limit may be None. `config` and `transport` have such values."""

    @property
    def max_requests(self) -> int | None:
        """Calls that may be sent."""

    @property
    def max_seconds(self) -> float | None:
        """Seconds that the run may take."""


class LiveView:
    """Counts and shows; every method may be called from any thread, and none raises because of the
    terminal.
    """

    def __init__(
        self,
        total_checks: int,
        budget: BudgetLimits | None = None,
        *,
        expected: int | None = None,
        quiet: bool = False,
        verbose: bool = False,
        out: Console | None = None,
    ) -> None:
        self._total, self._budget, self._quiet, self._verbose = total_checks, budget, quiet, verbose
        self._expected = expected
        self._out = out or console()
        self._lock = threading.RLock()
        self._begun = self._last_line = time.monotonic()
        self._ended, self._failed, self._calls, self._findings = 0, 0, 0, 0
        self._running: list[str] = []
        self._rates: deque[tuple[float, int]] = deque([(self._begun, 0)])
        self._live: Live | None = None

    def __enter__(self) -> Self:
        """Open the live area where there is a terminal."""
        if self._out.is_terminal and not self._quiet:
            self._live = Live(
                console=self._out,
                get_renderable=self._area,
                refresh_per_second=FRAMES_PER_SECOND,
                transient=True,
            )
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the live area; nothing of it stays."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def bound(self, budget: BudgetLimits) -> None:
        """What bounds the run, once that is known."""
        with self._lock:
            self._budget = budget

    def started(self, check: str) -> None:
        """A check begins."""
        with self._lock:
            self._running.append(check)
            self._line()

    def finished(self, check: str, findings: Collection[object] = ()) -> None:
        """A check has ended, with what it found."""
        with self._lock:
            if check in self._running:
                self._running.remove(check)
            self._ended += 1
            self._failed += bool(findings)
            if (findings or self._verbose) and not self._quiet:
                found = (
                    f"{len(findings)} {'deviation' if len(findings) == 1 else 'deviations'}"
                    if findings
                    else "nothing found"
                )
                self._say(
                    Text.assemble(
                        ("FOUND " if findings else "done  ", "bold red" if findings else "green"),
                        f"{check}: {found}",
                    )
                )
            self._line()

    def tick(self, calls: int, findings: int) -> None:
        """So many calls were made and so many deviations are known by now, in all."""
        with self._lock:
            self._calls, self._findings = calls, findings
            now = time.monotonic()
            if now - self._rates[-1][0] >= 0.2:
                self._rates.append((now, calls))
            while now - self._rates[0][0] > RATE_OVER and len(self._rates) > 2:
                self._rates.popleft()
            self._line()

    def _say(self, text: Text) -> None:
        self._out.print(text, soft_wrap=True)

    def _line(self) -> None:
        now = time.monotonic()
        if self._quiet or self._live is not None or now - self._last_line < LINE_EVERY:
            return
        self._last_line = now
        self._say(Text(" · ".join(self._figures())))

    def _figures(self) -> list[str]:
        limit = self._budget.max_requests if self._budget else None
        most = (
            f" of at most {number(limit)}"
            if limit
            else f" of about {number(self._expected)}"
            if self._expected
            else ""
        )
        calls = f"{number(self._calls)}{most} calls"
        return [
            f"{self._ended} of {self._total} checks done",
            f"{self._failed} with deviations",
            f"{self._findings} {'deviation' if self._findings == 1 else 'deviations'}",
            calls,
            f"{self._rate():.0f} calls/s",
            self._time(),
        ]

    def _time(self) -> str:
        spent = time.monotonic() - self._begun
        limit = self._budget.max_seconds if self._budget else None
        if limit:
            return f"{duration(spent)}, {duration(max(limit - spent, 0))} left"
        if not self._expected or self._calls < LEAST_TO_ESTIMATE or self._calls >= self._expected:
            return duration(spent)
        return (
            f"{duration(spent)}, about"
            f" {duration((self._expected - self._calls) * spent / self._calls)} left"
        )

    def _rate(self) -> float:
        (since, before), now = self._rates[0], time.monotonic()
        return (self._calls - before) / (now - since) if now > since else 0.0

    def _area(self) -> RenderableType:
        with self._lock:
            summary, failed, findings, calls, rate, spent = self._figures()
            bar = Table.grid(padding=(0, 1), expand=True)
            bar.add_column(ratio=1)
            bar.add_column(no_wrap=True)
            bar.add_row(
                ProgressBar(total=max(self._total, 1), completed=min(self._ended, self._total)),
                summary,
            )
            tone = "bold red" if self._failed else ""
            found = Text.assemble((failed, tone), " · ", (findings, tone))
            traffic = Text(
                f"{calls} · {rate} · {spent}", style="dim", overflow="ellipsis", no_wrap=True
            )
            now = Text(
                ", ".join(self._running[-3:]) or "…", style="dim", overflow="ellipsis", no_wrap=True
            )
            return Group(bar, found, traffic, now)
