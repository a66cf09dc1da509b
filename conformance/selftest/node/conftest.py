"""A caller of a correct server on Node."""

from collections.abc import Iterator

import pytest

from conformance.selftest.node.calling import HOLDINGS, Caller, calling
from conformance.selftest.node.production import start


@pytest.fixture
def caller() -> Iterator[Caller]:
    with start(campaigns=HOLDINGS) as server, calling(server) as client:
        yield Caller(client=client, server=server)
