"""Ctrl-C, SIGTERM, Ctrl-C twice, and a second run on the same campaigns."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conformance.selftest.long import long
from conformance.selftest.safety.scene import ENDS, Sandbox, ended, scene
from conformance.selftest.waiting import until


def _disturbed(
    sandbox: Sandbox, out: str, effort: str = "standard", *more: str
) -> "subprocess.Popen[str]":
    """A run that has changed its campaigns, and is not about to end."""
    before = sandbox.contents()
    process = sandbox.begin(*sandbox.run(out, "--effort", effort, *more))
    until(lambda: process.poll() is not None or sandbox.contents() != before)
    assert process.poll() is None
    return process


def _verdict(sandbox: Sandbox, out: str) -> tuple[str, str]:
    document = json.loads((sandbox.folder / out / "verdict.json").read_text())
    return document["verdict"], " ".join(document["headline"])


@pytest.mark.parametrize("number", ENDS)
def test_an_interrupted_run_puts_back_and_reports(sandbox: Sandbox, number: signal.Signals) -> None:
    before = sandbox.contents()
    process = _disturbed(sandbox, number.name)
    time.sleep(0.3)
    process.send_signal(number)
    result = ended(process)
    assert sandbox.contents() == before
    assert (result.code, _verdict(sandbox, number.name)[0]) == (3, "inconclusive")
    assert "interrupted before its end" in _verdict(sandbox, number.name)[1]
    assert "Traceback" not in result.said
    assert "restore" not in result.err


@pytest.mark.parametrize("wait", [long(0.0), 0.2, long(0.5), long(0.9)])
def test_interrupted_while_it_is_being_prepared_it_takes_back_what_it_added(
    tmp_path: Path, wait: float
) -> None:
    with scene(tmp_path, latency_ms=150) as sandbox:
        before = sandbox.contents()
        process = _disturbed(sandbox, "early")
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        result = ended(process)
        assert sandbox.contents() == before
    assert (result.code, _verdict(sandbox, "early")[0]) == (3, "inconclusive")
    assert "nterrupted" in result.said
    assert "Traceback" not in result.said


def test_with_workers_it_says_as_much(tmp_path: Path) -> None:
    with scene(tmp_path) as sandbox:
        before = sandbox.contents()
        process = _disturbed(sandbox, "workers", "standard", "-n", "2")
        until(
            lambda: all(
                (tmp_path / "workers" / f"traffic-gw{worker}.ndjson").exists() for worker in (0, 1)
            )
        )
        process.send_signal(signal.SIGINT)
        result = ended(process)
        assert sandbox.contents() == before
    verdict, headline = _verdict(sandbox, "workers")
    assert (result.code, verdict, "interrupted before its end" in headline) == (
        3,
        "inconclusive",
        True,
    ), result.said
    assert "INCONCLUSIVE" in result.out
    assert "Traceback" not in result.said
    assert not list((tmp_path / "workers").glob("part-*"))


def test_workers_that_can_not_begin_say_why(sandbox: Sandbox) -> None:
    result = sandbox.command(*sandbox.run("many", "-n", "3"))
    assert (
        result.code,
        "3 workers need a campaign each, and the target file lists 2" in result.said,
    ) == (2, True), result.said
    assert "INTERNALERROR" not in result.said


@pytest.mark.long
def test_interrupted_twice_it_stops_at_once_and_says_how_to_restore(tmp_path: Path) -> None:
    with scene(tmp_path, latency_ms=150) as sandbox:
        before = sandbox.contents()
        process = _disturbed(sandbox, "twice")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        result = ended(process, 5.0)
        assert result.code == 3
        command = (
            f"isales-conformance restore {tmp_path / 'twice' / 'journal.jsonl'} --target"
            f" {sandbox.target}"
        )
        assert command in result.err
        assert "Traceback" not in result.said
        assert sandbox.command(*command.split()[1:]).code == 0
        assert sandbox.contents() == before


def test_a_second_run_on_the_same_campaigns_is_refused(sandbox: Sandbox) -> None:
    first = _disturbed(sandbox, "first")
    second = sandbox.command(*sandbox.run("second"))
    first.send_signal(signal.SIGTERM)
    ended(first)
    assert second.code == 3
    assert (
        f"Campaign 1001 of VDN 1 on {sandbox.emulator.base_url} is in use by another run (process"
        f" {first.pid}, started" in second.said
    )
    assert "Traceback" not in second.said


def test_a_target_that_dies_is_headlined_with_the_command(tmp_path: Path) -> None:
    with scene(tmp_path, extra="[pace]\npatience_seconds = 1\n") as sandbox:
        process = _disturbed(sandbox, "orphan", "quick")
        sandbox.emulator.process.kill()
        result = ended(process)
    verdict, headline = _verdict(sandbox, "orphan")
    assert (result.code, verdict) == (3, "inconclusive"), result.said
    assert "gave nothing that could be used" in headline
    assert "could not be put back: the target does not answer" in headline
    assert (
        f"isales-conformance restore {tmp_path / 'orphan' / 'journal.jsonl'} --target"
        f" {sandbox.target}" in " ".join(result.err.split())
    )
