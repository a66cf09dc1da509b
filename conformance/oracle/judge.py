"""`judge(history)`: every exchange by itself, then every campaign through the whole history."""

from itertools import combinations
from typing import TypeAlias

from msgspec.structs import replace

from conformance.exchange import Call, CampaignKey, History
from conformance.finding import Judgement
from conformance.oracle.campaign_worlds import CampaignWorlds
from conformance.oracle.entries import Entry, entries_of, windows
from conformance.oracle.finding_log import FindingLog
from conformance.oracle.replies import judge_reply
from conformance.oracle.together import take_together
from conformance.oracle.track import codes_of_the_state, finish, notice, take

WorldsByCampaign: TypeAlias = dict[CampaignKey, CampaignWorlds]
_ByLocale: TypeAlias = dict[Call, dict[str, list[Entry]]]

UNSEEN = (
    "what the campaigns hold is not known: the query does not show it, and the target file does not"
    ' list it (campaigns = [{ id = …, numbers = ["…"] }])'
)
SEEN_ONLY = (
    "restriction.last-number",
    "method.delete-only",
    "auth.changes-nothing",
    "effect.removes-named",
    "effect.nothing-else",
    "effect.other-campaigns",
    "effect.failed-changes-nothing",
)
"""Clauses of which cases can be made only where the contents of some campaign are known whole."""
LOCALE_REPEATS = 3
"""Where several codes fit a defect a server may choose among them, each time anew: only what holds
so often is the locale's doing.
"""


def judge(history: History) -> Judgement:
    """Hold a history against the clauses.

    In: the exchanges of one campaign world and the setting in which they took place. Out:
    deviations with the calls that show them, how many cases of each clause were judged, what was
    learnt of open questions, and what could not be decided and why. Pure: the same history always
    gives the same judgement.
    """
    setting = history.setting
    finding_log = FindingLog(setting)
    books: WorldsByCampaign = {
        key: CampaignWorlds(
            key=key,
            worlds=frozenset({held.numbers}),
            complete=held.complete,
            shows=setting.query,
            finding_log=finding_log,
            look_form=setting.look_form,
        )
        for key, held in setting.campaigns
    }
    entries = entries_of(history)
    finding_log.positions = {entry.exchange.number: entry.position for entry in entries}
    groups = windows(entries)
    for window in groups:
        for entry in window:
            finding_log.at = entry
            judge_reply(
                entry, finding_log, _codes_of_the_state(entry, books, alone=len(window) == 1)
            )
        _hold(window, books)
    for book in books.values():
        finish(book)
    _locales(groups, finding_log)
    if setting.query != "all" and not all(track.complete for track in books.values()):
        finding_log.undecided.update(
            {clause: UNSEEN for clause in SEEN_ONLY if clause not in finding_log.undecided}
        )
    return finding_log.close(control_served=any(_is_control(entry) for entry in entries))


def _hold(window: list[Entry], books: WorldsByCampaign) -> None:
    for key, book in books.items():
        here = [
            entry
            for entry in window
            if entry.facts.campaign == key and entry.facts.kind != "elsewhere"
        ]
        if len(here) == 1:
            take(book, here[0])
        elif here:
            take_together(book, here)
        for entry in window:
            if entry not in here:
                notice(book, entry)


def _codes_of_the_state(entry: Entry, books: WorldsByCampaign, *, alone: bool) -> frozenset[str]:
    """Codes with which a call may be refused for what the campaign holds, before anybody looks at
    its defects.
    """
    book = books.get(entry.facts.campaign) if entry.facts.campaign else None
    return (
        codes_of_the_state(book, entry.facts, alone=alone)
        if book and entry.facts.named
        else frozenset()
    )


def _is_control(entry: Entry) -> bool:
    return entry.authorised_delete and entry.facts.faultless and entry.answer.outcome == "served"


def _locales(groups: list[list[Entry]], finding_log: FindingLog) -> None:
    """The same call with several locales, with nothing between that can have changed a campaign."""
    seen: _ByLocale = {}
    for window in groups:
        entry = window[0]
        if len(window) == 1 and entry.authorised_delete and _tells_a_code(entry):
            call = entry.exchange.call
            call = replace(
                call,
                headers=tuple(header for header in call.headers if header[0].lower() != "locale"),
            )
            seen.setdefault(call, {}).setdefault(_locale(entry), []).append(entry)
        if len(window) > 1 or _may_have_changed(entry):
            _compare_locales(seen, finding_log)
            seen = {}
    _compare_locales(seen, finding_log)


def _tells_a_code(entry: Entry) -> bool:
    """Whether a reply's code is about the call: with a 401, or with a locale that does not exist,
    it need not be.
    """
    let_in = entry.exchange.reply is not None and entry.exchange.reply.status != 401
    return (
        let_in and entry.answer.code is not None and "locale.unknown" not in entry.facts.open_points
    )


def _may_have_changed(entry: Entry) -> bool:
    return entry.answer.outcome in {"served", "unknown"} and entry.facts.kind != "query"


def _locale(entry: Entry) -> str:
    return entry.exchange.call.header("locale") or ""


def _compare_locales(seen: _ByLocale, finding_log: FindingLog) -> None:
    for by_locale in seen.values():
        for one, other in combinations(by_locale.values(), 2):
            ours, theirs = _codes(one), _codes(other)
            if ours & theirs:
                finding_log.kept(*["header.locale"] * min(len(one), len(other)))
            elif len(ours) == len(theirs) == 1 and min(len(one), len(other)) >= LOCALE_REPEATS:
                _locale_differs(one[:LOCALE_REPEATS], other[:LOCALE_REPEATS], finding_log)


def _codes(entries: list[Entry]) -> set[str | None]:
    return {entry.answer.code for entry in entries}


def _locale_differs(one: list[Entry], other: list[Entry], finding_log: FindingLog) -> None:
    told = [
        f"{entries[0].answer.code} with locale {_locale(entries[0]) or 'unset'}"
        for entries in (one, other)
    ]
    summary = f"The same call is answered {told[0]} and {told[1]}, {LOCALE_REPEATS} times each."
    program = tuple(
        entry.exchange for entry in sorted((*one, *other), key=lambda entry: entry.position)
    )
    finding_log.find("header.locale", "code-differs", summary, program)
