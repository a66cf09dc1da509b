"""Where the judge writes down what it finds while it goes through one history."""

from collections import Counter
from dataclasses import dataclass, field

from msgspec.structs import replace

from conformance.exchange import CampaignKey, Contents, Exchange, Setting
from conformance.finding import Finding, Judgement, Observation
from conformance.oracle.entries import Entry

SAMPLES = 3
"""Exchanges remembered per clause, to show in a report on what a clause was judged."""


@dataclass
class FindingLog:
    """Findings, cases per clause, observations and what stayed undecided, of one history."""

    setting: Setting
    findings: list[Finding] = field(default_factory=list)
    cases: Counter[str] = field(default_factory=Counter)
    observations: list[Observation] = field(default_factory=list)
    undecided: dict[str, str] = field(default_factory=dict)
    controlled: Counter[str] = field(default_factory=Counter)
    """Cases that count only if the same history holds a control: a faultless call that was served.
    """
    samples: dict[str, list[Exchange]] = field(default_factory=dict)
    at: Entry | None = None
    """The entry under judgement."""
    chronicle: dict[CampaignKey, list[tuple[float, Contents]]] = field(default_factory=dict)
    """What each campaign held, as far as replies tell, before and after each entry; by position."""
    positions: dict[int, int] = field(default_factory=dict)
    """From an exchange's number to its place in the history."""
    accepted: set[int] = field(default_factory=set)
    """Positions of calls that were already found wrongly served, so that their effect is not
    reported a second time.
    """

    def find(
        self, clause: str, kind: str, summary: str, program: tuple[Exchange, ...], detail: str = ""
    ) -> None:
        """Write down a deviation."""
        self.cases[clause] += 1
        self.findings.append(
            Finding(
                clause=clause,
                kind=kind,
                detail=detail,
                summary=summary,
                program=program,
                setting=self._before(program[0]),
            )
        )

    def held(self, campaign: CampaignKey, position: float, contents: Contents) -> None:
        """Remember what a campaign held at a place in the history."""
        self.chronicle.setdefault(campaign, []).append((position, contents))

    def _before(self, first: Exchange) -> Setting:
        """The setting as it was before a program's first call, so that the program can be made
        again.
        """
        at = self.positions.get(first.number, 0)
        known = tuple(
            (key, self._contents(key, at, initial)) for key, initial in self.setting.campaigns
        )
        return replace(self.setting, campaigns=known)

    def _contents(self, campaign: CampaignKey, at: float, initial: Contents) -> Contents:
        told = self.chronicle.get(campaign, [])
        return next(
            (contents for position, contents in told if position >= at),
            told[-1][1] if told else initial,
        )

    def kept(self, *clauses: str) -> None:
        """Count a case in which each clause was kept."""
        self.cases.update(clauses)
        if self.at is not None:
            for clause in clauses:
                shown = self.samples.setdefault(clause, [])
                if len(shown) < SAMPLES and (not shown or shown[-1] is not self.at.exchange):
                    shown.append(self.at.exchange)

    def learn(self, subject: str, value: str, entry: Entry) -> None:
        """Write down something that is no deviation."""
        self.observations.append(Observation(subject=subject, value=value, exchange=entry.exchange))

    def close(self, *, control_served: bool) -> Judgement:
        """The judgement. Negative cases without a control are undecided: the refusal may have had
        another reason.
        """
        if control_served:
            self.cases.update(self.controlled)
        else:
            reason = (
                "no faultless call was served beside it, so a refusal may have had another reason"
            )
            self.undecided.update(
                (clause, reason) for clause in self.controlled if clause not in self.undecided
            )
        return Judgement(
            findings=tuple(self.findings),
            cases=dict(self.cases),
            observations=tuple(self.observations),
            undecided=tuple(self.undecided.items()),
            samples={clause: tuple(shown) for clause, shown in self.samples.items()},
        )
