from collections.abc import Iterator

import pytest

from conformance.selftest.safety.scene import Scene, scene
from conformance.selftest.transport.conftest import serve

__all__ = ["serve", "stage"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A healthy emulator and its target file, for all tests of a file."""
    with scene(tmp_path_factory.mktemp("stage")) as opened:
        yield opened
