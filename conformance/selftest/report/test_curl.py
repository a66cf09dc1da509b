"""The line does, in a real POSIX shell, exactly the call that it was made from."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.exchange import Call
from conformance.report.curl import PACK_FROM, CurlOptions, burst, curl, escaped, quoted
from conformance.selftest.report.documents import BASE, JSON, PATH, names

SHIM = """#!/bin/sh
for word in "$@"; do printf '%s\\0' "$word"; done >"$SHIM_OUT/$(basename "$0")"
while [ $# -gt 0 ]; do
  case "$1" in
    --data-raw) printf %s "$2" >"$SHIM_OUT/$(basename "$0").body";;
    --data-binary|--body-file) cat "${2#@}" >"$SHIM_OUT/$(basename "$0").body";;
    --body) printf %s "$2" >"$SHIM_OUT/$(basename "$0").body";;
  esac
  shift
done
printf 'auth-v2/fresh'
"""
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
AWKWARD = st.sampled_from(
    [
        "'",
        '"',
        "$(id)",
        "`id`",
        "\\",
        "%s%n",
        "!!",
        "@/etc/passwd",
        "-n",
        "a\nb\n",
        "\t",
        "",
        " ",
        "\x1b[31m",
        "~",
        "#x",
        "*",
    ]
)


@pytest.fixture(scope="module")
def shims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shims")
    for name in ("curl", "isales-conformance"):
        (folder / name).write_text(SHIM)
        (folder / name).chmod(0o755)
    return folder


def pasted(line: str, shims: Path) -> tuple[list[str], bytes, list[str] | None, bytes]:
    """Run the line in `sh`: words of curl, body it sends, words of the signer, body it signs."""
    out = shims / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    environment = {"PATH": f"{shims}:/usr/bin:/bin", "SHIM_OUT": str(out), "TMPDIR": str(shims)}
    result = subprocess.run(
        ["sh", "-c", line], env=environment, capture_output=True, timeout=20, check=False
    )
    assert (result.returncode, result.stderr) == (0, b""), result.stderr
    signer = out / "isales-conformance"
    return (
        words(out / "curl"),
        body(out, "curl"),
        words(signer) if signer.exists() else None,
        body(out, "isales-conformance"),
    )


def words(file: Path) -> list[str]:
    return file.read_bytes().decode().split("\0")[:-1]


def body(out: Path, name: str) -> bytes:
    file = out / f"{name}.body"
    return file.read_bytes() if file.exists() else b""


@settings(max_examples=60, deadline=None)
@given(st.lists(AWKWARD | TEXTS, min_size=1, max_size=6))
def test_words_come_through_a_shell_unchanged(texts: list[str]) -> None:
    line = "printf '%s\\0' " + " ".join(map(quoted, texts))
    result = subprocess.run(["sh", "-c", line], capture_output=True, check=True, timeout=20)
    assert result.stdout.decode().split("\0")[:-1] == texts
    assert not any(ord(char) < 32 for char in "".join(map(quoted, texts)).replace("\n", ""))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_come_through_printf_unchanged(data: bytes) -> None:
    result = subprocess.run(
        ["sh", "-c", f"printf {escaped(data)}"], capture_output=True, check=True, timeout=20
    )
    assert result.stdout == data


BODIES = st.one_of(
    st.binary(max_size=60),
    TEXTS.map(str.encode),
    AWKWARD.map(str.encode),
    st.just(names("99000001")),
)


@settings(max_examples=60, deadline=None)
@given(
    body=BODIES,
    value=TEXTS.map(lambda text: " ".join(text.split())),
    credential=st.sampled_from(["signed", "omitted", "wrong-key"]),
)
def test_the_line_sends_and_signs_the_same_bytes(
    shims: Path, body: bytes, value: str, credential: str
) -> None:
    call = Call(
        method="DELETE",
        target=PATH,
        headers=(*JSON, ("X-Odd", value)),
        body=body,
        credential=credential,
    )
    line = curl(call, BASE)
    assert "\n" not in line
    sent, sent_body, signer, signed_body = pasted(line, shims)
    assert sent_body == body
    assert sent[sent.index("-X") + 1] == "DELETE"
    assert sent[-1] == BASE + PATH
    assert (f"X-Odd: {value}" if value else "X-Odd;") in sent
    if credential == "omitted":
        assert signer is None
        assert not any("Authorization" in word for word in sent)
    else:
        assert signer is not None
        assert "Authorization: auth-v2/fresh" in sent
        assert signed_body == body
        assert signer[:5] == ["sign", "--method", "DELETE", "--path-and-query", PATH]
        assert ("wrong-key" in signer) == (credential == "wrong-key")


@pytest.mark.parametrize("size", [PACK_FROM - 1, PACK_FROM, 400_000])
def test_a_huge_body_is_carried_whole(shims: Path, size: int) -> None:
    body = (b'{"accessCode":"99000001"},' * (size // 26 + 1))[:size]
    line = curl(Call(method="DELETE", target=PATH, headers=JSON, body=body), BASE)
    assert len(line) < PACK_FROM + 2_000
    _, sent, _, signed = pasted(line, shims)
    assert sent == signed == body
    assert not list(shims.glob("tmp.*")), "the line leaves no file behind"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (f"{PATH}?a=[1-3]", ["--globoff", f"{BASE}{PATH}?a=[1-3]"]),
        ("/rest/../x", ["--path-as-is", f"{BASE}/rest/../x"]),
        ("/a b", ["--request-target", "/a b", f"{BASE}/"]),
        ("/a#b", ["--request-target", "/a#b", f"{BASE}/"]),
        ("*", ["--request-target", "*", f"{BASE}/"]),
    ],
)
def test_targets_that_curl_would_change(shims: Path, target: str, expected: list[str]) -> None:
    sent, _, signer, _ = pasted(curl(Call(method="DELETE", target=target), BASE), shims)
    assert sent[-len(expected) :] == expected
    assert signer is not None
    assert target in signer


def test_what_the_target_file_says(shims: Path) -> None:
    call = Call(method="DELETE", target=PATH, headers=JSON, body=b"{}")
    options = CurlOptions(
        target_file="my lab.toml",
        ca_file="lab ca.pem",
        signed_headers=("content-length", "content-type", "host"),
    )
    sent, _, signer, _ = pasted(curl(call, BASE, options), shims)
    assert sent[sent.index("--cacert") + 1] == "lab ca.pem"
    assert signer is not None
    assert signer[1:3] == ["--target", "my lab.toml"]
    assert signer[signer.index("--header") + 1] == "Content-Type: application/json; charset=UTF-8"
    sent, _, signer, _ = pasted(curl(call, BASE, CurlOptions(verify=False, scheme="none")), shims)
    assert "-k" in sent
    assert signer is None


def test_calls_that_must_meet_are_signed_first_and_sent_by_one_curl(shims: Path) -> None:
    calls = [
        Call(method="DELETE", target=PATH, headers=JSON, body=names(number))
        for number in ("99000001", "99000002")
    ]
    line = burst(calls, BASE)
    assert "\n" not in line
    sent, _, signer, _ = pasted(line, shims)
    assert sent[:2] == ["-Z", "--parallel-immediate"]
    one, other = sent[2 : sent.index("--next")], sent[sent.index("--next") + 1 :]
    assert [words[words.index("--data-raw") + 1] for words in (one, other)] == [
        call.body.decode() for call in calls
    ]
    assert all(
        "Authorization: auth-v2/fresh" in words and words[-1] == BASE + PATH
        for words in (one, other)
    )
    assert signer is not None


def test_methods_and_missing_content_type(shims: Path) -> None:
    assert "-I" in pasted(curl(Call(method="HEAD", target=PATH), BASE), shims)[0]
    sent = pasted(curl(Call(method="POST", target=PATH), BASE), shims)[0]
    assert sent[sent.index("--data-raw") + 1] == ""
    sent = pasted(curl(Call(method="DELETE", target=PATH, body=b"{}"), BASE), shims)[0]
    assert "Content-Type:" in sent
    sent = pasted(
        curl(Call(method="DE LETE'", target=PATH, headers=JSON, body=b"x" * 2000), BASE), shims
    )[0]
    assert "DE LETE'" in sent
    assert "Expect:" in sent
