"""A deviation as a person is shown it: what must be set up, the calls in order, how often it was
seen, how to look again.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import msgspec

from conformance.campaigns.campaign_set import chunks
from conformance.exchange import Call, CampaignKey, Exchange
from conformance.generation.calls import add, delete
from conformance.oracle import facts_of, mentions
from conformance.session.ledger import Deviating, Ledger
from conformance.verdict import Deviation, Shown

BYSTANDERS = 2
NAMED_IN_WORDS = 6
"""Numbers written out in a sentence; beyond, they are counted."""
MOST_MOVED = 300
"""Numbers that a campaign held before the run and that lines to paste take out and put back; more
are nothing to paste.
"""


class Evidence:
    """Builds what reports show. `show` turns an exchange, `show_call` a call that was not sent,
    into its shown form.

    `line` gives the line to paste that makes calls at the same time; `originals` is what the
    campaigns held before the run, where that is known.
    """

    def __init__(
        self,
        show: Callable[[Exchange], Shown],
        show_call: Callable[[Call], Shown],
        *,
        line: Callable[[Sequence[Call]], str],
        rerun: Callable[[str], str],
        priority: int | None,
        originals: Mapping[CampaignKey, Sequence[str]],
    ) -> None:
        self.shown = show
        self._show_call = show_call
        self._line = line
        self._rerun = rerun
        self._priority = priority
        self._originals = originals

    def deviation(self, known: Deviating, *, of: int, waived: str) -> Deviation:
        """One deviation with its program; set-up calls come first, so that pasting everything
        shows it.
        """
        finding = known.finding
        holds, exactly = self._holds(known), finding.clause == "restriction.last-number"
        base_path, moved = finding.setting.base_path, self._moved(holds) if exactly else {}
        set_up = [*self._adding(holds, base_path), *_deleting(moved, base_path)]
        together = _together(finding.program)
        calls = [
            msgspec.structs.replace(self.shown(each), together=place in together)
            for place, each in enumerate(finding.program)
        ]
        return Deviation(
            kind=finding.kind,
            detail=finding.detail,
            summary=finding.summary
            + (
                " Made again from scratch it did not show: see how often it was seen."
                if known.unconfirmed
                else ""
            ),
            seen=known.seen,
            of=max(of, known.seen),
            calls=(*map(self._show_call, set_up), *calls),
            given=_in_words(holds, exactly=exactly),
            paste=(
                *(self._line([call]) for call in set_up),
                *self._lines(finding.program, together),
            ),
            afterwards=tuple(
                self._line([call]) for call in self._putting_back(holds, moved, base_path)
            ),
            found_by=known.check,
            at_call=known.at_call,
            rerun=self._rerun(finding.clause),
            waived=waived,
        )

    def unreached(self, code: str, ledger: Ledger, *, waived: str) -> Deviation:
        """A code that the search did not find."""
        tries = ledger.tries.get(code, 0)
        came = ", ".join(
            f"{value} ({count})"
            for value, count in sorted(
                ledger.instead.get(code, {}).items(), key=lambda pair: -pair[1]
            )[:6]
        )
        return Deviation(
            kind="unreached",
            detail="",
            summary=(
                f"{tries} calls that could bring about {code} did not, those that the document"
                f" names for it among them; instead came"
                f" {came or 'nothing'}."
            ),
            seen=tries,
            of=tries,
            calls=tuple(map(self.shown, ledger.missed.get(code, ()))),
            found_by="codes.hunt",
            rerun=self._rerun(f"code.{code}"),
            waived=waived,
        )

    def _holds(self, known: Deviating) -> dict[CampaignKey, list[str]]:
        """What the campaigns that the program calls must hold before it: what it names and does not
        add itself, and bystanders.
        """
        finding = known.finding
        facts = [facts_of(exchange.call, finding.setting) for exchange in finding.program]
        added = frozenset().union(*(fact.named for fact in facts if fact.kind == "add"))
        named = (
            frozenset().union(*(mentions(exchange.call.body) for exchange in finding.program))
            - added
        )
        called = {fact.campaign for fact in facts}
        holds = {
            key: _telling(contents.numbers, named)
            for key, contents in finding.setting.campaigns
            if key in called
        }
        return {key: numbers for key, numbers in holds.items() if numbers} if named else {}

    def _moved(self, holds: Mapping[CampaignKey, Sequence[str]]) -> dict[CampaignKey, list[str]]:
        """What the campaigns held before the run and must not hold for this program."""
        others = {
            key: [number for number in self._originals.get(key, ()) if number not in numbers]
            for key, numbers in holds.items()
        }
        return {key: numbers for key, numbers in others.items() if 0 < len(numbers) <= MOST_MOVED}

    def _adding(self, holds: Mapping[CampaignKey, Sequence[str]], base_path: str) -> list[Call]:
        given = [(key, chunk) for key, numbers in holds.items() for chunk in chunks(numbers)]
        return [
            add(key, chunk, base_path=base_path, priority=self._priority) for key, chunk in given
        ]

    def _putting_back(
        self,
        holds: Mapping[CampaignKey, Sequence[str]],
        moved: Mapping[CampaignKey, Sequence[str]],
        base_path: str,
    ) -> list[Call]:
        """Only where something else stays in the campaign: its last number nobody can delete."""
        own = {
            key: [number for number in numbers if number not in self._originals[key]]
            for key, numbers in holds.items()
            if set(self._originals.get(key, ())) - set(numbers)
        }
        return [*self._adding(moved, base_path), *_deleting(own, base_path)]

    def _lines(self, program: Sequence[Exchange], together: frozenset[int]) -> list[str]:
        """A line per call; calls that were under way at the same time share one."""
        groups: list[list[Call]] = []
        for place, exchange in enumerate(program):
            if place in together:
                groups[-1].append(exchange.call)
            else:
                groups.append([exchange.call])
        return [self._line(group) for group in groups]


def plain_deviation(known: Deviating) -> Deviation:
    """A deviation without its calls: what can be told of it where nothing else can."""
    finding = known.finding
    return Deviation(
        kind=finding.kind,
        detail=finding.detail,
        summary=finding.summary,
        seen=known.seen,
        of=known.seen,
        calls=(),
        found_by=known.check,
        at_call=known.at_call,
    )


def _together(program: Sequence[Exchange]) -> frozenset[int]:
    """The places of calls that began before the one before them had ended."""
    return frozenset(
        place
        for place, (earlier, later) in enumerate(pairwise(program), 1)
        if later.start < earlier.end
    )


def _deleting(numbers: Mapping[CampaignKey, Sequence[str]], base_path: str) -> list[Call]:
    return [
        delete(key, chunk, base_path=base_path)
        for key, held in numbers.items()
        for chunk in chunks(held)
    ]


def _telling(held: frozenset[str], named: frozenset[str]) -> list[str]:
    """The numbers that matter, and two that do not: without them the last number would come into
    play.
    """
    others = sorted(held - named)
    return sorted(held & named) + others[:BYSTANDERS]


def _in_words(holds: dict[CampaignKey, list[str]], *, exactly: bool) -> str:
    parts = []
    for (vdn_id, campaign_id), numbers in holds.items():
        listed = ", ".join(numbers[:NAMED_IN_WORDS]) + (
            f" … ({len(numbers)} in all)" if len(numbers) > NAMED_IN_WORDS else ""
        )
        parts.append(
            f"campaign {campaign_id} of VDN {vdn_id} holds"
            f" {'exactly' if exactly else 'among others'} {listed}"
        )
    return "; ".join(parts)
