"""How long a run may take where the target file does not say: no server makes a run endless."""

from conformance.session.amounts import Amounts

MOST = {"quick": 30 * 60.0, "standard": 4 * 3600.0, "thorough": 24 * 3600.0}
"""Seconds by effort: some hundred times what a run takes on a server that answers at once."""
SLACK = 3.0
"""Times the time that the calls of an effort take at the pace of the target file."""


def seconds_allowed(amounts: Amounts, requests_per_second: float | None) -> float:
    """The longest that a run at this effort and pace may take."""
    return seconds_for(amounts.calls, requests_per_second, least=MOST[amounts.name])


def seconds_for(calls: int, requests_per_second: float | None, *, least: float) -> float:
    """The longest that so many calls may take at this pace, and no less than `least`."""
    paced = SLACK * calls / requests_per_second if requests_per_second else 0.0
    return max(least, paced)
