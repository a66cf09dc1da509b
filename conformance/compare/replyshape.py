"""The tables of a profile that say how replies are written: query, text, reply, auth."""

import json
from collections.abc import Iterator

from conformance.compare.behaviour import Behaviour, is_whole
from conformance.contract import REPLY_MEMBERS

NOTICEABLE = 0.01
"""Seconds of delay from which a server is called slow; what is less is the machine and the network.
"""


def query(behaviour: Behaviour) -> dict[str, object]:
    """What the companion shows of a campaign's numbers."""
    shows = behaviour.usual("query", "shows")
    if shows is None:
        return {}
    separator = behaviour.usual("query", "separator")
    found: dict[str, object] = {"shows": shows}
    return found if separator is None else found | {"separator": separator}


def text(behaviour: Behaviour) -> dict[str, object]:
    """Languages as far as their script shows them, and how returnDesc stands to resultDesc."""
    found: dict[str, object] = {}
    scripts = {
        locale: behaviour.usual("text", f"script for {locale}")
        for locale in ("no locale", "zh_CN", "en_US")
    }
    names = {"zh": "zh_CN", "en": "en_US"}
    if scripts["no locale"]:
        found["default"] = names[scripts["no locale"]]
    spoken = [name for name, script in scripts.items() if script and names[script] == name]
    if spoken:
        found["languages"] = spoken
    relation = _return_desc(behaviour)
    return found | ({"return_desc": relation} if relation else {})


def _return_desc(behaviour: Behaviour) -> str:
    """A `short` form differs in failures only, so those decide where they were seen."""
    refused = behaviour.usual("text", "return_desc when refused") or behaviour.usual(
        "text", "return_desc when served"
    )
    return refused if refused in {"same", "code", "short", "empty"} else ""


def reply(behaviour: Behaviour) -> dict[str, object]:
    """The shape of replies on the wire."""
    style = {name: behaviour.usual("style", name) for name in behaviour.of("style")}
    found: dict[str, object] = {
        name: value
        for name in ("content_type", "header_case", "framing", "connection")
        if (value := style.get(name)) is not None
    }
    if found.get("framing") == "close":
        found.pop("connection", None)  # the end of the connection ends the body: it closes anyway
    if style.get("indent") is not None:
        found["indent"] = int(style["indent"] or 0)
    if style.get("ascii") is not None:
        found["ascii"] = style["ascii"] == "true"
    if style.get("content_encoding"):
        found["gzip"] = style["content_encoding"] == "gzip"
    if style.get("order") and style["order"] != ",".join(REPLY_MEMBERS):
        found["order"] = str(style["order"]).split(",")
    delay = round(quantile(behaviour.milliseconds, 0.1) / 1000, 2)
    if delay > NOTICEABLE:
        found["delay"] = delay
    return found | _constant(behaviour)


def _constant(behaviour: Behaviour) -> dict[str, object]:
    """Further members and headers that never change; one that does (a trace id) can't be copied,
    and is told of in `learnt`.
    """
    extra = {name: json.loads(text) for name, text in _unchanging(behaviour, "extra")}
    extra = {name: value for name, value in extra.items() if value is not None}  # TOML has no null
    headers = dict(_unchanging(behaviour, "header"))
    found: dict[str, object] = {"extra": extra, "headers": headers}
    return {name: table for name, table in found.items() if table}


def _unchanging(behaviour: Behaviour, aspect: str) -> Iterator[tuple[str, str]]:
    for name, values in sorted(behaviour.of(aspect).items()):
        text = next(iter(values))
        if len(values) == 1 and is_whole(name) and is_whole(text):
            yield name, text


def auth(behaviour: Behaviour, *, authenticated: bool) -> dict[str, object]:
    """How those are refused who can't prove who they are."""
    if not authenticated or behaviour.usual("auth", "scheme") == "let in":
        return {"scheme": "none"}
    found: dict[str, object] = {
        name: value
        for name in ("refusal", "refusal_code")
        if (value := behaviour.usual("auth", name)) is not None
    }
    return {"scheme": "auth-v2", **_validity(behaviour), **found}


def _validity(behaviour: Behaviour) -> dict[str, object]:
    """How old a signature may be: only that it is less than the first age that was refused."""
    for age, seconds in (("an hour old", 3600), ("a day old", 86_400)):
        if behaviour.usual("auth", age) == "refused":
            return {"validity_seconds": float(seconds - 1)}
    return {}


def quantile(values: list[float], share: float) -> float:
    """The value that this share of all stay below; 0 where there are none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
