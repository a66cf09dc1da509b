"""The campaigns that a run may use, and what is known of their contents after every call."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from conformance.campaigns.stale_looks import unless_stale
from conformance.contract import MAX_NUMBERS_PER_CALL
from conformance.errors import OriginalsStay
from conformance.exchange import (
    Call,
    CampaignKey,
    Contents,
    Exchange,
    LookForm,
    QueryShows,
    Setting,
)
from conformance.generation.calls import add, delete, query
from conformance.generation.numbers import NumberPool
from conformance.oracle import Facts, Look, answer_of, facts_of, mentions, read_look, shown_numbers
from conformance.transport.guard import Guard

Policy: TypeAlias = Literal["borrow", "keep"]
"""What may be done to originals: taken out for the checks that need it, or nothing at all."""

UNLIKELY_DIGITS = 12
"""Digits from which a number that was drawn at random can be nobody else's by chance."""
STOCK = 400
"""Numbers that are announced in the journal at once, so that adding costs no write per call."""
MOST_REMEMBERED = 512
"""Added numbers beyond which those that a look shows to be gone are forgotten."""
MOST_STRANGERS = 20_000
"""Numbers of somebody else's that are remembered for each campaign. Of one that shows more only
what the run added is its own.
"""
REMEMBERED_GONE = 32
"""Of those, how many are kept: something to add again, and the knowledge that something was."""
UNREAD_WAITS = (0.2, 0.8)
"""Seconds before a look that shows nothing is asked for again."""
WORKED_ON = 2
"""Campaigns that one process works on; further listed ones are for further workers."""


class CallSender(Protocol):
    """What sends calls; the transport is one."""

    def send(self, call: Call, *, restoring: bool = False) -> Exchange:
        """Send one call and wait for what comes of it. `restoring`: no budget stops it."""

    def on_exchange(self, observer: Callable[[Exchange], None]) -> Callable[[], None]:
        """Tell an observer of every exchange, those hidden behind a resending included.

        Returns a function that ends it.
        """

    def burst(self, calls: Sequence[Call]) -> tuple[Exchange, ...]:
        """Send calls at the same time."""


class FactLog(Protocol):
    """What must be on disk before a campaign is changed; the journal is one."""

    def holding(
        self,
        campaign: CampaignKey,
        numbers: Sequence[str],
        *,
        priorities: Sequence[int | None],
        complete: bool,
    ) -> None:
        """What a campaign held before the run, in order."""

    def will_add(self, campaign: CampaignKey, numbers: Iterable[str]) -> None:
        """Numbers that the run may add from now on."""

    def borrowed(self, campaign: CampaignKey, numbers: Iterable[str]) -> None:
        """Originals that are about to be taken out."""

    def looks(
        self, form: Mapping[str, Any], *, settle: float, shows: str, priority: int | None
    ) -> None:
        """How looks are read on this target, learnt in the rehearsal."""

    def restored(self, campaign: CampaignKey, *, kept: Iterable[str] = ()) -> None:
        """The campaign holds again what it held, but for numbers of the run that had to stay in
        it.
        """


