import base64
import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from conformance.exchange import Exchange, NoAnswer
from conformance.report import har
from conformance.selftest.report.documents import BASE, exchange, failing, names, says
from conformance.transport.redaction import Redactor


def written(path: Path, source: har.Source, **rest: Any) -> dict[str, Any]:
    har.write(source, BASE, path, document=failing(), **rest)
    log: dict[str, Any] = json.loads(path.read_text("utf-8"))["log"]
    return log


def test_entries(tmp_path: Path) -> None:
    exchanges = [
        exchange(names("99000001"), says("0200000"), number=1),
        exchange(b"\xff\x00", b"\xc3\x28", number=2, credential="omitted"),
        exchange(b"{}", NoAnswer(kind="timeout", detail="after 10 s"), number=3),
        exchange(b"x" * 200_000, b"y" * 200_000, number=4),
    ]
    log = written(tmp_path / "traffic.har", lambda: exchanges)
    assert log["version"] == "1.2"
    assert log["comment"].startswith("All 4 exchanges")
    first, binary, unanswered, long = log["entries"]
    assert first["request"]["postData"]["text"] == names("99000001").decode()
    assert first["response"]["content"]["text"] == says("0200000").decode()
    assert first["startedDateTime"] == "2026-11-23T09:15:00+00:00"
    assert first["time"] == pytest.approx(12.3)
    assert binary["request"]["postData"]["text"] == "\\xff\\x00"
    assert base64.b64decode(binary["response"]["content"]["text"]) == b"\xc3\x28"
    assert "omitted" in binary["comment"]
    assert (unanswered["response"]["status"], unanswered["response"]["statusText"]) == (
        0,
        "no answer (timeout: after 10 s)",
    )
    assert long["response"]["bodySize"] == 200_000
    assert len(long["response"]["content"]["text"]) == har.BODY_KEPT
    assert "65,536 of 200,000 bytes kept" in long["response"]["content"]["comment"]


def test_secrets_go(tmp_path: Path) -> None:
    source = [exchange(b'{"k":"topsecret"}', b"topsecret \xff")]
    written(tmp_path / "traffic.har", lambda: source, redactor=Redactor(["topsecret"]))
    text = (tmp_path / "traffic.har").read_text()
    assert "topsecret" not in text
    assert base64.b64encode(b"topsecret \xff").decode() not in text


def test_the_newest_and_the_evidence_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(har, "NEWEST_KEPT", 100)

    def source() -> Iterable[Exchange]:
        return (exchange(b"{}", b"{}", number=number) for number in range(1, 3001))

    log = written(tmp_path / "traffic.har", source, evidence=[7])
    numbers = [int(entry["comment"].split()[1].rstrip(";")) for entry in log["entries"]]
    assert numbers == [7, 12, 118, 2044, *range(2901, 3001)], (
        "7 is given, the others are where the document's deviations were first seen"
    )
    assert log["comment"].startswith("The newest 100 of the run's 3,000 exchanges")


def test_a_recording_is_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "exchanges.ndjson"
    exchanges = [
        exchange(b"\xff", b"{}", number=1),
        exchange(b"{}", NoAnswer(kind="reset"), number=2),
    ]
    file.write_bytes(
        b"".join(msgspec.json.encode(each) + b"\n" for each in exchanges) + b'{"number":3,"ca'
    )
    source = har.recorded(file)
    assert list(source()) == exchanges == list(itertools.islice(source(), 5))
    assert len(written(tmp_path / "traffic.har", source)["entries"]) == 2


def test_the_file_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(har, "MOST_BYTES", 1_000_000)
    exchanges = [exchange(b"{}", b"\0" * 60_000, number=number) for number in range(1, 200)]
    log = written(tmp_path / "traffic.har", lambda: exchanges)
    assert (tmp_path / "traffic.har").stat().st_size < 2_000_000
    assert len(log["entries"]) == 199
    assert log["entries"][-1]["response"]["content"]["comment"] == "300 of 60,000 bytes kept"


def test_headers_have_an_end_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(har, "MOST_BYTES", 200_000)
    made = exchange(b"{}", b"{}")
    assert made.reply is not None
    exchanges = [
        replace(made, number=number, outcome=replace(made.reply, headers=(("a", ""),) * 250))
        for number in range(1, 200)
    ]
    log = written(tmp_path / "traffic.har", lambda: exchanges)
    assert (tmp_path / "traffic.har").stat().st_size < 600_000
    assert [len(log["entries"][place]["response"]["headers"]) for place in (0, -1)] == [
        250,
        har.HEADERS_KEPT,
    ]


def test_what_was_cut_before_says_so(tmp_path: Path) -> None:
    made = exchange(b"{}", b"\xc3\xa4" * 40 + b"\xc3", number=9)
    assert made.reply is not None
    cut = replace(made, outcome=replace(made.reply, size=900_000))
    log = written(tmp_path / "traffic.har", lambda: [cut])
    assert log["comment"].startswith(
        "All 1 recorded exchanges of the run. There were 9; the recording had no room for all."
    )
    content = log["entries"][0]["response"]["content"]
    assert (content["size"], content["comment"]) == (900_000, "81 of 900,000 bytes kept")
    assert content["text"].startswith("ääää")
