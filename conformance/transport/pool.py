"""Idle connections, kept for reuse."""

from collections.abc import Callable

from conformance.transport.wire import Line

_MOST_IDLE = 128


class Pool:
    """Hands out connections and takes them back; safe for several threads, because a list's append
    and pop are.
    """

    def __init__(self, make: Callable[[], Line]) -> None:
        self._make = make
        self._idle: list[Line] = []
        self._closed = False

    def take(self) -> Line:
        """An idle connection that still stands, or a new one. Raises Broken when none comes
        about.
        """
        while self._idle:
            try:
                line = self._idle.pop()
            except IndexError:
                break
            if line.is_alive():
                return line
            line.close()
        return self.fresh()

    def fresh(self) -> Line:
        """A new connection. Raises Broken."""
        line = self._make()
        line.open()
        return line

    def give_back(self, line: Line) -> None:
        """Keep a connection for later, or close one that can't be reused."""
        if line.reusable and not self._closed and len(self._idle) < _MOST_IDLE:
            self._idle.append(line)
        else:
            line.close()

    def close(self) -> None:
        """Close the idle ones; those in use are closed when they come back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
