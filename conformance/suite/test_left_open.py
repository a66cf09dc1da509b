"""What the document leaves open: each question put once, so that the profile says what this server
does.
"""

from collections.abc import Sequence

import pytest

from conformance.campaigns import leased_foreign
from conformance.generation.drawing import batched
from conformance.session import questions
from conformance.session.run import Run

PER_EPISODE = 12


@pytest.mark.check("open.questions")
def test_left_open(run: Run) -> None:
    """Each defect, each reading and each pair of defects once, on a small campaign."""
    if not run.amounts.coverage:
        pytest.skip("left to the efforts standard and thorough")
    numbers, absent = run.campaign_set.fresh(questions.HELD), run.campaign_set.fresh(8)
    with leased_foreign(run.campaign_set):
        _ask(run, numbers, absent)


def _ask(run: Run, numbers: Sequence[str], absent: Sequence[str]) -> None:
    context = questions.context_of(run.campaign_set, numbers, absent)
    for batch in batched(questions.questions(context), PER_EPISODE):
        with run.episode() as episode:
            for _ in questions.ask(episode, batch, numbers, absent):
                pass
            episode.delete(episode.hold_at_least(3)[-1:])
