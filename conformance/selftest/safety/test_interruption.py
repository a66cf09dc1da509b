"""Ctrl-C, SIGTERM, Ctrl-C twice, and a second run on the same campaigns."""

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.selftest.safety.scene import ENDS, Scene, ended, scene

PATIENCE = 45.0


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def _disturbed(stage: Scene, out: str, effort: str = "standard", *more: str) -> "subprocess.Popen[str]":
    """A run that has changed its campaigns, and is not about to end."""
    before = stage.contents()
    process = stage.begin(*stage.run(out, "--effort", effort, *more))
    _until(lambda: process.poll() is not None or stage.contents() != before)
    assert process.poll() is None
    return process


def _verdict(stage: Scene, out: str) -> tuple[str, str]:
    document = json.loads((stage.folder / out / "verdict.json").read_text())
    return document["verdict"], " ".join(document["headline"])


@pytest.mark.parametrize("number", ENDS)
def test_an_interrupted_run_puts_back_and_reports(stage: Scene, number: signal.Signals) -> None:
    before = stage.contents()
    process = _disturbed(stage, number.name)
    time.sleep(0.3)
    process.send_signal(number)
    done = ended(process)
    assert stage.contents() == before
    assert (done.code, _verdict(stage, number.name)[0]) == (3, "inconclusive")
    assert "interrupted before its end" in _verdict(stage, number.name)[1]
    assert "Traceback" not in done.said
    assert "restore" not in done.err


@pytest.mark.parametrize("wait", [0.0, 0.2, 0.5, 0.9])
def test_interrupted_while_it_is_being_prepared_it_takes_back_what_it_added(tmp_path: Path, wait: float) -> None:
    with scene(tmp_path, latency_ms=150) as stage:
        before = stage.contents()
        process = _disturbed(stage, "early")
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        done = ended(process)
        assert stage.contents() == before
    assert (done.code, _verdict(stage, "early")[0]) == (3, "inconclusive")
    assert "nterrupted" in done.said
    assert "Traceback" not in done.said


def test_with_workers_it_says_as_much(tmp_path: Path) -> None:
    with scene(tmp_path) as stage:
        before = stage.contents()
        process = _disturbed(stage, "workers", "standard", "-n", "2")
        _until(lambda: all((tmp_path / "workers" / f"traffic-gw{worker}.ndjson").exists() for worker in (0, 1)))
        process.send_signal(signal.SIGINT)
        done = ended(process)
        assert stage.contents() == before
    verdict, headline = _verdict(stage, "workers")
    assert (done.code, verdict, "interrupted before its end" in headline) == (3, "inconclusive", True), done.said
    assert "INCONCLUSIVE" in done.out
    assert "Traceback" not in done.said
    assert not list((tmp_path / "workers").glob("part-*"))


def test_workers_that_can_not_begin_say_why(stage: Scene) -> None:
    done = stage.command(*stage.run("many", "-n", "3"))
    assert (done.code, "3 workers need a campaign each, and the target file lists 2" in done.said) == (2, True), done.said
    assert "INTERNALERROR" not in done.said


def test_interrupted_twice_it_stops_at_once_and_says_how_to_restore(tmp_path: Path) -> None:
    with scene(tmp_path, latency_ms=150) as stage:
        before = stage.contents()
        process = _disturbed(stage, "twice")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        done = ended(process, 5.0)
        assert done.code == 3
        command = f"isales-conformance restore {tmp_path / 'twice' / 'journal.jsonl'} --target {stage.target}"
        assert command in done.err
        assert "Traceback" not in done.said
        assert stage.command(*command.split()[1:]).code == 0
        assert stage.contents() == before


def test_a_second_run_on_the_same_campaigns_is_refused(stage: Scene) -> None:
    first = _disturbed(stage, "first")
    second = stage.command(*stage.run("second"))
    first.send_signal(signal.SIGTERM)
    ended(first)
    assert second.code == 3
    assert f"Campaign 1001 of VDN 1 on {stage.emulator.base_url} is in use by another run (process {first.pid}, started" in second.said
    assert "Traceback" not in second.said


def test_a_target_that_dies_is_headlined_with_the_command(tmp_path: Path) -> None:
    with scene(tmp_path, extra="[pace]\npatience_seconds = 1\n") as stage:
        process = _disturbed(stage, "orphan", "quick")
        stage.emulator.process.kill()
        done = ended(process)
    verdict, headline = _verdict(stage, "orphan")
    assert (done.code, verdict) == (3, "inconclusive"), done.said
    assert "gave nothing that could be used" in headline
    assert "could not be put back: the target does not answer" in headline
    assert f"isales-conformance restore {tmp_path / 'orphan' / 'journal.jsonl'} --target {stage.target}" in " ".join(done.err.split())
