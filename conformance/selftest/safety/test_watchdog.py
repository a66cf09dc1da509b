"""A target that is dead or mad ends a run early and unjudged; one that has a fault is judged for
it.
"""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.selftest.long import long
from conformance.selftest.safety.between import (
    ProxiedSandbox,
    Sickness,
    closes,
    hangs,
    page,
    proxied_sandbox,
    resets,
)
from conformance.selftest.safety.scene import begin, ended
from conformance.selftest.transport.servers import ReceivedRequest

IMPATIENT = "[pace]\npatience_seconds = 1\ntimeout_seconds = 1\n"
MAD: dict[str, Sickness] = {
    "server errors": page(b"500 Internal Server Error"),
    "a gateway's errors": page(b"502 Bad Gateway"),
    "a login page": page(b"200 OK", b"<form>Please sign in</form>"),
    "a redirection": page(b"302 Found", b"", b"Location: https://sso.example/login"),
    "another host": page(b"404 Not Found", b"<h1>nginx</h1>", b"Server: nginx"),
    "resets": resets,
    "closed connections": closes,
    "silence": hangs,
}
FEW = 40
"""Calls after which a run must have noticed."""
GOOD = 110
"""Calls that are answered well before the madness begins."""
FEW_CHECKS = ("--only", "restriction.last-number", "--only", "method.delete-only")


def verdict_of(sandbox: ProxiedSandbox) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((sandbox.folder / "out" / "verdict.json").read_text())
    return document


@pytest.mark.parametrize("sickness", ["server errors", long("a redirection"), long("silence")])
def test_mad_from_the_start(tmp_path: Path, sickness: str) -> None:
    with proxied_sandbox(tmp_path, extra=IMPATIENT) as sandbox:
        sandbox.between.sick = lambda number, seen: MAD[sickness]
        result = sandbox.run()
        document = verdict_of(sandbox)
    assert (result.code, document["verdict"], "Traceback" in result.said) == (
        3,
        "inconclusive",
        False,
    ), result.said
    assert result.err.count("isales-conformance: ") == 1
    assert len(sandbox.between.seen) < FEW
    assert document["headline"][0] in result.said


@pytest.mark.parametrize("sickness", [long("a gateway's errors"), long("a login page"), "resets"])
def test_mad_from_some_moment_on(tmp_path: Path, sickness: str) -> None:
    with proxied_sandbox(tmp_path, extra=IMPATIENT) as sandbox:
        before = sandbox.contents()
        sandbox.between.sick = lambda number, seen: MAD[sickness] if number > GOOD else None
        result = sandbox.run(*FEW_CHECKS)
        document, asked = verdict_of(sandbox), len(sandbox.between.seen)
        assert (result.code, document["verdict"], "Traceback" in result.said) == (
            3,
            "inconclusive",
            False,
        ), result.said
        assert "not even to a query that it had answered before" in document["headline"][0]
        assert [clause["id"] for clause in document["clauses"] if clause["verdict"] == "fail"] == []
        assert asked < GOOD + 2 * FEW
        assert "isales-conformance restore" in result.said
        _restored(sandbox, before)


def _restored(sandbox: ProxiedSandbox, before: object) -> None:
    sandbox.between.sick = lambda number, seen: None
    result = ended(
        begin(
            sandbox.folder,
            ("restore", str(sandbox.folder / "out"), "--target", str(sandbox.target)),
            sandbox.variables,
        )
    )
    assert result.code == 0, result.said
    assert sandbox.contents() == before


def test_a_server_that_recovers_is_picked_up_once_more(tmp_path: Path) -> None:
    """It is away for a second and a half, as for a restart, and is not blamed for what it could not
    answer.
    """
    with proxied_sandbox(
        tmp_path, extra=IMPATIENT.replace("patience_seconds = 1", "patience_seconds = 20")
    ) as sandbox:
        gone = threading.Event()

        def sick(number: int, seen: ReceivedRequest) -> Sickness | None:
            if number == GOOD:
                gone.set()
                threading.Timer(1.5, gone.clear).start()
            return page(b"503 Service Unavailable") if gone.is_set() else None

        sandbox.between.sick = sick
        result = sandbox.run(*FEW_CHECKS)
        document = verdict_of(sandbox)
    assert (result.code, document["verdict"]) == (0, "conforms"), result.said
    assert "It came back." in document["headline"][0]


def _deletions(
    sickness: Sickness, when: Callable[[int, ReceivedRequest], bool]
) -> Callable[[int, ReceivedRequest], Sickness | None]:
    """A fault of deletions alone, by their number and their form."""
    count = 0

    def sick(_: int, seen: ReceivedRequest) -> Sickness | None:
        nonlocal count
        if not seen.head.startswith(b"DELETE"):
            return None
        count += 1
        return sickness if when(count, seen) else None

    return sick


@pytest.mark.parametrize(
    ("sickness", "when"),
    [
        (page(b"500 Internal Server Error"), lambda count, seen: count > 80),
        long(resets, lambda count, seen: count % 30 == 0),
        long(hangs, lambda count, seen: b"true" in seen.body),
    ],
    ids=["after long use", "one in thirty", "hangs on some input"],
)
def test_a_fault_is_judged(
    tmp_path: Path, sickness: Sickness, when: Callable[[int, ReceivedRequest], bool]
) -> None:
    with proxied_sandbox(tmp_path, extra=IMPATIENT) as sandbox:
        sandbox.between.sick = _deletions(sickness, when)
        result = sandbox.run()
        document = verdict_of(sandbox)
    assert (result.code, document["verdict"]) == (1, "deviates"), result.said
    assert not [line for line in document["headline"] if "gave nothing that could be used" in line]


def test_a_crash_that_takes_the_server_away_is_judged(tmp_path: Path) -> None:
    """One input kills the process, somebody restarts it: what shows again when it is made again
    stands.
    """
    with proxied_sandbox(
        tmp_path, extra=IMPATIENT.replace("patience_seconds = 1", "patience_seconds = 20")
    ) as sandbox:
        away = 0.0

        def sick(_: int, seen: ReceivedRequest) -> Sickness | None:
            nonlocal away
            if b"[" * 40 in seen.body:
                away = time.monotonic() + 0.8
            return closes if time.monotonic() < away else None

        sandbox.between.sick = sick
        result = sandbox.run()
        document = verdict_of(sandbox)
    assert (result.code, document["verdict"]) == (1, "deviates"), result.said
    failed = [clause for clause in document["clauses"] if clause["verdict"] == "fail"]
    assert [clause["id"] for clause in failed] == ["reply.answered"]
    assert "It came back." in document["headline"][0]
