"""Section *Error Codes*: every code is hunted until a call is answered with it, or the search of
this effort is at its end.
"""

import itertools

import pytest

from conformance.contract import FAILURE_CODES, Code
from conformance.generation.bodies import Form
from conformance.generation.calls import with_body
from conformance.generation.drawing import any_defect
from conformance.generation.exploring import explore
from conformance.generation.triggers import Trigger, triggers_for
from conformance.oracle import answer_of
from conformance.session.ledger import NO_CODE
from conformance.session.run import Run

PER_EPISODE = 8
NEEDS_ALL_NUMBERS = Code.PARAMETER_ERROR
"""Its natural way is to name every number of a campaign: where they are not all known, the search
is not complete.
"""


@pytest.mark.check("codes.hunt")
def test_codes(run: Run) -> None:
    """Natural ways first, then what the user proposes for this server, then generated
    combinations.
    """
    for code in FAILURE_CODES:
        natural = triggers_for(
            code,
            run.campaign_set.keys[0],
            base_path=run.campaign_set.base_path,
            unknown=run.safe_unknown,
        )
        _hunt(run, code.value, [*itertools.islice(natural, run.amounts.hunt), *run.triggers])
    lacking = [code.value for code in FAILURE_CODES if code.value not in run.ledger.witnesses]
    if lacking and not _unreadable(run):
        cases = run.amounts.hunt // 4
        explore(
            any_defect(),
            lambda form: _combine(run, form.body, lacking),
            examples=cases,
            seed_with=f"{run.seed}{run.check}",
        )
    run.ledger.hunted = [
        code.value for code in FAILURE_CODES if code is not NEEDS_ALL_NUMBERS or _holds_known(run)
    ]


def _holds_known(run: Run) -> bool:
    return not run.campaign_set.why_not_exact(run.campaign_set.keys[0])


def _hunt(run: Run, code: str, triggers: list[Trigger]) -> None:
    for start in range(0, len(triggers), PER_EPISODE):
        if code in run.ledger.witnesses or _unreadable(run):
            return
        with run.episode() as episode:
            for trigger in triggers[start : start + PER_EPISODE]:
                if trigger.exact and not episode.may_be_exact():
                    continue
                present = episode.hold_exactly(3) if trigger.exact else episode.hold_at_least(3)
                exchange = episode.send(trigger.make(present))
                answer = answer_of(exchange)
                run.ledger.tried(code, answer.code or NO_CODE, exchange)
                if answer.code == code:
                    break
            run.glance(episode)
            episode.delete(episode.hold_at_least(3)[-1:])


def _unreadable(run: Run) -> bool:
    """Whether failures carry no code at all: then no search will find one."""
    came = run.ledger.instead
    return sum(counts.get(NO_CODE, 0) for counts in came.values()) >= PER_EPISODE * 2 and not any(
        map(run.ledger.readable, came)
    )


def _combine(run: Run, make: Form, lacking: list[str]) -> None:
    with run.episode() as episode:
        held = episode.hold_at_least(3)
        answer = answer_of(
            episode.send(
                with_body(episode.key, make(held[:2]), base_path=run.campaign_set.base_path)
            )
        )
        for code in lacking:
            run.ledger.tried(code, answer.code or NO_CODE)
