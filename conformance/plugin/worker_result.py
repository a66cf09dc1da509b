"""What is left of a run when its calls are over: values that a worker process can hand to the one
that reports.
"""

from collections.abc import Sequence

from msgspec import Struct, field

from conformance.exchange import CampaignKey
from conformance.plugin.checks import rank
from conformance.session.ledger import Ledger
from conformance.verdict import CampaignState, Failure


class WorkerResult(Struct, kw_only=True):
    """One process's part of a run. `seconds` from its first call to its last; `campaigns`: how each
    was left.
    """

    ledger: Ledger
    requests: int
    seconds: float
    started: str
    seen: dict[str, str] = field(default_factory=dict)
    campaigns: list[CampaignState] = field(default_factory=list)
    priority: int | None = None
    originals: list[tuple[CampaignKey, tuple[str, ...]]] = field(default_factory=list)
    """What the campaigns held before the run, where all of it is known."""
    told: list[str] = field(default_factory=list)
    """What a reader must know of the course of the run."""
    cut_short: bool = False
    """The target went away for good, or the run could not begin."""
    selected: list[str] = field(default_factory=list)
    """The checks that the run was to make."""
    failures: list[Failure] = field(default_factory=list)
    """What of the suite itself failed."""

    @property
    def unrestored(self) -> list[CampaignState]:
        """The campaigns that do not hold what they held."""
        return [each for each in self.campaigns if not each.restored]

    def unmade(self) -> list[str]:
        """Checks that were to be made and neither came to their end nor said why not."""
        ledger = self.ledger
        return [
            check
            for check in self.selected
            if check not in {*ledger.made, *ledger.skipped, *ledger.errors}
        ]


def _joined(states: Sequence[CampaignState]) -> list[CampaignState]:
    """One state for each campaign; of one that several workers had, the one that says what is
    wrong.
    """
    by_key: dict[CampaignKey, CampaignState] = {}
    for each in states:
        key = (each.vdn_id, each.campaign_id)
        if key not in by_key or not each.restored:
            by_key[key] = each
    return list(by_key.values())


def together(parts: Sequence[WorkerResult]) -> WorkerResult:
    """The parts of several workers as one run: ledgers merged, calls added up, time from the
    longest.
    """
    first, *rest = parts
    for part in rest:
        first.ledger.merge(part.ledger, rank)
        first.requests += part.requests
        first.seconds = max(first.seconds, part.seconds)
        first.started = min(first.started, part.started)
        first.seen = part.seen | first.seen
        first.campaigns = _joined([*first.campaigns, *part.campaigns])
        first.originals = sorted({*first.originals, *part.originals})
        first.told += [line for line in part.told if line not in first.told]
        first.cut_short |= part.cut_short
        first.selected = list(dict.fromkeys([*first.selected, *part.selected]))
        first.failures += part.failures
        first.priority = first.priority if first.priority is not None else part.priority
    return first
