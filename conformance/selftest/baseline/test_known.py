"""Programs between nights: kept per deviation, the shortest first, forgotten after enough clean
days; shared by what hypothesis offers.
"""

from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.database import InMemoryExampleDatabase, MultiplexedDatabase, ReadOnlyDatabase

from conformance.baseline import KnownPrograms, Program, open_known
from conformance.baseline.known import CLEAN_NIGHTS, INDEX
from conformance.exchange import Call
from conformance.selftest.baseline.making import TODAY

bodies = st.lists(st.binary(max_size=30), min_size=1, max_size=4)


def program(detail: str = "PUT", calls: int = 1, body: bytes = b"{}") -> Program:
    sent = tuple(Call(method="PUT", target="/x", body=body) for _ in range(calls))
    return Program(
        clause="method.delete-only",
        kind="deleted",
        detail=detail,
        start=(((1, 1001), ("990",)),),
        calls=sent,
    )


@given(st.text(max_size=12), bodies)
def test_what_is_kept_comes_back(detail: str, sent: list[bytes]) -> None:
    kept = program(detail)
    kept = Program(
        **{
            **{name: getattr(kept, name) for name in kept.__struct_fields__},
            "calls": tuple(_call(body) for body in sent),
        }
    )
    database = KnownPrograms(InMemoryExampleDatabase())
    database.showed(kept)
    assert database.programs() == [kept]


def _call(body: bytes) -> Call:
    return Call(
        method="DELETE", target="/rest", headers=(("A", "b"),), body=body, credential="omitted"
    )


def test_the_newest_program_takes_the_place_of_the_older_one() -> None:
    database = KnownPrograms(InMemoryExampleDatabase())
    for calls in (1, 3):
        database.showed(program(calls=calls))
    assert database.programs() == [program(calls=3)]


def test_clean_days_are_counted_once_each_and_end_in_forgetting() -> None:
    database = KnownPrograms(InMemoryExampleDatabase())
    database.showed(program())
    for day in range(CLEAN_NIGHTS - 1):
        for _ in range(3):
            database.clean(program().key, TODAY + timedelta(days=day))
        assert database.clean_days(program().key) == day + 1
        assert database.programs() == [program()]
    database.clean(program().key, TODAY + timedelta(days=30))
    assert database.programs() == []


def test_a_deviation_that_shows_once_more_begins_anew() -> None:
    database = KnownPrograms(InMemoryExampleDatabase())
    for _ in range(3):
        database.showed(program())
        for day in range(CLEAN_NIGHTS - 1):
            database.clean(program().key, TODAY + timedelta(days=day))
    database.showed(program())
    assert database.clean_days(program().key) == 0


def test_those_that_showed_last_come_first_and_of_them_the_shortest() -> None:
    database = KnownPrograms(InMemoryExampleDatabase())
    long, short, fading = program("long", 4), program("short", 1), program("fading", 1)
    for each in (long, fading, short):
        database.showed(each)
    database.clean(fading.key, TODAY)
    assert database.programs() == [short, long, fading]


def test_a_shared_database_is_read_and_not_written() -> None:
    ours, theirs = InMemoryExampleDatabase(), InMemoryExampleDatabase()
    KnownPrograms(theirs).showed(program("theirs", 3))
    both = KnownPrograms(MultiplexedDatabase(ours, ReadOnlyDatabase(theirs)))
    both.showed(program("ours"))
    both.showed(program("theirs", 1))
    assert {each.detail: len(each.calls) for each in both.programs()} == {"ours": 1, "theirs": 1}
    assert [len(each.calls) for each in KnownPrograms(theirs).programs()] == [3]


def test_folders(tmp_path: Path) -> None:
    open_known([tmp_path / "shared"]).showed(program("shared"))
    database = open_known([tmp_path / "mine", tmp_path / "shared"])
    database.showed(program("mine"))
    assert {
        each.detail for each in open_known([tmp_path / "mine", tmp_path / "shared"]).programs()
    } == {"mine", "shared"}
    assert [each.detail for each in open_known([tmp_path / "shared"]).programs()] == ["shared"]


def test_what_another_version_has_written_is_left_alone() -> None:
    held = InMemoryExampleDatabase()
    held.save(INDEX, b"a|b|c")
    held.save(b"isales-conformance:program:a|b|c", b'{"clause": 7}')
    assert KnownPrograms(held).programs() == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not open_known([tmp_path / "file" / "known"]).showed(program())
    assert open_known([tmp_path / "known"]).showed(program())
