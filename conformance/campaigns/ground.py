"""The campaigns that a run may use, and what is known of their contents after every call."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from conformance.contract import MAX_NUMBERS_PER_CALL
from conformance.exchange import Call, CampaignKey, Contents, Exchange, QueryShows, Setting
from conformance.generation.calls import add, delete, query
from conformance.generation.numbers import NumberPool
from conformance.oracle import Facts, answer_of, facts_of, mentions, shown_numbers

UNLIKELY_DIGITS = 10
READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
STOCK = 400
"""Numbers that are announced in the journal at once, so that adding costs no write per call."""


MOST_REMEMBERED = 512
"""Added numbers beyond which those that a look shows to be gone are forgotten."""
MOST_STRANGERS = 20_000
"""Numbers of somebody else's that are remembered for each campaign. Of one that shows more only what the run added is its own."""
REMEMBERED_GONE = 32
"""Of those, how many are kept: something to add again, and the knowledge that something was added."""


class Wire(Protocol):
    """What sends calls; the transport is one."""

    def send(self, call: Call, *, restoring: bool = False) -> Exchange:
        """Send one call and wait for what comes of it. No budget stops one that puts something back."""

    def on_exchange(self, observer: Callable[[Exchange], None]) -> Callable[[], None]:
        """Tell an observer of every exchange, those hidden behind a resending included. Returns a function that ends it."""

    def burst(self, calls: Sequence[Call]) -> tuple[Exchange, ...]:
        """Send calls at the same time."""


class Log(Protocol):
    """What must be on disk before a campaign is changed; the journal is one."""

    def holding(self, campaign: CampaignKey, numbers: Iterable[str], *, complete: bool) -> None:
        """What a campaign held before the run."""

    def will_add(self, campaign: CampaignKey, numbers: Iterable[str]) -> None:
        """Numbers that the run may add from now on."""

    def restored(self, campaign: CampaignKey) -> None:
        """The campaign holds again what it held."""


