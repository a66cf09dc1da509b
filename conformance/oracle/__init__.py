"""The pure judge: `judge(history) -> Judgement`. Nothing here sends, waits, draws, or knows which target it judges."""

from conformance.oracle.bodies import mentions
from conformance.oracle.calls import Facts, facts_of
from conformance.oracle.defects import DEFECTS, OPEN_POINTS, Defect
from conformance.oracle.judge import judge
from conformance.oracle.reply import Answer, answer_of, shown_numbers

__all__ = ["DEFECTS", "OPEN_POINTS", "Answer", "Defect", "Facts", "answer_of", "facts_of", "judge", "mentions", "shown_numbers"]
