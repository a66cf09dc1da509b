"""A target that is opened for something else than a run: locked, journalled, its campaigns put back at the end."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec.structs import replace

from conformance import private
from conformance.campaigns import Ground, JournalLog, abandon, open_ground, restore
from conformance.config import Target, load_target, transport_options
from conformance.errors import CannotJudge, UsageError
from conformance.generation.numbers import NumberPool
from conformance.plugin.journals import make_way
from conformance.transport import Transport
from conformance.transport.journal import Journal
from conformance.transport.lock import CampaignLock, state_folder


@contextmanager
def opened(
    file: Path, out: Path, *, name: str, seed: int, environ: Mapping[str, str] = os.environ, per_second: float | None = None
) -> Iterator[tuple[Target, Ground]]:
    """Open a target; `per_second` makes it slower than its file allows.

    Raises SuiteError; afterwards CannotJudge where a campaign could not be put back, with the command for later."""
    if not file.exists():
        raise UsageError(f"There is no target file {file}. `isales-conformance run --target {file}` shows what to write into one.")
    target = load_target(file, environ)
    private.folder(out)
    path = out / f"journal-{name}.jsonl"
    with ExitStack() as stack:
        for key in target.disposable:
            stack.enter_context(CampaignLock(state_folder(), base_url=target.base_url, campaign=key))
        make_way(path, target.base_url)
        journal = stack.enter_context(Journal(path, base_url=target.base_url))
        transport = stack.enter_context(Transport(transport_options(_slower(target, per_second))))
        ground = _ground(target, transport, JournalLog(journal), seed)
        yield from _held(target, ground, path)


def _held(target: Target, ground: Ground, journal: Path) -> Iterator[tuple[Target, Ground]]:
    listed = (*target.campaigns, *([target.foreign] if target.foreign else []))
    given = {each.key: each.numbers for each in listed if each.numbers is not None}
    try:
        open_ground(ground, given=given, observe=target.query)
    except BaseException:
        ground.restoring = True
        abandon(ground)
        raise
    try:
        yield target, ground
    finally:
        ground.restoring = True
        problems = restore(ground)
    if problems:
        told = "; ".join(f"campaign {key[1]}: {problem}" for key, problem in problems.items())
        raise CannotJudge(f"{target.base_url} could not be put back: {told}. Later: isales-conformance restore {journal}")


def _slower(target: Target, per_second: float | None) -> Target:
    if per_second is None:
        return target
    slowest = min(per_second, target.pace.requests_per_second or per_second)
    return replace(target, pace=replace(target.pace, requests_per_second=slowest, concurrency=1))


def _ground(target: Target, transport: Transport, log: JournalLog, seed: int) -> Ground:
    return Ground(
        wire=transport,
        log=log,
        keys=tuple(campaign.key for campaign in target.campaigns),
        pool=NumberPool(prefix=target.numbers.prefix, seed=seed),
        base_path=target.address.base_path,
        foreign=target.foreign.key if target.foreign else None,
        authenticated=target.auth.scheme != "none",
        priority=target.numbers.priority,
    )
