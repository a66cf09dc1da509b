"""The table of faults."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from conformance.emulator.errors import EmulatorError, nearest
from conformance.emulator.points import Points

Change = Callable[[Points], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One deliberate lie: what the server does, and the demand of the document that it breaks by
    it.
    """

    name: str
    description: str
    breaks: str
    change: Change


_TABLE: dict[str, Fault] = {}
FAULTS: Mapping[str, Fault] = MappingProxyType(_TABLE)


def fault(name: str, description: str, breaks: str) -> Callable[[Change], Change]:
    """Register the function that makes a server lie."""

    def register(change: Change) -> Change:
        if name in _TABLE:
            raise ValueError(f"two faults are called {name!r}")
        _TABLE[name] = Fault(name=name, description=description, breaks=breaks, change=change)
        return change

    return register


def apply_faults(points: Points, names: Iterable[str]) -> None:
    """Make a server lie, in the order given."""
    for name in names:
        if name not in FAULTS:
            raise EmulatorError(f"There is no fault {name!r}. {nearest(name, FAULTS)}")
        FAULTS[name].change(points)
