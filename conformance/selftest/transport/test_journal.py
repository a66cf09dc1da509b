"""The journal: on the disk before `write` returns, private, and read back whatever happened to
it.
"""

import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.transport.journal import (
    Borrowed,
    Fact,
    Forgotten,
    Holding,
    Journal,
    Looks,
    Restored,
    WillAdd,
    read,
)
from conformance.transport.journal_reading import JournalContents, salvage

URL = "https://10.0.0.5:28443"
VERSION_1 = Path(__file__).parent / "journal-v1.jsonl"
"""Written by 36d301a."""
KEY, OTHER = (1, 1001), (1, 1002)
KEYS = st.sampled_from([KEY, OTHER, (2, 2001)])
NUMBERS = st.lists(st.text("0123456789", min_size=1, max_size=24), max_size=4).map(tuple)
FORMS = st.dictionaries(
    st.text(max_size=3), st.one_of(st.text(max_size=3), st.integers(0, 9)), max_size=2
)


@st.composite
def holdings(draw: st.DrawFn) -> Holding:
    numbers = draw(NUMBERS)
    priorities = draw(st.sampled_from([(), tuple(range(len(numbers))), (None,) * len(numbers)]))
    return Holding(
        campaign=draw(KEYS), numbers=numbers, complete=draw(st.booleans()), priorities=priorities
    )


FACTS: st.SearchStrategy[Fact] = st.one_of(
    holdings(),
    st.builds(WillAdd, campaign=KEYS, numbers=NUMBERS),
    st.builds(Borrowed, campaign=KEYS, numbers=NUMBERS),
    st.builds(Restored, campaign=KEYS),
    st.builds(Looks, form=FORMS, settle=st.just(0.5), shows=st.just("all"), priority=st.none()),
)


