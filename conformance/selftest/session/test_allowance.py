"""What a target makes up anew in each reply does not grow what a run keeps."""

import msgspec

from conformance.compare import conclusions, profile, replyshape
from conformance.compare.behaviour import (
    LONGEST_VALUE,
    MOST_SUBJECTS,
    MOST_VALUES,
    OTHERS,
    Behaviour,
)
from conformance.exchange import Call, Contents, Exchange, History, Reply, Setting
from conformance.finding import Finding, Judgement, Observation
from conformance.generation.calls import delete
from conformance.session import allowance
from conformance.session.ledger import Ledger

SETTING = Setting(campaigns=(((1, 1001), Contents()),))


def exchange(
    number: int,
    body: bytes = b"{}",
    headers: tuple[tuple[str, str], ...] = (),
    call: Call | None = None,
) -> Exchange:
    outcome = Reply(status=200, headers=headers, body=body)
    return Exchange(
        number=number,
        call=call or Call(method="DELETE", target="/"),
        outcome=outcome,
        start=float(number),
        end=number + 0.5,
    )


def finding(detail: str, made: Exchange, clause: str = "response.documented-code") -> Finding:
    return Finding(
        clause=clause,
        kind="undocumented",
        detail=detail,
        summary="s",
        program=(made,),
        setting=SETTING,
    )


def record(ledger: Ledger, *found: Finding, observed: tuple[Observation, ...] = ()) -> None:
    ledger.record(
        Judgement(findings=found, observations=observed), History(setting=SETTING), "check"
    )


def test_values_are_cut_and_have_an_end() -> None:
    behaviour = Behaviour()
    for number in range(5000):
        behaviour.note("header", "X-Trace", f"{number:x}" * 1000)
        behaviour.note("extra", f"member-{number}", '"x"')
    behaviour.note("code", "a.b", "0200001")
    seen = behaviour.seen("header", "X-Trace")
    assert len(seen) == MOST_VALUES + 1
    assert max(map(len, seen)) == LONGEST_VALUE + 1
    assert sum(seen.values()) == 5000
    assert len(behaviour.of("extra")) == MOST_SUBJECTS + 1
    assert behaviour.usual("code", "a.b") == "0200001"
    assert behaviour.usual("header", "X-Trace") != OTHERS


def test_others_are_no_value_that_a_server_could_have() -> None:
    behaviour = Behaviour()
    for number in range(MOST_SUBJECTS + 5):
        behaviour.note("extra", f"member-{number}", '{"cut": "' + "x" * LONGEST_VALUE + '"}')
        behaviour.note("header", f"X-{number}", "y")
        behaviour.note("adding", f"with priority, {number} numbers", "served")
    tables = profile.tables_of(
        behaviour,
        {},
        observed={"open.x": {str(number): 1 for number in range(MOST_VALUES)} | {OTHERS: 9}},
    )
    assert "extra" not in replyshape.reply(behaviour)
    assert OTHERS not in tables["reply"]["headers"]
    assert tables["learnt"]["open.x"] == {
        f"more than {MOST_VALUES} different values": MOST_VALUES + 9
    }
    assert conclusions.readings(behaviour) == {}


def test_what_workers_saw_has_the_same_end() -> None:
    one, other = Behaviour(), Behaviour()
    for number in range(100):
        one.note("header", "X", f"a{number}")
        other.note("header", "X", f"b{number}")
    one.merge(other)
    assert len(one.seen("header", "X")) == MOST_VALUES + 1
    assert sum(one.seen("header", "X").values()) == 200


def test_codes_that_are_made_up_each_time() -> None:
    ledger = Ledger()
    for number in range(1000):
        code = f"{number:07d}"
        body = msgspec.json.encode({"resultCode": code, "resultDesc": "x" * 5000})
        made = exchange(number, body, call=delete((1, 1001), ["5"]))
        observed = (Observation(subject="number.absent", value=code, exchange=made),)
        ledger.record(
            Judgement(findings=(finding(code, made),), observations=observed),
            History(setting=SETTING, exchanges=(made,)),
            "check",
        )
        ledger.tried("0200003", code, made)
    assert len(ledger.deviations) == allowance.MOST_DEVIATIONS
    assert ledger.further == {"response.documented-code": 1000 - allowance.MOST_DEVIATIONS}
    assert len(ledger.witnesses) == allowance.MOST_CODES
    assert len(ledger.learnt["number.absent"]) == len(ledger.instead["0200003"]) == MOST_VALUES + 1
    assert len(ledger.learnt_by) <= allowance.MOST_EXAMPLES
    assert len(msgspec.json.encode(ledger)) < 4_000_000
    record(ledger, finding("0200099", exchange(1), clause="response.codes-agree"))
    assert len(ledger.deviations) == allowance.MOST_DEVIATIONS + 1, (
        "of another clause there is room"
    )


def test_a_code_of_the_table_always_finds_a_place() -> None:
    ledger = Ledger()
    for number in range(200):
        _answered(ledger, number, f"x{number}")
    _answered(ledger, 200, "02000003")
    assert "02000003" in ledger.witnesses


def _answered(ledger: Ledger, number: int, code: str) -> None:
    made = exchange(
        number, msgspec.json.encode({"resultCode": code}), call=delete((1, 1001), ["5"])
    )
    ledger.record(Judgement(), History(setting=SETTING, exchanges=(made,)), "check")


def test_evidence_is_cut_and_says_how_long_it_was() -> None:
    ledger = Ledger()
    record(ledger, finding("a", exchange(1, b"x" * 60_000, (("X", "y" * 500),) * 100)))
    (known,) = ledger.deviations.values()
    reply = known.finding.program[0].reply
    assert reply is not None
    assert (len(reply.body), reply.size) == (allowance.BODY_KEPT, 60_000)
    assert len(reply.headers) == allowance.HEADERS_KEPT + 1
    assert reply.headers[-1] == ("(headers in all)", "100; long ones are cut here")


def test_all_evidence_together_has_an_end() -> None:
    ledger = Ledger()
    for number in range(3000):
        record(ledger, finding("a", exchange(number, b"x" * 60_000), clause=f"clause-{number}"))
    assert ledger.evidence_bytes < allowance.ENOUGH + 3000 * 300 + allowance.BODY_KEPT


def test_what_is_small_stays_the_same_object() -> None:
    made = exchange(1)
    assert allowance.cut(made) is made
    assert allowance.cut(made, kept=allowance.ENOUGH) is made


def test_workers_have_the_same_end() -> None:
    one, other = Ledger(), Ledger()
    for number in range(allowance.MOST_DEVIATIONS):
        record(one, finding(f"a{number}", exchange(number)))
        record(other, finding(f"b{number}", exchange(number)))
    one.merge(other)
    assert len(one.deviations) == allowance.MOST_DEVIATIONS
    assert one.further == {"response.documented-code": allowance.MOST_DEVIATIONS}
