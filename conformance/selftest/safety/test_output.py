"""What a run writes: always a verdict, nothing that is obeyed instead of read, no secret, for this
user alone, in its folders alone.
"""

import json
import os
import stat
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conformance import private_files
from conformance.selftest.long import long
from conformance.selftest.report.obeyed import obeyed
from conformance.selftest.safety.between import ProxiedSandbox, proxied_sandbox
from conformance.selftest.safety.breaking import ROOT
from conformance.selftest.safety.scene import CommandResult, command_in, scene
from conformance.selftest.transport.servers import ReceivedRequest

CODE = b'"02000002"'


def replacing(code: bytes) -> Callable[[ReceivedRequest, bytes], bytes]:
    """Another result code in the place of the one for invalid characters."""
    return lambda _, body: body.replace(CODE, b'"%b"' % code)


def written(folder: Path, ended: CommandResult) -> Iterator[tuple[str, str]]:
    """Everything that a run has left and said."""
    yield from (
        (str(file), file.read_bytes().decode())
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    )
    yield from (("standard output", ended.out), ("standard error", ended.err))


def verdict(sandbox: ProxiedSandbox) -> str:
    return str(json.loads((sandbox.folder / "out" / "verdict.json").read_text())["verdict"])


@pytest.mark.parametrize("more", [(), long(("-n", "2"))], ids=["alone", "two workers"])
def test_a_lone_surrogate_in_a_code(tmp_path: Path, more: tuple[str, ...]) -> None:
    """`\\ud800` is legal in JSON and in no encoding."""
    with proxied_sandbox(tmp_path) as sandbox:
        sandbox.between.rewritten = replacing(rb"0200\ud80002")
        ended = sandbox.run(*more)
    assert ended.code == 1, ended.said
    assert "Traceback" not in ended.said
    assert verdict(sandbox) == "deviates"
    assert "0200\\ud80002" in (sandbox.folder / "out" / "verdict.json").read_text().replace(
        "\\\\", "\\"
    )


def test_a_code_that_a_terminal_would_obey(tmp_path: Path) -> None:
    with proxied_sandbox(tmp_path) as sandbox:
        sandbox.between.rewritten = replacing(rb"02\u001b[2J\u0000\u202e\u009b31m")
        ended = sandbox.run()
    assert ended.code == 1, ended.said
    for name, text in written(tmp_path / "out", ended):
        assert obeyed(text) == [], name
    assert "\\x1b[2J\\x00\\u202e\\x9b31m" in ended.said


@pytest.mark.parametrize(
    "variables",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
)
def test_an_output_that_takes_ascii_alone(tmp_path: Path, variables: dict[str, str]) -> None:
    for words in (
        ("clauses",),
        (
            "run",
            "--effort",
            "quick",
            "--no-html",
            "--only",
            "header.locale",
            "--out",
            str(tmp_path / "out"),
        ),
    ):
        ended = command_in(tmp_path, words, variables | {"PYTHONPATH": str(ROOT)})
        assert ended.code == 0, ended.said
        assert ended.out.isascii()


SECRET = 'it\'s-a-"secret"-key'


def test_a_secret_given_as_an_option(tmp_path: Path) -> None:
    with scene(tmp_path, secret_key=SECRET, faults=("auth.other-scheme",)) as sandbox:
        ended = sandbox.command(
            *sandbox.run("out", "--set", f"auth.secret_key={SECRET}"), LAB_SECRET_KEY="another"
        )
    assert ended.code == 1, ended.said
    for name, text in written(tmp_path / "out", ended):
        assert 'secret"-key' not in text.replace("\\", ""), name
        assert "it's-a" not in text, name
        assert "it'\"'\"'s-a" not in text.replace("\\", ""), name
    assert '--set auth.secret_key="$ISALES_AUTH_SECRET_KEY"' in ended.said


FORMS: dict[str, Callable[[str], str]] = {
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 of a longer text": lambda text: b64encode(f"ab{text}cd".encode()).decode(),
    "reversed": lambda text: text[::-1],
    "capitals": str.upper,
    "hexadecimal": lambda text: text.encode().hex(),
    "percent": lambda text: "".join(f"%{ord(sign):02X}" for sign in text),
    "unicode": lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text),
}


