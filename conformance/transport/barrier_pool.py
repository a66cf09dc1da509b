"""Threads that stay, and start their work at the same moment."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Result = TypeVar("Result")
Job = Callable[[], None]


class BarrierPool:
    """Runs jobs side by side on threads that are kept for the next time."""

    def __init__(self) -> None:
        self._queues: list[queue.SimpleQueue[Job | None]] = []
        self._lock = threading.Lock()

    def together(self, works: Sequence[Callable[[Callable[[], None]], Result]]) -> list[Result]:
        """Run each work on a thread of its own. A work is given a function that returns when all
        works have called it.

        Raises the first exception of a work after all have ended.
        """
        with self._lock:
            gate = _Gate(len(works))
            shares = [_Share(work, gate) for work in works]
            for share, jobs in zip(shares, self._workers(len(works)), strict=True):
                jobs.put(share.run)
            _await(shares)
        return [share.result() for share in shares]

    def _workers(self, count: int) -> list["queue.SimpleQueue[Job | None]"]:
        while len(self._queues) < count:
            jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
            threading.Thread(
                target=_work, args=(jobs,), name=f"burst-{len(self._queues)}", daemon=True
            ).start()
            self._queues.append(jobs)
        return self._queues[:count]

    def close(self) -> None:
        """Let the threads end."""
        with self._lock:
            for jobs in self._queues:
                jobs.put(None)
            self._queues.clear()


class _Gate:
    """Opens when as many as expected have come, each counted once, or have ended without coming."""

    def __init__(self, expected: int) -> None:
        self._missing = expected
        self._lock = threading.Lock()
        self._open = threading.Event()

    def come(self) -> None:
        with self._lock:
            self._missing -= 1
            last = self._missing == 0
        if last:
            self._open.set()

    def wait(self) -> None:
        self._open.wait()


class _Share(Generic[Result]):
    """One work, its result or its exception."""

    def __init__(self, work: Callable[[Callable[[], None]], Result], gate: _Gate) -> None:
        self._work = work
        self._gate = gate
        self._came = False
        self._result: list[Result] = []
        self._error: BaseException | None = None
        self.end = threading.Event()

    def run(self) -> None:
        try:
            self._result.append(self._work(self._at_the_gate))
        # carried to the thread that waits, which raises it
        except BaseException as error:  # noqa: BLE001
            self._error = error
        finally:
            self._come_once()
            self.end.set()

    def _at_the_gate(self) -> None:
        self._come_once()
        self._gate.wait()

    def _come_once(self) -> None:
        if not self._came:
            self._came = True
            self._gate.come()

    def result(self) -> Result:
        if self._error is not None:
            raise self._error
        return self._result[0]


def _await(shares: "Sequence[_Share[Result]]") -> None:
    """Wait for all. After an interruption too: what is still on its way changes something, and only
    then can it be put back.
    """
    try:
        for share in shares:
            share.end.wait()
    except KeyboardInterrupt:
        for share in shares:
            share.end.wait()
        raise


def _work(jobs: "queue.SimpleQueue[Job | None]") -> None:
    while (job := jobs.get()) is not None:
        job()
