"""The document that a run ends in: what `verdict.json` holds and every report is written from.
Values only.

Outsiders rely on the member names; the JSON Schema beside the writer in `report/` is tested against
these types.
"""

from typing import Literal, TypeAlias

from msgspec import Struct, field

from conformance.finding import ClauseVerdict, RunVerdict

WaiverStanding: TypeAlias = Literal[
    "excuses", "quiet", "gone", "expired", "too-often", "elsewhere", "not-judged"
]
"""`quiet`: intermittent, and not seen this time. `elsewhere`: written for another server."""

Part: TypeAlias = Literal["call", "set-up"]
"""`set-up`: not sent by the run in this form; it brings a campaign into the state that the program
needs.
"""


class Shown(Struct, frozen=True, kw_only=True):
    """One exchange as a person is shown it: secrets never were in it. `curl` works when pasted (it
    signs itself).
    """

    curl: str
    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: str
    credential: str
    outcome: str
    """`HTTP 200` or `no answer (timeout)`."""
    part: Part = "call"
    together: bool = False
    """Sent at the same time as the call before it."""
    status: int | None = None
    reply_headers: tuple[tuple[str, str], ...] = ()
    reply_body: str = ""
    milliseconds: float = 0.0

    @property
    def request(self) -> str:
        """Request line, headers and body as text."""
        lines = [
            f"{self.method} {self.url}",
            *(f"{name}: {value}" for name, value in self.request_headers),
            "",
            self.request_body,
        ]
        return "\n".join(lines)

    @property
    def reply(self) -> str:
        """Status, headers and body as text."""
        lines = [
            self.outcome,
            *(f"{name}: {value}" for name, value in self.reply_headers),
            "",
            self.reply_body,
        ]
        return "\n".join(lines)


class Deviation(Struct, frozen=True, kw_only=True):
    """One way in which a clause is broken. `seen` of `of` cases showed it; `calls` is the shortest
    program known, in order.
    """

    kind: str
    detail: str
    summary: str
    seen: int
    of: int
    calls: tuple[Shown, ...]
    given: str = ""
    """What the campaigns held before the first call, in words."""
    found_by: str = ""
    """The check that saw it first."""
    at_call: int = 0
    """The number of the run's exchange at which it was first seen: what it cost to find."""
    rerun: str = ""
    """A command line that looks for this clause again."""
    waived: str = ""
    """The reason of the waiver that excuses it, or nothing."""
    paste: tuple[str, ...] = ()
    """The same program as lines for a shell, in order: set-up, then the calls; those that must meet
    each other are one line.
    """
    afterwards: tuple[str, ...] = ()
    """Lines that give the campaigns back what they held before."""


class ClauseResult(Struct, frozen=True, kw_only=True):
    """What the run says of one clause. `bound` is the greatest per-case fault rate that may have
    been missed (95 %, rule of three).
    """

    id: str
    section: str
    title: str
    demand: str
    level: str
    severity: str
    category: str
    verdict: ClauseVerdict
    reason: str = ""
    cases: int = 0
    bound: float | None = None
    deviations: tuple[Deviation, ...] = ()
    samples: tuple[Shown, ...] = ()
    """Up to three exchanges on which the clause was judged and kept."""
    learnt: tuple[tuple[str, int], ...] = ()
    """For open clauses: what the target did, and how often."""


class CodeResult(Struct, frozen=True, kw_only=True):
    """One row of the matrix of codes: `control` is the same call without the defect, served;
    `instead` is what came instead, counted.
    """

    code: str
    says: str
    reached: bool
    tries: int
    witness: Shown | None = None
    control: Shown | None = None
    trigger: str = ""
    instead: tuple[tuple[str, int], ...] = ()


class WaiverResult(Struct, frozen=True, kw_only=True):
    """One entry of the waivers file and how it stands after the run. A `red` one fails the run;
    `says` is the reason in words.
    """

    clause: str
    kind: str
    detail: str
    server: str
    reason: str
    owner: str
    expires: str
    """ISO 8601."""
    days_left: int
    standing: WaiverStanding
    red: bool
    says: str


class Change(Struct, frozen=True, kw_only=True):
    """Behaviour that is legal and differs from the expected profile. `subject` is a defect or a
    reading, `calls` what shows it.
    """

    subject: str
    expected: tuple[str, ...]
    got: str
    times: int
    calls: tuple[Shown, ...] = ()


class Failure(Struct, frozen=True, kw_only=True):
    """A failure of the suite itself, which says nothing of the target: in which step, the exception
    in words, where its traceback is.
    """

    step: str
    error: str
    traceback: str


class CampaignState(Struct, frozen=True, kw_only=True):
    """How one campaign was left. `missing`: numbers that it held before and holds no more;
    `left_over`: numbers of the run that may be there still; `kept`: one that stays in a campaign
    that was empty, since nobody can delete the last one.
    """

    vdn_id: int
    campaign_id: int
    restored: bool
    missing: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    problem: str = ""


class VerdictDocument(Struct, frozen=True, kw_only=True):
    """A whole run. `headline` says what a reader must know first: what could not be judged, what
    was left out, what was waived.
    """

    verdict: RunVerdict
    target: dict[str, str]
    seed: int
    effort: str
    requests: int
    seconds: float
    clauses: tuple[ClauseResult, ...]
    codes: tuple[CodeResult, ...]
    headline: tuple[str, ...] = ()
    suite_version: str = ""
    clause_set: str = ""
    """Hash of `specs/clauses/`."""
    started: str = ""
    """UTC, ISO 8601."""
    options: dict[str, str] = field(default_factory=dict)
    waivers: tuple[WaiverResult, ...] = ()
    """The entries of the waivers file, in its order."""
    emulator: str = ""
    """The command that starts again what the lines to paste address, where that was an emulator
    that ended with the run.
    """
    changes: tuple[Change, ...] = ()
    """Where the server left the profile that it was expected to keep to."""
    failures: tuple[Failure, ...] = ()
    """What of the suite itself failed in this run; such a run never conforms."""

    campaigns: tuple[CampaignState, ...] = ()
    """How each campaign that the run worked on was left."""

    def of(self, verdict: ClauseVerdict) -> tuple[ClauseResult, ...]:
        """The clauses with this verdict, in the order of the document."""
        return tuple(result for result in self.clauses if result.verdict == verdict)
