"""Every failure code has ways to be asked for: calls that can be sent, aimed at the run's campaign
or at nobody's.
"""

import pytest

from conformance.contract import FAILURE_CODES, Code
from conformance.exchange import Contents, Setting
from conformance.generation.paths import UNKNOWN_CAMPAIGNS
from conformance.generation.triggers import triggers_for
from conformance.oracle import facts_of
from conformance.oracle.defects import ANY_FAILURE, fitting_codes
from conformance.transport.request import unsendable

KEY = (7, 1001)
PRESENT = [f"524524{index}" for index in range(3)]


@pytest.mark.parametrize("base_path", ["", "/gate"])
@pytest.mark.parametrize("code", FAILURE_CODES)
def test_a_code_has_triggers_that_can_be_sent(code: str, base_path: str) -> None:
    setting = Setting(base_path=base_path, campaigns=((KEY, Contents()),))
    made = [trigger.make(PRESENT) for trigger in triggers_for(code, KEY, base_path=base_path)]
    assert made
    for call in made:
        facts = facts_of(call, setting)
        assert unsendable(call) is None
        assert facts.kind == "delete", call.target
        assert facts.campaign in {KEY, None} or facts.defects


# Left to readings: about combinations of parameters, which single defects are not.
_OF_COMBINATIONS = {Code.WRONG_COMBINATION, Code.HOUR_AND_MINUTE}


@pytest.mark.parametrize("code", FAILURE_CODES)
def test_the_first_triggers_ask_for_that_code(code: str) -> None:
    """Some trigger has just a defect that the code fits, or nothing but what the document leaves
    open.
    """
    setting = Setting(campaigns=((KEY, Contents()),))
    found = [facts_of(trigger.make(PRESENT), setting) for trigger in triggers_for(code, KEY)]
    fitting = [
        facts
        for facts in found
        if code in (fitting_codes(facts.defects) if facts.defects else ANY_FAILURE)
    ]
    assert fitting
    if code not in _OF_COMBINATIONS:
        assert any(facts.defects for facts in fitting) or code == Code.PARAMETER_ERROR


def test_there_are_13_codes() -> None:
    assert len(FAILURE_CODES) == 13


@pytest.mark.parametrize("code", FAILURE_CODES)
def test_triggers_have_names_to_show(code: str) -> None:
    assert all(trigger.name for trigger in triggers_for(code, KEY))


def test_the_ids_that_the_user_calls_safe_are_used() -> None:
    targets = {
        trigger.make(PRESENT).target
        for trigger in triggers_for(Code.NO_SUCH_CAMPAIGN, KEY, unknown=(4711,))
    }
    assert any(target.endswith("/4711") for target in targets)
    assert not any(
        target.endswith(f"/{known}") for target in targets for known in UNKNOWN_CAMPAIGNS
    )


def test_the_same_triggers_come_once_more() -> None:
    first, second = (
        [trigger.make(PRESENT) for trigger in triggers_for(code, KEY)]
        for code in (Code.EMPTY, Code.EMPTY)
    )
    assert first == second
