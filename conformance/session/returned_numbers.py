"""Numbers that are gone for good: one that a call deleted and a look no longer showed must not be
there again later in the run.

A history ends with its episode, so the oracle alone sees only what comes back within one. Here the
run remembers beyond that, and makes a history of three exchanges out of it (the deletion, the look
without the number, the look with it) for the oracle to judge.
"""

from msgspec.structs import replace

from conformance.campaigns import CampaignSet
from conformance.exchange import CampaignKey, Contents, Exchange, History
from conformance.oracle import answer_of, facts_of, mentions, shown_numbers

MOST_REMEMBERED = 2048
"""Numbers per campaign; the oldest are forgotten first."""
MOST_BYTES = 8 * 1024 * 1024
"""Bytes of the looks that go with them, beyond which half of them are forgotten: what a server
shows may be large each time.
"""


class ReturnedNumbers:
    """Listens to a campaign set whose campaigns can be looked at, and keeps the histories of
    numbers that came back.
    """

    def __init__(self, campaign_set: CampaignSet) -> None:
        self._campaign_set = campaign_set
        self._deleted: dict[CampaignKey, dict[str, Exchange]] = {}
        """By number: the call that deleted it, until the next look."""
        self._gone: dict[CampaignKey, dict[str, tuple[Exchange, Exchange]]] = {}
        """By number: the call that deleted it, and the look that did not show it any more."""
        self._doubtful: set[str] = set()
        """Numbers that a call without an answer may still add."""
        self._returned: list[History] = []
        campaign_set.listeners.append(self._heard)

    def returned(self, *, before: int) -> list[History]:
        """What has come back since this was last asked, of numbers that were gone before the
        exchange with that number.
        """
        found, self._returned = self._returned, []
        sure = [history for history in found if not self._was_stale(history)]
        return [history for history in sure if history.exchanges[1].number < before]

    def _was_stale(self, history: History) -> bool:
        """Whether the look that showed a number again was a stale one: then it is gone as
        before.
        """
        deletion, missing, look = history.exchanges
        if not {missing.number, look.number} & self._campaign_set.stale:
            return False
        ((key, held),) = history.setting.campaigns
        left = shown_numbers(answer_of(missing), history.setting.look_form) or frozenset()
        gone = self._gone.setdefault(key, {})
        gone.update(dict.fromkeys(held.numbers - left, (deletion, missing)))
        return True

    def _heard(self, exchange: Exchange) -> None:
        facts, answer = facts_of(exchange.call, self._campaign_set.setting), answer_of(exchange)
        if (
            facts.kind == "query"
            and facts.campaign is not None
            and self._campaign_set.shows == "all"
        ):
            if (shown := shown_numbers(answer, self._campaign_set.look_form)) is not None:
                self._looked(facts.campaign, shown, exchange)
        elif (
            facts.kind == "delete"
            and facts.faultless
            and not facts.unauthorised
            and answer.outcome == "served"
        ):
            if facts.campaign is not None:
                self._deleted.setdefault(facts.campaign, {}).update(
                    dict.fromkeys(facts.named, exchange)
                )
        elif facts.kind not in {"query", "delete"} and answer.outcome not in {"refused", "nothing"}:
            self._may_be_back(mentions(exchange.call.body), late=answer.outcome == "unknown")

    def _may_be_back(self, numbers: frozenset[str], *, late: bool) -> None:
        for number in numbers:
            for deleted in self._deleted.values():
                deleted.pop(number, None)
            for gone in self._gone.values():
                gone.pop(number, None)
        if late:
            self._doubtful |= numbers

    def _looked(self, key: CampaignKey, shown: frozenset[str], look: Exchange) -> None:
        gone = self._gone.setdefault(key, {})
        back = {number: gone.pop(number) for number in sorted(shown & gone.keys())}
        for deletion, missing in dict.fromkeys(back.values()):
            self._returned.append(self._history(key, deletion, missing, look))
        for number, deletion in self._deleted.pop(key, {}).items():
            if number not in shown and self._is_ours(key, number):
                gone[number] = (deletion, look)
        large = sum(
            {
                id(missing): len(missing.reply.body)
                for _, missing in gone.values()
                if missing.reply is not None
            }.values()
        )
        most = MOST_REMEMBERED if large <= MOST_BYTES else len(gone) // 2
        for number in list(gone)[: max(len(gone) - most, 0)]:
            del gone[number]

    def _is_ours(self, key: CampaignKey, number: str) -> bool:
        """Only what the run itself had added: what the campaign held before may be put back by
        whoever keeps it.
        """
        original = self._campaign_set.original.get(key)
        return (
            number not in self._doubtful and original is not None and number not in original.numbers
        )

    def _history(
        self, key: CampaignKey, deletion: Exchange, missing: Exchange, look: Exchange
    ) -> History:
        setting = self._campaign_set.setting
        left = shown_numbers(answer_of(missing), setting.look_form) or frozenset()
        held = Contents(numbers=left | facts_of(deletion.call, setting).named, complete=True)
        return History(
            setting=replace(setting, campaigns=((key, held),)), exchanges=(deletion, missing, look)
        )
