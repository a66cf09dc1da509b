"""What `run` looks at before it begins: reads only, a handful, and not a word when all is well."""

from collections.abc import Callable, Iterator, Mapping

from conformance.campaigns.liveness import advice, lifeless, seen
from conformance.checking import campaigns, network, service, speed
from conformance.checking.security import security
from conformance.checking.step import Step
from conformance.config import Target, transport_options
from conformance.errors import CampaignUnusable, CannotJudge, CredentialsRefused, TargetUnreachable
from conformance.exchange import CampaignKey, Exchange
from conformance.generation.calls import query
from conformance.transport import Transport
from conformance.transport.guard import no_changes

TRIES = 3
"""A server that drops one call in many is to be judged for it, not turned away."""
_TOLD = frozenset({"certificate", "clock"})
"""Warnings that change what a run is worth; others stand in `check`."""
_REFUSALS: Mapping[str, type[CannotJudge]] = {
    "credentials": CredentialsRefused,
    "campaign": CampaignUnusable,
}


def preflight(target: Target, effort: str, calls: int) -> list[str]:
    """Warnings that deserve a line before a run. Raises CannotJudge, with what to do, where no run
    can begin.

    An answer that is odd stops nothing here: whether the target can be judged nonetheless is found
    out when the run opens.
    """
    told: list[str] = []
    with Transport(transport_options(target, rule=no_changes)) as transport:
        exchanges: list[Exchange] = []
        transport.on_exchange(exchanges.append)
        for step in _steps(target, transport):
            if step.status == "error":
                raise _REFUSALS.get(step.step.partition(" ")[0], TargetUnreachable)(
                    _paragraph(target, step)
                )
            if step.status == "warning" and step.step in _TOLD:
                told.append(_line(step))
    planned = speed.durations(target, {effort: calls}, speed.latency_of(exchanges))
    return told + [_line(step) for step in planned if step.status == "warning"]


def _steps(target: Target, transport: Transport) -> Iterator[Step]:
    outside: tuple[Callable[[], list[Step]], ...] = (
        lambda: [network.name(target)],
        lambda: [network.port(target)],
        lambda: security(target),
    )
    for group in outside:
        yield from group()
    first = _asked(transport, target.campaigns[0].key, target.address.base_path)
    if lifeless(first) and (plain := network.spoken_to_plainly(target)):
        yield plain
    if first.reply is None:
        yield Step(
            step="answer",
            status="error",
            says=f"its first query got {seen(first)}",
            do=advice(first),
        )
    if lifeless(first):
        return
    yield service.clock(first)
    if first.reply is not None and first.reply.status == 401:
        yield service.refused(target, first)
    for campaign in campaigns.listed(target):
        known = campaign.key == target.campaigns[0].key
        yield campaigns.holds(
            campaign, first if known else _asked(transport, campaign.key, target.address.base_path)
        )


def _asked(transport: Transport, key: CampaignKey, base_path: str) -> Exchange:
    exchange = transport.send(query(key, base_path=base_path))
    for _ in range(TRIES - 1):
        if exchange.reply is not None:
            break
        exchange = transport.send(query(key, base_path=base_path))
    return exchange


def _paragraph(target: Target, step: Step) -> str:
    advice_, _, command = step.do.partition("\n")
    shown = f" {command}" if command else ""
    return (
        f"The target {target.address.url} can't be judged: {step.step}: {step.says}."
        f" {advice_}{shown}"
    )


def _line(step: Step) -> str:
    return f"{step.step}: {step.says}. {step.do}".rstrip()
