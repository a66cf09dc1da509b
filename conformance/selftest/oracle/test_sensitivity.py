"""Each small lie of a server is found under its clause, and under no other; without the lie nothing
is.
"""

from typing import Any

import pytest

from conformance.clauses import all_clauses
from conformance.contract import PATH_PREFIX
from conformance.exchange import CampaignKey
from conformance.generation.bodies import BODY_FORMS
from conformance.generation.calls import changed, with_body
from conformance.generation.paths import path_targets
from conformance.oracle import DEFECTS, judge
from conformance.selftest.oracle.histories import ONE, Script, play
from conformance.selftest.oracle.liars import A, B, C, D, Lie, calls, silent
from conformance.selftest.oracle.lies import GOOD, LIES
from conformance.selftest.oracle.server import SUCCESS, ModelServer, ServerReading

ALONE = {name: lie for name, lie in LIES.items() if lie.alone}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found(lie: Lie) -> None:
    found = judge(play(lie.server(), lie.programme)).findings
    assert {finding.clause for finding in found} == {lie.clause, *lie.beside}
    assert lie.kind in {finding.kind for finding in found if finding.clause == lie.clause}


@pytest.mark.parametrize("lie", ALONE.values(), ids=ALONE)
def test_replies_alone_tell_it(lie: Lie) -> None:
    found = judge(play(lie.server(), lie.programme, shows="nothing")).findings
    assert {finding.clause for finding in found} == {lie.clause, *lie.beside}
    assert lie.kind in {finding.kind for finding in found if finding.clause == lie.clause}


@pytest.mark.parametrize("shows", ["all", "nothing"])
@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_without_the_lie_nothing_is_found(lie: Lie, shows: Any) -> None:
    assert not judge(play(ModelServer(lie.campaigns()), lie.programme, shows=shows)).findings


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_finding_is_evidence(lie: Lie) -> None:
    """It names a clause that there is, says something, and holds the exchange that decided it."""
    history = play(lie.server(), lie.programme)
    for finding in judge(history).findings:
        assert all_clauses()[finding.clause].binding
        assert finding.summary.endswith(".")
        assert not finding.summary[0].islower()
        assert set(finding.program) <= set(history.exchanges)
        assert finding.program
        assert [key for key, _ in finding.setting.campaigns] == [
            key for key, _ in history.setting.campaigns
        ]


@pytest.mark.parametrize("kind", ["timeout", "reset", "closed", "protocol"])
def test_no_answer_is_found(kind: str) -> None:
    found = judge(play(ModelServer({ONE: {A, B}}), silent(kind))).findings
    assert [(finding.clause, finding.kind) for finding in found] == [("reply.answered", kind)]


@pytest.mark.parametrize("kind", ["stale", "refused", "tls", "name", "withheld"])
def test_what_is_nobody_s_fault_is_not(kind: str) -> None:
    assert not judge(play(ModelServer({ONE: {A, B}}), silent(kind))).findings


class Obliging(ModelServer):
    """Says that everything succeeded, and does nothing."""

    def answer(self, call: Any) -> Any:
        return self.says(SUCCESS, "done")


@pytest.mark.parametrize("defect", DEFECTS)
def test_every_defect_accepted_is_found(defect: str) -> None:
    if defect in BODY_FORMS:
        call = with_body(ONE, BODY_FORMS[defect][0]([A, B]))
    else:
        (target, *_) = path_targets(defect, ONE, other_vdn=(2,))
        call = changed(GOOD, target=target)
    assert call.target.startswith(PATH_PREFIX)
    found = judge(play(Obliging({ONE: {A, B}}), calls(call))).findings
    assert [(finding.clause, finding.kind, finding.detail) for finding in found] == [
        (DEFECTS[defect].clause, "accepted", defect)
    ]


# 0200001 says that something is wrong with a parameter, which is true of every call that has to
# fail.
_CANT_BE_MISUSED = {"code.0200001"}


def test_every_clause_can_be_broken() -> None:
    """Each binding clause that some check serves has a lie, or a defect, or a missing answer that
    breaks it.
    """
    breakable = (
        {lie.clause for lie in LIES.values()}
        | {row.clause for row in DEFECTS.values()}
        | {"reply.answered"}
    )
    binding = {row.id for row in all_clauses().values() if row.binding and row.checkable}
    assert breakable | _CANT_BE_MISUSED == binding


def test_one_deviation_hides_no_other() -> None:
    """A server that lies in several ways is found out in all of them, in one history."""

    def programme(script: Script) -> None:
        for name in ("undocumented", "PUT succeeds", "401 with the signature", "takes more"):
            LIES[name].programme(script)

    methods = (
        LIES["undocumented"].methods
        | LIES["PUT succeeds"].methods
        | LIES["401 with the signature"].methods
        | LIES["takes more"].methods
    )
    several = Lie(clause="", kind="", programme=programme, methods=methods)
    found = {finding.clause for finding in judge(play(several.server(), programme)).findings}
    assert found == {
        "response.documented-code",
        "method.delete-only",
        "reply.no-internals",
        "effect.nothing-else",
    }


class _TakesMore(ModelServer):
    """A deletion takes the number after a present one along, and each reply counts truly what it
    removed.
    """

    def remove(self, key: CampaignKey, named: set[str]) -> None:
        super().remove(
            key, named | {str(int(number) + 1) for number in named & self.campaigns[key]}
        )


def test_a_true_count_is_not_blamed_for_an_earlier_theft() -> None:
    """The first call took a number that the second names: the second says num:0, and only the look
    tells whose doing it was.
    """
    server = _TakesMore({ONE: {A, B, C, D}}, reading=ServerReading(counts="removed"))

    def programme(script: Script) -> None:
        script.delete(A)
        script.delete(B)
        script.look()
        script.delete(C)
        script.look()

    assert {finding.clause for finding in judge(play(server, programme)).findings} == {
        "effect.nothing-else"
    }
