"""How fast the target answers, how many calls at once it takes, and how long a run will be."""

from collections.abc import Mapping, Sequence
from statistics import median

from conformance.checking.step import Step, ok, skipped, warning
from conformance.config import Target
from conformance.exchange import Exchange
from conformance.generation.calls import query
from conformance.transport import Transport

MOST_AT_ONCE = 10
"""The sibling interfaces ask for no more."""
OWN_SECONDS = 0.003
"""What drawing, judging and recording cost per call (measured on the emulator, whose replies take a
fraction of it).
"""
_MINUTE, _HOUR = 60.0, 3600.0


def latency_of(exchanges: Sequence[Exchange]) -> float:
    """Seconds from call to reply in the middle of those that were answered."""
    answered = [
        exchange.end - exchange.start for exchange in exchanges if exchange.reply is not None
    ]
    return median(answered) if answered else 0.0


def at_once(target: Target, transport: Transport) -> Step:
    """Send as many reads at once as the target file allows."""
    size = min(target.pace.concurrency, MOST_AT_ONCE)
    if size < 2:
        return skipped("concurrency", "left out: concurrency = 1 in the target file")
    call = query(target.campaigns[0].key, base_path=target.address.base_path)
    outcomes = transport.burst([call] * size)
    well = sum(
        1 for exchange in outcomes if exchange.reply is not None and exchange.reply.status < 429
    )
    if well == size:
        return ok("concurrency", f"{size} reads at once are all answered")
    advice = (
        f"Set [pace] concurrency to what the target takes (now {target.pace.concurrency}), or"
        " requests_per_second."
    )
    return warning(
        "concurrency", f"of {size} reads at once {size - well} were refused or not answered", advice
    )


def seconds_of(calls: int, latency: float, rate: float | None) -> float:
    """How long so many calls take, one after another."""
    return calls * max(latency + OWN_SECONDS, 1 / rate if rate else 0.0)


def durations(target: Target, efforts: Mapping[str, int], latency: float) -> list[Step]:
    """How long each effort will take at this latency and pace, and whether the budget covers it."""
    pace = (
        f"{target.pace.requests_per_second:g} calls per second"
        if target.pace.requests_per_second
        else "no pace set"
    )
    said = ok("latency", f"{latency * 1000:.1f} ms per call; {pace}")
    return [said, *(_duration(target, name, calls, latency) for name, calls in efforts.items())]


def _duration(target: Target, name: str, calls: int, latency: float) -> Step:
    limits = target.pace
    seconds = seconds_of(calls, latency, limits.requests_per_second)
    says = f"about {calls:,} calls, {spoken(seconds)}"
    if limits.max_requests is not None and calls > limits.max_requests:
        return warning(
            f"effort {name}",
            f"{says}; [pace] max_requests = {limits.max_requests} ends it sooner",
            "Allow more, or choose a smaller effort.",
        )
    if limits.max_seconds is not None and seconds > limits.max_seconds:
        return warning(
            f"effort {name}",
            f"{says}; [pace] max_seconds = {limits.max_seconds:g} ends it sooner",
            "Allow more, or choose a smaller effort.",
        )
    return ok(f"effort {name}", says)


def spoken(seconds: float) -> str:
    """Seconds, minutes or hours, whichever reads best."""
    if seconds < 2 * _MINUTE:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < 2 * _HOUR else f"{seconds / _HOUR:.1f} h"
