"""A failure that is told in the interface's own form may have a status of 4xx; nothing else may."""

import json

from hypothesis import given
from hypothesis import strategies as st

from conformance.contract import FAILURE_CODES, Code
from conformance.exchange import Contents, Exchange, History, Reply, Setting
from conformance.finding import Judgement
from conformance.generation.calls import delete
from conformance.oracle import judge

KEY = (1, 1001)
SETTING = Setting(campaigns=((KEY, Contents(numbers=frozenset({"1", "2"}), complete=True)),))
client_errors = st.integers(400, 499).filter(lambda status: status not in {401, 429})
others = st.integers(201, 399) | client_errors
failures = st.sampled_from([code.value for code in FAILURE_CODES])


def judged(status: int, body: bytes) -> Judgement:
    headers = (("Content-Type", "application/json; charset=UTF-8"),)
    reply = Reply(status=status, headers=headers, body=body)
    exchange = Exchange(number=1, call=delete(KEY, ["1", "2"]), outcome=reply, start=0.0, end=1.0)
    return judge(History(setting=SETTING, exchanges=(exchange,)))


def telling(code: str) -> bytes:
    members = {"resultCode": code, "returnCode": code, "resultDesc": "", "returnDesc": ""}
    return json.dumps(members).encode()


def broken(judgement: Judgement) -> set[str]:
    return {finding.clause for finding in judgement.findings}


@given(client_errors, failures)
def test_a_failure_that_is_told_is_recorded_and_never_failed(status: int, code: str) -> None:
    judgement = judged(status, telling(code))
    assert "reply.status" not in broken(judgement)
    learnt = [(each.subject, each.value) for each in judgement.observations]
    assert ("open.failure-status", f"HTTP {status}") in learnt


@given(st.integers(201, 399), failures)
def test_a_failure_has_no_status_of_success_or_elsewhere(status: int, code: str) -> None:
    assert "reply.status" in broken(judged(status, telling(code)))


@given(others)
def test_a_success_has_no_other_status(status: int) -> None:
    assert "reply.status" in broken(judged(status, telling(Code.SUCCESS)))


@given(client_errors, st.sampled_from([b"<html>no</html>", b"{}", telling("4711")]))
def test_a_page_or_another_code_is_no_failure_that_is_told(status: int, body: bytes) -> None:
    assert "reply.status" in broken(judged(status, body))
