"""A target that is opened for something else than a run."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from conformance.campaigns import Ground, Plan, must_be_back
from conformance.campaigns import opened as opened_campaigns
from conformance.config import Target, load_target
from conformance.errors import UsageError
from conformance.private_files import make_folder
from conformance.transport.journal_index import restore_command


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
) -> Iterator[tuple[Target, Ground]]:
    """Open a target whose campaigns are needed with exact contents; `calls` are planned.

    Raises SuiteError; afterwards CannotJudge where a campaign could not be put back, with the
    command for later.
    """
    if not file.exists():
        raise UsageError(f"There is no target file {file}. `isales-conformance run --target {file}` shows what to write into one.")
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
    )
    with opened_campaigns(target, plan) as opening:
        yield target, opening.ground
    must_be_back(opening, restore_command([journal], file))
