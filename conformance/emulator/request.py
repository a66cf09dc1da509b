"""What the server understands of a call."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from conformance.emulator.call import ReceivedCall
from conformance.emulator.world import Key, World

MISSING: Final = object()
_LONGEST_INTEGER = 300  # digits; beyond it only the type of a number in a body matters


@dataclass(slots=True, kw_only=True)
class Request:
    """A call for one of the three operations, as far as it could be read."""

    call: ReceivedCall
    world: World
    operation: str
    vdn_text: str = ""
    campaign_text: str = ""
    vdn: int | None = None
    campaign: int | None = None
    body: object = MISSING
    items: list[object] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    priorities: dict[str, int] = field(default_factory=dict)
    duplicate_keys: bool = False
    found: dict[str, int] = field(default_factory=dict)

    @property
    def key(self) -> Key | None:
        """The campaign that the path names, if its ids could be read."""
        if self.vdn is None or self.campaign is None:
            return None
        return (self.vdn, self.campaign)

    def note(self, defect: str, position: int = -1) -> None:
        """Record a defect where it was seen first."""
        self.found.setdefault(defect, position)


def _refuse_constant(text: str) -> object:
    raise ValueError(f"{text} is no JSON")


def _parse_integer(text: str) -> int:
    return int(text[:_LONGEST_INTEGER])


def parse_json(body: bytes, on_duplicate: Callable[[], None]) -> object:
    """Parse strictly; ValueError or RecursionError where it is no JSON."""

    def build(pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        if len(made) != len(pairs):
            on_duplicate()
        return made

    return json.loads(
        body.decode("utf-8"),
        object_pairs_hook=build,
        parse_int=_parse_integer,
        parse_constant=_refuse_constant,
    )
