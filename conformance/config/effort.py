"""How much a run does."""

from enum import StrEnum

QUICK_CALLS = 600
"""A smoke test for a real server that is called at a modest pace."""
STANDARD_CALLS = 5_000
"""Each clause with many generated cases; under a minute on the emulator."""
THOROUGH_CALLS = 40_000
"""A night, or a lunch on the emulator."""


class Effort(StrEnum):
    """Named sizes of a run."""

    QUICK = "quick"
    STANDARD = "standard"
    THOROUGH = "thorough"

    @property
    def calls(self) -> int:
        """About how many calls it sends."""
        return _CALLS[self]


_CALLS = {Effort.QUICK: QUICK_CALLS, Effort.STANDARD: STANDARD_CALLS, Effort.THOROUGH: THOROUGH_CALLS}
