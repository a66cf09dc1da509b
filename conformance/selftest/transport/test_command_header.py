import sys
from base64 import b64encode
from pathlib import Path

import pytest

from conformance.errors import ConfigurationError
from conformance.exchange import OMITTED, SIGNED
from conformance.transport.authorizer import CommandHeader
from conformance.transport.redaction import REMOVED, known

ECHO = "import sys; print('Own', sys.argv[-2], sys.argv[-1], len(sys.stdin.buffer.read()))"


def test_it_is_given_method_target_and_body() -> None:
    command = CommandHeader([sys.executable, "-c", ECHO])
    assert command.headers("DELETE", "/x?y", (), b"abc", SIGNED) == [
        ("Authorization", "Own DELETE /x?y 3")
    ]
    assert command.headers("DELETE", "/x", (), b"", OMITTED) == []


@pytest.mark.parametrize("script", ["import sys; sys.exit(3)", "pass", "print('a'); print('b')"])
def test_a_command_that_fails_is_a_mistake_of_configuration(script: str) -> None:
    with pytest.raises(ConfigurationError, match="gave no Authorization"):
        CommandHeader([sys.executable, "-c", script]).headers("GET", "/", (), b"", SIGNED)


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="FileNotFoundError"):
        CommandHeader([str(tmp_path / "none")]).headers("GET", "/", (), b"", SIGNED)


def test_what_a_command_gave_is_a_secret() -> None:
    """Whoever writes leaves it out from then on, in whatever form it comes back."""
    header = CommandHeader([sys.executable, "-c", "print('Bearer t0ken-of-this-hour')"])
    assert header.headers("GET", "/", (), b"", "signed") == [
        ("Authorization", "Bearer t0ken-of-this-hour")
    ]
    assert (
        known().text(
            f"echo {'t0ken-of-this-hour'[::-1]}, {b64encode(b't0ken-of-this-hour').decode()}"
        )
        == f"echo {REMOVED}, {REMOVED}"
    )
