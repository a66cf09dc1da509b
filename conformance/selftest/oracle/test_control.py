"""A refusal shows that a clause is kept only where the same server served a faultless call.

Also what a case is: each history counts its own, and one that lacks the control counts none.
"""

from collections.abc import Sequence

import pytest

from conformance.exchange import Call, CampaignKey, Contents, Exchange, History, Setting
from conformance.finding import Judgement
from conformance.generation.bodies import BODY_FORMS
from conformance.generation.calls import changed, delete, query, with_body
from conformance.oracle import facts_of, judge
from conformance.oracle.defects import DEFECTS, fitting_codes
from conformance.selftest.oracle.test_fitting import replied

KEY: CampaignKey = (1, 1001)
HELD = ("8800001", "8800002", "8800003")
SETTING = Setting(campaigns=((KEY, Contents(numbers=frozenset(HELD), complete=True)),), query="all")
SERVED = (delete(KEY, HELD[-1:]), "0200000")


def judged(*told: tuple[Call, str]) -> Judgement:
    exchanges = tuple(
        Exchange(number=place, call=call, outcome=replied(code), start=place, end=place + 0.5)
        for place, (call, code) in enumerate(told, 1)
    )
    return judge(History(setting=SETTING, exchanges=exchanges))


def refusals() -> Sequence[tuple[str, Call, str]]:
    """For each defect of a body with one form: its clause, the call, and a code that fits."""
    found = []
    for name, forms in BODY_FORMS.items():
        call = with_body(KEY, forms[0](list(HELD)))
        defects = facts_of(call, SETTING).defects
        if defects == (name,):
            found.append((DEFECTS[name].clause, call, min(fitting_codes(defects))))
    return found


REFUSALS = refusals()


def test_most_defects_are_tried() -> None:
    assert len(REFUSALS) > len(BODY_FORMS) / 2


@pytest.mark.parametrize(("clause", "call", "code"), REFUSALS)
def test_a_refusal_alone_is_no_case(clause: str, call: Call, code: str) -> None:
    alone = judged((call, code))
    assert (alone.cases.get(clause, 0), alone.findings) == (0, ())
    assert "no faultless call was served" in dict(alone.undecided)[clause]


@pytest.mark.parametrize(("clause", "call", "code"), REFUSALS)
def test_beside_a_served_call_it_is_one(clause: str, call: Call, code: str) -> None:
    for told in ([(call, code), SERVED], [SERVED, (call, code)]):
        both = judged(*told)
        assert (both.cases[clause], clause in dict(both.undecided)) == (1, False)
    assert judged(SERVED).cases.get(clause, 0) == 0


CONTROLS_THAT_ARE_NONE = {
    "refused": (SERVED[0], "02000009"),
    "unauthorised": (changed(SERVED[0], credential="omitted"), "0200000"),
    "with a defect": (with_body(KEY, BODY_FORMS["access-code.empty"][0](list(HELD))), "0200000"),
    "a look": (query(KEY), "0200000"),
}


@pytest.mark.parametrize("other", CONTROLS_THAT_ARE_NONE.values(), ids=CONTROLS_THAT_ARE_NONE)
def test_what_is_no_control(other: tuple[Call, str]) -> None:
    clause, call, code = REFUSALS[0]
    both = judged((call, code), other)
    assert (both.cases.get(clause, 0), clause in dict(both.undecided)) == (0, True)