def test_a_signature_echoed_in_another_form(tmp_path: Path) -> None:
    """A server that writes what it was sent into its descriptions, and is failed so that its
    replies are shown.
    """
    sent: list[str] = []

    def echo(request: ReceivedRequest, body: bytes) -> bytes:
        header = (request.values("Authorization") or [""])[0]
        signature = header.rpartition("/")[2]
        if len(signature) < 64 or b'"resultDesc"' not in body:
            return body.replace(CODE, b'"0299"')
        sent.append(signature)
        echoed = " ".join(form(signature) for form in FORMS.values())
        return body.replace(CODE, b'"0299"').replace(
            b'"resultDesc"', f'"echo":"{echoed}","resultDesc"'.encode(), 1
        )

    with proxied_sandbox(tmp_path) as sandbox:
        sandbox.between.rewritten = echo
        ended = sandbox.run("--only", "response.documented-code")
    assert sent
    assert ended.code == 1, ended.said
    forms: list[Callable[[str], str]] = [*FORMS.values(), str]
    sought = {
        form(signature)[4:-6] for signature in sent for form in forms
    }  # of the longer text what is the signature's
    for name, text in written(tmp_path / "out", ended):
        found = next((each for each in sought if each in text), None)
        assert found is None, (name, found)


def test_the_emulator_makes_keys_of_its_own(tmp_path: Path) -> None:
    """It prints its key: that must never be one that the user has for a real server."""
    command = [sys.executable, "-m", "conformance.cli", "emulate", "--http", "--port", "0"]
    given = {
        **os.environ,
        "ISALES_SK": "key-of-a-real-server",
        "ISALES_AUTH_SECRET_KEY": "key-of-a-real-server",
        "PYTHONPATH": str(ROOT),
    }
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=given, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(4)]
        process.terminate()
    assert "secret key" in told[3]
    assert "key-of-a-real-server" not in "".join(told)


def test_files_are_this_users_alone(tmp_path: Path) -> None:
    """Whatever the umask says; the journal has a test of its own."""
    before = os.umask(0)
    try:
        ended = command_in(
            tmp_path,
            ("run", "--effort", "quick", "--only", "header.locale", "--no-html", "--out", "out"),
            {"PYTHONPATH": str(ROOT)},
        )
    finally:
        os.umask(before)
    assert ended.code == 0, ended.said
    out = tmp_path / "out"
    assert stat.S_IMODE(out.stat().st_mode) == private_files.FOLDER_MODE
    names = (
        "traffic.ndjson",
        "traffic.har",
        "verdict.json",
        "summary.html",
        "summary.md",
        "junit.xml",
        "profile.toml",
        "emulator.toml",
    )
    for file in [*(out / name for name in names), *(out / "allure-results").iterdir()]:
        assert stat.S_IMODE(file.stat().st_mode) == private_files.FILE_MODE, file


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777])
def test_private_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        folder = private_files.make_folder(tmp_path / "made")
        private_files.write_bytes(folder / "file", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "file").stat().st_mode) == 0o600


def test_a_folder_that_was_there_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert stat.S_IMODE(private_files.make_folder(tmp_path).stat().st_mode) == 0o755


@pytest.mark.parametrize("more", [(), long(("-n", "2"))], ids=["alone", "two workers"])
def test_nothing_is_left_in_the_folder_where_it_was_started(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    """Everything that is written is in the run's folder and in the state folder."""
    home, here = tmp_path / "home", tmp_path / "here"
    here.mkdir()
    words = [
        sys.executable,
        "-m",
        "conformance.cli",
        "run",
        "--effort",
        "quick",
        "--no-html",
        "-q",
        "--out",
        str(tmp_path / "out"),
        *more,
    ]
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ISALES_", "HYPOTHESIS_", "XDG_"))
    }
    given = kept | {"HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(words, cwd=here, env=given, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert list(here.iterdir()) == []
    assert {path.relative_to(home).parts[:3] for path in home.rglob("*") if path.is_file()} <= {
        (".local", "state", "isales-conformance")
    }
