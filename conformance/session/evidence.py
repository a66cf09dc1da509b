"""A deviation as a person is shown it: what must be set up, the calls in order, how often it was seen, how to look again."""

from collections.abc import Callable

from conformance.campaigns.ground import chunks
from conformance.exchange import Call, CampaignKey, Exchange
from conformance.generation.calls import add
from conformance.oracle import facts_of, mentions
from conformance.session.ledger import Deviating, Ledger
from conformance.verdict import Deviation, Shown

BYSTANDERS = 2
NAMED_IN_WORDS = 6
"""Numbers written out in a sentence; beyond, they are counted."""


class Evidence:
    """Builds what reports show. `show` turns an exchange, `show_call` a call that was not sent, into its shown form."""

    def __init__(
        self, show: Callable[[Exchange], Shown], show_call: Callable[[Call], Shown], *, rerun: Callable[[str], str], priority: int | None
    ) -> None:
        self.shown = show
        self._show_call = show_call
        self._rerun = rerun
        self._priority = priority

    def deviation(self, known: Deviating, *, of: int, waived: str) -> Deviation:
        """One deviation with its program; set-up calls come first, so that pasting everything shows it."""
        finding = known.finding
        holds = self._holds(known)
        return Deviation(
            kind=finding.kind,
            detail=finding.detail,
            summary=finding.summary + (" Made again from scratch it did not show: see how often it was seen." if known.unconfirmed else ""),
            seen=known.seen,
            of=max(of, known.seen),
            calls=(*self._set_up(holds), *(self.shown(exchange) for exchange in finding.program)),
            given=_in_words(holds, exactly=finding.clause == "restriction.last-number"),
            found_by=known.check,
            at_call=known.at_call,
            rerun=self._rerun(finding.clause),
            waived=waived,
        )

    def unreached(self, code: str, ledger: Ledger, *, waived: str) -> Deviation:
        """A code that the search did not find."""
        tries = ledger.tries.get(code, 0)
        came = ", ".join(
            f"{value} ({count})" for value, count in sorted(ledger.instead.get(code, {}).items(), key=lambda pair: -pair[1])[:6]
        )
        return Deviation(
            kind="unreached",
            detail="",
            summary=f"{tries} calls that could bring about {code} did not; instead came {came or 'nothing'}.",
            seen=tries,
            of=tries,
            calls=(),
            found_by="codes.hunt",
            rerun=self._rerun(f"code.{code}"),
            waived=waived,
        )

    def _holds(self, known: Deviating) -> dict[CampaignKey, list[str]]:
        """What the campaigns that the program calls must hold before it: what it names and does not add itself, and bystanders."""
        finding = known.finding
        facts = [facts_of(exchange.call, finding.setting) for exchange in finding.program]
        added = frozenset().union(*(fact.named for fact in facts if fact.kind == "add"))
        named = frozenset().union(*(mentions(exchange.call.body) for exchange in finding.program)) - added
        called = {fact.campaign for fact in facts}
        holds = {key: _telling(contents.numbers, named) for key, contents in finding.setting.campaigns if key in called}
        return {key: numbers for key, numbers in holds.items() if numbers} if named else {}

    def _set_up(self, holds: dict[CampaignKey, list[str]]) -> list[Shown]:
        return [self._show_call(add(key, chunk, priority=self._priority)) for key, numbers in holds.items() for chunk in chunks(numbers)]


def _telling(held: frozenset[str], named: frozenset[str]) -> list[str]:
    """The numbers that matter, and two that do not: without them the last number would come into play."""
    others = sorted(held - named)
    return sorted(held & named) + others[:BYSTANDERS]


def _in_words(holds: dict[CampaignKey, list[str]], *, exactly: bool) -> str:
    parts = []
    for (vdn_id, campaign_id), numbers in holds.items():
        listed = ", ".join(numbers[:NAMED_IN_WORDS]) + (f" … ({len(numbers)} in all)" if len(numbers) > NAMED_IN_WORDS else "")
        parts.append(f"campaign {campaign_id} of VDN {vdn_id} holds {'exactly' if exactly else 'among others'} {listed}")
    return "; ".join(parts)
