"""Making a deviation's program as short as possible, by making it again from scratch with less.

A replay sets the campaign up with just the numbers that the program names and one or two that it
does not, sends the calls, looks, and is judged like everything else. What does not show again from
scratch keeps its first evidence and its rate.
"""

from collections.abc import Callable, Sequence
from itertools import dropwhile

from conformance.exchange import Call, CampaignKey, Exchange
from conformance.finding import Finding
from conformance.oracle import facts_of, mentions

Replay = Callable[[dict[CampaignKey, frozenset[str]], Sequence[Call]], list[Finding]]
"""Set campaigns up, send calls, judge; gives the findings."""


def shrink(
    finding: Finding, replay: Replay, *, bystanders: Sequence[str], tries: int
) -> Finding | None:
    """The same deviation with a program at most as long, or None where it did not show again.

    `bystanders` are numbers that a replay holds beside those that it names, so that no restriction
    comes into play by accident; `tries` bounds the replays. What the program adds at its beginning
    is set up instead; looks are made by the replay itself.
    """
    sent = [exchange.call for exchange in finding.program if not is_query(exchange.call)]
    calls = list(dropwhile(lambda call: call.method == "POST", sent))
    for start in starts(finding, frozenset(bystanders)):
        if tries <= 0:
            return None
        tries -= 1
        if best := _repeat(finding, replay(start, calls)):
            return _fewer_calls(best, calls, start, replay, tries)
    return None


def _repeat(finding: Finding, found: Sequence[Finding]) -> Finding | None:
    same = [other for other in found if other.key == finding.key]
    return min(same, key=lambda other: len(other.program)) if same else None


def _fewer_calls(
    best: Finding,
    calls: list[Call],
    start: dict[CampaignKey, frozenset[str]],
    replay: Replay,
    tries: int,
) -> Finding:
    if len(calls) > 1 and tries > 0 and (alone := _repeat(best, replay(start, calls[-1:]))):
        return alone  # most often the decisive call is enough
    at, tries = 0, tries - 1
    while at < len(calls) and len(calls) > 1 and tries > 0:
        fewer = calls[:at] + calls[at + 1 :]
        tries -= 1
        if repeat := _repeat(best, replay(start, fewer)):
            best, calls = repeat, fewer
        else:
            at += 1
    return best


def starts(finding: Finding, bystanders: frozenset[str]) -> list[dict[CampaignKey, frozenset[str]]]:
    """Contents to try: the named numbers with bystanders, then the named ones alone (for what
    happens to the last number).
    """
    named: dict[CampaignKey, set[str]] = {}
    for exchange in finding.program:
        facts = facts_of(exchange.call, finding.setting)
        keys = (
            [key for key, _ in finding.setting.campaigns]
            if facts.campaign is None
            else [facts.campaign]
        )
        for key in keys:
            if finding.setting.contents(key) is not None:
                named.setdefault(key, set()).update(
                    _present(finding, key, mentions(exchange.call.body))
                )
    alone = {key: frozenset(numbers) for key, numbers in named.items() if numbers}
    accompanied = {key: numbers | bystanders for key, numbers in alone.items()}
    return (
        [alone, accompanied]
        if finding.clause == "restriction.last-number"
        else [accompanied, alone]
    )


def _present(finding: Finding, key: CampaignKey, numbers: frozenset[str]) -> frozenset[str]:
    """Those that were in the campaign at the start or were added by the program; the others were
    absent on purpose.
    """
    held = finding.setting.contents(key)
    added = _added(finding.program, finding)
    return numbers & (held.numbers | added) if held is not None else frozenset()


def _added(program: Sequence[Exchange], finding: Finding) -> frozenset[str]:
    adds = [facts_of(exchange.call, finding.setting) for exchange in program]
    return frozenset().union(*(facts.named for facts in adds if facts.kind == "add"))


def is_query(call: Call) -> bool:
    """Whether a call is a look at a campaign."""
    return call.method == "GET" and "/callerNo/" not in call.target
