"""Result codes that nothing brought about: contradicted, not reached, or signed not to apply."""

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract import FAILURE_CODES, Code
from conformance.oracle import NAMED_CALLS, contradicts
from conformance.oracle.defects import DEFECTS
from conformance.plugin.closing import _headline
from conformance.plugin.options import Options
from conformance.plugin.worker_result import WorkerResult
from conformance.selftest.session.test_outcome import EVIDENCE
from conformance.session.ledger import AGAINST, NOT_AGAINST, Ledger, Witness
from conformance.session.outcome import CODE_CLAUSE, Scope, clause_results, run_verdict
from conformance.verdict import ClauseResult

NEVER_OWED = {"0200001", "02000004", "02000005", "02000009", "02000010"}
codes = st.sampled_from([code.value for code in FAILURE_CODES])
answers = st.dictionaries(st.sampled_from([AGAINST, NOT_AGAINST]), st.integers(1, 9))


def ledger_of(code: str, answered: dict[str, int], *, hunted: bool = True) -> Ledger:
    """A run in which nothing brought the code about, and failures could be read."""
    ledger = Ledger(hunted=[code] if hunted else [], named_calls={code: answered})
    ledger.tries[code] = 30
    ledger.instead[code] = {"0200001": 29, "02000007": 1}
    return ledger


def result_of(ledger: Ledger, code: str, **scope: Any) -> ClauseResult:
    results = clause_results(ledger, Scope(left_out={}, **scope), EVIDENCE, lambda *_: "")
    return next(each for each in results if each.id == CODE_CLAUSE + code)


def test_the_document_names_calls_for_eight_codes() -> None:
    assert {code.value for code in FAILURE_CODES} - NEVER_OWED == set(NAMED_CALLS)
    assert all(defects <= set(DEFECTS) for defects in NAMED_CALLS.values())
    assert all(code in DEFECTS[each].codes for code in NAMED_CALLS for each in NAMED_CALLS[code])


@given(codes, answers)
def test_only_calls_that_the_document_names_contradict_and_only_all_of_them(
    code: str, answered: dict[str, int]
) -> None:
    result = result_of(ledger_of(code, answered), code)
    contradicted = set(answered) == {AGAINST}
    assert result.verdict == ("fail" if contradicted else "not-reached")
    assert [each.kind for each in result.deviations] == (["unreached"] if contradicted else [])


@given(codes, answers)
def test_a_search_that_was_not_ended_says_nothing(code: str, answered: dict[str, int]) -> None:
    assert result_of(ledger_of(code, answered, hunted=False), code).verdict == "not-tested"


@given(codes, answers)
def test_what_is_signed_not_to_apply_is_neither_judged_nor_missed(
    code: str, answered: dict[str, int]
) -> None:
    result = result_of(ledger_of(code, answered), code, not_applicable={code: "Ticket 7"})
    assert (result.verdict, result.reason) == ("not-applicable", "Ticket 7")
    scope = Scope(left_out={}, not_applicable={code: "Ticket 7"})
    assert run_verdict([result], scope) == "conforms"


@given(codes)
def test_a_code_that_is_not_reached_is_no_pass(code: str) -> None:
    result = result_of(ledger_of(code, {NOT_AGAINST: 1}), code)
    assert run_verdict([result], Scope(left_out={})) == "inconclusive"


@pytest.mark.parametrize("code", NAMED_CALLS)
def test_answers_to_the_calls_that_the_document_names(code: str) -> None:
    for defect in NAMED_CALLS[code]:
        assert contradicts(code, (defect,), None, served=True)
        assert contradicts(code, (defect,), Code.PARAMETER_ERROR, served=False)
        assert not contradicts(code, (defect,), None, served=False), (
            "something else may have answered"
        )
        for other in FAILURE_CODES:
            if other != Code.PARAMETER_ERROR:
                fits = other in DEFECTS[defect].codes
                assert contradicts(code, (defect,), other, served=False) is not fits


def test_a_code_that_came_all_the_same_shows_that_the_entry_is_wrong() -> None:
    ledger = ledger_of("02000010", {})
    ledger.witnesses["02000010"] = cast(Witness, object())
    result = result_of(ledger, "02000010", not_applicable={"02000010": "Ticket 7"})
    assert result.verdict == "pass"
    assert "remove the entry" in result.reason


def test_an_entry_that_is_wrong_stands_in_the_headline() -> None:
    ledger = Ledger(witnesses={"02000010": cast(Witness, object())})
    part = WorkerResult(ledger=ledger, requests=1, seconds=1.0, started="")
    scope = Scope(left_out={}, not_applicable={"02000010": "Ticket 7", "02000005": "Ticket 8"})
    told = _headline(part, cast(Options, None), scope, [], interrupted=False)
    assert told == [
        "[codes] not_applicable names 02000010, and the target gives it: correct the target file."
    ]
