"""The journals of a run as its campaigns know them."""

from collections.abc import Collection, Iterable, Sequence

from conformance.exchange import CampaignKey
from conformance.transport.journal import Fact, Holding, Journal, Restored, WillAdd


class JournalLog:
    """Writes facts to a journal."""

    def __init__(self, journal: Journal) -> None:
        self._journals: Sequence[tuple[Journal, Collection[CampaignKey] | None]] = [(journal, None)]

    @classmethod
    def of_several(cls, journals: Sequence[tuple[Journal, Collection[CampaignKey]]]) -> "JournalLog":
        """Of a run with several workers: a fact goes to each journal that is about the campaign."""
        log = cls(journals[0][0])
        log._journals = journals
        return log

    def holding(self, campaign: CampaignKey, numbers: Iterable[str], *, complete: bool) -> None:
        """What a campaign held before the run."""
        self._write(Holding(campaign=campaign, numbers=tuple(numbers), complete=complete))

    def will_add(self, campaign: CampaignKey, numbers: Iterable[str]) -> None:
        """Numbers that may be added from now on."""
        self._write(WillAdd(campaign=campaign, numbers=tuple(numbers)))

    def restored(self, campaign: CampaignKey) -> None:
        """The campaign is as it was."""
        self._write(Restored(campaign=campaign))

    def _write(self, fact: Fact) -> None:
        for journal, about in self._journals:
            if about is None or fact.campaign in about:
                journal.write(fact)
