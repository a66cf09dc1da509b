"""Reader of `specs/faults.toml`: which clauses a fault of the emulator breaks, as far as a caller
can see, and which can't be seen.
"""

import tomllib
from functools import cache
from typing import Any

from conformance.clauses import specs_folder


@cache
def _table(name: str) -> dict[str, Any]:
    text = (specs_folder() / "faults.toml").read_text("utf-8")
    table: dict[str, Any] = tomllib.loads(text)[name]
    return table


def expected_clauses(fault: str) -> tuple[str, ...]:
    """The clauses of which at least one must be reported for this fault; empty where the table does
    not know it.
    """
    return tuple(_table("breaks").get(fault, ()))


def why_unseen(fault: str) -> str:
    """Why a run is not expected to find this fault; empty where it is."""
    return str(_table("unseen").get(fault, ""))
