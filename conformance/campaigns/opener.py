"""The one way to campaigns that may be changed: lock, journal, guard, watchdog, pace, budget and
restoring, whatever the command.

Nothing else makes an object that can change a campaign. What is opened here is put back here, when
the block ends, however it ends; a campaign that could not be is named in `restorations`.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct, convert
from msgspec.structs import replace

from conformance.campaigns.borrowing import borrow
from conformance.campaigns.campaign_set import WORKED_ON, CampaignSet
from conformance.campaigns.deadline import deadline
from conformance.campaigns.foreign import lock_of, rehearse_shared
from conformance.campaigns.journalling import JournalLog
from conformance.campaigns.leftovers import Leftover, last_looks, leftovers
from conformance.campaigns.opening import open_campaign_set
from conformance.campaigns.restoring import Restoration, calls_to_restore, restore
from conformance.campaigns.resuming import resume
from conformance.campaigns.watchdog import Watchdog
from conformance.config import Target, guard, transport_options
from conformance.errors import CannotJudge, OriginalsStay, SuiteError, Unreadable
from conformance.exchange import CampaignKey, LookForm, QueryShows
from conformance.finding import counted
from conformance.generation.calls import query
from conformance.generation.numbers import NumberPool
from conformance.interruption import acknowledge, requests_to_end
from conformance.transport import Budget, Transport
from conformance.transport.budget import restoring_seconds
from conformance.transport.journal import Journal, JournalContents
from conformance.transport.journal_index import OpenJournals, refuse_unfinished, restore_command
from conformance.transport.lock import CampaignLock, state_folder

RUNAWAY = 20
"""Times the calls that were planned after which an opening sends no more, where the target file
sets no limit: no server makes a run endless.
"""
GRACE = 10.0
"""Seconds beyond its time after which putting back is ended, though no call is under way."""
JUDGING = 30.0
"""Seconds beyond its time in which a check may judge and write down what it has seen, before it is
interrupted.
"""
LIKELY_SHARE = 30
"""A call takes such a part of its time limit on a target that is slow, and not worse."""


class Plan(Struct, frozen=True, kw_only=True):
    """What an opening is for.

    `journal`: its file; `target_file` stands in the command that restores. `seed`: of the numbers
    drawn. `calls`: how many are planned; `seconds`: how long it may take, where the target file
    sets no limit. `wide`: the most numbers to which a campaign will be grown. `worker`: place and
    number of the processes that share the campaigns. `indexed`: whether the journal outlives the
    target (an emulator of this very process leaves nothing to put back). `recorder`: the file that
    gets every exchange. `per_second`: slower than the target file allows. `exact`: the campaigns
    are needed with exact contents, from the start; where that can't be had CannotJudge is raised.
    `all_campaigns`: open each that is listed, not only those that one process works on.
    `unreadable_will_do`: go on where no campaign can be set up, since the form of replies can still
    be judged.
    """

    journal: Path
    seed: int
    target_file: Path | None = None
    calls: int | None = None
    seconds: float | None = None
    wide: int = 0
    worker: tuple[int, int] | None = None
    indexed: bool = True
    recorder: Path | None = None
    per_second: float | None = None
    exact: bool = False
    all_campaigns: bool = False
    unreadable_will_do: bool = False


@dataclass(kw_only=True)
class Opened:
    """Campaigns that may be changed, and how they were put back once the block has ended."""

    target: Target
    transport: Transport
    campaign_set: CampaignSet
    watchdog: Watchdog
    journal: Path
    unreadable: Unreadable | None = None
    """Why no campaign can be set up, where the block goes on nonetheless."""
    lasting: bool = True
    """The target outlives the run: an emulator of this very process does not."""
    restorations: dict[CampaignKey, Restoration] = field(default_factory=dict)

    @property
    def unrestored(self) -> dict[CampaignKey, str]:
        """The campaigns that do not hold what they held, each with what is wrong."""
        return {key: each.problem for key, each in self.restorations.items() if each.problem}

    def fail_restoring(self, reason: str) -> None:
        """Have every campaign that is not known to be put back count as not put back."""
        for key in self.campaign_set.original:
            self.restorations.setdefault(key, Restoration(campaign=key, problem=reason))

    @property
    def longest(self) -> float:
        """Seconds after which what goes on without calls is interrupted: its time, that of one
        call, and some for judging.
        """
        options = self.transport.options
        return (options.budget.max_seconds or 0.0) + options.timeout_seconds + JUDGING

    def _priorities_in_words(self) -> list[str]:
        """Of numbers that were taken out and put back where nobody could see which priority they
        had.
        """
        form = self.campaign_set.look_form
        if not self.lasting or (form is not None and form.shows_priority):
            return []
        usual = (
            "none"
            if self.campaign_set.priority is None
            else f"priority {self.campaign_set.priority}"
        )
        return [
            f"{counted(len(numbers), 'number')} of campaign {key[1]} went and came back with"
            f" {usual}: the query shows no priorities. Where they had others, set them again;"
            ' [safety] originals = "keep" names none.'
            for key, numbers in self.campaign_set.taken_out.items()
            if numbers
        ]

    def remarks(self) -> list[str]:
        """What a reader must know of campaigns that were put back as far as the interface lets,
        and of looks.
        """
        kept = [
            f"Campaign {key[1]} {_why_kept(self.campaign_set, key)} and keeps"
            f" {', '.join(sorted(each.kept))}: the interface lets nobody delete the last number."
            for key, each in self.restorations.items()
            if each.kept and not each.problem
        ]
        kept += self._priorities_in_words()
        stale = counted(len(self.campaign_set.stale), "look")
        late = (
            f"{stale} showed late what had been changed, and showed it when asked again: no"
            " evidence of anything."
        )
        return [*kept, late] if self.campaign_set.stale else kept


def _why_kept(campaign_set: CampaignSet, key: CampaignKey) -> str:
    original = campaign_set.original.get(key)
    return (
        "was empty before"
        if original is not None and original.complete
        else "held nothing else at the end"
    )


@contextmanager
def opened(
    target: Target, plan: Plan, *, prepare: Callable[[Opened], None] = lambda _: None
) -> Iterator[Opened]:
    """Open a target's campaigns for a block, and put back what they held when it ends.

    `prepare` is called before anything is sent, so that it misses no exchange.
    Raises SuiteError where they can't be opened; what was changed by then is put back.
    """
    with ExitStack() as stack:
        stack.enter_context(requests_to_end())
        keys = _share(target, plan)
        foreign = target.foreign.key if target.foreign else None
        locked = (*keys, *([foreign] if foreign and plan.worker is None else []))
        journal = _journal(stack, target, plan, locked, foreign)
        opening = _opening(stack, target, plan, keys, JournalLog(journal))
        prepare(opening)
        begun = False
        try:
            with _restoring(opening):
                _open(opening, plan)
                begun = True
                yield opening
        except SuiteError as problem:
            if begun or not opening.unrestored:
                raise
            raise _left(opening, problem, plan) from problem


def _share(target: Target, plan: Plan) -> tuple[CampaignKey, ...]:
    """The campaigns of this process: the first, or every n-th where several processes share
    them.
    """
    keys = tuple(campaign.key for campaign in target.campaigns)
    if plan.worker is not None:
        place, count = plan.worker
        keys = keys[place::count]
    return keys if plan.all_campaigns else keys[:WORKED_ON]


def _journal(
    stack: ExitStack,
    target: Target,
    plan: Plan,
    keys: Sequence[CampaignKey],
    foreign: CampaignKey | None,
) -> Journal:
    """The locks, then the journal, which an unfinished one on these campaigns keeps from being."""
    for key in keys:
        stack.enter_context(CampaignLock(state_folder(), base_url=target.base_url, campaign=key))
    entry = None
    if plan.indexed:
        index = OpenJournals(state_folder())
        run_folder = plan.journal.parent if plan.worker else None
        refuse_unfinished(
            index, target.base_url, keys, target=plan.target_file, run_folder=run_folder
        )
        may_change = {*keys, *([foreign] if foreign else [])}
        entry = index.add(plan.journal, base_url=target.base_url, campaigns=may_change)
    return stack.enter_context(Journal(plan.journal, base_url=target.base_url, entry=entry))


def _opening(
    stack: ExitStack,
    target: Target,
    plan: Plan,
    keys: tuple[CampaignKey, ...],
    log: JournalLog,
) -> Opened:
    slower = _slower(target, plan.per_second)
    gate = guard(target)
    options = transport_options(slower, recorder=plan.recorder, rule=gate)
    workers = plan.worker[1] if plan.worker else 1
    limited = replace(options, budget=_limits(options.budget, plan), recorders=workers)
    transport = stack.enter_context(Transport(limited))
    base_path = target.address.base_path
    probe = query(keys[0], base_path=base_path)
    watchdog = Watchdog(transport, probe, patience=target.pace.patience_seconds)
    foreign = target.foreign.key if target.foreign else None
    shared = (foreign, lock_of(plan.journal.parent)) if foreign and plan.worker else None
    campaign_set = CampaignSet(
        wire=watchdog,
        log=log,
        keys=keys,
        pool=NumberPool(prefix=target.numbers.prefix, seed=_salt(plan.seed, keys)),
        guard=gate,
        base_path=base_path,
        foreign=None if shared else foreign,
        shared_foreign=shared,
        authenticated=target.auth.scheme != "none",
        priority=target.numbers.priority,
        policy=target.safety.originals,
    )
    return Opened(
        target=target,
        transport=transport,
        campaign_set=campaign_set,
        watchdog=watchdog,
        journal=plan.journal,
        lasting=plan.indexed,
    )


def _limits(budget: Budget, plan: Plan) -> Budget:
    """Limits of calls and seconds where the target file sets none."""
    calls, seconds = budget.max_requests, budget.max_seconds
    if calls is None and plan.calls is not None:
        calls = RUNAWAY * plan.calls
    return replace(
        budget, max_requests=calls, max_seconds=plan.seconds if seconds is None else seconds
    )


def _salt(seed: int, keys: Collection[CampaignKey]) -> str:
    """Runs with one seed on other campaigns draw other numbers: theirs are nobody else's."""
    return f"{seed}/{sorted(keys)}"


