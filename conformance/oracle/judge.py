"""`judge(history)`: every exchange by itself, then every campaign through the whole history."""

from msgspec.structs import replace

from conformance.exchange import Call, CampaignKey, History
from conformance.finding import Judgement
from conformance.oracle.docket import Docket
from conformance.oracle.entries import Entry, entries_of, windows
from conformance.oracle.replies import judge_reply
from conformance.oracle.track import Track

Tracks = dict[CampaignKey, Track]


def judge(history: History) -> Judgement:
    """Hold a history against the clauses.

    In: the exchanges of one campaign world and the setting in which they took place. Out: deviations with the calls that show
    them, how many cases of each clause were judged, what was learnt of open questions, and what could not be decided and why.
    Pure: the same history always gives the same judgement.
    """
    setting = history.setting
    docket = Docket(setting)
    tracks: Tracks = {key: Track(key, held, setting.query, docket) for key, held in setting.campaigns}
    entries = entries_of(history)
    docket.positions = {entry.exchange.number: entry.position for entry in entries}
    groups = windows(entries)
    for window in groups:
        for entry in window:
            docket.at = entry
            judge_reply(entry, docket)
        _hold(window, tracks)
    _locales(groups, docket)
    return docket.close(control_served=any(_is_control(entry) for entry in entries))


def _hold(window: list[Entry], tracks: Tracks) -> None:
    for key, track in tracks.items():
        here = [entry for entry in window if entry.facts.campaign == key and entry.facts.kind != "elsewhere"]
        if len(here) == 1:
            track.take(here[0])
        elif here:
            track.take_together(here)
        for entry in window:
            if entry not in here:
                track.notice(entry)


def _is_control(entry: Entry) -> bool:
    return entry.authorised_delete and entry.facts.faultless and entry.answer.outcome == "served"


def _locales(groups: list[list[Entry]], docket: Docket) -> None:
    """The same call twice, with nothing between that can have changed a campaign, but with another locale."""
    last: dict[Call, Entry] = {}
    for window in groups:
        entry = window[0]
        if len(window) == 1 and entry.authorised_delete and entry.answer.code is not None:
            call = entry.exchange.call
            call = replace(call, headers=tuple(header for header in call.headers if header[0].lower() != "locale"))
            if call in last and _locale(last[call]) != _locale(entry):
                _compare_locales(last[call], entry, docket)
            last[call] = entry
        if len(window) > 1 or _may_have_changed(entry):
            last.clear()


def _may_have_changed(entry: Entry) -> bool:
    return entry.answer.outcome in {"served", "unknown"} and entry.facts.kind != "query"


def _locale(entry: Entry) -> str:
    return entry.exchange.call.header("locale") or ""


def _compare_locales(one: Entry, other: Entry, docket: Docket) -> None:
    if one.answer.code == other.answer.code or "locale.unknown" in (*one.facts.open_points, *other.facts.open_points):
        docket.kept("header.locale")
        return
    told = [f"{entry.answer.code} with locale {_locale(entry) or 'unset'}" for entry in (one, other)]
    summary = f"The same call is answered {told[0]} and {told[1]}."
    docket.find("header.locale", "code-differs", summary, (one.exchange, other.exchange))
