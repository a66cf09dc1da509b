"""From options to a run that can begin: target, campaigns, ledger."""

import os
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.campaigns import CampaignSet, Opened, Plan, Restoration, opened, strangers_in_words
from conformance.checking import preflight
from conformance.config import CodeTrigger, Target, load_target
from conformance.errors import ConfigurationError, UsageError
from conformance.exchange import OMITTED, Call, CampaignKey, Exchange
from conformance.generation.calls import changed, delete
from conformance.generation.paths import UNKNOWN_CAMPAIGNS
from conformance.generation.triggers import Trigger
from conformance.plugin.embedded import embedded_target
from conformance.plugin.folders import lead_latest
from conformance.plugin.journals import refuse_early
from conformance.plugin.options import Options
from conformance.plugin.worker_result import WorkerResult
from conformance.private_files import make_folder
from conformance.report import terminal
from conformance.session.learning import Learner
from conformance.session.run import Run
from conformance.session.seconds import seconds_allowed
from conformance.transport import TAMPERINGS
from conformance.verdict import CampaignState

TRAFFIC = "traffic.ndjson"
JOURNAL = "journal.jsonl"


@dataclass
class OpenRun:
    """A run that has begun, with everything that must be closed."""

    campaigns: Opened
    run: Run
    worker: str
    """Which of several processes this is; empty where it is the only one."""
    stack: ExitStack
    begun: float
    started: str
    seen: dict[str, str] = field(default_factory=dict)

    @property
    def target(self) -> Target:
        """The target under test."""
        return self.campaigns.target

    def put_back(self) -> None:
        """Restore the campaigns and close connections, journal and lock."""
        self.stack.close()

    def note(self, exchange: Exchange) -> None:
        """Keep the first things that tell which server this is."""
        if exchange.reply is not None and "server" not in self.seen:
            self.seen["server"] = exchange.reply.header("server") or "not told"

    @property
    def _own_campaigns(self) -> tuple[CampaignKey, ...]:
        """Those that no other process of this run works on: the foreign one is everybody's."""
        return self.run.campaign_set.keys if self.worker else self.run.campaign_set.all_keys

    def result(self) -> WorkerResult:
        """What the run has come to so far: without what was seen only while the target was away."""
        outages, campaign_set = self.campaigns.watchdog.outages, self.run.campaign_set
        for outage in outages:
            self.run.ledger.retract_between(outage.since, outage.until)
        return WorkerResult(
            ledger=self.run.ledger,
            requests=self.campaigns.transport.requests,
            seconds=round(time.monotonic() - self.begun, 2),
            started=self.started,
            seen=self.seen,
            campaigns=[_state_of(each) for each in self.campaigns.restorations.values()],
            priority=campaign_set.priority,
            originals=sorted(
                (key, tuple(sorted(contents.numbers)))
                for key, contents in campaign_set.original.items()
                if contents.complete
            ),
            told=[
                *(outage.says for outage in outages),
                *strangers_in_words(campaign_set, self._own_campaigns),
                *self.campaigns.remarks(),
                *_borrowing_in_words(campaign_set),
            ],
            cut_short=bool(self.campaigns.watchdog.gone),
        )


def _state_of(restoration: Restoration) -> CampaignState:
    vdn_id, campaign_id = restoration.campaign
    return CampaignState(
        vdn_id=vdn_id,
        campaign_id=campaign_id,
        restored=not restoration.problem,
        missing=sorted(restoration.missing),
        left_over=sorted(restoration.left_over),
        kept=sorted(restoration.kept),
        problem=restoration.problem,
    )


def _borrowing_in_words(campaign_set: CampaignSet) -> list[str]:
    ended = campaign_set.borrowing_ended
    return [f"{ended[0].upper()}{ended[1:]}."] if ended else []


def open_run(options: Options, worker: Mapping[str, Any] | None = None) -> OpenRun:
    """Open everything that a run needs. Raises SuiteError with one paragraph for a person."""
    stack = ExitStack()
    try:
        return _open(options, worker, stack)
    except BaseException:
        with suppress(UsageError):  # a recording that can't be closed is not the news
            stack.close()
        raise


