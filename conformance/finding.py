"""The vocabulary of judgement: finding, judgement, verdict. Values only."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from conformance.exchange import Exchange, Setting

ClauseVerdict: TypeAlias = Literal[
    "pass", "fail", "not-tested", "not-reached", "not-applicable", "waived"
]
"""`not-reached`: a result code that the search did not bring about, which proves nothing.
`not-applicable`: somebody has signed that the target has no use for the code.
"""
RunVerdict: TypeAlias = Literal["conforms", "deviates", "inconclusive"]


def counted(count: int, what: str) -> str:
    """`1 number`, `2 numbers`: how sentences about findings count."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One deviation: which clause is broken, how (`kind`, a word; `detail`, what tells two
    deviations of one kind apart), and where.

    `summary` is one sentence: what was demanded and what happened. `program` is the calls that show
    it, the last one decisive; `setting` is the world in which they were made, so that they can be
    made again.
    """

    clause: str
    kind: str
    detail: str = ""
    summary: str
    program: tuple[Exchange, ...]
    setting: Setting

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two findings the same deviation."""
        return (self.clause, self.kind, self.detail)


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """Something learnt that is no deviation: `subject` a defect or a reading, `value` what the
    target did (a code, a word).
    """

    subject: str
    value: str
    exchange: Exchange


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What `judge` says of one history: deviations, how many cases of each clause it could judge,
    and what it learnt.

    `undecided` names clauses that this history should have decided and could not, with the reason
    (a limit, an unknown state). `samples` are a few exchanges on which a clause was judged and
    kept.
    """

    findings: tuple[Finding, ...] = ()
    cases: dict[str, int] = field(default_factory=dict)
    observations: tuple[Observation, ...] = ()
    undecided: tuple[tuple[str, str], ...] = ()
    samples: dict[str, tuple[Exchange, ...]] = field(default_factory=dict)