def examples(count: int) -> settings:
    """So many; the file is made anew for each."""
    return settings(max_examples=count, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _written(file: Path, facts: list[Fact], **close: Any) -> bytes:
    file.unlink(missing_ok=True)
    journal = Journal(file, base_url=URL)
    for fact in facts:
        journal.write(fact)
    journal.close(**close)
    return file.read_bytes()


def _url(contents: JournalContents) -> str | None:
    return contents.header.base_url if contents.header else None


@examples(100)
@given(facts=st.lists(FACTS, max_size=6))
def test_what_was_written_is_read(tmp_path: Path, facts: list[Fact]) -> None:
    _written(tmp_path / "j", facts, ended=True)
    contents = read(tmp_path / "j")
    assert (contents.facts, contents.damage, _url(contents)) == (tuple(facts), (), URL)
    assert contents.closed
    assert contents.intact


def test_facts_are_on_disk_before_write_returns(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", base_url=URL) as journal:
        journal.write(Holding(campaign=KEY, numbers=("1",), complete=True))
        assert len(read(tmp_path / "j").facts) == 1
        assert not read(tmp_path / "j").intact, "nobody knows yet whether more follows"


def test_only_its_user_may_read_it(tmp_path: Path) -> None:
    Journal(tmp_path / "run" / "j", base_url=URL).close()
    assert stat.S_IMODE((tmp_path / "run" / "j").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700


# -- damage ----------------------------------------------------------------------------------------


@st.composite
def damages(draw: st.DrawFn, data: bytes) -> bytes:
    for _ in range(draw(st.integers(1, 3))):
        data = draw(
            st.sampled_from(
                [_flipped, _dropped, _cut, _cut_at_line, _doubled, _moved, _swapped, _strewn]
            )
        )(draw, data)
    return data


def _flipped(draw: st.DrawFn, data: bytes) -> bytes:
    if not data:
        return data
    place = draw(st.integers(0, len(data) - 1))
    return data[:place] + bytes([data[place] ^ (1 << draw(st.integers(0, 7)))]) + data[place + 1 :]


def _dropped(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    place = draw(st.integers(0, max(0, len(lines) - 1)))
    return b"".join(lines[:place] + lines[place + 1 :])


def _cut(draw: st.DrawFn, data: bytes) -> bytes:
    return data[: draw(st.integers(0, len(data)))]


def _doubled(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    place = draw(st.integers(0, max(0, len(lines) - 1)))
    return b"".join(lines[: place + 1] + lines[place:])


def _swapped(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    if len(lines) < 2:
        return data
    place = draw(st.integers(0, len(lines) - 2))
    return b"".join([*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]])


def _moved(draw: st.DrawFn, data: bytes) -> bytes:
    """One line stands once more at the end."""
    lines = data.splitlines(keepends=True)
    return data + (draw(st.sampled_from(lines)) if lines else b"")


def _cut_at_line(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join(lines[: draw(st.integers(0, len(lines)))])


def _strewn(draw: st.DrawFn, data: bytes) -> bytes:
    place = draw(st.integers(0, len(data)))
    return data[:place] + draw(st.binary(max_size=20)) + data[place:]


@examples(400)
@given(facts=st.lists(FACTS, max_size=8), data=st.data())
def test_whatever_is_damaged_every_other_record_is_read(
    tmp_path: Path, facts: list[Fact], data: st.DataObject
) -> None:
    original = _written(tmp_path / "j", facts, ended=True)
    damaged = data.draw(damages(original))
    count = len(facts) + 2
    contents = salvage(damaged, "j", written=data.draw(st.sampled_from([count, None])))
    whole = [
        fact
        for fact, line in zip(facts, original.split(b"\n")[1:], strict=False)
        if line in damaged.split(b"\n")
    ]
    assert all(fact in contents.facts for fact in whole)
    assert all(fact in facts for fact in contents.facts), "nothing is invented"
    if contents.intact:
        assert [fact for fact in facts if fact not in contents.facts] == []
    truly = salvage(original, "j", written=count)
    assert [
        key for key in contents.campaigns if contents.settled(key) and not truly.settled(key)
    ] == []
    assert not contents.intact or not contents.damage
    assert truly.finished or not contents.finished


def test_a_disk_that_failed_once_leaves_a_journal_that_can_be_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal(tmp_path / "j", base_url=URL) as journal:
        journal.write(Holding(campaign=KEY, numbers=("1",), complete=True))
        with monkeypatch.context() as patch:
            patch.setattr("os.fsync", _failing)
            with pytest.raises(UsageError):
                journal.write(WillAdd(campaign=KEY, numbers=("2",)))
        journal.write(Restored(campaign=KEY))
    assert (read(tmp_path / "j").damage, read(tmp_path / "j").finished) == ((), True)


def _failing(_: int) -> None:
    raise OSError(5, "Input/output error")


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    contents = salvage(data, "j")
    assert contents.blank
    assert contents.damage


@examples(60)
@given(facts=st.lists(FACTS, min_size=1, max_size=5), more=FACTS, cut=st.integers(1, 200))
@example(facts=[Restored(campaign=(1, 1001))], more=Restored(campaign=(1, 1001)), cut=174)
@example(
    facts=[Restored(campaign=(1, 1001))], more=Restored(campaign=(1, 1001)), cut=200
)  # nothing is left
def test_it_goes_on_behind_a_line_that_was_cut_off(
    tmp_path: Path, facts: list[Fact], more: Fact, cut: int
) -> None:
    file = tmp_path / "j"
    left = _written(file, facts)[:-cut]
    file.write_bytes(left)
    before = read(file)
    if not before.alike:  # a few bytes that may be anybody's
        with pytest.raises(UsageError, match="no journal of this program"):
            Journal(file, base_url=URL)
        assert file.read_bytes() == left
        return
    with Journal(file, base_url=URL) as journal:
        journal.write(more)
    assert file.read_bytes().startswith(left), "nothing of a damaged file is changed"
    after = read(file)
    assert after.facts == (*before.facts, more)
    # An empty file says nothing of what may have stood in it; the index of open journals knows.
    assert bool(after.damage) == bool(before.damage and left), (
        "what was lost stays known to be lost"
    )
    assert _url(after) == URL


def test_a_line_that_was_being_written_when_the_run_was_killed_is_no_damage(tmp_path: Path) -> None:
    facts: list[Fact] = [
        Holding(campaign=KEY, numbers=("1",), complete=True),
        Restored(campaign=KEY),
    ]
    file = tmp_path / "j"
    file.write_bytes(_written(file, facts)[:-9])
    assert read(file, written=2).damage == ()
    assert read(file, written=3).damage, "it was written whole, so somebody cut it"
    assert read(file).damage, "nobody knows"


def test_lines_and_records_are_named(tmp_path: Path) -> None:
    facts: list[Fact] = [WillAdd(campaign=KEY, numbers=(str(number),)) for number in range(6)]
    lines = _written(tmp_path / "j", facts).split(b"\n")
    lines[2] = lines[2].replace(b"1001", b"1002")
    del lines[4]
    assert salvage(b"\n".join(lines), "j").damage == (
        "1 line(s) of j are damaged: 3",
        "2 record(s) of j are missing: 3, 5",
    )


def test_restored_counts_only_where_nothing_is_lost_behind_it(tmp_path: Path) -> None:
    facts: list[Fact] = [
        Holding(campaign=KEY, numbers=("1",), complete=True),
        Restored(campaign=KEY),
        WillAdd(campaign=KEY, numbers=("2",)),
        Restored(campaign=OTHER),
    ]
    lines = _written(tmp_path / "j", facts).split(b"\n")
    assert not salvage(b"\n".join(lines), "j", written=5).settled(KEY)
    del lines[3]
    assert not salvage(b"\n".join(lines), "j", written=5).settled(KEY)
    assert salvage(b"\n".join(lines), "j", written=5).settled(OTHER)
    assert not salvage(b"\n".join(lines), "j").settled(OTHER), "nobody knows whether more followed"


def test_records_that_stand_once_more_at_the_end_prove_nothing(tmp_path: Path) -> None:
    facts: list[Fact] = [
        Restored(campaign=KEY),
        Restored(campaign=KEY),
        Holding(campaign=KEY, numbers=("1",), complete=True),
    ]
    data = _written(tmp_path / "j", facts, ended=True)
    lines = data.splitlines(keepends=True)
    contents = salvage(data + lines[1] + lines[2], "j", written=len(lines))
    assert not contents.settled(KEY), "it was taken again after it had been put back"
    assert not contents.finished


def test_what_somebody_has_seen_to_is_finished(tmp_path: Path) -> None:
    facts: list[Fact] = [Holding(campaign=KEY, numbers=("1",), complete=True), Forgotten()]
    _written(tmp_path / "j", facts)
    assert read(tmp_path / "j").finished
    assert read(tmp_path / "j").open_campaigns == ()


# -- other files -----------------------------------------------------------------------------------


def test_a_journal_of_version_1_is_read_and_gone_on_with(tmp_path: Path) -> None:
    file = tmp_path / "j"
    file.write_bytes(VERSION_1.read_bytes())
    contents = read(file)
    assert (_url(contents), contents.damage, contents.open_campaigns) == (URL, (), (KEY,))
    assert contents.facts[0] == Holding(
        campaign=KEY, numbers=("5245241", "5245242"), complete=False
    )
    assert not contents.intact, "it has no checksums, and nobody knows where it ended"
    with Journal(file, base_url=URL) as journal:
        journal.write(Restored(campaign=KEY))
    assert read(file).finished
    lines = VERSION_1.read_bytes().split(b"\n")
    assert salvage(b"\n".join([*lines[:2], lines[2][5:], *lines[3:]]), "j").damage == (
        "1 line(s) of j are damaged: 3",
        "1 record(s) of j are missing: 3",
    )


def test_a_journal_of_another_target_is_not_written_to(tmp_path: Path) -> None:
    Journal(tmp_path / "j", base_url=URL).close()
    Journal(tmp_path / "j", base_url=URL.upper().replace("HTTPS", "https") + "/").close()
    with pytest.raises(UsageError, match="not about https://other"):
        Journal(tmp_path / "j", base_url="https://other")


def test_what_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b"some notes\n")
    assert not read(tmp_path / "j").alike
    with pytest.raises(UsageError, match="no journal"):
        Journal(tmp_path / "j", base_url=URL)
    with pytest.raises(UsageError, match="No such file"):
        read(tmp_path / "none")


def test_it_goes_on_where_the_header_is_damaged(tmp_path: Path) -> None:
    facts: list[Fact] = [Holding(campaign=KEY, numbers=("1",), complete=True)]
    file = tmp_path / "j"
    file.write_bytes(_written(file, facts).replace(b"28443", b"28444"))
    assert read(file).header is None
    with Journal(file, base_url=URL) as journal:
        journal.write(Restored(campaign=KEY))
    contents = read(file)
    assert (_url(contents), bool(contents.damage), contents.settled(KEY)) == (URL, True, True)