def _open(options: Options, worker: Mapping[str, Any] | None, stack: ExitStack) -> OpenRun:
    target = _target(options, worker, stack)
    if worker is None and not needs_emulator(options):
        refuse_early(target, options.target)
        look_before(target, options)
    make_folder(options.out)
    name = f"-{worker['workerid']}" if worker else ""
    traffic = options.out / TRAFFIC.replace(".", f"{name}.")
    traffic.unlink(missing_ok=True)
    plan = Plan(
        journal=options.out / JOURNAL.replace(".", f"{name}."),
        seed=options.seed,
        calls=options.amounts.calls,
        seconds=seconds_allowed(options.amounts, target.pace.requests_per_second),
        wide=options.amounts.wide,
        worker=_place(worker),
        target_file=options.target,
        indexed=not needs_emulator(options),
        recorder=traffic,
        unreadable_will_do=True,
    )
    begun: list[OpenRun] = []

    def prepare(campaigns: Opened) -> None:
        run = Run(campaigns.campaign_set, options.amounts, seed=options.seed)
        Learner(campaigns.campaign_set, run.ledger.behaviour, run.ledger.learnt_by)
        begun.append(
            OpenRun(
                campaigns=campaigns,
                run=run,
                worker=str(worker["workerid"]) if worker else "",
                stack=stack,
                begun=time.monotonic(),
                started=now(),
            )
        )
        campaigns.transport.on_exchange(begun[0].note)
        if worker is None:
            show_latest(options)

    stack.enter_context(opened(target, plan, prepare=prepare))
    return _equipped(begun[0])


def _equipped(made: OpenRun) -> OpenRun:
    """Give the run what checks need to know of the target."""
    run, target = made.run, made.target
    run.unusable = made.campaigns.unreadable
    run.concurrency = target.pace.concurrency
    keyless = target.auth.scheme != "auth-v2"
    tamperings = (
        name for name, tampering in TAMPERINGS.items() if tampering.keyless or not keyless
    )
    run.tamperings = (OMITTED, *tamperings)
    run.safe_unknown = target.safe_unknown_campaigns or UNKNOWN_CAMPAIGNS
    run.triggers = [_trigger(each, run.campaign_set) for each in target.triggers]
    return made


def _place(worker: Mapping[str, Any] | None) -> tuple[int, int] | None:
    """Which of how many workers this process is; None where it is the only one."""
    if worker is None:
        return None
    return int(str(worker["workerid"]).removeprefix("gw")), int(worker["workercount"])


def look_before(target: Target, options: Options) -> None:
    """The short check that a run begins with: silent when all is well. Raises CannotJudge."""
    try:
        told = preflight(target, options.effort, options.amounts.calls)
    except ConfigurationError as problem:  # a file that the target file names
        place = options.target or "ISALES_* variables"
        raise ConfigurationError(f"{place}: {problem}") from None
    for line in told:
        if options.view != "none":
            terminal.console(sys.stderr).print(f"Warning: {line}")


def show_latest(options: Options) -> None:
    """Have reports/latest lead to this run's folder, where it is one of its own."""
    if options.leads_latest and (warning := lead_latest(options.out)) and options.view != "none":
        terminal.console(sys.stderr).print(f"Warning: {warning}")


def now() -> str:
    """The time as reports show it: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _target(options: Options, worker: Mapping[str, Any] | None, stack: ExitStack) -> Target:
    if worker and worker.get("isales_target"):
        return load(options, Path(worker["isales_target"]))
    embedded = stack.enter_context(embedded_target(options)) if needs_emulator(options) else None
    return load(options, embedded)


def needs_emulator(options: Options) -> bool:
    """Whether no server is named: neither by a target file nor by a variable."""
    return options.target is None and not os.environ.get("ISALES_BASE_URL")


def load(options: Options, instead: Path | None = None) -> Target:
    """The target that the options name, or the one in the file `instead`.

    Raises ConfigurationError.
    """
    overrides = dict(text.partition("=")[::2] for text in options.overrides)
    return load_target(instead or options.target, os.environ, overrides)


def must_suffice(target: Target, workers: int) -> None:
    """Raise UsageError where there are fewer campaigns than workers."""
    listed = len(target.campaigns)
    if workers > listed:
        raise UsageError(
            f"{workers} workers need a campaign each, and the target file lists {listed}. Give -n"
            f" {listed}, or list more."
        )


def _trigger(given: CodeTrigger, campaign_set: CampaignSet) -> Trigger:
    def make(present: list[str]) -> Call:
        call = delete(campaign_set.keys[0], present[:1], base_path=campaign_set.base_path)
        target = f"{call.target}?{given.query}" if given.query else call.target
        body = given.body.encode() or call.body
        return changed(call, method=given.method, target=target, body=body)

    return Trigger(name=given.name, make=make)
