"""What the ledger keeps does not hang on the order in which checks, or workers, came."""

import itertools

import pytest

from conformance.exchange import Call, Contents, Exchange, History, Reply, Setting
from conformance.finding import Finding, Judgement
from conformance.session.ledger import MISSED_KEPT, SAMPLES_KEPT, Ledger

KEY = (1, 1001)
PATH = "/rest/isales/v1/openapi/campaigns/1/callerNo/1001"
SETTING = Setting(
    vdn_id=1,
    campaigns=((KEY, Contents(numbers=frozenset({"1", "2", "3"}), complete=True)),),
    query="all",
)
NO_LIST = b"{}"
ODD_AND_NO_TEXT = b'{"callerNo":[{"accessCode":null},{"accessCode":7}]}'
TWICE = b'{"callerNo":[{"accessCode":"1"},{"accessCode":"1"}]}'


def exchange(body: bytes, *, number: int = 1) -> Exchange:
    call = Call(
        method="DELETE", target=PATH, headers=(("Content-Type", "application/json"),), body=body
    )
    said = b'{"resultCode":"02000001","resultDesc":"x","returnCode":"02000001","returnDesc":"x"}'
    return Exchange(
        number=number,
        call=call,
        outcome=Reply(status=200, headers=(), body=said),
        start=number,
        end=number + 0.5,
    )


def told(ledger: Ledger, body: bytes) -> None:
    ledger.record(Judgement(), History(setting=SETTING, exchanges=(exchange(body),)), "check")


@pytest.mark.parametrize("order", [*itertools.permutations((NO_LIST, ODD_AND_NO_TEXT, TWICE))])
def test_the_plainest_witness_is_kept(order: tuple[bytes, ...]) -> None:
    alone, shared = Ledger(), [Ledger() for _ in order]
    for body, worker in zip(order, shared, strict=True):
        told(alone, body)
        told(worker, body)
    first, *others = shared
    for other in others:
        first.merge(other)
    for ledger in (alone, first):
        assert ledger.witnesses["02000001"].trigger == "caller-no.missing", (
            "one defect, before several and before what is open"
        )
        assert ledger.witnesses["02000001"].exchange.call.body == NO_LIST


def test_samples_are_gathered_up_to_a_few() -> None:
    one, other = Ledger(), Ledger()
    for number in range(1, 3):
        one.record(
            Judgement(samples={"c": (exchange(NO_LIST, number=number),)}),
            History(setting=SETTING, exchanges=()),
            "check",
        )
        other.record(
            Judgement(samples={"c": (exchange(NO_LIST, number=9 + number),)}),
            History(setting=SETTING, exchanges=()),
            "check",
        )
    assert [each.number for each in one.samples["c"]] == [1, 2]
    one.merge(other)
    assert [each.number for each in one.samples["c"]] == [1, 2, 10]
    assert len(one.samples["c"]) == SAMPLES_KEPT


def test_the_first_calls_that_missed_a_code_are_kept() -> None:
    ledger = Ledger()
    for number in range(1, 9):
        ledger.tried(
            "02000010", "02000010" if number == 2 else "0200001", exchange(NO_LIST, number=number)
        )
    assert [each.number for each in ledger.missed["02000010"]] == [1, 3, 4]
    assert len(ledger.missed["02000010"]) == MISSED_KEPT
    assert ledger.tries["02000010"] == 8


def test_of_two_programs_as_short_the_earlier_check_is_shown() -> None:
    late, early = Ledger(), Ledger()
    for ledger, check, number in ((late, "body.defects", 5), (early, "limit.boundary", 9)):
        finding = Finding(
            clause="c",
            kind="accepted",
            summary="s",
            program=(exchange(NO_LIST, number=number),),
            setting=SETTING,
        )
        ledger.record(Judgement(findings=(finding,)), History(setting=SETTING, exchanges=()), check)
    late.merge(early, ["limit.boundary", "body.defects"].index)
    merged = late.deviations["c|accepted|"]
    assert (merged.check, merged.finding.program[0].number, merged.seen) == ("limit.boundary", 9, 2)
    assert merged.at_call == 5, "what it cost to find is the least of both"
