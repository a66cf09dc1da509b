"""HAR files as recordings: judged always, played again where they tell what the campaign held."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from conformance.cli import app
from conformance.compare import recording
from conformance.errors import UsageError
from conformance.exchange import OMITTED, NoAnswer
from conformance.rivals.har import imported
from conformance.selftest.compare.test_compare import needs_node, two

PATH = "/rest/isales/v1/openapi/campaigns/1/callerNo/7"
JSON = {"name": "Content-Type", "value": "application/json; charset=UTF-8"}
LOOK = "/rest/isales/v1/openapi/campaigns/1/7"


def command(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def replied(code: str = "0200000", *, other: str | None = None, held: str | None = None) -> str:
    members: dict[str, Any] = {
        "resultCode": code,
        "resultDesc": "a",
        "returnCode": other or code,
        "returnDesc": "a",
    }
    return json.dumps(members | ({"returnObject": {"callerNo": held}} if held is not None else {}))


def entry(
    at: int,
    method: str,
    path: str,
    reply: str,
    *,
    numbers: tuple[str, ...] = (),
    status: int = 200,
    signed: bool = True,
) -> Any:
    """One entry as tools write it."""
    request: dict[str, Any] = {
        "method": method,
        "url": f"https://prod{path}",
        "headers": [dict(JSON)],
        "bodySize": -1,
    }
    if signed:
        request["headers"].append({"name": "Authorization", "value": "auth-v2/secret"})
    if numbers:
        request["postData"] = {
            "text": json.dumps({"callerNo": [{"accessCode": number} for number in numbers]})
        }
    content = {"size": len(reply), "text": reply}
    response = {"status": status, "headers": [dict(JSON)], "content": content}
    return {
        "startedDateTime": f"2026-01-02T03:04:{at:02}+00:00",
        "time": 3.5,
        "request": request,
        "response": response,
    }


def har(tmp_path: Path, *entries: Any) -> Path:
    file = tmp_path / "a.har"
    file.write_text(json.dumps({"log": {"entries": entries}}), encoding="utf-8")
    return file


SESSION = (
    entry(1, "GET", LOOK, replied(held="11;12;13")),
    entry(2, "DELETE", PATH, replied("02000009"), numbers=("99",)),
    entry(3, "DELETE", PATH, replied(), numbers=("11",)),
    entry(4, "GET", LOOK, replied(held="12;13")),
    entry(5, "POST", PATH, replied(), numbers=("14",)),
    entry(6, "DELETE", PATH, replied("0200001"), numbers=("12", "13", "14")),
    entry(7, "DELETE", PATH, "", numbers=("12",), status=401, signed=False),
)


def test_a_har_file_is_judged(tmp_path: Path) -> None:
    file = har(tmp_path, entry(3, "DELETE", PATH, replied(other="02000001"), numbers=("1",)))
    made = command("record", "--from-har", file, "--out", tmp_path / "a.jsonl")
    assert made.exit_code == 0, (made.output, made.exception)
    assert "none can be played again" in made.output
    assert "secret" not in (tmp_path / "a.jsonl").read_text("utf-8")
    result = command("judge", tmp_path / "a.jsonl")
    assert (result.exit_code, "response.codes-agree" in result.stdout) == (1, True), result.output
    assert "judged but not played" in str(
        command("replay", tmp_path / "a.jsonl", "--target", tmp_path / "x").exception
    )


def test_what_the_campaign_held_is_followed(tmp_path: Path) -> None:
    made = imported(har(tmp_path, *reversed(SESSION)), by="tests", suite_version="1")
    steps = [(step.named_call, step.held, look is not None) for step, look in made.steps()]
    assert steps == [
        ("number.absent.alone", ("11", "12", "13"), False),
        ("naming 1 number(s)", ("11", "12", "13"), True),
        ("adding 1 number(s)", ("12", "13"), False),
        ("campaign.last-number", ("12", "13", "14"), False),
    ]
    assert made.entries[-1].exchange.call.credential == OMITTED


def test_what_the_campaign_held_may_be_told(tmp_path: Path) -> None:
    made = imported(har(tmp_path, *SESSION[1:3]), by="tests", suite_version="1", held=["11", "12"])
    assert [step.held for step, _ in made.steps()] == [("11", "12"), ("11", "12")]


def test_a_number_that_one_look_shows_may_not_be_all(tmp_path: Path) -> None:
    made = imported(
        har(tmp_path, entry(1, "GET", LOOK, replied(held="11")), SESSION[1]),
        by="tests",
        suite_version="1",
    )
    assert list(made.steps()) == []


def test_bodies_that_are_not_there_are_not_judged(tmp_path: Path) -> None:
    """A browser that kept no bodies says how long they were; another tool writes them in base64;
    another server is none of ours.
    """
    without = entry(8, "DELETE", PATH, replied(), numbers=("11",))
    del without["response"]["content"]["text"]
    coded = entry(9, "DELETE", PATH, replied(), numbers=("11",))
    coded["response"]["content"] |= {
        "encoding": "base64",
        "text": base64.b64encode(replied().encode()).decode(),
    }
    other = entry(1, "DELETE", PATH, "x", numbers=("11",))
    other["request"]["url"] = f"https://other{PATH}"
    aborted = entry(10, "DELETE", PATH, "", numbers=("11",), status=0)
    made = imported(har(tmp_path, other, without, coded, aborted), by="tests", suite_version="1")
    assert "left out: 1 to other servers, 1 without their whole bodies" in made.header.plan
    assert made.header.target["base_url"] == "https://prod"
    assert [each.exchange.reply.body.decode() for each in made.entries if each.exchange.reply] == [
        replied()
    ]
    assert isinstance(made.entries[-1].exchange.outcome, NoAnswer)


@pytest.mark.parametrize("text", ["", "{}", '{"log":{"entries":[{}]}}', '{"log":{"entries":[]}}'])
def test_what_is_no_har_file_is_said(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.har").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"a\.har"):
        imported(tmp_path / "a.har", by="tests", suite_version="1")


@needs_node
@pytest.mark.long
def test_traffic_of_a_run_is_played_on_another_server(tmp_path: Path) -> None:
    """What a run has kept as HAR is a recording: nothing differs on the same server, and a liar is
    found.
    """
    with two(tmp_path, ("put-deletes", "batch-empties")) as (honest, liar):
        run = command(
            "run",
            "--target",
            honest,
            "--effort",
            "quick",
            "--no-html",
            "-q",
            "--yes",
            "--seed",
            1,
            "--out",
            tmp_path / "run",
        )
        assert run.exit_code == 0, run.output
        made = command(
            "record", "--from-har", tmp_path / "run" / "traffic.har", "--out", tmp_path / "a.jsonl"
        )
        assert made.exit_code == 0, (made.output, made.exception)
        same = command(
            "replay", tmp_path / "a.jsonl", "--target", honest, "--out", tmp_path / "self", "--json"
        )
        other = command(
            "replay", tmp_path / "a.jsonl", "--target", liar, "--out", tmp_path / "liar", "--json"
        )
    assert sum(1 for _ in recording.read(tmp_path / "a.jsonl").steps()) > 100
    assert (same.exit_code, json.loads(same.stdout)["differences"]) == (0, []), same.stdout[:3000]
    found = json.loads(other.stdout)["differences"]
    assert other.exit_code == 1
    assert {"method PUT", "campaign.last-number"} <= {
        name for each in found for name in each["behaviours"]
    }, found
