"""Entries drafted from a run: complete but for what only a person knows, and never twice."""

from datetime import date
from pathlib import Path

import pytest

from conformance.baseline import draft, read_drafts, read_waivers
from conformance.errors import ConfigurationError
from conformance.selftest.baseline.making import TODAY
from conformance.selftest.report import documents


def drafted(tmp_path: Path) -> Path:
    file = tmp_path / "waivers.toml"
    file.write_text("".join(draft(documents.failing(), TODAY)), encoding="utf-8")
    return file


def test_a_draft_is_refused_until_somebody_completes_it(tmp_path: Path) -> None:
    file = drafted(tmp_path)
    with pytest.raises(ConfigurationError, match="reason is empty"):
        read_waivers(file)
    file.write_text(
        file.read_text("utf-8")
        .replace('reason = ""', 'reason = "T"')
        .replace('owner = ""', 'owner = "O"'),
        encoding="utf-8",
    )
    entries = read_waivers(file)
    deviations = [
        (result.id, each.kind, each.detail)
        for result in documents.failing().of("fail")
        for each in result.deviations
    ]
    assert sorted((each.clause, each.kind, each.detail) for each in entries) == sorted(deviations)
    assert {each.expires for each in entries} == {date(2027, 2, 21)}
    assert all(each.meant_for(documents.failing().target) for each in entries)


def test_what_is_written_is_not_written_once_more(tmp_path: Path) -> None:
    assert draft(documents.failing(), TODAY, read_drafts(drafted(tmp_path))) == ()


def test_what_is_excused_needs_no_draft() -> None:
    assert draft(documents.waived(), TODAY) == ()


def test_hostile_texts_stay_in_their_comment(tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(
        "".join(draft(documents.hostile(), TODAY)), encoding="utf-8", errors="backslashreplace"
    )
    (one,) = read_drafts(file)
    assert one.detail == documents.HOSTILE
