"""`judge(history)`: every exchange by itself, then every campaign through the whole history."""

from conformance.exchange import CampaignKey, History
from conformance.finding import Judgement
from conformance.oracle.docket import Docket
from conformance.oracle.entries import Entry, entries_of, windows
from conformance.oracle.replies import judge_reply
from conformance.oracle.track import Track
from conformance.oracle.worlds import World

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
    for window in windows(entries):
        for entry in window:
            docket.at = entry
            judge_reply(entry, docket)
        _hold(window, tracks)
    _locales(entries, docket)
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


def _locales(entries: tuple[Entry, ...], docket: Docket) -> None:
    """The same call twice in a row, with nothing that could change the campaign between, but with another locale."""
    last: dict[tuple[str, str, bytes, str], tuple[Entry, World]] = {}
    for entry in entries:
        if not entry.authorised_delete or entry.answer.code is None:
            continue
        call = entry.exchange.call
        key = (call.method, call.target, call.body, call.credential)
        if entry.answer.outcome == "served":
            last.clear()
        elif key in last and _locale(last[key][0]) != _locale(entry):
            _compare_locales(last[key][0], entry, docket)
        last[key] = (entry, entry.facts.named)


def _locale(entry: Entry) -> str:
    return entry.exchange.call.header("locale") or ""


def _compare_locales(one: Entry, other: Entry, docket: Docket) -> None:
    if one.answer.code == other.answer.code or "locale.unknown" in (*one.facts.open_points, *other.facts.open_points):
        docket.kept("header.locale")
        return
    told = [f"{entry.answer.code} with locale {_locale(entry) or 'unset'}" for entry in (one, other)]
    summary = f"The same call is answered {told[0]} and {told[1]}."
    docket.find("header.locale", "code-differs", summary, (one.exchange, other.exchange))
