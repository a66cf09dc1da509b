"""What a run that ended early has left behind, as its journals tell it."""

from collections.abc import Iterable

from msgspec import Struct

from conformance.exchange import CampaignKey, Contents
from conformance.transport import journal


class Leftover(Struct, frozen=True, kw_only=True):
    """One campaign: what it held before, and the numbers that the run may have added, in the order in which they were announced.

    `settled`: it has been put back already.
    """

    campaign: CampaignKey
    original: Contents
    announced: tuple[str, ...]
    settled: bool


def leftovers(journals: Iterable[journal.Contents]) -> list[Leftover]:
    """The campaigns that journals name. Several journals are those of one run's workers, which may have shared a campaign."""
    facts = [fact for read in journals for fact in read.facts]
    return [_leftover(key, facts) for key in dict.fromkeys(fact.campaign for fact in facts if isinstance(fact, journal.Holding))]


def _leftover(key: CampaignKey, facts: list[journal.Fact]) -> Leftover:
    own = [fact for fact in facts if fact.campaign == key]
    announced = dict.fromkeys(number for fact in own if isinstance(fact, journal.WillAdd) for number in fact.numbers)
    holding = [fact for fact in own if isinstance(fact, journal.Holding)]
    held = frozenset(number for fact in holding for number in fact.numbers) - announced.keys()
    return Leftover(
        campaign=key,
        original=Contents(numbers=held, complete=any(fact.complete for fact in holding)),
        announced=tuple(announced),
        settled=isinstance(own[-1], journal.Restored),
    )


def open_campaigns(contents: journal.Contents) -> list[CampaignKey]:
    """The campaigns that a journal names as changed and not as put back."""
    return sorted(left.campaign for left in leftovers([contents]) if not left.settled)
