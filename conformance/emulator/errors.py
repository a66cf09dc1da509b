"""What went wrong in starting or configuring the emulator, worded for the person who has to put it
right.
"""

import difflib
from collections.abc import Iterable


class EmulatorError(Exception):
    """One paragraph: what is wrong, where, and what to do about it."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a sentence that names the known name closest to a wrong one, or all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]!r}?"
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"Known: {shown}."
