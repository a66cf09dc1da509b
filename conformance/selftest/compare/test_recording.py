"""Production is recorded once, gently; what the plan can reach is found again on a liar, offline
from then on.
"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from conformance.cli import app
from conformance.compare import recording
from conformance.errors import UsageError
from conformance.selftest.compare.test_compare import needs_node, two

PLANTED = {
    "put-deletes": ("success", "method PUT"),
    "limit-101": ("code", "caller-no.too-many"),
    "vdn-ignored": ("success", "campaign-id.other-vdn"),
    "undocumented-code": ("code", "naming a number named twice"),
    "return-desc-missing": ("shape", "body.empty"),
    "locale-code": ("code", "refused with locale en_US"),
    "batch-empties": ("success", "naming all numbers"),
    "empty-list-clears": ("success", "caller-no.empty"),
    "error-leak": ("text", "body.not-json"),
}
"""Fault to the class of the difference and a behaviour of the gentle plan that shows it."""


def command(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A recording of the honest server, and what its replays said."""
    folder = tmp_path_factory.mktemp("recording")
    file = folder / "production.jsonl"
    with two(folder, tuple(PLANTED)) as (honest, liar):
        said: dict[str, object] = {"file": file, "honest": honest}
        said["record"] = command(
            "record",
            "--target",
            honest,
            "--out",
            file,
            "--per-second",
            1000,
            "--by",
            "tests",
            "--yes",
        )
        said["again"] = command("record", "--target", honest, "--out", file, "--yes")
        said["self"] = command(
            "replay", file, "--target", honest, "--out", folder / "self", "--json"
        )
        said["liar"] = command("replay", file, "--target", liar, "--out", folder / "liar", "--json")
    said["judge"] = command("judge", file)
    return said


def replayed(result: object) -> dict[str, object]:
    assert isinstance(result, Result)
    found: dict[str, object] = json.loads(result.stdout[result.stdout.index("{") :])
    return found


@needs_node
def test_the_plan_is_printed_and_the_recording_kept(scene: dict[str, object]) -> None:
    result, file = scene["record"], scene["file"]
    assert isinstance(result, Result)
    assert isinstance(file, Path)
    assert result.exit_code == 0, result.output
    assert "method PUT" in result.output
    assert "never overwritten" in str(getattr(scene["again"], "exception", ""))
    kept = recording.read(file)
    assert (kept.header.recorded_by, kept.header.plan) == ("tests", "gentle")
    assert len(kept.entries) < 320
    assert b"node-secret" not in file.read_bytes()
    assert command("verify", file).exit_code == 0


@needs_node
def test_replayed_on_itself_nothing_differs_and_it_is_pointed_out(scene: dict[str, object]) -> None:
    found = replayed(scene["self"])
    assert found["differences"] == []
    assert "own past" in json.dumps(found) or "very server" in json.dumps(found)
    assert getattr(scene["self"], "exit_code", None) == 0


@needs_node
def test_replayed_on_a_liar_what_the_plan_reaches_is_found(scene: dict[str, object]) -> None:
    listed = replayed(scene["liar"])["differences"]
    assert isinstance(listed, list)
    shown = {(each["kind"], behaviour) for each in listed for behaviour in each["behaviours"]}
    assert [fault for fault, expected in PLANTED.items() if expected not in shown] == [], shown
    assert getattr(scene["liar"], "exit_code", None) == 1


@needs_node
def test_the_oracle_judges_it_offline(scene: dict[str, object]) -> None:
    result = scene["judge"]
    assert isinstance(result, Result)
    assert (result.exit_code, "0 clause(s) broken" in result.stdout) == (0, True), result.output


@needs_node
@pytest.mark.parametrize("harm", ["changed", "taken out", "cut short", "no line"])
def test_a_recording_that_was_touched_is_refused(
    scene: dict[str, object], harm: str, tmp_path: Path
) -> None:
    file = scene["file"]
    assert isinstance(file, Path)
    lines = file.read_bytes().splitlines(keepends=True)
    if harm == "changed":
        lines[4] = lines[4].replace(b'"status":200', b'"status":500', 1)
    elif harm == "no line":
        lines[4] = b"{}\n"
    else:
        del lines[5 if harm == "taken out" else -1]
    (tmp_path / "touched.jsonl").write_bytes(b"".join(lines))
    with pytest.raises(UsageError):
        recording.read(tmp_path / "touched.jsonl")
