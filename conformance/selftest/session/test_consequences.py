"""What is a deviation of its own, and what another one in disguise."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from conformance.exchange import Setting
from conformance.finding import Finding
from conformance.selftest.exam.judged import judged
from conformance.session.consequences import READ_OFF_CONTENTS, consequences
from conformance.session.ledger import Deviating, Ledger

BEHIND = "effect.nothing-else"


def known(clause: str, seen: int, *, unconfirmed: bool = False, kind: str = "k") -> Deviating:
    finding = Finding(clause=clause, kind=kind, summary="S.", program=(), setting=Setting())
    return Deviating(
        finding=finding, check="c", at_call=1, seen=seen, shortened=True, unconfirmed=unconfirmed
    )


def ledger(*deviations: Deviating) -> Ledger:
    return Ledger(deviations={each.key: each for each in deviations})


def test_a_rare_one_that_does_not_show_once_more_goes_with_a_frequent_one_that_does() -> None:
    disguised = known("effect.failed-changes-nothing", 1, unconfirmed=True)
    assert consequences(ledger(known(BEHIND, 50), disguised)) == {disguised.key: BEHIND}


@given(
    st.sampled_from(sorted(READ_OFF_CONTENTS - {BEHIND})), st.integers(1, 60), st.integers(1, 60)
)
def test_one_with_a_rate_of_its_own_stands(clause: str, seen: int, behind: int) -> None:
    given_ledger = ledger(known(BEHIND, behind), known(clause, seen, unconfirmed=True))
    assert bool(consequences(given_ledger)) == (seen * 10 <= behind)


@given(st.sampled_from(sorted(READ_OFF_CONTENTS)), st.integers(1, 60))
def test_what_was_made_once_more_always_stands(clause: str, seen: int) -> None:
    assert not consequences(ledger(known(BEHIND, 1000), known(clause, seen)))


@given(
    st.sampled_from(
        ["reply.answered", "response.codes-agree", "header.authorization", "code.02000003"]
    ),
    st.integers(1, 60),
)
def test_what_a_reply_alone_tells_is_never_one(clause: str, seen: int) -> None:
    assert not consequences(ledger(known(BEHIND, 1000), known(clause, seen, unconfirmed=True)))


def test_a_refusal_may_be_one_whatever_its_clause() -> None:
    refused = known("response.success-code", 1, unconfirmed=True, kind="refused")
    assert consequences(ledger(known(BEHIND, 50), refused)) == {refused.key: BEHIND}


def test_without_one_behind_it_the_rare_one_stands() -> None:
    assert not consequences(
        ledger(
            known(BEHIND, 15, unconfirmed=True),
            known("effect.failed-changes-nothing", 1, unconfirmed=True),
        )
    )


def test_a_server_that_takes_more_breaks_that_clause(tmp_path: Path) -> None:
    """And nothing that is read off a campaign's contents besides; where its theft would empty a
    campaign it refuses a faultless call.
    """
    run = judged(tmp_path / "out", "--fault=state.neighbour", "--seed=1")
    assert BEHIND in run.failed
    assert set(run.failed) <= {BEHIND, "response.success-code"}
