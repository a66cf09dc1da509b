"""What the server decided about a call, and the reply that it makes of the decision."""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TypeAlias

SUCCESS = "0200000"
PARAMETER_ERROR = "0200001"
NO_CAMPAIGN = "0200007"
EMPTY = "02000001"
CHARACTERS = "02000002"
TOO_LONG = "02000003"
TOO_SHORT = "02000004"
LENGTH = "02000005"
TYPE = "02000006"
VALUE = "02000007"
CONVERSION = "02000008"
COMBINATION = "02000009"
HOUR_MINUTE = "02000010"
TOO_MANY = "02000011"
FAILURES = (
    PARAMETER_ERROR,
    NO_CAMPAIGN,
    EMPTY,
    CHARACTERS,
    TOO_LONG,
    TOO_SHORT,
    LENGTH,
    TYPE,
    VALUE,
    CONVERSION,
    COMBINATION,
    HOUR_MINUTE,
    TOO_MANY,
)

Members: TypeAlias = dict[str, object]


@dataclass(slots=True, kw_only=True)
class Decision:
    """The outcome of one call: a code, the defect behind a failure, and what a success did."""

    code: str
    defect: str = ""
    count: int | None = None
    shown: Members | None = None


@dataclass(slots=True, kw_only=True)
class EmulatorAnswer:
    """A reply before it is put on the wire."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    delivery: str = "whole"
    code: str = ""
    numbers: tuple[str, ...] = field(default=())


# Handling a call yields the seconds it wants to wait, so that one code path serves the immediate
# reply, the slow profile and the race: whoever drives it decides how waiting is done.
Steps: TypeAlias = Generator[float, None, EmulatorAnswer]
Deciding: TypeAlias = Generator[float, None, Decision]
