from collections.abc import Iterator

import pytest

from conformance.selftest.safety.scene import Sandbox, scene
from conformance.selftest.transport.conftest import serve

__all__ = ["sandbox", "serve"]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A healthy emulator and its target file, for all tests of a file."""
    with scene(tmp_path_factory.mktemp("sandbox")) as opened:
        yield opened
