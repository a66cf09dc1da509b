"""Tests that are left out of the usual command, because they take long: `pytest -m long` runs them,
and only them.
"""

import pytest
from _pytest.mark.structures import ParameterSet  # pytest has no public name for what `param` gives


def long(*values: object) -> ParameterSet:
    """One set of values of a parametrized test that takes long."""
    return pytest.param(*values, marks=pytest.mark.long)
