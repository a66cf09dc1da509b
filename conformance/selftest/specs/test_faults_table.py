"""`specs/faults.toml` says of every fault of the emulator which demands of the document it
breaks.
"""

import tomllib

import msgspec
import pytest

from conformance.clauses import all_clauses, specs_folder
from conformance.emulator import FAULTS

WITHOUT_FAULT = {
    "header.content-type": (
        "No fault refuses the documented Content-Type, or serves it worse than another."
    ),
    "code.0200001": (
        "It fits every defect, and no call is owed it: a server that never gives it breaks nothing."
    ),
    "example.exchange": (
        "Whatever breaks the example breaks a demand of its own first: there it is named further"
        " back."
    ),
}


class _FaultsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    breaks: dict[str, list[str]]
    unseen: dict[str, str]


@pytest.fixture(scope="module")
def table() -> _FaultsFile:
    return msgspec.convert(
        tomllib.loads((specs_folder() / "faults.toml").read_text("utf-8")), _FaultsFile
    )


@pytest.fixture(scope="module")
def breaks(table: _FaultsFile) -> dict[str, list[str]]:
    return table.breaks


def test_names_every_fault_and_no_other(breaks: dict[str, list[str]]) -> None:
    assert sorted(breaks) == sorted(FAULTS)


def test_names_clauses_that_bind_and_each_once(breaks: dict[str, list[str]]) -> None:
    binding = {clause.id for clause in all_clauses().values() if clause.binding}
    wrong = {
        fault: [name for name in named if name not in binding] for fault, named in breaks.items()
    }

    assert {fault: names for fault, names in wrong.items() if names} == {}
    assert [fault for fault, named in breaks.items() if len(set(named)) != len(named)] == []


def test_names_clauses_that_some_check_can_break(breaks: dict[str, list[str]]) -> None:
    clauses = all_clauses()

    assert [
        fault
        for fault, named in breaks.items()
        if any(not clauses[name].checkable for name in named)
    ] == []


def test_every_checkable_demand_is_what_some_fault_breaks_first(
    breaks: dict[str, list[str]],
) -> None:
    first = {named[0] for named in breaks.values() if named}
    checkable = {
        clause.id for clause in all_clauses().values() if clause.binding and clause.checkable
    }

    assert checkable - first == set(WITHOUT_FAULT)


def test_what_is_not_expected_to_be_seen_is_a_fault_and_says_why(table: _FaultsFile) -> None:
    assert set(table.unseen) <= set(table.breaks)
    assert all(reason.strip() for reason in table.unseen.values())
