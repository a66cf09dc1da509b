"""Waiting as a target asks for it, and when that is a refusal: once it has refused so, nothing is
asked of it any more.
"""

import threading

from conformance.errors import TargetRefuses
from conformance.exchange import Exchange, Reply
from conformance.transport.pace import LONGEST_WAIT, MOST_WAITED, demanded_wait

TOO_MANY = 429
MOST_TOO_MANY = 5
"""After so many 429 to one call, each waited for, the target is not going to take it at this pace.
"""
LONG_IN_A_ROW = 3
"""So many replies in a row to calls of one method that ask for more than LONGEST_WAIT are a
refusal; one alone may be the answer to what was wrong with the call.
"""
_WHAT_TO_DO = (
    "The run ends here. Set [pace] requests_per_second lower than the target's limit, ask its"
    " keeper to raise it for the time of the test, or run again when the target is free."
)
_SHOWN = 40


class Patience:
    """Adds up what a target makes a run wait; for all threads together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waited = 0.0
        self._long: dict[str, int] = {}
        """By method: replies in a row that asked for more than a run waits."""
        self.refusal = ""
        """Why nothing is asked of the target any more; empty while it takes calls."""

    def must_serve(self) -> None:
        """Raise TargetRefuses where the target has refused."""
        if self.refusal:
            raise TargetRefuses(self.refusal)

    def wait_after(
        self, exchange: Exchange, attempt: int, *, restoring: bool = False
    ) -> float | None:
        """Seconds to wait before anything else is sent; None: none. Raises TargetRefuses where that
        is more than a run waits.

        `restoring`: what puts something back has a time of its own, and waits as asked within it.
        """
        reply, method = exchange.reply, exchange.call.method
        wait = demanded_wait(reply, attempt) if reply is not None else None
        if restoring:
            return wait if wait is not None and wait <= LONGEST_WAIT else None
        if reply is not None and wait is not None and wait > LONGEST_WAIT:
            self._asked_too_much(method, _said(reply))
            return None
        with self._lock:
            self._long.pop(method, None)
            if reply is None or wait is None:
                return None
            self._waited += wait
        if self._waited > MOST_WAITED:
            self._refused(
                f"it answered {_said(reply)} again, after its replies had made the run wait"
                f" {self._waited - wait:.0f} s in all"
            )
        return wait

    def _asked_too_much(self, method: str, said: str) -> None:
        with self._lock:
            times = self._long[method] = self._long.get(method, 0) + 1
        if times >= LONG_IN_A_ROW:
            self._refused(
                f"it answered {method} with {said} {times} times in a row, and a run waits at most"
                f" {LONGEST_WAIT:g} s"
            )

    def give_up(self, exchange: Exchange) -> None:
        """Raise TargetRefuses: the same call was answered 429 as often as it is sent."""
        method = exchange.call.method
        self._refused(
            f"it answered 429 (too many requests) {MOST_TOO_MANY} times to the same {method},"
            " although the run waited as asked"
        )

    def _refused(self, how: str) -> None:
        self.refusal = self.refusal or f"The target refuses to be called: {how}. {_WHAT_TO_DO}"
        raise TargetRefuses(self.refusal)


def _said(reply: Reply) -> str:
    after = reply.header("Retry-After")
    return f"HTTP {reply.status}" + (f" with Retry-After {after[:_SHOWN]}" if after else "")