def _slower(target: Target, per_second: float | None) -> Target:
    if per_second is None:
        return target
    slowest = min(per_second, target.pace.requests_per_second or per_second)
    pace = replace(target.pace, requests_per_second=slowest, concurrency=1)
    return replace(target, pace=pace)


def _open(opening: Opened, plan: Plan) -> None:
    target, campaign_set = opening.target, opening.campaign_set
    listed = (*target.campaigns, *([target.foreign] if target.foreign else []))
    given = {
        each.key: each.numbers
        for each in listed
        if each.numbers is not None and each.key in campaign_set.all_keys
    }
    try:
        open_campaign_set(
            campaign_set,
            given=given,
            observe=target.query,
            wide=plan.wide,
            settle=target.settle_seconds,
        )
        rehearse_shared(campaign_set)
    except Unreadable as problem:
        if not plan.unreadable_will_do:
            raise
        opening.unreadable = problem
        return
    if plan.exact:
        for key in campaign_set.keys:
            borrow(campaign_set, key)
    elif campaign_set.shows != "all":
        _borrow_unseen(campaign_set)


def _borrow_unseen(campaign_set: CampaignSet) -> None:
    """Where looks do not tell what happened, only campaigns with exact contents do: they are
    drained.
    """
    for key in campaign_set.keys:
        if not campaign_set.why_not_exact(key):
            try:
                borrow(campaign_set, key)
            except OriginalsStay:
                return


