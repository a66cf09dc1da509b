"""How fast and how many at once: enforced here, so that no loop gets past it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct

from conformance.exchange import Reply

LONGEST_WAIT = 30.0
"""Seconds. A Retry-After of an hour is not waited for, it is a refusal: a run that sleeps that long
looks dead.
"""
MOST_WAITED = 300.0
"""Seconds that replies may make a run wait in all: ten of the longest waits. A target that wants
more is called too fast for its limit.
"""
DEFAULT_WAIT = 1.0
"""Seconds to wait after a 429 without a Retry-After in seconds; it doubles with each further 429.
"""


class Pace(Struct, frozen=True, kw_only=True):
    """`requests_per_second` None: as fast as it goes. `concurrency`: calls in flight at once."""

    requests_per_second: float | None = None
    concurrency: int = 10


class Pacer:
    """Keeps one pace for all threads."""

    def __init__(
        self,
        pace: Pace,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self.concurrency = max(1, pace.concurrency)
        self._interval = 1.0 / pace.requests_per_second if pace.requests_per_second else 0.0
        self._next = 0.0
        self._in_flight = 0
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, calls: int = 1) -> Iterator[None]:
        """Wait until so many calls (at most `concurrency`) may start together, and hold their
        places.
        """
        with self._changed:
            while self._in_flight + calls > self.concurrency:
                self._changed.wait()
            self._in_flight += calls
        try:
            self.wait(calls)
            yield
        finally:
            with self._changed:
                self._in_flight -= calls
                self._changed.notify_all()

    def wait(self, calls: int = 1) -> None:
        """Wait until so many further calls may start at this rate."""
        with self._changed:
            starts = max(self._next, self._clock())
            self._next = starts + calls * self._interval
        if (left := starts - self._clock()) > 0:
            self._sleep(left)

    @property
    def earliest(self) -> float:
        """The moment from which the next call may start."""
        return max(self._next, self._clock())

    def pause(self, seconds: float) -> None:
        """Let no further call start for so long (at most LONGEST_WAIT)."""
        with self._changed:
            self._next = max(self._next, self._clock() + min(seconds, LONGEST_WAIT))


def demanded_wait(reply: Reply, attempt: int) -> float | None:
    """Seconds that a reply asks to wait: 429 always, 503 with a Retry-After in seconds; None for
    any other.
    """
    if reply.status not in {429, 503}:
        return None
    text = (reply.header("Retry-After") or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    return DEFAULT_WAIT * 2**attempt if reply.status == 429 else None
