"""From options to a run that can begin: target, transport, lock, journal, campaigns."""

import os
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from conformance.campaigns import Ground, JournalLog, Vigil, abandon, open_ground, restore, strangers_in_words
from conformance.checking import preflight
from conformance.config import Target, load_target, transport_options
from conformance.config import Trigger as UserTrigger
from conformance.errors import ConfigurationError, Unreadable, UsageError
from conformance.exchange import OMITTED, Call, CampaignKey, Exchange
from conformance.generation.calls import changed, delete, query
from conformance.generation.numbers import NumberPool
from conformance.generation.paths import UNKNOWN_CAMPAIGNS
from conformance.generation.triggers import Trigger
from conformance.plugin.done import Done
from conformance.plugin.embedded import embedded_target
from conformance.plugin.journals import make_way
from conformance.plugin.options import Options
from conformance.report import terminal
from conformance.session.amounts import Amounts
from conformance.session.learning import Learner
from conformance.session.run import Run
from conformance.session.seconds import seconds_allowed
from conformance.transport import SPOILS, Transport, TransportOptions
from conformance.transport.journal import Journal
from conformance.transport.lock import CampaignLock, state_folder

TRAFFIC = "traffic.ndjson"
JOURNAL = "journal.jsonl"


@dataclass
class Opened:
    """A run that has begun, with everything that must be closed."""

    target: Target
    transport: Transport
    run: Run
    vigil: Vigil
    worker: str
    """Which of several processes this is; empty where it is the only one."""
    stack: ExitStack
    begun: float
    started: str
    unrestored: dict[CampaignKey, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    @property
    def longest(self) -> float:
        """Seconds after which the run is interrupted if it goes on without calls: its time, that of one call, and some grace."""
        options = self.transport.options
        return (options.budget.max_seconds or 0.0) + options.timeout_seconds + GRACE

    def put_back(self) -> None:
        """Restore the campaigns and close connections, journal and lock."""
        try:
            self.transport.restore_even_unrecorded()
            self.run.ground.restoring = True
            self.run.ground.silent = bool(self.vigil.gone)
            self.unrestored = restore(self.run.ground)
        finally:
            self.stack.close()

    def note(self, exchange: Exchange) -> None:
        """Keep the first things that tell which server this is."""
        if exchange.reply is not None and "server" not in self.seen:
            self.seen["server"] = exchange.reply.header("server") or "not told"

    @property
    def _own_campaigns(self) -> tuple[CampaignKey, ...]:
        """Those that no other process of this run works on: the foreign one is everybody's."""
        return self.run.ground.keys if self.worker else self.run.ground.all_keys

    def done(self) -> Done:
        """What the run has come to so far: without what was seen only while the target was away."""
        for outage in self.vigil.outages:
            self.run.ledger.retract_between(outage.since, outage.until)
        return Done(
            ledger=self.run.ledger,
            requests=self.transport.requests,
            seconds=round(time.monotonic() - self.begun, 2),
            started=self.started,
            seen=self.seen,
            unrestored={str(key[1]): problem for key, problem in self.unrestored.items()},
            priority=self.run.ground.priority,
            originals=sorted((key, tuple(sorted(held.numbers))) for key, held in self.run.ground.original.items() if held.complete),
            told=[*(outage.says for outage in self.vigil.outages), *strangers_in_words(self.run.ground, self._own_campaigns)],
            cut_short=bool(self.vigil.gone),
        )


def open_run(options: Options, worker: Mapping[str, Any] | None = None) -> Opened:
    """Open everything that a run needs. Raises SuiteError with one paragraph for a person."""
    stack = ExitStack()
    try:
        return _open(options, worker, stack)
    except BaseException:
        with suppress(UsageError):  # a recording that can't be closed is not the news: why there is no run is
            stack.close()
        raise


def _open(options: Options, worker: Mapping[str, Any] | None, stack: ExitStack) -> Opened:
    target = _target(options, worker, stack)
    if worker is None and not needs_emulator(options):
        look_before(target, options)
    options.out.mkdir(parents=True, exist_ok=True)
    name = f"-{worker['workerid']}" if worker else ""
    campaigns = _share(target, worker)
    shared = (target.foreign.key,) if target.foreign and not worker else ()
    for key in (*campaigns, *shared):
        stack.enter_context(CampaignLock(state_folder(), base_url=target.base_url, campaign=key))
    journal_file = options.out / JOURNAL.replace(".", f"{name}.")
    make_way(journal_file, target.base_url)
    journal = stack.enter_context(Journal(journal_file, base_url=target.base_url))
    traffic = options.out / TRAFFIC.replace(".", f"{name}.")
    traffic.unlink(missing_ok=True)
    grounds: list[Ground] = []
    limited = _capped(transport_options(target, recorder=traffic), options.amounts)
    limited = msgspec.structs.replace(limited, recorders=int(worker["workercount"]) if worker else 1)
    transport = stack.enter_context(Transport(_seen_only(limited, grounds)))
    probe = query(campaigns[0], base_path=target.address.base_path)
    vigil = Vigil(transport, probe, patience=target.pace.patience_seconds)
    ground = _ground(target, campaigns, vigil, JournalLog(journal), options.seed)
    grounds.append(ground)
    run = Run(ground, options.amounts, seed=options.seed)
    Learner(ground, run.ledger.behaviour, run.ledger.learnt_by)
    opened = Opened(
        target=target,
        transport=transport,
        run=run,
        vigil=vigil,
        worker=str(worker["workerid"]) if worker else "",
        stack=stack,
        begun=time.monotonic(),
        started=now(),
    )
    transport.on_exchange(opened.note)
    listed = (*target.campaigns, *([target.foreign] if target.foreign else []))
    given = {each.key: each.numbers for each in listed if each.numbers is not None and each.key in ground.all_keys}
    try:
        _possess(ground, given, target.query, options.amounts.wide)
    except Unreadable as problem:
        run.unusable = problem
    run.concurrency = target.pace.concurrency
    keyless = target.auth.scheme != "auth-v2"
    run.spoils = (OMITTED, *(name for name, spoil in SPOILS.items() if spoil.keyless or not keyless))
    run.safe_unknown = target.safe_unknown_campaigns or UNKNOWN_CAMPAIGNS
    run.triggers = [_trigger(each, ground) for each in target.triggers]
    return opened


def look_before(target: Target, options: Options) -> None:
    """The short check that a run begins with: silent when all is well. Raises CannotJudge with what to do."""
    try:
        told = preflight(target, options.effort, options.amounts.calls)
    except ConfigurationError as problem:  # a file that the target file names
        raise ConfigurationError(f"{options.target or 'ISALES_* variables'}: {problem}") from None
    for line in told:
        if options.view != "none":
            terminal.console(sys.stderr).print(f"Warning: {line}")


RUNAWAY = 20
"""Times the calls of its effort after which a run is stopped, where the target file sets no limit: no server makes a run endless."""


GRACE = 30.0
"""Seconds beyond its time in which a check may judge and write down what it has seen, before it is interrupted."""


def now() -> str:
    """The time as reports show it: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _seen_only(options: TransportOptions, grounds: list[Ground]) -> TransportOptions:
    """Beside the target's own guard: numbers that the run can't see it never names. `grounds` is filled once there is one."""
    guard = options.guard

    def both(call: Call) -> str | None:
        return guard(call) or next((reason for ground in grounds if (reason := ground.unseen(call))), None)

    return msgspec.structs.replace(options, guard=both)


def _capped(options: TransportOptions, amounts: Amounts) -> TransportOptions:
    """Limits of calls and seconds where the target file sets none."""
    budget = options.budget
    calls = budget.max_requests if budget.max_requests is not None else RUNAWAY * amounts.calls
    seconds = budget.max_seconds if budget.max_seconds is not None else seconds_allowed(amounts, options.pace.requests_per_second)
    return msgspec.structs.replace(options, budget=msgspec.structs.replace(budget, max_requests=calls, max_seconds=seconds))


def _possess(ground: Ground, given: Mapping[CampaignKey, tuple[str, ...]], observe: str, wide: int) -> None:
    """Open the ground; where that fails half-way or is interrupted, what it has changed is put back."""
    try:
        open_ground(ground, given=given, observe=observe, wide=wide)
    except BaseException:
        ground.restoring = True
        abandon(ground)
        raise


def _target(options: Options, worker: Mapping[str, Any] | None, stack: ExitStack) -> Target:
    if worker and worker.get("isales_target"):
        return load(options, Path(worker["isales_target"]))
    return load(options, stack.enter_context(embedded_target(options)) if needs_emulator(options) else None)


def needs_emulator(options: Options) -> bool:
    """Whether no server is named: neither by a target file nor by a variable."""
    return options.target is None and not os.environ.get("ISALES_BASE_URL")


def load(options: Options, instead: Path | None = None) -> Target:
    """The target that the options name, or the one in the file `instead`. Raises ConfigurationError."""
    overrides = dict(text.partition("=")[::2] for text in options.overrides)
    return load_target(instead or options.target, os.environ, overrides)


def must_suffice(target: Target, workers: int) -> None:
    """Raise UsageError where there are fewer campaigns than workers."""
    listed = len(target.campaigns)
    if workers > listed:
        raise UsageError(f"{workers} workers need a campaign each, and the target file lists {listed}. Give -n {listed}, or list more.")


def _share(target: Target, worker: Mapping[str, Any] | None) -> tuple[CampaignKey, ...]:
    """The campaigns of this process: all, or every n-th where several workers share them."""
    keys = tuple(campaign.key for campaign in target.campaigns)
    if worker is None:
        return keys
    place, count = int(str(worker["workerid"]).removeprefix("gw")), int(worker["workercount"])
    return keys[place::count]


def _ground(target: Target, campaigns: tuple[CampaignKey, ...], wire: Vigil, log: JournalLog, seed: int) -> Ground:
    return Ground(
        wire=wire,
        log=log,
        keys=campaigns,
        pool=NumberPool(prefix=target.numbers.prefix, seed=seed),
        base_path=target.address.base_path,
        foreign=target.foreign.key if target.foreign else None,
        authenticated=target.auth.scheme != "none",
        priority=target.numbers.priority,
    )


def _trigger(given: UserTrigger, ground: Ground) -> Trigger:
    def make(present: list[str]) -> Call:
        call = delete(ground.keys[0], present[:1], base_path=ground.base_path)
        target = f"{call.target}?{given.query}" if given.query else call.target
        return changed(call, method=given.method, target=target, body=given.body.encode() or call.body)

    return Trigger(name=given.name, make=make)
