"""Waiting for a condition: no test passes or fails by the clock, and none keeps a processor
busy.
"""

import time
from collections.abc import Callable

LONGEST = 180.0
"""Seconds after which a test gives up; many times what the slowest condition takes on a busy
machine.
"""
PAUSE = 0.05


def until(true: Callable[[], bool], seconds: float = LONGEST, *, pause: float = PAUSE) -> None:
    """Wait until a condition holds. Raises TimeoutError where it does not within so many
    seconds.
    """
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"it did not come to that within {seconds:g} s")
        time.sleep(pause)
