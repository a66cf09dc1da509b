"""Which checks there are, in which order they run, and which clauses each serves."""

from functools import cache

import pytest

from conformance.clauses import all_clauses, clause

ORDER = (
    "regression.known",
    "response.shape",
    "limit.boundary",
    "method.others",
    "state.direct",
    "auth.tampering",
    "robustness.hostile",
    "body.defects",
    "uri.ids",
    "body.values",
    "headers.request",
    "last-number.small",
    "codes.hunt",
    "state.machine",
    "race.bursts",
    "fuzz.coverage",
    "fuzz.positive",
    "fuzz.negative",
    "state.long",
    "open.questions",
)
"""What was found before, then the short and telling ones that go beside what a campaign holds. From
`last-number.small` on exact contents are needed: originals are taken out once, and put back once
when the run ends. The long ones come last, so that a limit that is reached cuts them.
"""

OF_NO_CLAUSE = frozenset({"regression.known"})
"""Checks that serve whatever clauses their programs break; they are made where a database is given.
"""

FORM_ONLY = "response.shape"
"""The one check that can be made where no campaign can be set up."""


def check_of(item: pytest.Item) -> str | None:
    """The name of the check that an item is, or None for a test of another kind."""
    marker = item.get_closest_marker("check")
    return str(marker.args[0]) if marker else None


@cache
def serve(check: str) -> tuple[str, ...]:
    """The clauses that a check serves, as the rows of `specs/clauses/` say."""
    return tuple(row.id for row in all_clauses().values() if check in row.checks)


def rank(check: str) -> int:
    """A check's place in the order of a run."""
    return ORDER.index(check) if check in ORDER else len(ORDER)


def order(items: list[pytest.Item]) -> None:
    """Sort the checks into their order; other tests stay behind them as they are."""
    items.sort(key=lambda item: rank(check_of(item) or ""))


def select(
    items: list[pytest.Item],
    only: tuple[str, ...],
    config: pytest.Config,
    *,
    database: bool = False,
) -> None:
    """Deselect the checks that serve none of the clauses asked for, and without a database those
    that live on one.
    """
    wanted = (
        {check for name in only for check in clause(name).checks}
        if only
        else set(ORDER) - OF_NO_CLAUSE
    )
    wanted |= OF_NO_CLAUSE if database else set()
    kept = [item for item in items if check_of(item) is None or check_of(item) in wanted]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
