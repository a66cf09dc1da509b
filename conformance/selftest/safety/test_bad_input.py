"""Each kind of mistake, through `isales-conformance run`: one paragraph, the right exit code, nothing changed on the server."""

from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from conformance.selftest.safety.scene import SECRET_VARIABLE, Scene

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
    "wrong type": (_replace("[1001, 1002]", '"many"'), {}, 2, "campaigns must be a list of at least one campaign, as in [1001, 1002]"),
    "vdn out of range": (_replace("vdn_id = 1\n", "vdn_id = 10000\n"), {}, 2, "vdn_id must be a whole number in 1..9999, not 10000"),
    "variable not set": (lambda text: text, {SECRET_VARIABLE: ""}, 2, f"the environment variable {SECRET_VARIABLE} is empty. Set it"),
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
    "no such CA file": (_replace("emulator-ca.pem", "nowhere.pem"), {}, 2, "target.toml: [tls] ca_file"),
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
def test_a_mistake_is_one_paragraph(stage: Scene, tmp_path: Path, mistake: str) -> None:
    change, variables, code, words = MISTAKES[mistake]
    trustme.CA().cert_pem.write_to_path(str(stage.folder / "other-ca.pem"))
    before, file = stage.contents(), tmp_path / "target.toml"
    file.write_text(change(stage.target.read_text()))
    done = stage.command("run", "--target", str(file), "--effort", "quick", "--no-html", "--out", str(tmp_path / "out"), **variables)
    assert (done.code, words in done.said) == (code, True), done.said
    assert done.err.count("isales-conformance: ") == 1
    assert "Traceback" not in done.said
    assert stage.contents() == before


def test_a_file_that_is_not_there(stage: Scene) -> None:
    done = stage.command("run", "--target", "nowhere.toml")
    assert (done.code, "There is no target file nowhere.toml" in done.said) == (2, True)


def test_an_effort_that_is_not_there(stage: Scene) -> None:
    done = stage.command("run", "--effort", "quikk")
    assert (done.code, 'did you mean "quick"' in done.said, "Traceback" in done.said) == (2, True, False)


def test_a_folder_that_can_not_be_made(stage: Scene) -> None:
    (stage.folder / "file").write_text("")
    done = stage.command(*stage.run("file/out"))
    assert (done.code, "Traceback" in done.said, "INTERNALERROR" in done.said) == (2, False, False), done.said
