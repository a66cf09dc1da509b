"""What was found on earlier nights is tried before anything else; this check serves every clause
and none of its own.
"""

from collections.abc import Callable

import pytest

from conformance.session.run import Run


@pytest.mark.check("regression.known")
def test_regression_known(run: Run, try_known: Callable[[Run], None]) -> None:
    """The shortest programs of deviations that were found before, each made again from scratch."""
    try_known(run)
