"""A time limit that holds whatever a reply does to the client.

Between calls the transport looks at the clock. What goes on without any call (a search that does
not end, a loop) is ended from outside: by a signal where there are signals, since the regular
expressions of Python look out for them, and by a thread elsewhere. Both raise KeyboardInterrupt in
the main thread, so that everything ends as after Ctrl-C: put back, judged and reported.
"""

import _thread
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from conformance.interruption import interrupt

REPEAT_SECONDS = 30.0
"""Seconds after which it is interrupted again: the first may have hit code that swallows it, or
judges for as long itself.
"""


@contextmanager
def deadline(seconds: float, passed: Callable[[], None]) -> Iterator[None]:
    """Interrupt what runs in this block when it takes longer; `passed` is told before, and may be
    told again.
    """
    by_signal = (
        hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    )
    with _by_signal(seconds, passed) if by_signal else _by_thread(seconds, passed):
        yield


@contextmanager
def _by_signal(seconds: float, passed: Callable[[], None]) -> Iterator[None]:
    def end(_number: int, _frame: FrameType | None) -> None:
        passed()
        interrupt()

    before, begun = signal.signal(signal.SIGALRM, end), time.monotonic()
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:  # somebody else's timer goes on
            signal.setitimer(
                signal.ITIMER_REAL, max(left - (time.monotonic() - begun), 0.001), interval
            )


@contextmanager
def _by_thread(seconds: float, passed: Callable[[], None]) -> Iterator[None]:
    over = threading.Event()

    def watch() -> None:
        wait = seconds
        while not over.wait(wait):
            passed()
            _thread.interrupt_main()
            wait = REPEAT_SECONDS

    thread = threading.Thread(target=watch, name="deadline", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
