"""Reader of `specs/faults.toml`: which clauses a fault of the emulator breaks, as far as a caller can see."""

import tomllib
from functools import cache

from conformance.clauses import specs_folder


@cache
def _table() -> dict[str, list[str]]:
    return tomllib.loads((specs_folder() / "faults.toml").read_text("utf-8"))["breaks"]  # type: ignore[no-any-return]  # the file's shape


def expected_clauses(fault: str) -> tuple[str, ...]:
    """The clauses of which at least one must be reported for this fault; empty where the table does not know it."""
    return tuple(_table().get(fault, ()))
