"""Settings of every test of the suite."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from conformance.transport import redaction

settings.register_profile("selftest", deadline=None)  # a busy machine is no fault of the code: no test is timed
settings.load_profile("selftest")


@pytest.fixture(autouse=True)
def _no_secrets_of_another_test() -> Iterator[None]:
    """A process remembers every secret that it reads, and leaves it out of all that it writes: here each test has its own."""
    yield
    redaction.forget()
