import sys
from pathlib import Path

import pytest

from conformance.errors import ConfigurationError
from conformance.exchange import OMITTED, SIGNED
from conformance.transport.authorizer import CommandHeader

ECHO = "import sys; print('Own', sys.argv[-2], sys.argv[-1], len(sys.stdin.buffer.read()))"


def test_it_is_given_method_target_and_body() -> None:
    command = CommandHeader([sys.executable, "-c", ECHO])
    assert command.headers("DELETE", "/x?y", (), b"abc", SIGNED) == [("Authorization", "Own DELETE /x?y 3")]
    assert command.headers("DELETE", "/x", (), b"", OMITTED) == []


@pytest.mark.parametrize("script", ["import sys; sys.exit(3)", "pass", "print('a'); print('b')"])
def test_a_command_that_fails_is_a_mistake_of_configuration(script: str) -> None:
    with pytest.raises(ConfigurationError, match="gave no Authorization"):
        CommandHeader([sys.executable, "-c", script]).headers("GET", "/", (), b"", SIGNED)


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="FileNotFoundError"):
        CommandHeader([str(tmp_path / "none")]).headers("GET", "/", (), b"", SIGNED)
