import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from conformance.errors import UsageError
from conformance.readable import each_text, readable
from conformance.report import verdict_json
from conformance.selftest.report import documents
from conformance.verdict import VerdictDocument

ALL = [
    documents.passing,
    documents.failing,
    documents.inconclusive,
    documents.waived,
    documents.hostile,
    documents.meeting,
    documents.held,
]
Made = Callable[[], VerdictDocument]


@pytest.mark.parametrize("made", ALL)
def test_written_as_published_and_read_back(made: Made, tmp_path: Path) -> None:
    document = made()
    verdict_json.write(document, tmp_path / "verdict.json")
    jsonschema.Draft202012Validator.check_schema(verdict_json.schema())
    jsonschema.validate(
        json.loads((tmp_path / "verdict.json").read_text()),
        verdict_json.schema(),
        cls=jsonschema.Draft202012Validator,
    )
    assert (
        verdict_json.load(tmp_path)
        == verdict_json.load(tmp_path / "verdict.json")
        == each_text(document, readable)
    )
    assert verdict_json.encoded(document) == verdict_json.encoded(made())


def test_the_members_that_outsiders_rely_on() -> None:
    data = json.loads(verdict_json.encoded(documents.failing()))
    assert list(data)[:8] == [
        "verdict",
        "target",
        "seed",
        "effort",
        "requests",
        "seconds",
        "clauses",
        "codes",
    ]
    clause = next(each for each in data["clauses"] if each["id"] == "restriction.last-number")
    assert list(clause)[:6] == ["id", "section", "level", "verdict", "reason", "deviations"]
    deviation = clause["deviations"][0]
    assert (deviation["kind"], deviation["seen"], deviation["of"]) == ("emptied", 37, 212)
    call = deviation["calls"][0]
    assert "curl" in call["curl"]
    assert "99000001" in call["request"]
    assert "0200000" in call["reply"]
    assert data["codes"]["02000011"]["reached"] is True
    assert data["codes"]["02000011"]["witness"]["status"] == 200
    assert (
        data["codes"]["02000010"] | {"reached": False, "witness": None, "tries": 120}
        == data["codes"]["02000010"]
    )


def test_every_member_written_is_described() -> None:
    schema = verdict_json.schema()
    data = json.loads(verdict_json.encoded(documents.failing()))
    clause = next(each for each in data["clauses"] if each["deviations"])
    defs = schema["$defs"]
    assert set(data) == set(schema["properties"])
    assert set(clause) == set(defs["clause"]["properties"])
    assert set(clause["deviations"][0]) == set(defs["deviation"]["properties"])
    assert set(clause["deviations"][0]["calls"][0]) == set(defs["call"]["properties"])
    assert set(data["codes"]["02000011"]) == set(defs["code"]["properties"])


@pytest.mark.parametrize(
    ("change", "named"),
    [("[]", "cut short"), ("{", "cut short"), ('{"format": 9}', "format"), ("{}", "'clauses'")],
)
def test_damaged_files_are_named(tmp_path: Path, change: str, named: str) -> None:
    (tmp_path / "verdict.json").write_text(change)
    with pytest.raises(UsageError, match=named) as caught:
        verdict_json.load(tmp_path)
    assert "verdict.json" in str(caught.value)


def test_a_missing_file_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--out"):
        verdict_json.load(tmp_path)


def test_an_old_file_survives_a_failed_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "verdict.json"
    file.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OSError, match="No space"):
        verdict_json.write(documents.passing(), file)
    assert [path.name for path in tmp_path.iterdir()] == ["verdict.json"]
    assert file.read_text() == "old"


def test_a_file_of_the_first_format_is_still_read() -> None:
    older = verdict_json.as_json(documents.passing()) | {"format": 1}
    del older["failures"]
    assert verdict_json.from_json(older) == documents.passing()
