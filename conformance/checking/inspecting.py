"""The steps in their order: a step that fails ends the check, since what follows stands on it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct

from conformance.checking import campaigns, network, service, speed
from conformance.checking.judging import judged
from conformance.checking.security import security
from conformance.checking.step import Step, error, skipped, warning
from conformance.config import Target, transport_options
from conformance.errors import CannotJudge
from conformance.exchange import Exchange
from conformance.transport import Transport
from conformance.transport.guard import no_changes

StepGroup = Callable[[], list[Step]]


class Wishes(Struct, frozen=True, kw_only=True):
    """What the caller wants: `efforts` by name with their calls; `read_only` says why nothing may
    be changed, or is empty.
    """

    efforts: Mapping[str, int]
    journal: Path
    read_only: str = ""


def inspect(target: Target, wishes: Wishes) -> Iterator[Step]:
    """Look at a target step by step, each told as soon as it is known. Raises ConfigurationError
    for TLS files that can't be used.
    """
    with ExitStack() as stack:
        transport = stack.enter_context(Transport(transport_options(target, rule=no_changes)))
        groups = Inspection(target, wishes, transport).groups()
        failed = ""
        for name, group in groups.items():
            steps = (
                [skipped(name, f"not tried, since {failed} failed")]
                if failed
                else _told(name, group)
            )
            yield from steps
            failed = failed or next((step.step for step in steps if step.status == "error"), "")


def _told(name: str, group: StepGroup) -> list[Step]:
    try:
        return group()
    except CannotJudge as problem:
        return [error(name, str(problem), "See to that first.")]


class Inspection:
    """What the steps learn from each other."""

    def __init__(self, target: Target, wishes: Wishes, transport: Transport) -> None:
        self._target = target
        self._wishes = wishes
        self._transport = transport
        self._exchanges: list[Exchange] = []
        transport.on_exchange(self._exchanges.append)
        self._seen: campaigns.CampaignTrial | None = None

    def groups(self) -> dict[str, StepGroup]:
        """The steps by name."""
        return {
            "name": lambda: [network.name(self._target)],
            "port": lambda: [network.port(self._target)],
            "tls": lambda: security(self._target),
            "answer": self._answer,
            "credentials": self._credentials,
            "campaigns": self._campaigns,
            "adding": self._adding,
            "concurrency": lambda: [speed.at_once(self._target, self._transport)],
            "duration": self._duration,
            "judgement": self._judgement,
        }

    def _answer(self) -> list[Step]:
        step, self._first = service.answers(self._target, self._transport)
        return [step, service.clock(self._first)] if step.status == "ok" else [step]

    def _credentials(self) -> list[Step]:
        return service.credentials(
            self._target, self._transport, self._first, read_only=bool(self._wishes.read_only)
        )

    def _campaigns(self) -> list[Step]:
        return [
            campaigns.there(self._target, self._transport, campaign)
            for campaign in campaigns.listed(self._target)
        ]

    def _adding(self) -> list[Step]:
        if self._wishes.read_only:
            return [
                skipped("adding", f"left out: {self._wishes.read_only}"),
                skipped("query", "how much it shows is told by adding"),
            ]
        self._seen = campaigns.adding(self._target, self._wishes.journal)
        return list(self._seen.steps)

    def _duration(self) -> list[Step]:
        return speed.durations(
            self._target, self._wishes.efforts, speed.latency_of(self._exchanges)
        )

    def _judgement(self) -> list[Step]:
        seen = self._seen
        steps = judged(
            self._target, shows=seen.shows if seen else None, can_add=seen.can_add if seen else None
        )
        unknown = [
            warning(
                "judgement",
                "without adding a number, not all of this is known",
                "Run the check without --read-only.",
            )
        ]
        return steps if seen else [*(step for step in steps if step.status != "ok"), *unknown]
