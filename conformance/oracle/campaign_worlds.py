"""What the judge knows of one campaign: what it may hold, what happened since it was last certain,
and how a deviation is written down.
"""

from dataclasses import dataclass, field

from conformance.exchange import CampaignKey, Contents, Exchange, LookForm, QueryShows
from conformance.finding import counted
from conformance.oracle.blame import Blame
from conformance.oracle.entries import Entry, naming
from conformance.oracle.finding_log import FindingLog
from conformance.oracle.replies import unjust_refusal
from conformance.oracle.worlds import MAX_WORLDS, World

RACE = "race"
"""Detail of a last number that several calls at the same time took."""
NO_ORDER = "No order of these concurrent calls explains their replies."


@dataclass(kw_only=True)
class CampaignWorlds:
    """One campaign on its way through a history. `worlds` are its possible contents, `lost` that
    they are unknown until the next look.
    """

    key: CampaignKey
    worlds: frozenset[World]
    complete: bool
    shows: QueryShows
    finding_log: FindingLog
    look_form: LookForm | None = None
    lost: bool = False
    raced: frozenset[int] = frozenset()
    """Positions of overlapping calls since the last look."""
    tentative: set[str] = field(default_factory=set)
    """Numbers of additions that no look has confirmed."""
    before: list[Entry] = field(default_factory=list)
    since: list[Entry] = field(default_factory=list)
    """What happened before the last look, and since."""
    deferred: list[tuple[Entry, World]] = field(default_factory=list)
    """Refusals that what an earlier call did may explain, with what the campaign should have held:
    the next look decides.
    """
    emptied: list[tuple[str, str, tuple[Exchange, ...]]] = field(default_factory=list)
    """Calls served that named all that should be left, until the next look: detail, summary,
    program.
    """
    miscounts: list[tuple[Entry, int]] = field(default_factory=list)
    """Served deletions with a count that is not theirs, until the next look."""

    # -- what is known -----------------------------------------------------------------------------

    def chronicle(self, position: float) -> None:
        """Remember what the campaign holds at this place in the history, where only one world is
        left.
        """
        if len(self.worlds) == 1:
            (world,) = self.worlds
            self.finding_log.held(
                self.key,
                position,
                Contents(numbers=world, complete=self.complete and not self.lost),
            )

    def bound(self) -> None:
        """Give the campaign up until the next look where too many worlds are possible."""
        if len(self.worlds) > MAX_WORLDS:
            self.lose(
                "effect.failed-changes-nothing",
                "too many calls without an answer to follow what the campaign holds",
            )

    def lose(self, clause: str, reason: str) -> None:
        """From here to the next look nothing is known; a clause that it keeps from being judged
        says why.
        """
        self.lost = True
        self.finding_log.undecided.setdefault(clause, reason)

    def served(self) -> list[Entry]:
        """The deletions on this campaign that were served since the last look."""
        return [
            past
            for past in self.since
            if past.authorised_delete
            and past.facts.campaign == self.key
            and past.answer.outcome == "served"
        ]

    def served_before(self) -> bool:
        """Whether any deletion was served in this history."""
        return any(
            past.authorised_delete and past.answer.outcome == "served"
            for past in (*self.before, *self.since)
        )

    # -- what is found -----------------------------------------------------------------------------

    def report(self, blame: Blame, entry: Entry) -> None:
        """Write a deviation down with the calls that named its numbers; `entry` shows it."""
        summary = f"{blame.says[0].upper()}{blame.says[1:]}."
        suspects = blame.suspects | (
            self.raced if blame.clause == "effect.concurrent" else frozenset()
        )
        program = naming(
            (*self.before, *self.since), blame.numbers or entry.facts.named, entry, suspects
        )
        self.finding_log.find(blame.clause, blame.kind, summary, program, blame.detail)

    def report_emptied(self) -> None:
        """The last number was taken: no look shows that there were others."""
        for how, summary, program in self.emptied:
            self.finding_log.find("restriction.last-number", "emptied", summary, program, how)
        self.emptied.clear()

    def report_deferred(self) -> None:
        """Refusals that nothing else explains."""
        for entry, should_hold in self.deferred:
            self.report_unjust(entry, should_hold)
        self.deferred.clear()

    def report_unjust(self, entry: Entry, world: World) -> None:
        """A faultless call that named fewer numbers than the campaign held was refused."""
        clause, why = unjust_refusal(entry)
        if (
            self.complete
            and len(world - entry.facts.named) == 1
            and clause == "response.success-code"
            and self.served_before()
        ):
            clause, why = "restriction.last-number", "although one number would be left"
        summary = (
            f"A call naming {counted(entry.facts.items, 'number')} of the campaign was refused"
            f" ({entry.answer.code}) {why}."
        )
        earlier = [past for past in self.since if past.position < entry.position]
        self.finding_log.find(
            clause,
            "refused",
            summary,
            naming(earlier, entry.facts.named, entry),
            entry.answer.code or "",
        )

    def report_miscounts(self) -> None:
        """Counts that are wrong, now that it is certain what the campaign held.

        Only of a deletion that stands alone between two looks: a wrong count beside another one may
        be the true count of a deletion that took more than it named.
        """
        for entry, said in self.miscounts:
            summary = (
                f"A call that deleted {counted(len(entry.facts.named), 'number')} says num:{said}."
            )
            self.finding_log.find("response.count", "miscounts", summary, (entry.exchange,))
        self.miscounts.clear()