@contextmanager
def _restoring(opening: Opened) -> Iterator[None]:
    """Put everything back when the block ends; where it ended while opening, what that changed."""
    campaign_set, transport = opening.campaign_set, opening.transport
    try:
        yield
    finally:
        acknowledge()
        transport.restore_even_unrecorded()
        seconds = _restoring_seconds(opening)
        transport.begin_restoring(seconds)
        campaign_set.restoring = True
        campaign_set.silent = bool(opening.watchdog.gone)
        _put_back(opening, seconds)


def _put_back(opening: Opened, seconds: float) -> None:
    """Restore, and end it where it goes on without calls for longer than it may take."""
    overdue: list[bool] = []
    longest = seconds + opening.target.pace.timeout_seconds + GRACE
    try:
        with deadline(longest, lambda: overdue.append(True)):
            opening.restorations = opening.campaign_set.restored_early | restore(
                opening.campaign_set
            )
    except KeyboardInterrupt:
        if not overdue:
            opening.fail_restoring("putting back was interrupted")
            raise
        opening.fail_restoring(f"putting back took longer than {longest:g} s and was ended")


def _restoring_seconds(opening: Opened) -> float:
    target, campaign_set = opening.target, opening.campaign_set
    if target.safety.restore_seconds is not None:
        return target.safety.restore_seconds
    latency = campaign_set.settle + target.pace.timeout_seconds / LIKELY_SHARE
    rate = target.pace.requests_per_second
    return restoring_seconds(calls_to_restore(campaign_set), rate=rate, latency=latency)


