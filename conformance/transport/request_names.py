"""Names of headers, parameters and members by what a server could read in their values."""

import re
from functools import lru_cache
from typing import Literal, TypeAlias

from conformance.transport.request_readings import decodings

Meaning: TypeAlias = Literal[
    "number",
    "no number",
    "method",
    "place",
    "host",
    "campaign",
    "unknown",
]

_NUMBERS = frozenset({"callerno", "accesscode", "number", "numbers", "callingnumber", "phone"})

_NO_NUMBERS = frozenset({
    "hour", "minute", "starthour", "startminute", "beginhour", "beginminute", "endhour",
    "endminute",
    "priority", "locale", "lang", "language", "trace", "timestamp", "date",
})  # fmt: skip
"""Their values are no calling numbers: times, priorities, languages."""

_CAMPAIGNS = frozenset({
    "campaign", "campaignid", "vdn", "vdnid", "tenant", "tenantid",
    "xcampaign", "xcampaignid", "xvdn", "xvdnid", "xtenant", "xtenantid",
})  # fmt: skip
"""Their values are ids. Other names that hold one of these words may ask for anything."""

_HOSTS = frozenset({
    "xforwardedhost", "xforwardedserver", "xforwardedport", "xhost", "xoriginalhost",
})  # fmt: skip

_METHOD_WORDS = ("method", "override", "verb")
_METHODS = frozenset({"action", "act", "operation", "op", "command", "cmd", "do", "task"})
_PLACE_WORDS = (
    "url", "uri", "path", "route", "rewrite", "redirect", "forward", "prefix", "location",
    "destination", "endpoint", "dispatch", "host", "servlet",
)  # fmt: skip
_PLACES = frozenset({"target", "resource", "href", "link", "dest", "to"})
_CAMPAIGN_WORDS = ("campaign", "vdn", "tenant")
_IDS = frozenset({"id", "ids", "key"})

HARMLESS_HEADERS = frozenset({
    "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control",
    "content-language", "date", "dnt", "locale", "origin", "pragma", "referer", "user-agent", "via",
    "x-correlation-id", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "x-request-id",
    "x-requested-with", "traceparent", "tracestate",
})  # fmt: skip
"""Whatever they say, they ask for nothing, name no number, and take no body away."""

_HARMLESS_VALUES = {
    "connection": re.compile(r"close|keep-alive", re.IGNORECASE),
    "content-type": re.compile(r"application/json(?:\s*;\s*charset=\"?utf-8\"?)?", re.IGNORECASE),
}
"""With another connection a header may be dropped, with another type the body may not be read."""

_parts = "|".join((*_METHOD_WORDS, *_PLACE_WORDS, *_CAMPAIGN_WORDS))
_whole = "|".join(sorted(_METHODS | _PLACES | _IDS))
_ASKING_TEXT = re.compile(rf"(?i){_parts}|(?<![a-z0-9])(?:{_whole})[\"'\s\]]*[=:>]")


@lru_cache(maxsize=1024)
def meaning(name: str) -> Meaning:
    """What a server could take a name for, whatever its case and separators."""
    found = {_meaning(reading) for reading in decodings(name)}
    return found.pop() if len(found) == 1 else _gravest(found)


def _gravest(found: set[Meaning]) -> Meaning:
    order: tuple[Meaning, ...] = ("method", "place", "campaign", "host", "unknown")
    return next((each for each in order if each in found), "unknown")


def _meaning(name: str) -> Meaning:
    word = "".join(letter for letter in name.lower() if letter.isalnum())
    if word in _NUMBERS:
        return "number"
    if word in _NO_NUMBERS:
        return "no number"
    if word in _HOSTS:
        return "host"
    if word in _METHODS or any(part in word for part in _METHOD_WORDS):
        return "method"
    if word in _PLACES or any(part in word for part in _PLACE_WORDS):
        return "place"
    if word in _IDS or any(part in word for part in _CAMPAIGN_WORDS):
        return "campaign"
    return "unknown"


def is_id_name(name: str) -> bool:
    """Whether the value of this name is an id and nothing else."""
    return "".join(letter for letter in name.lower() if letter.isalnum()) in _CAMPAIGNS


def asks_elsewhere(name: str) -> bool:
    """Whether a name asks for another method, place or campaign than the call shows."""
    return meaning(name) in {"method", "place", "host", "campaign"}


def asks_in_text(text: str) -> bool:
    """Whether a text of any form holds a name that asks for something else."""
    return _ASKING_TEXT.search(text) is not None


def is_harmless_header(name: str, value: str) -> bool:
    """Whether a header asks for nothing, names no number, and leaves the body as it is."""
    word = name.lower()
    if word in _HARMLESS_VALUES:
        return _HARMLESS_VALUES[word].fullmatch(value.strip()) is not None
    return word in HARMLESS_HEADERS
