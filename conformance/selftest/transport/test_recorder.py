import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.exchange import Call, Exchange, NoAnswer, Reply
from conformance.transport import recorder
from conformance.transport.recorder import Recorder, read

HEADERS = st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=3).map(tuple)
OUTCOMES = st.builds(
    Reply, status=st.integers(100, 599), headers=HEADERS, body=st.binary(max_size=40)
) | st.builds(NoAnswer, kind=st.sampled_from(["timeout", "withheld"]), detail=st.text(max_size=10))
EXCHANGES = st.builds(
    Exchange,
    number=st.integers(1, 1000),
    call=st.builds(
        Call,
        method=st.just("DELETE"),
        target=st.text(),
        headers=HEADERS,
        body=st.binary(max_size=40),
    ),
    outcome=OUTCOMES,
    start=st.floats(0, 1e6),
    end=st.floats(0, 1e6),
)
ONE = Exchange(
    number=1,
    call=Call(method="GET", target="/"),
    outcome=Reply(status=200, body=b"\x00\xff"),
    start=1.0,
    end=2.0,
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25
)  # the file is written anew each time
@given(exchanges=st.lists(EXCHANGES, max_size=6), cut=st.integers(0, 200))
def test_what_is_recorded_is_read_and_a_half_line_is_left_out(
    tmp_path: Path, exchanges: list[Exchange], cut: int
) -> None:
    file = tmp_path / "traffic.jsonl"
    keeper = Recorder(file)
    for exchange in exchanges:
        keeper.record(exchange)
    keeper.close()
    assert list(read(file)) == exchanges
    data = file.read_bytes()
    file.write_bytes(data[: max(0, len(data) - cut)])
    left = list(read(file))
    assert left == exchanges[: len(left)]
    assert len(left) == data[: max(0, len(data) - cut)].count(b"\n")


def test_lines_are_on_disk_within_the_time_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "_FLUSH_SECONDS", 0.05)
    keeper = Recorder(tmp_path / "sub" / "traffic.jsonl")
    keeper.record(ONE)
    for _ in range(100):
        if list(read(tmp_path / "sub" / "traffic.jsonl")) == [ONE]:
            break
        time.sleep(0.02)
    else:
        pytest.fail("never written")
    keeper.close()
    keeper.close()


def test_memory_stays_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "_FLUSH_BYTES", 1000)
    keeper = Recorder(tmp_path / "t")
    for _ in range(200):
        keeper.record(ONE)
        assert len(keeper._buffer) < 1000
    keeper.close()


def test_a_full_disk_stops_the_run() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    keeper = Recorder(full)
    keeper.record(ONE)
    keeper.flush()
    with pytest.raises(UsageError, match="No space left"):
        keeper.record(ONE)
    with pytest.raises(UsageError, match="No space left"):
        keeper.close()


def test_damage_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "t"
    file.write_bytes(b'{"number":1}\n')
    with pytest.raises(UsageError, match="line 1"):
        list(read(file))
    with pytest.raises(UsageError, match="No such file"):
        list(read(tmp_path / "none"))
    with pytest.raises(UsageError, match="can't be written"):
        Recorder(file / "below")


LARGE = Exchange(
    number=7,
    call=Call(method="DELETE", target="/x", body=b"c" * 5_000),
    outcome=Reply(status=200, headers=(("X-Long", "v" * 5_000),) * 40, body=b"\x00" * 9_000),
    start=1.0,
    end=2.0,
)


@pytest.mark.parametrize("workers", [1, 4])
def test_a_recording_has_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setattr(recorder, "WHOLE_BYTES", 500_000 * workers)
    monkeypatch.setattr(recorder, "MOST_BYTES", 600_000 * workers)
    keeper = Recorder(tmp_path / "t", shared_by=workers)
    for _ in range(200):
        keeper.record(LARGE)
    keeper.close()
    found = list(read(tmp_path / "t"))
    assert (tmp_path / "t").stat().st_size <= 600_000
    assert len(found) + keeper.left_out == 200
    assert found[0] == LARGE
    assert {each.number for each in found} == {7}
    short = found[-1].reply
    assert short is not None
    assert (len(short.body), short.size, len(short.headers), len(short.headers[0][1])) == (
        300,
        9_000,
        12,
        100,
    )
    assert len(found[-1].call.body) == 300
    assert len(found) > 30, "short ones are recorded beyond the whole ones"