@contextmanager
def reopened(
    target: Target, journals: Sequence[tuple[Path, JournalContents]], *, seed: int
) -> Iterator[Callable[[], list[Restoration]]]:
    """Campaigns that journals name as changed, to be put back; gives the function that does it."""
    left = leftovers([contents for _, contents in journals])
    index = OpenJournals(state_folder())
    with ExitStack() as stack:
        stack.enter_context(requests_to_end())
        for each in left:
            lock = CampaignLock(state_folder(), base_url=target.base_url, campaign=each.campaign)
            stack.enter_context(lock)
        kept = [
            (stack.enter_context(_continued(path, contents, target, index)), contents.campaigns)
            for path, contents in journals
        ]
        doubtful = {each.campaign for each in left if each.damage}
        log = JournalLog.of_several(kept, doubtful=doubtful)
        keys = tuple(each.campaign for each in left)
        if not left:
            yield list
            return
        plan = Plan(journal=journals[0][0], seed=seed)
        opening = _opening(stack, target, plan, keys, log)
        opening.campaign_set.foreign = None  # it is among the others, where it was changed
        _recall_looks(opening.campaign_set, [contents for _, contents in journals])
        yield lambda: _resumed(opening, left)


def _continued(
    path: Path, contents: JournalContents, target: Target, index: OpenJournals
) -> Journal:
    """A journal to go on with; where it does not tell which target it is about, it is this one."""
    about = contents.header.base_url if contents.header else target.base_url
    return Journal(path, base_url=about, entry=index.entry(path))


def _recall_looks(campaign_set: CampaignSet, journals: Sequence[JournalContents]) -> None:
    """How looks are read, as the run that was cut short had learnt it."""
    looks = last_looks(journals)
    if looks is not None:
        campaign_set.look_form = convert(looks.form, LookForm) if looks.form else None
        campaign_set.settle = looks.settle
        campaign_set.shows = convert(looks.shows, QueryShows)
        campaign_set.priority = (
            campaign_set.priority if campaign_set.priority is not None else looks.priority
        )
        campaign_set.readds = True


def _resumed(opening: Opened, left: Sequence[Leftover]) -> list[Restoration]:
    campaign_set, target = opening.campaign_set, opening.target
    campaign_set.restoring = True
    return resume(campaign_set, left, observe=target.query, settle=target.settle_seconds)


def _left(opening: Opened, problem: SuiteError, plan: Plan) -> CannotJudge:
    """What kept the campaigns from being opened, and every number that is missing since."""
    command = restore_command([plan.journal], plan.target_file)
    parts = [str(problem).rstrip(".")]
    for (vdn, campaign), each in opening.restorations.items():
        if each.problem:
            missing = f" (missing: {', '.join(sorted(each.missing))})" if each.missing else ""
            parts.append(
                f"campaign {campaign} of VDN {vdn} could not be put back: {each.problem}{missing}"
            )
    return CannotJudge(f"{'; '.join(parts)}. Later: {command}")


def must_be_back(opening: Opened, command: str) -> None:
    """Raise CannotJudge where a campaign could not be put back, with the command for later."""
    if opening.unrestored:
        words = "; ".join(f"campaign {key[1]}: {what}" for key, what in opening.unrestored.items())
        raise CannotJudge(
            f"{opening.target.base_url} could not be put back: {words}. Later: {command}"
        )
