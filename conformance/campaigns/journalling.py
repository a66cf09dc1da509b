"""The journals of a run as its campaigns know them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from conformance.exchange import CampaignKey
from conformance.transport.journal import (
    Borrowed,
    CampaignFact,
    Fact,
    Holding,
    Journal,
    Looks,
    Restored,
    WillAdd,
)


class JournalLog:
    """Writes facts to a journal."""

    def __init__(self, journal: Journal) -> None:
        self._journals: Sequence[tuple[Journal, Collection[CampaignKey] | None]] = [(journal, None)]
        self._doubtful: frozenset[CampaignKey] = frozenset()

    @classmethod
    def of_several(
        cls,
        journals: Sequence[tuple[Journal, Collection[CampaignKey]]],
        *,
        doubtful: Collection[CampaignKey] = (),
    ) -> "JournalLog":
        """Of a run with several workers: a fact goes to each journal that is about the campaign.

        `doubtful`: campaigns of which the journals have lost something, so that nobody can say that
        they hold again what they held.
        """
        log = cls(journals[0][0])
        log._journals = journals
        log._doubtful = frozenset(doubtful)
        return log

    def holding(
        self,
        campaign: CampaignKey,
        numbers: Iterable[str],
        *,
        complete: bool,
        priorities: Iterable[int | None] = (),
    ) -> None:
        """What a campaign held before the run, in the order in which it was shown."""
        self._write(
            Holding(
                campaign=campaign,
                numbers=tuple(numbers),
                complete=complete,
                priorities=tuple(priorities),
            )
        )

    def will_add(self, campaign: CampaignKey, numbers: Iterable[str]) -> None:
        """Numbers that may be added from now on."""
        self._write(WillAdd(campaign=campaign, numbers=tuple(numbers)))

    def borrowed(self, campaign: CampaignKey, numbers: Iterable[str]) -> None:
        """Originals that are about to be taken out."""
        self._write(Borrowed(campaign=campaign, numbers=tuple(numbers)))

    def looks(
        self, form: Mapping[str, Any], *, settle: float, shows: str, priority: int | None
    ) -> None:
        """How looks are read on this target."""
        self._write(Looks(form=dict(form), settle=settle, shows=shows, priority=priority))

    def restored(self, campaign: CampaignKey, *, kept: Iterable[str] = ()) -> None:
        """The campaign is as it was, but for numbers of the run that had to stay in it."""
        if campaign not in self._doubtful:
            self._write(Restored(campaign=campaign, kept=tuple(sorted(kept))))

    def _write(self, fact: Fact) -> None:
        for journal, about in self._journals:
            if about is None or not isinstance(fact, CampaignFact) or fact.campaign in about:
                journal.write(fact)
