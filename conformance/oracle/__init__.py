"""The pure judge: `judge(history) -> Judgement`. Nothing here sends, waits, draws, or knows which
target it judges.
"""

from conformance.oracle.bodies import mentions
from conformance.oracle.calls import Facts, facts_of
from conformance.oracle.defects import DEFECTS, NAMED_CALLS, OPEN_POINTS, Defect, contradicts
from conformance.oracle.judge import judge
from conformance.oracle.look_form import (
    Look,
    digit_runs,
    learn_form,
    look_value,
    read_look,
    shown_numbers,
)
from conformance.oracle.reply import Answer, answer_of

__all__ = [
    "DEFECTS",
    "NAMED_CALLS",
    "OPEN_POINTS",
    "Answer",
    "Defect",
    "Facts",
    "Look",
    "answer_of",
    "contradicts",
    "digit_runs",
    "facts_of",
    "judge",
    "learn_form",
    "look_value",
    "mentions",
    "read_look",
    "shown_numbers",
]
