"""A run: the campaign set it works on, the ledger it fills, and the amounts that its effort
allows.
"""

import random
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from conformance.campaigns import CampaignSet, Episode
from conformance.campaigns.elsewhere import may_exist
from conformance.errors import CannotJudge, Unreadable
from conformance.exchange import Call, CampaignKey, History
from conformance.finding import Finding, Judgement
from conformance.generation.triggers import Trigger
from conformance.oracle import facts_of, judge
from conformance.session.amounts import Amounts
from conformance.session.ledger import Deviating, Ledger
from conformance.session.returned_numbers import ReturnedNumbers
from conformance.session.shrink import is_query, shrink, starts

NEED_EXACT = frozenset({"restriction.last-number", "effect.concurrent"})
"""Clauses whose deviations show only in a campaign that holds nothing else."""
OTHER_VDN = "campaign-id.other-vdn"
ASSUMED = (
    "DELETE to campaign {1} of VDN {0} was served, and nothing rules out that there is such a one:"
    " the document does not say that an id belongs to one VDN"
)
MAX_SHRUNK = 24
"""Deviations of one run that are made again and shortened; a server with more is past shortening.
"""


class Run:
    """What a check works with. One per process; checks use it one after another."""

    def __init__(self, campaign_set: CampaignSet, amounts: Amounts, *, seed: int) -> None:
        self.campaign_set = campaign_set
        self.amounts = amounts
        self.seed = seed
        self.ledger = Ledger()
        self.check = "opening"
        self.concurrency = 1
        """Calls that the target file allows at the same time."""
        self.tamperings: tuple[str, ...] = ()
        """Credential words: the ways in which an Authorization can be spoilt."""
        self.safe_unknown: tuple[int, ...] = ()
        """Campaign ids that nobody has."""
        self.triggers: list[Trigger] = []
        """The user's own calls for codes that are hard to reach."""
        self.unusable: Unreadable | None = None
        """Why no campaign can be set up: then only calls that need none are made."""
        self._returned_numbers = ReturnedNumbers(campaign_set)
        self._pending: list[Deviating] = []
        self._shrunk = 0
        self._exists: dict[CampaignKey, bool] = {}
        """Campaigns of other VDNs that calls reached: whether they may exist."""

    @contextmanager
    def episode(self, *, watch: Collection[CampaignKey] = ()) -> Iterator[Episode]:
        """Calls that make up one history: judged when the block ends, also when it ends early
        because a limit was reached.
        """
        episode = Episode(self.campaign_set, watch=watch)
        try:
            with episode:
                yield episode
        finally:
            self._judge(episode)

    def _judge(self, episode: Episode) -> None:
        history = episode.history
        self._pending += self.ledger.record(judge(history), history, self.check)
        first = history.exchanges[0].number if history.exchanges else 0
        for longer in self._returned_numbers.returned(before=first):
            findings = tuple(found for found in judge(longer).findings if found.kind == "came-back")
            self._pending += self.ledger.record(Judgement(findings=findings), longer, self.check)

    def from_outside(self, calls: Sequence[Call]) -> None:
        """Judge calls that need no set-up and name no number that anybody has."""
        start = self.campaign_set.setting
        history = History(
            setting=start, exchanges=tuple(self.campaign_set.send(call) for call in calls)
        )
        self._pending += self.ledger.record(judge(history), history, self.check)

    def glance(self, episode: Episode, key: CampaignKey | None = None) -> None:
        """A look between calls, which only narrows down which of them did something: at quick
        effort the look at the end must do.
        """
        if self.amounts.glances:
            episode.look(key)

    def begin(self, check: str) -> None:
        """From now on what is found is found by this check."""
        self.check = check
        self._pending = []

    def random(self, purpose: str = "") -> random.Random:
        """A generator of this run's seed, for one purpose of the current check."""
        # reproducible choices, nothing secret
        return random.Random(f"{self.seed}/{self.check}/{purpose}")  # noqa: S311

    def conclude(self) -> list[Deviating]:
        """Shorten what the current check was the first to find, and give it."""
        found, self._pending = self._pending, []
        self._withdraw_assumed(found)
        found = [known for known in found if self.ledger.holds(known)]
        if self.unusable:
            return found
        for known in found:
            if known.finding.clause == "effect.concurrent" and self._shows_one_by_one(
                known.finding
            ):
                self.ledger.retract(known)
            else:
                self._shorten(known)
        return [known for known in found if self.ledger.holds(known)]

    def _withdraw_assumed(self, found: Sequence[Deviating]) -> None:
        """Take back that a campaign of another VDN was served where one of that id may exist."""
        for known in found:
            finding = known.finding
            key = facts_of(finding.program[-1].call, finding.setting).campaign
            if finding.detail == OTHER_VDN and key is not None and self._may_exist(key):
                self.ledger.retract(known)
                self.ledger.undecided.setdefault(known.finding.clause, ASSUMED.format(*key))

    def _may_exist(self, key: CampaignKey) -> bool:
        if key not in self._exists:
            try:
                self._exists[key] = may_exist(self.campaign_set, key)
            except CannotJudge:
                return True  # the limit is reached: nothing shows that there is none
        return self._exists[key]

    def _shows_one_by_one(self, finding: Finding) -> bool:
        """Whether the same calls deviate one after another as well: then it is no matter of
        concurrency, and found elsewhere.
        """
        calls = [exchange.call for exchange in finding.program if not is_query(exchange.call)]
        if len(calls) < 2:
            return False
        try:
            return any(
                self._replay(start, calls, together=False, exact=True)
                for start in starts(finding, frozenset(self.campaign_set.fresh(2)))
            )
        except CannotJudge:
            return False

    def _shorten(self, known: Deviating) -> None:
        if known.shortened or self._shrunk >= MAX_SHRUNK or not known.finding.setting.campaigns:
            return
        if known.finding.kind == "timeout":
            return  # one call, and each time it is made again costs the whole time limit
        self._shrunk += 1
        known.shortened = True
        try:
            tries = self.amounts.replays
            exact = known.finding.clause in NEED_EXACT
            if shorter := shrink(
                known.finding,
                partial(self._replay, exact=exact),
                bystanders=self.campaign_set.fresh(2),
                tries=tries,
            ):
                known.finding = self.ledger.evident(shorter)
            else:
                known.unconfirmed = True
        except CannotJudge:
            known.unconfirmed = True  # the limit is reached: what is on record stays

    def _replay(
        self,
        start: dict[CampaignKey, frozenset[str]],
        calls: Sequence[Call],
        *,
        together: bool = True,
        exact: bool = False,
    ) -> list[Finding]:
        """`exact`: nothing may stand beside the numbers; else originals stay where they are, unless
        they are out anyway.
        """
        for key, numbers in start.items():
            with Episode(self.campaign_set) as set_up:
                set_up.hold(numbers, key, exact=exact or key in self.campaign_set.borrowed)
        with Episode(self.campaign_set, watch=start) as episode:
            self._repeat(episode, calls, together=together)
        judgement = judge(episode.history)
        known = self.ledger.deviations
        self._pending += self.ledger.record(
            type(judgement)(
                findings=tuple(
                    found for found in judgement.findings if "|".join(found.key) not in known
                )
            ),
            episode.history,
            self.check,
        )
        return list(judgement.findings)

    def _repeat(self, episode: Episode, calls: Sequence[Call], *, together: bool) -> None:
        changing = [call for call in calls if not is_query(call)]
        if together and self.check.startswith("race") and len(changing) > 1:
            episode.burst(changing)
            return
        for call in changing:
            episode.send(call)
            if call.method == "POST":
                episode.look()