@dataclass
class CampaignSet:
    """The campaigns under the run's control: `held` is what each is known to hold now, `original`
    what it held at first.

    `shows` and `look_form` tell how far and how the query companion can be read, `settle` how many
    seconds after a change a look surely shows it: all three are measured by the rehearsal.
    `uncertain` are numbers of which nobody knows whether they are there. `priority` is sent with
    numbers that are added, where it is not None.
    """

    wire: CallSender
    log: FactLog
    keys: tuple[CampaignKey, ...]
    pool: NumberPool
    guard: Guard
    base_path: str = ""
    foreign: CampaignKey | None = None
    shared_foreign: tuple[CampaignKey, str] | None = None
    """A campaign of another VDN that workers share, with the lock by which they take turns."""
    authenticated: bool = True
    priority: int | None = None
    policy: Policy = "borrow"
    shows: QueryShows = "nothing"
    look_form: LookForm | None = None
    shows_several: bool = False
    """A look showed two numbers that were added, in the rehearsal."""
    settle: float = 0.0
    held: dict[CampaignKey, Contents] = field(default_factory=dict)
    original: dict[CampaignKey, Contents] = field(default_factory=dict)
    in_order: dict[CampaignKey, tuple[tuple[str, int | None], ...]] = field(default_factory=dict)
    """Originals with their priorities as the first look showed them, or as the target file lists.
    """
    uncertain: dict[CampaignKey, set[str]] = field(default_factory=dict)
    added: dict[CampaignKey, set[str]] = field(default_factory=dict)
    listeners: list[Callable[[Exchange], None]] = field(default_factory=list)
    can_add: bool = True
    readds: bool = False
    """A number that was deleted could be added again in the rehearsal, and was seen to be back."""
    tells_absence: bool = False
    """Deleting a number that is there is answered otherwise than deleting one that is not."""
    keeps_priority: bool = True
    """A number was shown with the priority that it was added with, where looks show one."""
    keeps_order: bool = True
    """Two looks showed the same numbers in the same order: it means something."""
    refusal: Exchange | None = None
    """What came of the last try to find out whether numbers can be added."""
    strangers: dict[CampaignKey, set[str]] = field(default_factory=dict)
    """Numbers that appeared although no call of this run had named them. They are never named."""
    mentioned: set[str] = field(default_factory=set)
    """Numbers that calls of this run have named: a faulty server may keep what it was to refuse."""
    in_sight: set[CampaignKey] = field(default_factory=set)
    """Campaigns that were seen whole, and to which nothing has been done since."""
    stock: list[str] = field(default_factory=list)
    announced: set[str] = field(default_factory=set)
    announced_for: dict[CampaignKey, set[str]] = field(default_factory=dict)
    """By campaign: the numbers that its journal names before they can get into it."""
    borrowed: set[CampaignKey] = field(default_factory=set)
    """Campaigns whose originals are all out, in the run's keeping."""
    taken_out: dict[CampaignKey, set[str]] = field(default_factory=dict)
    """Originals that were named by deletions of this run, whether they are back or not."""
    shapes: set[tuple[int, int, int | None]] = field(default_factory=set)
    """Lengths, leading zeros and priorities of own numbers that came back in a rehearsal."""
    stale: set[int] = field(default_factory=set)
    """Numbers of looks that showed late what had been changed: they are no evidence."""
    contradictions: int = 0
    """Looks that contradicted replies for good."""
    deletes_elsewhere: bool = False
    """A number deleted in one campaign vanished from another that held it too."""
    borrowing_ended: str = ""
    """Why originals are borrowed no more in this run; empty while they may be."""
    lost: dict[CampaignKey, set[str]] = field(default_factory=dict)
    """Originals that did not come back when they were put back."""
    most: int | None = None
    """The most numbers that the server was seen to allow in one campaign, where it refused more."""
    opened: bool = False
    """What the campaigns hold and how looks are read is established."""
    restoring: bool = False
    bursting: bool = False
    """Calls are under way at the same time: nobody knows what a campaign holds meanwhile."""
    settled: set[CampaignKey] = field(default_factory=set)
    """Campaigns put back for good: nothing is added to them any more, and nothing announced for
    them.
    """
    restored_early: dict[CampaignKey, Any] = field(default_factory=dict)
    """Restorations of campaigns that were given back before the end of the run."""
    silent: bool = False
    """The target was found to give no answers: further campaigns are looked at once only."""
    sleep: Callable[[float], None] = time.sleep
    _changed: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.wire.on_exchange(self._note)

    @property
    def all_keys(self) -> tuple[CampaignKey, ...]:
        """The listed campaigns and the foreign one."""
        return self.keys if self.foreign is None else (*self.keys, self.foreign)

    @property
    def foreign_vdn(self) -> int | None:
        """The other VDN that has a listed campaign, whoever has it now."""
        shared = self.shared_foreign[0] if self.shared_foreign else None
        key = self.foreign or shared
        return key[0] if key is not None else None

    def forget(self, key: CampaignKey) -> None:
        """Forget a campaign that has been given back."""
        for kept in (self.held, self.original, self.in_order, self.uncertain, self.added):
            kept.pop(key, None)
        self.strangers.pop(key, None)

    @property
    def setting(self) -> Setting:
        """The world as it is known now."""
        known = tuple((key, self.held[key]) for key in self.all_keys if key in self.held)
        return Setting(
            base_path=self.base_path,
            vdn_id=self.keys[0][0],
            campaigns=known,
            query=self.shows,
            authenticated=self.authenticated,
            look_form=self.look_form,
        )

    # -- sending ----------------------------------------------------------------------------------

    def send(self, call: Call) -> Exchange:
        """Send a call; what it teaches of the contents is kept, and whoever listens is told."""
        return self.wire.send(call, restoring=self.restoring)

    def burst(self, calls: Sequence[Call]) -> tuple[Exchange, ...]:
        """Send calls at the same time. In whatever order they were carried out, their replies tell
        what is left.

        (Provided that no number is added by one and deleted by another; what looks and later
        replies say is judged anyway.)
        """
        self.bursting = True
        try:
            return self.wire.burst(calls)
        finally:
            self.bursting = False

    def delete(self, key: CampaignKey, numbers: Iterable[str]) -> Exchange:
        """Send the faultless call that deletes these numbers."""
        return self.send(delete(key, numbers, base_path=self.base_path))

    def add(
        self,
        key: CampaignKey,
        numbers: Sequence[str],
        priorities: Mapping[str, int | None] | None = None,
    ) -> Exchange:
        """Add at most 100 numbers: such as `fresh` gave, or originals that are put back.

        `priorities`: of numbers that are to have another one than the run's usual.
        """
        originals = self.original[key].numbers if key in self.original else frozenset()
        new_here = set(numbers) - originals
        if new := sorted(new_here - self.announced_for.setdefault(key, set())):
            self.announced_for[key].update(new)
            self.log.will_add(key, new)
        self.added.setdefault(key, set()).update(new_here)  # first: an addition may be cut off
        own = {number: each for number, each in (priorities or {}).items() if each is not None}
        call = add(key, numbers, base_path=self.base_path, priority=self.priority, priorities=own)
        return self.send(call)

    def ask(self, key: CampaignKey) -> Exchange:
        """Ask the query companion, once what was changed before must show.

        It is asked again where its reply shows nothing, though looks can be read, and where it
        contradicts what replies told: the companion may be busy, or late.
        """
        told = self._told(key)
        exchange = self._asked(key)
        return exchange if told is None else unless_stale(self, key, exchange, *told)

    def _asked(self, key: CampaignKey) -> Exchange:
        self.wait_until_settled()
        exchange = self.send(query(key, base_path=self.base_path))
        for wait in () if self.look_form is None or self.silent else UNREAD_WAITS:
            if exchange.reply is None or self.read(exchange) is not None:
                break  # who gives no answer at all is waited for by the watchdog
            self.sleep(wait)
            exchange = self.send(query(key, base_path=self.base_path))
        return exchange

    def _told(self, key: CampaignKey) -> tuple[frozenset[str], frozenset[str]] | None:
        """What a look must show by what replies told, and what it may; None where nobody can
        say.
        """
        told = self.opened and self.shows == "all" and not self.restoring
        held = self.held.get(key)
        if not told or held is None or not held.complete:
            return None
        doubtful = frozenset(self.uncertain.get(key, ()))
        return held.numbers - doubtful, doubtful

    def look(self, key: CampaignKey) -> frozenset[str] | None:
        """The numbers that a campaign shows; None where nothing can be read."""
        return shown_numbers(answer_of(self.ask(key)), self.look_form)

    def read(self, exchange: Exchange) -> Look | None:
        """What a look shows, in order and with priorities; None where its form is not known."""
        return read_look(answer_of(exchange), self.look_form) if self.look_form else None

    def wait_until_settled(self) -> None:
        """Wait until a look shows what the last call changed."""
        left = self._changed + self.settle - time.perf_counter()
        if self.settle > 0 and left > 0:
            self.sleep(left)

    def _note(self, exchange: Exchange) -> None:
        with self._lock:
            for listener in self.listeners:
                listener(exchange)
            self._keep_up(exchange)

    def _keep_up(self, exchange: Exchange) -> None:
        facts, answer = facts_of(exchange.call, self.setting), answer_of(exchange)
        key = facts.campaign
        if facts.kind != "query":
            self._changed = max(self._changed, exchange.end)
            self.mentioned |= mentions(exchange.call.body)
            self.in_sight.clear()  # a faulty server may touch another campaign than the call names
        if key is None or key not in self.held or answer.outcome == "nothing":
            return
        held = self.held[key]
        if facts.kind == "query":
            self._seen(key, shown_numbers(answer, self.look_form))
        elif answer.outcome == "unknown" or (answer.outcome == "served" and not _plain(facts)):
            self.uncertain.setdefault(key, set()).update(facts.named)
        elif answer.outcome == "served" and facts.kind == "add":
            self.held[key] = Contents(numbers=held.numbers | facts.named, complete=held.complete)
        elif answer.outcome == "served" and facts.kind == "delete":
            self.held[key] = Contents(numbers=held.numbers - facts.named, complete=held.complete)

    def _seen(self, key: CampaignKey, shown: frozenset[str] | None) -> None:
        if shown is not None and self.shows == "all" and key in self.original:
            new = shown - self.held[key].numbers - self.original[key].numbers - self.mentioned
            strangers = (
                self.strangers.setdefault(key, set()) if new else self.strangers.get(key, set())
            )
            known = len(strangers) + len(new) <= MOST_STRANGERS
            if known:
                strangers |= new
            self.held[key] = Contents(numbers=shown, complete=known)
            self.in_sight.add(key)
            self.uncertain.pop(key, None)
            self._forget(key, shown)

    def _forget(self, key: CampaignKey, shown: frozenset[str]) -> None:
        """Forget added numbers that are certainly gone, but for a few to be added again: a long
        run's memory stays flat."""
        added = self.added.get(key, set())
        if len(added) > MOST_REMEMBERED:
            self.added[key] = (added & shown) | set(sorted(added)[-REMEMBERED_GONE:])

    # -- numbers ----------------------------------------------------------------------------------

    def fresh(self, count: int) -> list[str]:
        """Ordinary numbers that no campaign holds, announced in the journal."""
        if len(self.stock) < count:
            self.announce(more := self.pool.plain(max(STOCK, count)))
            self.stock += more
        taken, self.stock = self.stock[:count], self.stock[count:]
        return taken

    def relatives(self, count: int) -> list[str]:
        """Fresh numbers that are easily taken for each other."""
        return self.announce(self._unlikely(self.pool.family(count)))

    def extremes(self) -> list[str]:
        """Fresh numbers of remarkable lengths."""
        return self.announce(self._unlikely(self.pool.extremes()))

    def of_length(self, length: int) -> str:
        """One fresh number of this length, or an ordinary one where a short one may be
        somebody's.
        """
        return self.announce(self._unlikely([self.pool.of_length(length)]))[0]

    def _unlikely(self, numbers: list[str]) -> list[str]:
        """All of them; where a campaign's contents are not known whole, only long ones."""
        if all(self.held[key].complete for key in self.all_keys if key in self.held):
            return numbers
        long = [number for number in numbers if len(number.lstrip("0")) >= UNLIKELY_DIGITS]
        return long or self.pool.plain(1)

    def announce(self, numbers: list[str]) -> list[str]:
        """Write numbers to the journal before they can get into a campaign."""
        self.announced.update(numbers)
        self.guard.own.announce(numbers)
        for key in self.all_keys:
            if key in self.settled:
                continue
            self.announced_for.setdefault(key, set()).update(numbers)
            self.log.will_add(key, numbers)
        return numbers

    def own(self, key: CampaignKey) -> frozenset[str]:
        """What the campaign holds and the run may name: its own numbers, where they are known to be
        there. Never an original, nor what somebody else has added since."""
        held = self.held[key]
        mine = self.announced if held.complete else self.added.get(key, set())
        own = held.numbers & mine
        own -= self.original[key].numbers if key in self.original else frozenset()
        return own - self.strangers.get(key, set())

    # -- what may be done -------------------------------------------------------------------------

    def why_not_exact(self, key: CampaignKey) -> str:
        """Why this campaign can't be given exact contents; empty where it can be, or is already."""
        if key in self.borrowed or (self.held[key].complete and not self.original[key].numbers):
            return ""
        if not self.held[key].complete:
            return (
                f"what campaign {key[1]} holds is not known whole. List a campaign of one's own "
                "number (an empty one), or give its complete list "
                f'({{ id = {key[1]}, numbers = ["…"] }})'
            )
        if self.policy == "keep":
            return (
                f'campaign {key[1]} holds numbers and [safety] originals = "keep": none is named. '
                "List a campaign of one's own number (an empty one)"
            )
        if key not in self.guard.recoverable:
            return (
                f"whether a number deleted in campaign {key[1]} can be added again was not seen in "
                "the rehearsal, so none of its own is taken out"
            )
        if self.shows != "all" and not self.tells_absence:
            return (
                f"neither looks nor replies tell whether a number of campaign {key[1]} is back."
                " List a campaign of one's own number (an empty one)"
            )
        return self.borrowing_ended

    def need_exact(self, key: CampaignKey) -> None:
        """Raise OriginalsStay where the campaign can't be given exact contents."""
        if reason := self.why_not_exact(key):
            raise OriginalsStay(f"It needs a campaign with exact contents, and {reason}.")


def _plain(facts: Facts) -> bool:
    one_reading = facts.faultless or facts.kind == "add" or len(facts.removals) == 1
    return not facts.defects and not facts.unauthorised and one_reading


def chunks(numbers: Sequence[str]) -> Iterable[Sequence[str]]:
    """Lists of at most as many numbers as one call may name."""
    size = MAX_NUMBERS_PER_CALL
    return (numbers[start : start + size] for start in range(0, len(numbers), size))
