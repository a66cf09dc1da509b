"""Before a run: whether a target can be reached, used and judged, one step after the other. Values
only; printing is the command line's.
"""

from conformance.checking.inspecting import Wishes, inspect
from conformance.checking.preflight import preflight
from conformance.checking.step import Status, Step

__all__ = ["Status", "Step", "Wishes", "inspect", "preflight"]
