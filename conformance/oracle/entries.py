"""An exchange with what the oracle sees in it, and the groups in which exchanges overlap."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from conformance.exchange import CampaignKey, Exchange, History
from conformance.oracle.bodies import mentions
from conformance.oracle.calls import Facts, facts_of
from conformance.oracle.reply import Answer, answer_of
from conformance.oracle.worlds import WorldStep, step_of

SEARCHED = 400
"""Calls before a deviation that are searched for those that belong to its program."""
MAX_SHOWN = 12
"""Calls kept as evidence before a program is shortened: the latest ones that name the numbers in
question.
"""


class Entry(Struct, frozen=True, kw_only=True):
    """One exchange of a history with its facts and its answer; `position` in the history."""

    position: int
    exchange: Exchange
    facts: Facts
    answer: Answer

    @property
    def step(self) -> WorldStep:
        """The exchange as a step from world to world."""
        return step_of(self.facts, self.answer, self.exchange.start, self.exchange.end)

    @property
    def mentions(self) -> frozenset[str]:
        """The numbers that the call names, also in a form that is no faultless item: what a lax
        server could have taken from it.
        """
        return self.facts.named | mentions(self.exchange.call.body)

    @property
    def authorised_delete(self) -> bool:
        """A DELETE on the interface's URI that had to be let in, and was sent."""
        return (
            self.facts.kind == "delete"
            and not self.facts.unauthorised
            and self.answer.outcome != "nothing"
        )


def entries_of(history: History) -> tuple[Entry, ...]:
    """All exchanges of a history in order of their start."""
    ordered = sorted(history.exchanges, key=lambda exchange: exchange.start)
    return tuple(
        Entry(
            position=position,
            exchange=exchange,
            facts=facts_of(exchange.call, history.setting),
            answer=answer_of(exchange),
        )
        for position, exchange in enumerate(ordered)
    )


def windows(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Groups of entries that overlap in time, directly or through others; most hold one."""
    groups: list[list[Entry]] = []
    end = float("-inf")
    for entry in entries:
        if groups and entry.exchange.start < end:
            groups[-1].append(entry)
        else:
            groups.append([entry])
        end = max(end, entry.exchange.end)
    return groups


def naming(
    entries: Iterable[Entry],
    numbers: frozenset[str],
    decisive: Entry,
    suspects: frozenset[int] = frozenset(),
) -> tuple[Exchange, ...]:
    """The program that shows a deviation, before it is shortened: what named these numbers,
    suspects, and the decisive exchange.
    """
    named = [
        entry
        for entry in list(entries)[-SEARCHED:]
        if entry.position != decisive.position
        and (entry.position in suspects or entry.facts.named & numbers or entry.mentions & numbers)
    ]
    return (*(entry.exchange for entry in named[-MAX_SHOWN:]), decisive.exchange)


def on_campaign(entries: Iterable[Entry], key: CampaignKey) -> list[Entry]:
    """Those that address this campaign."""
    return [entry for entry in entries if entry.facts.campaign == key]
