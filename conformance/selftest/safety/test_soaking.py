"""The soak reads what it should, for some seconds."""

import pytest

from conformance.selftest.safety.soaking import MOST_PER_CALL, Soaked, soaked


@pytest.mark.long
def test_some_seconds() -> None:
    result = soaked(3.0)
    assert result.calls > 0
    assert 0 <= result.per_call <= MOST_PER_CALL


def test_what_grows_is_not_flat() -> None:
    assert Soaked(calls=1000, growth=1.0, per_call=500.0).flat
    assert not Soaked(calls=1000, growth=80.0, per_call=500.0).flat
    assert not Soaked(calls=1000, growth=1.0, per_call=9000.0).flat
