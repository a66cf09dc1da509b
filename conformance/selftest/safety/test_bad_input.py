"""Each kind of mistake, through `isales-conformance run`: one paragraph, the right exit code,
nothing changed on the server.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from conformance.selftest.safety.scene import SECRET_VARIABLE, Sandbox

Change = Callable[[str], str]


def _replace(old: str, new: str) -> Change:
    return lambda text: text.replace(old, new)


MISTAKES: dict[str, tuple[Change, dict[str, str], int, str]] = {
    "unknown key": (
        _replace("vdn_id = 1\n", "vdn_id = 1\nvdnid = 1\n"),
        {},
        2,
        'line 3: the key vdnid is unknown (did you mean "vdn_id"?)',
    ),
    "malformed TOML": (_replace("[1001, 1002]", "[1001, 1002"), {}, 2, "is not valid TOML"),
    "wrong type": (
        _replace("[1001, 1002]", '"many"'),
        {},
        2,
        "campaigns must be a list of at least one campaign, as in [1001, 1002]",
    ),
    "vdn out of range": (
        _replace("vdn_id = 1\n", "vdn_id = 10000\n"),
        {},
        2,
        "vdn_id must be a whole number in 1..9999, not 10000",
    ),
    "variable not set": (
        lambda text: text,
        {SECRET_VARIABLE: ""},
        2,
        f"the environment variable {SECRET_VARIABLE} is empty. Set it",
    ),
    "nothing listed": (_replace("[1001, 1002]", "[]"), {}, 2, "a list of at least one campaign"),
    "port closed": (
        lambda text: _at_port(text, 1),
        {},
        3,
        "no connection to port 1 of 127.0.0.1: Connection refused",
    ),
    "wrong CA": (
        _replace("emulator-ca.pem", "other-ca.pem"),
        {},
        3,
        "its chain is not trusted",
    ),
    "no such CA file": (
        _replace("emulator-ca.pem", "nowhere.pem"),
        {},
        2,
        "target.toml: [tls] ca_file",
    ),
    "wrong credentials": (
        lambda text: text,
        {SECRET_VARIABLE: "something else"},
        3,
        "HTTP 401: a signed read is refused",
    ),
    "campaign not there": (
        _replace("1002]", "1777]"),
        {},
        3,
        "campaign 1777: does not exist in VDN 1 (0200007)",
    ),
}


def _at_port(text: str, port: int) -> str:
    first, _, rest = text.partition("\n")
    return f'{first.rpartition(":")[0]}:{port}"\n{rest}'


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_paragraph(sandbox: Sandbox, tmp_path: Path, mistake: str) -> None:
    change, variables, code, words = MISTAKES[mistake]
    trustme.CA().cert_pem.write_to_path(str(sandbox.folder / "other-ca.pem"))
    before, file = sandbox.contents(), tmp_path / "target.toml"
    file.write_text(change(sandbox.target.read_text()))
    result = sandbox.command(
        "run",
        "--target",
        str(file),
        "--effort",
        "quick",
        "--no-html",
        "--out",
        str(tmp_path / "out"),
        **variables,
    )
    assert (result.code, words in result.said) == (code, True), result.said
    assert result.err.count("isales-conformance: ") == 1
    assert "Traceback" not in result.said
    assert sandbox.contents() == before


def test_a_file_that_is_not_there(sandbox: Sandbox) -> None:
    result = sandbox.command("run", "--target", "nowhere.toml")
    assert (result.code, "There is no target file nowhere.toml" in result.said) == (2, True)


def test_an_effort_that_is_not_there(sandbox: Sandbox) -> None:
    result = sandbox.command("run", "--effort", "quikk")
    assert (result.code, 'did you mean "quick"' in result.said, "Traceback" in result.said) == (
        2,
        True,
        False,
    )


def test_a_folder_that_can_not_be_made(sandbox: Sandbox) -> None:
    (sandbox.folder / "file").write_text("")
    result = sandbox.command(*sandbox.run("file/out"))
    assert (result.code, "Traceback" in result.said, "INTERNALERROR" in result.said) == (
        2,
        False,
        False,
    ), result.said