@dataclass
class Ground:
    """The campaigns under the run's control. `held` is what each is known to hold now, `original` what it held at first.

    `shows` is how far the query companion can be trusted (established by probing). `uncertain` are numbers of which nobody
    knows whether they are there. `priority` is sent with numbers that are added, where it is not None.
    """

    wire: Wire
    log: Log
    keys: tuple[CampaignKey, ...]
    pool: NumberPool
    base_path: str = ""
    foreign: CampaignKey | None = None
    authenticated: bool = True
    priority: int | None = None
    shows: QueryShows = "nothing"
    held: dict[CampaignKey, Contents] = field(default_factory=dict)
    original: dict[CampaignKey, Contents] = field(default_factory=dict)
    uncertain: dict[CampaignKey, set[str]] = field(default_factory=dict)
    added: dict[CampaignKey, set[str]] = field(default_factory=dict)
    listeners: list[Callable[[Exchange], None]] = field(default_factory=list)
    can_add: bool = True
    refusal: Exchange | None = None
    """What came of the last try to find out whether numbers can be added."""
    strangers: dict[CampaignKey, set[str]] = field(default_factory=dict)
    """Numbers that appeared although no call of this run had named them: somebody else is at work. They are never named."""
    mentioned: set[str] = field(default_factory=set)
    """Numbers that calls of this run have named somehow: a faulty server may keep what it was to delete or refuse."""
    in_sight: set[CampaignKey] = field(default_factory=set)
    """Campaigns that were seen whole, and to which nothing has been done since."""
    stock: list[str] = field(default_factory=list)
    announced: set[str] = field(default_factory=set)
    most: int | None = None
    """The most numbers that the server was seen to allow in one campaign, where it refused more."""
    restoring: bool = False
    bursting: bool = False
    """Calls are under way at the same time: nobody knows what a campaign holds when one of them is carried out."""
    silent: bool = False
    """The target was found to give no answers: further campaigns are looked at once only."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.wire.on_exchange(self._note)

    @property
    def all_keys(self) -> tuple[CampaignKey, ...]:
        """The listed campaigns and the foreign one."""
        return self.keys if self.foreign is None else (*self.keys, self.foreign)

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
        )

    # -- sending ----------------------------------------------------------------------------------------------------

    def send(self, call: Call) -> Exchange:
        """Send a call; what it teaches of the contents is kept, and whoever listens is told."""
        return self.wire.send(call, restoring=self.restoring)

    def burst(self, calls: Sequence[Call]) -> tuple[Exchange, ...]:
        """Send calls at the same time. In whatever order they were carried out, their replies tell what is left.

        (Provided that no number is added by one and deleted by another; what looks and later replies say is judged anyway.)
        """
        self.bursting = True
        try:
            return self.wire.burst(calls)
        finally:
            self.bursting = False

    def delete(self, key: CampaignKey, numbers: Iterable[str]) -> Exchange:
        """Send the faultless call that deletes these numbers."""
        return self.send(delete(key, numbers, base_path=self.base_path))

    def add(self, key: CampaignKey, numbers: Sequence[str]) -> Exchange:
        """Add at most 100 numbers, which must come from `fresh` or have been in the campaign before."""
        self.added.setdefault(key, set()).update(numbers)  # first: a call that is interrupted may have added them
        return self.send(add(key, numbers, base_path=self.base_path, priority=self.priority))

    def look(self, key: CampaignKey) -> frozenset[str] | None:
        """Ask the query companion; None where it shows nothing that can be read."""
        return shown_numbers(answer_of(self.send(query(key, base_path=self.base_path))))

    def _note(self, exchange: Exchange) -> None:
        with self._lock:
            for listener in self.listeners:
                listener(exchange)
            self._keep_up(exchange)

    def _keep_up(self, exchange: Exchange) -> None:
        facts, answer = facts_of(exchange.call, self.setting), answer_of(exchange)
        key = facts.campaign
        if facts.kind != "query":
            self.mentioned |= mentions(exchange.call.body)
            self.in_sight.clear()  # a faulty server may touch another campaign than the call names
        if key is None or key not in self.held or answer.outcome == "nothing":
            return
        held = self.held[key]
        if facts.kind == "query":
            self._seen(key, shown_numbers(answer))
        elif answer.outcome == "unknown" or (answer.outcome == "served" and not _plain(facts)):
            self.uncertain.setdefault(key, set()).update(facts.named)
        elif answer.outcome == "served" and facts.kind == "add":
            self.held[key] = Contents(numbers=held.numbers | facts.named, complete=held.complete)
        elif answer.outcome == "served" and facts.kind == "delete":
            self.held[key] = Contents(numbers=held.numbers - facts.named, complete=held.complete)

    def _seen(self, key: CampaignKey, shown: frozenset[str] | None) -> None:
        if shown is not None and self.shows == "all":
            new = shown - self.held[key].numbers - self.original[key].numbers - self.mentioned
            strangers = self.strangers.setdefault(key, set()) if new else self.strangers.get(key, set())
            known = len(strangers) + len(new) <= MOST_STRANGERS
            if known:
                strangers |= new
            self.held[key] = Contents(numbers=shown, complete=known)
            self.in_sight.add(key)
            self.uncertain.pop(key, None)
            self._forget(key, shown)

    def _forget(self, key: CampaignKey, shown: frozenset[str]) -> None:
        """Numbers that were added and are certainly gone are forgotten, all but a few to be added again: a long run's memory stays flat."""
        added = self.added.get(key, set())
        if len(added) > MOST_REMEMBERED:
            self.added[key] = (added & shown) | set(sorted(added)[-REMEMBERED_GONE:])

    # -- numbers ----------------------------------------------------------------------------------------------------

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

    def _unlikely(self, numbers: list[str]) -> list[str]:
        """All of them; where a campaign's contents are not known whole, only those so long that nobody else can have them by chance."""
        known = all(self.held[key].complete for key in self.all_keys if key in self.held)
        return numbers if known else [number for number in numbers if len(number.lstrip("0")) >= UNLIKELY_DIGITS] or self.pool.plain(1)

    def of_length(self, length: int) -> str:
        """One fresh number of this length."""
        return self.announce([self.pool.of_length(length)])[0]

    def announce(self, numbers: list[str]) -> list[str]:
        """Write numbers to the journal before they can get into a campaign."""
        self.announced.update(numbers)
        for key in self.all_keys:
            self.log.will_add(key, numbers)
        return numbers

    def unseen(self, call: Call) -> str | None:
        """The reason to withhold a call that names numbers of a campaign whose contents are not known whole; None to send it.

        A number that is neither the run's own nor seen there may be somebody's.
        """
        if call.method in READING_METHODS:
            return None
        facts = facts_of(call, self.setting)
        contents = self.held.get(facts.campaign) if facts.campaign else None
        if contents is None or contents.complete or facts.kind == "add":
            return None
        strange = facts.named - self.announced - contents.numbers
        return f"it names {min(strange)}, and it is not known whether somebody's campaign holds that number" if strange else None

    def own(self, key: CampaignKey) -> frozenset[str]:
        """What the campaign holds and the run may name: everything where its contents are known, else what the run added.

        Never what somebody else has added since.
        """
        held = self.held[key]
        own = held.numbers if held.complete else held.numbers & frozenset(self.added.get(key, ()))
        return own - self.strangers[key] if key in self.strangers else own


def _plain(facts: Facts) -> bool:
    return not facts.defects and not facts.unauthorised and (facts.faultless or facts.kind == "add" or len(facts.removals) == 1)


def chunks(numbers: Sequence[str]) -> Iterable[Sequence[str]]:
    """Lists of at most as many numbers as one call may name."""
    return (numbers[start : start + MAX_NUMBERS_PER_CALL] for start in range(0, len(numbers), MAX_NUMBERS_PER_CALL))
