import json
from pathlib import Path

import pytest

from conformance.errors import SuiteError
from conformance.report import har, verdict_json
from conformance.report.shown import shown
from conformance.report.writing import Traffic, write_all
from conformance.selftest.report import documents
from conformance.selftest.report.documents import BASE, exchange, names, says

SECRET = "s3cret-key-of-the-lab"
HEADER = "auth-v2/AK123456/2026-11-23T09:15:00Z/host/" + "ab" * 32


def test_everything_is_written_with_its_size(tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    written = write_all(
        documents.failing(),
        out,
        traffic=Traffic(source=lambda: [exchange(b"{}", b"{}")], base_url=BASE),
        html=False,
    )
    names_of = [path.name for path in written.paths]
    assert names_of == [
        "summary.html",
        "verdict.json",
        "summary.md",
        "junit.xml",
        "allure-results",
        "traffic.har",
    ]
    assert all(size > 100 for _, size in written.files)
    assert sorted(path.name for path in out.iterdir()) == sorted(names_of)
    assert verdict_json.load(out) == documents.failing()
    assert written.problems == ()


def test_no_secret_is_in_any_file(tmp_path: Path) -> None:
    leak = exchange(f'{{"a":"{SECRET}"}}'.encode(), f"echo {HEADER} {SECRET}".encode())
    document = documents.failing()
    first = document.of("fail")[0].deviations[0]
    fields = {name: getattr(document, name) for name in document.__struct_fields__}
    leaking = type(document)(
        **{**fields, "headline": (f"with {SECRET}",), "target": {"server": HEADER}}
    )
    assert shown(leak, BASE) not in first.calls
    write_all(
        leaking,
        tmp_path,
        traffic=Traffic(source=lambda: [leak], base_url=BASE),
        secrets=[SECRET],
        html=False,
    )
    for file in tmp_path.rglob("*"):
        if file.is_file():
            content = file.read_text("utf-8")
            assert SECRET not in content, file
            assert "abab" not in content, file
    assert "[secret removed]" in (tmp_path / har.FILE).read_text("utf-8")


def test_what_cannot_be_written_is_named_after_the_rest_is(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").mkdir()
    (tmp_path / "junit.xml" / "x").write_text("")
    with pytest.raises(SuiteError, match=r"junit\.xml.*report DIR") as caught:
        write_all(documents.passing(), tmp_path, html=False)
    assert caught.value.exit_code == 2
    assert "summary.html (" not in str(caught.value)
    assert json.loads((tmp_path / "verdict.json").read_text())["verdict"] == "conforms"
    assert (tmp_path / "summary.html").is_file()
    assert any((tmp_path / "allure-results").iterdir())
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_folder_that_cannot_be_made_is_one_paragraph(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SuiteError, match="could not be written") as caught:
        write_all(documents.passing(), tmp_path / "file" / "out", html=False)
    assert "verdict.json" in str(caught.value)


def test_a_missing_page_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.report.allure_html.find_node", lambda: None)
    written = write_all(documents.passing(), tmp_path)
    assert "no Node was found" in written.problems[0]
    assert "report.html" not in [path.name for path in written.paths]


def test_a_recording_of_many_calls_is_written_flat(tmp_path: Path) -> None:
    many = [exchange(names("99000001"), says("0200000"), number=number) for number in range(1, 21)]
    written = write_all(
        documents.passing(),
        tmp_path,
        traffic=Traffic(source=lambda: many * 300, base_url=BASE, evidence=[1]),
        html=False,
    )
    sizes = {path.name: size for path, size in written.files}
    assert sizes["traffic.har"] < 10_000_000
    assert sizes["allure-results"] < 5_000_000
