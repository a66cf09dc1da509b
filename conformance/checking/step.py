"""One line of a check."""

from typing import Literal, TypeAlias

from msgspec import Struct

Status: TypeAlias = Literal["ok", "warning", "error", "skipped"]


class Step(Struct, frozen=True, kw_only=True):
    """What was looked at, how it stands, what was seen, and what to do about it: a sentence, on a
    second line a command to paste.
    """

    step: str
    status: Status
    says: str
    do: str = ""


def ok(step: str, says: str) -> Step:
    """All is well."""
    return Step(step=step, status="ok", says=says)


def warning(step: str, says: str, do: str = "") -> Step:
    """A run can begin, and judges or knows less."""
    return Step(step=step, status="warning", says=says, do=do)


def error(step: str, says: str, do: str) -> Step:
    """No run can begin before this is seen to."""
    return Step(step=step, status="error", says=says, do=do)


def skipped(step: str, says: str, do: str = "") -> Step:
    """It was not looked at."""
    return Step(step=step, status="skipped", says=says, do=do)
