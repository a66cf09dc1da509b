"""A request to end (Ctrl-C, SIGTERM, a closed terminal, a time limit) that can't get lost.

A signal's handler raises KeyboardInterrupt wherever the program is. Where that is a callback of the
interpreter (of the garbage collector, a finalizer), Python prints the exception and goes on as if
nobody had asked for anything. So the request is remembered, and raised again before the next call.
"""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_requested = threading.Event()


def interrupt(_number: int = 0, _frame: FrameType | None = None) -> NoReturn:
    """Request the end; a handler of signals. Raises KeyboardInterrupt."""
    _requested.set()
    raise KeyboardInterrupt


def raise_if_requested() -> None:
    """Raise KeyboardInterrupt in the main thread where the end was requested, and has not begun."""
    if _requested.is_set() and threading.current_thread() is threading.main_thread():
        raise KeyboardInterrupt


def acknowledge() -> None:
    """The end has begun: from here on only a further request counts."""
    _requested.clear()


@contextmanager
def requests_to_end() -> Iterator[None]:
    """Have signals that ask for the end remembered in this block; those that are ignored stay
    so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _requested.clear()
    numbers = [number for name in _SIGNALS if (number := getattr(signal, name, None)) is not None]
    before = {number: signal.getsignal(number) for number in numbers}
    changed = [
        number for number, handler in before.items() if handler not in {signal.SIG_IGN, None}
    ]
    for number in changed:
        signal.signal(number, interrupt)
    told, sys.unraisablehook = sys.unraisablehook, _without_requests(sys.unraisablehook)
    try:
        yield
    finally:
        sys.unraisablehook = told
        _requested.clear()
        for number in changed:
            if signal.getsignal(number) is interrupt:  # nobody has set another since
                signal.signal(number, before[number])


def _without_requests(tell: Callable[[Any], object]) -> Callable[[Any], None]:
    """Tells of exceptions that Python could not raise, but for requests to end, which are not
    lost.
    """

    def told(unraisable: Any) -> None:
        if not (issubclass(unraisable.exc_type, KeyboardInterrupt) and _requested.is_set()):
            tell(unraisable)

    return told
