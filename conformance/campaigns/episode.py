"""One episode: a set-up of its own, calls, an observation at its end, and the history that is
judged.
"""

from collections.abc import Collection, Iterable, Sequence
from types import TracebackType
from typing import Self

from conformance.campaigns.arranging import MAX_TRIES, arrange, arrange_count, settle_uncertain
from conformance.campaigns.borrowing import may_be_exact
from conformance.campaigns.campaign_set import CampaignSet, chunks
from conformance.errors import CampaignUnusable
from conformance.exchange import Call, CampaignKey, Exchange, History
from conformance.generation.calls import delete
from conformance.oracle import answer_of, facts_of

A_FEW = 3
"""Numbers without which an episode has nothing to work on."""


class Episode:
    """Calls on the campaigns of a campaign set, recorded as one history.

    Use it as a context manager; at its end every campaign that may have changed is looked at, or
    drained where it can't be.
    """

    def __init__(self, campaign_set: CampaignSet, *, watch: Collection[CampaignKey] = ()) -> None:
        self.campaign_set = campaign_set
        self.exchanges: list[Exchange] = []
        self._watch = set(watch)
        self._start = campaign_set.setting

    def __enter__(self) -> Self:
        self.campaign_set.listeners.append(self._heard)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.observe()
        finally:
            self.campaign_set.listeners.remove(self._heard)

    def _heard(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)

    @property
    def key(self) -> CampaignKey:
        """The first campaign: the one that most episodes work on."""
        return self.campaign_set.keys[0]

    @property
    def history(self) -> History:
        """Everything that happened in this episode, set-up included, but for looks that were
        stale.
        """
        exchanges = tuple(
            each for each in self.exchanges if each.number not in self.campaign_set.stale
        )
        return History(setting=self._start, exchanges=exchanges)

    # -- set-up ------------------------------------------------------------------------------------

    def hold(
        self, wanted: Collection[str], key: CampaignKey | None = None, *, exact: bool = False
    ) -> bool:
        """Make the campaign hold exactly these of the run's numbers, beside those that it held
        before; True if it does.

        `exact`: and nothing beside them. Raises OriginalsStay where that can't be had.
        """
        return arrange(self.campaign_set, key or self.key, wanted, exact=exact)

    def may_be_exact(self, key: CampaignKey | None = None) -> bool:
        """Whether the campaign can be given exact contents."""
        return may_be_exact(self.campaign_set, key or self.key)

    def hold_at_least(self, count: int, key: CampaignKey | None = None) -> list[str]:
        """Make the campaign hold at least so many numbers that may be named; gives all of them.

        Fewer where the server allows no more. Raises CampaignUnusable where not even a few can be
        had.
        """
        held = arrange_count(self.campaign_set, key or self.key, count)
        if len(held) < min(count, A_FEW):
            raise CampaignUnusable(
                f"Campaign {(key or self.key)[1]} could not be given {count} numbers: {len(held)}"
                f" are there after {MAX_TRIES} tries."
            )
        return held

    def hold_exactly(self, count: int, key: CampaignKey | None = None) -> list[str]:
        """Make the campaign hold so many numbers and no others; gives them. Fewer or more where the
        server did not do as told.

        Raises OriginalsStay where the campaign can't be given exact contents.
        """
        return arrange_count(self.campaign_set, key or self.key, count, exactly=True)

    def held(self, key: CampaignKey | None = None) -> list[str]:
        """The numbers that may be named, as known now."""
        return sorted(self.campaign_set.own(key or self.key))

    # -- calls -------------------------------------------------------------------------------------

    def delete(self, numbers: Iterable[str], key: CampaignKey | None = None) -> Exchange:
        """The faultless call that deletes these numbers."""
        return self.campaign_set.delete(key or self.key, numbers)

    def send(self, call: Call) -> Exchange:
        """Any call."""
        return self.campaign_set.send(call)

    def burst(self, calls: Sequence[Call]) -> tuple[Exchange, ...]:
        """Several calls at the same time."""
        return self.campaign_set.burst(calls)

    def look(self, key: CampaignKey | None = None) -> None:
        """Look at a campaign now, where it can be looked at."""
        if self.campaign_set.shows != "nothing":
            self.campaign_set.look(key or self.key)

    # -- the end -----------------------------------------------------------------------------------

    def observe(self) -> None:
        """Look at every campaign that was called, or whose numbers were named, since it was last
        looked at; else drain it.
        """
        for key in self.campaign_set.keys:
            if self.campaign_set.shows == "all":
                if self._touched(key):
                    self.campaign_set.look(key)
            elif self._called(key):
                settle_uncertain(self.campaign_set, key)
                self._drain(key)

    def _touched(self, key: CampaignKey) -> bool:
        return self._called(key) or key in self._watch

    def _called(self, key: CampaignKey) -> bool:
        """Whether anything but looks happened on the campaign since it was last looked at."""
        for exchange in reversed(self.exchanges):
            facts = facts_of(exchange.call, self._start)
            if facts.kind == "query" and facts.campaign == key and self.campaign_set.shows == "all":
                return False
            if facts.kind != "query" and (
                facts.campaign == key or facts.named & self.campaign_set.held[key].numbers
            ):
                return True
        return False

    def _drain(self, key: CampaignKey) -> None:
        """Delete all but one number, then that one: what is served and what is refused tells
        what was there.

        The one that is kept to the last was named by a call that should not have removed it: if
        it is gone after all, the batch before it must be refused; if something else is left
        after all, the last call is served.
        """
        held = sorted(self.campaign_set.own(key))
        if (
            not self.campaign_set.held[key].complete
            or not held
            or self.campaign_set.uncertain.get(key)
        ):
            return
        last = self._suspect(key) or held[-1]
        others = [number for number in held if number != last]
        for chunk in chunks(others):
            self.delete(chunk, key)
        self.send(delete(key, [last], base_path=self.campaign_set.base_path))

    def _suspect(self, key: CampaignKey) -> str | None:
        held = self.campaign_set.own(key)
        for exchange in reversed(self.exchanges):
            facts = facts_of(exchange.call, self._start)
            if facts.kind in {"query", "add"} or not facts.named & held:
                continue
            if (
                facts.campaign != key
                or facts.unauthorised
                or answer_of(exchange).outcome == "refused"
            ):
                return min(facts.named & held)
        return None
