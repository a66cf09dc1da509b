"""schemathesis, driven by the OpenAPI file, its cases sent through our transport and judged by the
oracle.
"""

from collections.abc import Sequence

import pytest

from conformance.generation.drawing import batched
from conformance.generation.exploring import explore
from conformance.generation.fuzzing import Draft, Mode, coverage_drafts, drafts
from conformance.session.run import Run

PER_EPISODE = 6


@pytest.mark.check("fuzz.coverage")
def test_coverage(run: Run) -> None:
    """The coverage phase: each constraint of the description at its boundaries, kept and
    violated.
    """
    if not run.amounts.coverage:
        pytest.skip("left to the efforts standard and thorough")
    for batch in batched([draft for _, draft in coverage_drafts()], PER_EPISODE):
        _send(run, batch)


@pytest.mark.check("fuzz.positive")
def test_fuzz_positive(run: Run) -> None:
    """Calls that keep to the description."""
    _fuzz(run, "positive")


@pytest.mark.check("fuzz.negative")
def test_fuzz_negative(run: Run) -> None:
    """Calls that violate the description in one or several places."""
    _fuzz(run, "negative")


def _fuzz(run: Run, mode: Mode) -> None:
    drawn: list[Draft] = []
    explore(
        drafts(mode), drawn.append, examples=run.amounts.fuzz, seed_with=f"{run.seed}{run.check}"
    )
    for batch in batched(drawn, PER_EPISODE):
        _send(run, batch)


def _send(run: Run, batch: Sequence[Draft]) -> None:
    with run.episode() as episode:
        for draft in batch:
            held = episode.hold_at_least(3)
            episode.send(draft(episode.key, held, run.campaign_set.base_path))
        run.glance(episode)
        episode.delete(episode.hold_at_least(2)[-1:])
