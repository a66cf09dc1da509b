"""From counts of cases to verdicts: nothing passes that was not judged as often as the effort
promises.
"""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conformance.clauses import all_clauses
from conformance.exchange import Call, Exchange, History, Reply, Setting
from conformance.finding import Finding, Judgement
from conformance.session.evidence import Evidence
from conformance.session.ledger import Ledger
from conformance.session.outcome import CODE_CLAUSE, Scope, clause_results, run_verdict
from conformance.verdict import Shown

COUNTED = [
    row
    for row in all_clauses().values()
    if row.binding and row.checkable and not row.id.startswith(CODE_CLAUSE)
]
CODES = [row for row in all_clauses().values() if row.id.startswith(CODE_CLAUSE)]
counts = st.fixed_dictionaries({row.id: st.integers(0, 6) for row in COUNTED})


def _shown(_: object) -> Shown:
    return Shown(
        curl="",
        method="DELETE",
        url="",
        request_headers=(),
        request_body="",
        credential="signed",
        outcome="",
    )


EVIDENCE = Evidence(
    _shown, _shown, line=lambda _: "", rerun=lambda _: "", priority=None, originals={}
)


def _judged(cases: dict[str, int], **scope: Any) -> tuple[dict[str, str], str]:
    ledger = Ledger()
    ledger.record(Judgement(cases=cases), History(setting=Setting(), exchanges=()), "check")
    results = clause_results(ledger, Scope(**({"left_out": {}} | scope)), EVIDENCE, lambda *_: "")
    return {each.id: each.verdict for each in results}, run_verdict(
        results, Scope(**({"left_out": {}} | scope))
    )


@given(counts, st.integers(1, 4))
def test_a_clause_passes_with_as_many_cases_as_are_promised(
    cases: dict[str, int], promised: int
) -> None:
    verdicts, run = _judged(cases, promised=promised)
    for clause, count in cases.items():
        assert verdicts[clause] == ("pass" if count >= promised else "not-tested")
    assert run == "inconclusive", "no code was reached"


@given(counts, st.sets(st.sampled_from([row.id for row in COUNTED])))
def test_what_is_left_out_is_neither_passed_nor_missed(
    cases: dict[str, int], left_out: set[str]
) -> None:
    rest = {row.id: "left out" for row in CODES} | dict.fromkeys(left_out, "left out")
    verdicts, run = _judged(cases, left_out=rest)
    assert {verdicts[clause] for clause in left_out} <= {"not-tested"}
    missed = any(not count for clause, count in cases.items() if clause not in left_out)
    assert run == ("inconclusive" if missed else "conforms")


@given(counts, st.sampled_from(COUNTED))
def test_one_deviation_is_enough(cases: dict[str, int], row: Any) -> None:
    exchange = Exchange(
        number=1,
        call=Call(method="DELETE", target="/"),
        outcome=Reply(status=200),
        start=0.0,
        end=0.1,
    )
    finding = Finding(
        clause=row.id, kind="kind", summary="s", program=(exchange,), setting=Setting()
    )
    ledger = Ledger()
    ledger.record(
        Judgement(cases=cases, findings=(finding,)),
        History(setting=Setting(), exchanges=(exchange,)),
        "check",
    )
    results = clause_results(ledger, Scope(left_out={}), EVIDENCE, lambda *_: "")
    assert [each.id for each in results if each.verdict == "fail"] == [row.id]
    assert run_verdict(results, Scope(left_out={})) == "deviates"
    waived = clause_results(ledger, Scope(left_out={}), EVIDENCE, lambda *_: "known")
    assert [each.id for each in waived if each.verdict == "waived"] == [row.id]
