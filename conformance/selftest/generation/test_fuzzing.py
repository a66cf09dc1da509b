"""The door to schemathesis: its cases become calls that can do no harm, and nothing is sent while
they are made.
"""

import json
import socket
import subprocess
import sys
from typing import Any

import pytest

from conformance.contract import MAX_NUMBER_LENGTH, PATH_PREFIX
from conformance.exchange import Call, Contents, Setting
from conformance.generation.fuzzing import Draft, coverage_drafts, drafts
from conformance.oracle import facts_of
from conformance.oracle.bodies import is_number
from conformance.selftest.generation.drawn import drawn_from
from conformance.transport.request import unsendable

KEY = (7, 1001)
PRESENT = [f"524524{index}" for index in range(6)]
SETTING = Setting(campaigns=((KEY, Contents(numbers=frozenset(PRESENT))),), base_path="/gate")


def called(draft: Draft) -> Call:
    return draft(KEY, PRESENT, SETTING.base_path)


@pytest.fixture(scope="module")
def coverage() -> list[Call]:
    return [called(draft) for _, draft in coverage_drafts()]


@pytest.fixture(scope="module")
def positive() -> list[Call]:
    return [called(draft) for draft in drawn_from(drafts("positive"), 40)]


@pytest.fixture(scope="module")
def negative() -> list[Call]:
    return [called(draft) for draft in drawn_from(drafts("negative"), 40)]


@pytest.fixture(params=["coverage", "positive", "negative"])
def calls(request: pytest.FixtureRequest) -> list[Call]:
    made: list[Call] = request.getfixturevalue(request.param)
    return made


def numbers_in(body: bytes) -> list[str]:
    """The legal numbers of a body, repetitions included."""
    try:
        listed: Any = json.loads(body)["callerNo"]
    except (ValueError, KeyError, TypeError):
        return []
    codes = (
        [item.get("accessCode") for item in listed if isinstance(item, dict)]
        if isinstance(listed, list)
        else []
    )
    return [code for code in codes if isinstance(code, str) and is_number(code)]


def test_only_the_run_s_own_campaign_can_be_meant(calls: list[Call]) -> None:
    for call in calls:
        facts = facts_of(call, SETTING)
        assert facts.campaign in {KEY, None} or facts.defects, call.target
        assert "campaign-id.unknown" not in facts.defects


def test_calls_can_be_sent(calls: list[Call]) -> None:
    assert all(unsendable(call) is None for call in calls)
    assert all(call.target.startswith("/gate/") and isinstance(call.body, bytes) for call in calls)
    assert all(call.method == "DELETE" for call in calls)


def test_no_header_of_the_transport_s_is_set(calls: list[Call]) -> None:
    named = {name.lower() for call in calls for name, _ in call.headers}
    assert not named & {
        "authorization",
        "host",
        "content-length",
        "user-agent",
        "connection",
        "x-schemathesis-testcaseid",
    }


def test_numbers_are_such_as_the_campaign_holds_and_one_is_spared(calls: list[Call]) -> None:
    for call in calls:
        distinct = list(dict.fromkeys(numbers_in(call.body)))
        assert distinct[: len(PRESENT) - 1] == PRESENT[: min(len(distinct), len(PRESENT) - 1)]
        assert PRESENT[-1] not in distinct
        assert all(len(number) <= MAX_NUMBER_LENGTH for number in distinct)


def test_positive_cases_are_faultless(positive: list[Call]) -> None:
    """But for repetitions, which the description allows, and ids beyond 32 bits, of which it says
    nothing.
    """
    for call in positive:
        assert set(facts_of(call, SETTING).defects) <= {"campaign-id.out-of-range"}, call
    assert any(len(numbers_in(call.body)) > 1 for call in positive)


def test_negative_cases_are_not(negative: list[Call], coverage: list[Call]) -> None:
    faulty = [call for call in negative if not facts_of(call, SETTING).faultless]
    assert len(faulty) > len(negative) / 2
    kinds = {
        defect for call in (*negative, *coverage) for defect in facts_of(call, SETTING).defects
    }
    assert len(kinds) >= 8


def test_coverage_is_always_the_same() -> None:
    assert [(name, called(draft)) for name, draft in coverage_drafts()] == [
        (name, called(draft)) for name, draft in coverage_drafts()
    ]


def test_drafts_are_drawn_the_same_once_more() -> None:
    first, second = (
        [called(draft) for draft in drawn_from(drafts("negative"), 12, "9fuzz.negative")]
        for _ in range(2)
    )
    assert first == second


def test_nothing_is_sent_while_cases_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert sum(1 for _ in coverage_drafts())
    assert drawn_from(drafts("positive"), 3)


def test_collecting_the_suite_opens_no_connection() -> None:
    """Collection imports every check; a server is reached only when the first one runs."""
    script = (
        "import socket, sys, pytest\ndef refuse(*_, **__): sys.exit('a connection was"
        " opened')\nsocket.socket.connect = refuse\nsocket.getaddrinfo ="
        " refuse\nsys.exit(pytest.main(['--collect-only', '-q', '-pconformance.plugin',"
        " '-pno:cacheprovider', '--pyargs', 'conformance.suite']))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd="/"
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "test_state_machine" in result.stdout
    assert PATH_PREFIX.startswith("/rest")
