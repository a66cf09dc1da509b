"""A target that is opened for something else than a run."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from conformance.campaigns import CampaignSet, Opened, Plan, must_be_back
from conformance.campaigns import opened as opened_campaigns
from conformance.campaigns.deadline import deadline
from conformance.config import Target, load_target
from conformance.errors import CannotJudge, UsageError
from conformance.private_files import make_folder
from conformance.report.terminal import console
from conformance.session.seconds import seconds_for
from conformance.transport.journal_index import restore_command

LONGEST = 2 * 3600.0
"""Seconds that a comparison, a recording or a replay may take where the target file does not say.
"""
MOST_CALLS = 5000
"""Calls for which there is time at a slow pace, where nobody says how many are planned."""


@contextmanager
def opened(
    file: Path,
    out: Path,
    *,
    name: str,
    seed: int,
    environ: Mapping[str, str] = os.environ,
    per_second: float | None = None,
    calls: int | None = None,
) -> Iterator[tuple[Target, CampaignSet]]:
    """Open a target whose campaigns are needed with exact contents; `calls` are planned.

    Raises SuiteError; CannotJudge where it takes too long, and afterwards where a campaign could
    not be put back, with the command for later.
    """
    if not file.exists():
        raise UsageError(
            f"There is no target file {file}. `isales-conformance run --target {file}` shows what"
            " to write into one."
        )
    target = load_target(file, environ)
    make_folder(out)
    journal = out / f"journal-{name}.jsonl"
    plan = Plan(
        journal=journal,
        seed=seed,
        target_file=file,
        per_second=per_second,
        exact=True,
        calls=calls,
        seconds=seconds_for(
            calls or MOST_CALLS, per_second or target.pace.requests_per_second, least=LONGEST
        ),
    )
    with opened_campaigns(target, plan) as opening, _in_time(opening):
        yield target, opening.campaign_set
    for words in opening.remarks():
        console(sys.stderr).print(f"Note: {words}", soft_wrap=True)
    must_be_back(opening, restore_command([journal], file))


@contextmanager
def _in_time(opening: Opened) -> Iterator[None]:
    """Raise CannotJudge where the block goes on for too long, with or without calls."""
    overdue: list[bool] = []
    try:
        with deadline(opening.longest, lambda: overdue.append(True)):
            yield
    except KeyboardInterrupt:
        if overdue:
            raise CannotJudge(
                f"This took longer than {opening.longest:g} s and was ended. Allow more with [pace]"
                " max_seconds."
            ) from None
        raise
