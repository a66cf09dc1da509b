"""What a run that ended early has left behind, as its journals tell it."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec import Struct

from conformance.exchange import CampaignKey, Contents
from conformance.transport import journal


class Leftover(Struct, frozen=True, kw_only=True):
    """One campaign as journals tell it.

    `original`: what it held before; `order`: the same, as it was shown; `priorities`: one for each
    of `order`, or empty. `announced`: the numbers that the run may have added, in the order in
    which they were announced. `borrowed`: originals that it may have taken out. `settled`: it has
    been put back already, but for `kept`, the run's numbers that had to stay in it; `forgotten`:
    somebody has seen to it by hand. `damage`: what the journals have lost, so that not all of this
    may be known.
    """

    campaign: CampaignKey
    original: Contents
    announced: tuple[str, ...]
    settled: bool
    order: tuple[str, ...] = ()
    priorities: tuple[int | None, ...] = ()
    borrowed: tuple[str, ...] = ()
    damage: tuple[str, ...] = ()
    forgotten: bool = False
    kept: tuple[str, ...] = ()


def leftovers(journals: Iterable[journal.JournalContents]) -> list[Leftover]:
    """The campaigns that journals name.

    Several journals are those of one run's workers, which may have shared a campaign. A campaign is
    settled when each journal that names it says so; a journal that does is asked for nothing but
    the numbers that its worker announced.
    """
    read = list(journals)
    keys = dict.fromkeys(key for contents in read for key in contents.campaigns)
    return [
        _leftover(key, [contents for contents in read if key in contents.campaigns]) for key in keys
    ]


def _leftover(key: CampaignKey, about: Sequence[journal.JournalContents]) -> Leftover:
    unsettled = [contents for contents in about if key in contents.open_campaigns]
    announced = _numbers(_facts(key, about, journal.WillAdd))
    holdings = _best_first(_facts(key, unsettled or about, journal.Holding))
    order = tuple(number for number in _numbers(holdings) if number not in announced)
    return Leftover(
        campaign=key,
        original=Contents(
            numbers=frozenset(order), complete=any(fact.complete for fact in holdings)
        ),
        announced=tuple(announced),
        settled=not unsettled,
        order=order,
        priorities=_priorities(holdings, order),
        borrowed=tuple(_numbers(_facts(key, unsettled, journal.Borrowed))),
        damage=_damage(key, unsettled, holdings),
        forgotten=not unsettled and any(contents.forgotten for contents in about),
        kept=() if unsettled else tuple(_kept(key, about)),
    )


def _kept(key: CampaignKey, settled: Sequence[journal.JournalContents]) -> Iterable[str]:
    """What the last restoration in each journal left in the campaign."""
    last = [
        facts[-1] for contents in settled if (facts := _facts(key, [contents], journal.Restored))
    ]
    return dict.fromkeys(number for fact in last for number in fact.kept)


_F = TypeVar("_F", journal.Holding, journal.WillAdd, journal.Borrowed, journal.Restored)


def _facts(
    key: CampaignKey, journals: Iterable[journal.JournalContents], kind: type[_F]
) -> list[_F]:
    facts = (fact for contents in journals for fact in contents.facts)
    return [fact for fact in facts if isinstance(fact, kind) and fact.campaign == key]


def _numbers(
    facts: Iterable[journal.Holding | journal.WillAdd | journal.Borrowed],
) -> dict[str, None]:
    return dict.fromkeys(number for fact in facts for number in fact.numbers)


def _best_first(holdings: Sequence[journal.Holding]) -> list[journal.Holding]:
    """The last that is complete tells the order best; what only others name comes behind it."""
    whole = [fact for fact in holdings if fact.complete] or list(holdings)
    return [*whole[-1:], *(fact for fact in holdings if fact not in whole[-1:])]


def _priorities(
    holdings: Iterable[journal.Holding], order: Iterable[str]
) -> tuple[int | None, ...]:
    known: dict[str, int | None] = {}
    for fact in holdings:
        for number, priority in zip(fact.numbers, fact.priorities, strict=False):
            known.setdefault(number, priority)
    return tuple(known.get(number) for number in order) if known else ()


def _damage(
    key: CampaignKey,
    unsettled: Sequence[journal.JournalContents],
    holdings: Sequence[journal.Holding],
) -> tuple[str, ...]:
    damage = [words for contents in unsettled for words in contents.damage]
    if unsettled and not holdings:
        damage.append(f"what campaign {key[1]} of VDN {key[0]} held before is not known")
    return tuple(dict.fromkeys(damage))


def open_campaigns(contents: journal.JournalContents) -> list[CampaignKey]:
    """The campaigns that a journal names as changed and not as put back."""
    return sorted(contents.open_campaigns)


def last_looks(journals: Iterable[journal.JournalContents]) -> journal.Looks | None:
    """How looks are read on the target, as the last of these journals learnt it."""
    found = [
        fact for contents in journals for fact in contents.facts if isinstance(fact, journal.Looks)
    ]
    return found[-1] if found else None
