"""A model of the sloppiest server thinkable: it takes a request for whatever any server could.

Any part in any reading reaches any campaign. Any row of digits, in any decoding, is a number to
delete: exactly, as an integer, as a prefix, a suffix or a part of those that are there. What is
empty, unreadable or a pattern means all of them. Overrides and rewritten paths are obeyed. Only
what goes byte for byte to the URI of a listed campaign, and asks for nothing else, stays there.

Written apart from the guard that is tried with it. Ids, hours, priorities, languages and the
headers that every client sends are no numbers to it; nothing could be sent at all otherwise.
"""

import html
import json
import posixpath
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, unquote_plus

from conformance.exchange import Call, CampaignKey

SAFE = {"GET", "HEAD", "OPTIONS"}
REMOVING = SAFE | {"DELETE", "TRACE", "PURGE", "UNLINK"}
_VERBS = "delete|put|post|patch|purge|merge|copy|move|link|lock|mkcol"
VERBS = re.compile(rf"(?i)(?<![a-z])({_VERBS})(?![a-z])")
ELSEWHERE = re.compile(
    r"method|override|verb|campaign|vdn|tenant|url|uri|path|route|redirect|rewrite|prefix|host"
    r"|destination|location|forwarded",
    re.IGNORECASE,
)
PLACES = re.compile("(?i)url|uri|path|prefix|route|location|destination")
STANDARD = {
    "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "connection",
    "content-language", "content-type", "date", "dnt", "locale", "origin", "pragma", "referer",
    "traceparent", "tracestate", "user-agent", "via", "x-correlation-id", "x-forwarded-for",
    "x-forwarded-proto", "x-real-ip", "x-request-id", "x-requested-with",
}  # fmt: skip
_TIMES = "(begin|start|end)?(hour|minute)|date|timestamp"
_IDS = "x?-?(campaign|vdn|tenant)[-_]?(id)?"
NO_NUMBERS = re.compile(f"(?i){_TIMES}|{_IDS}|priority|locale|lang(uage)?|trace")
ROWS = re.compile("[0-9]+")
LOSES_THE_BODY = {"content-encoding", "expect", "content-range", "range", "trailer", "upgrade"}
PATTERN = set("%*?_$<>=|&'\"\\;^!~`()[]{}#")
BLANK = re.compile(r"[\s\x00]")
_ENDS_A_VALUE = re.compile(r"['\"`)\\0-9]")
_SQL = "or|xor|union|like|rlike|regexp|between|in|is|not"
TRUE_EVERYWHERE = re.compile(rf"(?i)[|&<>=]|\b({_SQL})\b")
NOT_TO_ITS_END = re.compile(r"--|#|/\*")
"""A query of a database that is put together from texts, and ends before the campaign's id."""
WORDS_FOR_ALL = {
    "all", "any", "every", "everything", "true", "false", "null", "none", "nil", "undefined", "yes",
    "on",
}  # fmt: skip
SHORTEST_CUT = 7
"""Digits of the named number that a careless comparison keeps, at least."""


@dataclass(frozen=True)
class SloppyWorld:
    """Campaigns and their numbers; `prefix` is the interface's path, base path included."""

    prefix: str
    campaigns: Mapping[CampaignKey, frozenset[str]]
    listed: frozenset[CampaignKey]

    def uri(self, key: CampaignKey) -> str:
        return f"{self.prefix}/{key[0]}/callerNo/{key[1]}"


@dataclass
class Harm:
    """What may go from, and get into, each campaign."""

    lost: dict[CampaignKey, set[str]] = field(default_factory=dict)
    added: dict[CampaignKey, set[str]] = field(default_factory=dict)


def harm(call: Call, world: SloppyWorld) -> Harm:
    """Everything that the request could do."""
    result = Harm()
    if not may_change(call):
        return result
    exact = next((key for key in world.listed if world.uri(key) == call.path), None)
    everywhere = holds_everywhere(call)
    astray = exact is None or asks_elsewhere(call) or everywhere
    numbers, everything = named(call, world)
    cut = exact is not None and ends_early(call)
    everything |= everywhere
    everything |= exact is None and not stays(call.target, world)
    everything |= any(not stays(value, world) for value in rewritten(call))
    for key in world.campaigns if exact is None or astray or cut else (exact,):
        held = world.campaigns[key]
        goes_there = astray or key == exact  # a query that was cut off finds its numbers anywhere
        result.lost[key] = {
            each for each in held if (everything and goes_there) or is_hit(each, numbers)
        }
        result.added[key] = numbers - held if goes_there and adds(call) else set()
    return result


# -- readings ----------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def readings(text: str) -> frozenset[str]:
    """The text through every decoder that servers have, one after another."""
    found, edge = {text}, {text}
    for _ in range(4):
        edge = {decoder(each) for each in edge for decoder in DECODERS} - found
        found |= edge
    return frozenset(found)


def _unescaped(text: str) -> str:
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    return re.sub(r"\\x([0-9a-fA-F]{2})", lambda match: chr(int(match[1], 16)), text)


def _overlong(text: str) -> str:
    """ASCII in two bytes, which careless decoders of UTF-8 take."""
    return re.sub("(?i)%c([01])%([89ab][0-9a-f])", _from_two, text)


def _from_two(match: re.Match[str]) -> str:
    return chr(int(match[1]) * 64 + int(match[2], 16) % 64)


def _latin_digits(text: str) -> str:
    normal = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.digit(letter, letter)) for letter in normal)


def _unslashed(text: str) -> str:
    return text.replace("\\/", "/")


DECODERS = (
    unquote,
    unquote_plus,
    _overlong,
    _unescaped,
    html.unescape,
    _latin_digits,
    _unslashed,
)


def body_readings(body: bytes) -> set[str]:
    encodings = ["utf-8", "latin-1", *(("utf-16-le", "utf-16-be") if b"\0" in body else ())]
    return {made for encoding in encodings for made in readings(body.decode(encoding, "replace"))}


def parameters(text: str) -> Iterator[tuple[str, str]]:
    for reading in readings(text):
        for part in re.split("[&;?#]", reading):
            name, _, value = part.partition("=")
            if part:
                yield name, value


def odd_headers(call: Call) -> list[tuple[str, str]]:
    return [(name, value) for name, value in call.headers if name.lower() not in STANDARD]


# -- what it is taken for ----------------------------------------------------------------------


def may_change(call: Call) -> bool:
    if call.method not in SAFE or call.body:
        return True
    if any("callerno" in each.lower() for each in readings(call.path)):
        return True
    asked = [*odd_headers(call), *parameters(call.query)]
    return any(VERBS.search(f"{name} {each}") for name, value in asked for each in readings(value))


def adds(call: Call) -> bool:
    """Whether any method that the call could be made by is one that adds, or that nobody knows."""
    if call.method.upper() not in REMOVING:
        return True
    texts = [call.query, *(value for _, value in odd_headers(call))]
    found = [each for text in texts for each in readings(text)]
    found += body_readings(call.body)
    return not {verb.upper() for each in found for verb in VERBS.findall(each)} <= REMOVING


def asks_elsewhere(call: Call) -> bool:
    names = [name for name, _ in (*odd_headers(call), *parameters(call.query))]
    texts = [each for name in names for each in readings(name)]
    return any(map(ELSEWHERE.search, [*texts, *body_readings(call.body)]))


def holds_everywhere(call: Call) -> bool:
    """Whether a condition in it would be true in every campaign of a server that runs it."""
    texts = {each for _, value in parameters(call.query) for each in readings(value)}
    return any(_behind(TRUE_EVERYWHERE, each) for each in texts | set(_strings(call.body)))


def ends_early(call: Call) -> bool:
    """Whether a query of a database made with it would end before the campaign's id."""
    texts = {each for _, value in parameters(call.query) for each in readings(value)}
    return any(_behind(NOT_TO_ITS_END, each) for each in texts | set(_strings(call.body)))


def _behind(pattern: re.Pattern[str], text: str) -> bool:
    """Whether it stands behind what could end a value."""
    text = re.sub("</?[A-Za-z]+(>|$)", " ", text)  # of a document, no comparison
    end = _ENDS_A_VALUE.search(text)
    return end is not None and pattern.search(text, end.end()) is not None


def _strings(body: bytes) -> Iterator[str]:
    try:
        waiting = [json.loads(body)]
    except (ValueError, RecursionError):
        yield from body_readings(body)
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield from readings(value)
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value


def rewritten(call: Call) -> Iterator[str]:
    """Paths that headers, parameters and members ask for."""
    for name, value in [*odd_headers(call), *parameters(call.query)]:
        if ELSEWHERE.search(name) and ("/" in value or PLACES.search(name)):
            yield value
    try:
        members = _walked("", json.loads(call.body, object_pairs_hook=_Pairs))
        asked = (value for name, value in members if ELSEWHERE.search(name))
        yield from (value for value in asked if "/" in str(value))
    except (ValueError, RecursionError):
        return


def stays(target: str, world: SloppyWorld) -> bool:
    """Whether every server takes the target for the calling numbers of some campaign."""
    prefix = [part.lower() for part in world.prefix.split("/") if part]
    if not target.startswith("/"):
        return False
    forms = set()
    for reading in readings(target.partition("?")[0]):
        cut = re.split(r"[?#\0\r\n]", reading)[0]
        for text in {reading, cut, reading.replace("\\", "/")}:
            bare = re.sub(";[^/]*", "", text)
            resolved = [posixpath.normpath(f"/{each.lstrip('/')}") for each in (text, bare)]
            forms |= {text, bare, *resolved}
    split = [form.split("/") for form in forms]
    taken = [parts[1:] for parts in split] + [[part for part in parts if part] for parts in split]
    return all(_is_resource(parts, prefix) for parts in taken)


def _is_resource(parts: list[str], prefix: list[str]) -> bool:
    """A campaign's own URI, and what is above it, would be removed with everything in it."""
    words = [{each.partition(";")[0].lower() for each in readings(part)} for part in parts]
    ours, rest = words[: len(prefix)], words[len(prefix) :]
    if len(rest) < 3 or not all(word in said for word, said in zip(prefix, ours, strict=True)):
        return False
    ids = parts[len(prefix)], parts[len(prefix) + 2]
    return "callerno" in rest[1] and all(BLANK.sub("", each) for each in ids)


# -- which numbers -----------------------------------------------------------------------------


def named(call: Call, world: SloppyWorld) -> tuple[set[str], bool]:
    """Every number that the request could name, and whether it could mean all of them."""
    body_numbers, everything = in_body(call)
    asked = [*odd_headers(call), *parameters(call.query), *in_path(call, world)]
    numbers = set(body_numbers)
    for name, value in asked:
        if ELSEWHERE.search(name) or NO_NUMBERS.fullmatch(name):
            continue
        for each in {*readings(name), *readings(value)}:
            numbers |= set(ROWS.findall(each))
            everything |= bool(PATTERN & set(each)) or each.strip().lower() in WORDS_FOR_ALL
        everything |= not value and re.search("(?i)caller|access|number", name) is not None
    return numbers, everything or not read_as_json(call)


def in_path(call: Call, world: SloppyWorld) -> Iterator[tuple[str, str]]:
    """What stands behind the id, and conditions in an id; ids themselves are no numbers."""
    ids = {str(part) for key in world.listed for part in key}
    for reading in readings(call.path):
        if not reading.lower().startswith(world.prefix.lower()):
            continue  # and then it is no campaign's, and everything goes
        parts = reading[len(world.prefix) + 1 :].split("/")
        for part in parts:
            segment, _, parameter = part.partition(";")
            if re.search(r"['\"`<>|&$#()]|--|\S[\s+]\S", re.sub("%[0-9a-fA-F]{2}", "", segment)):
                yield "condition", "*"
            if "=" in parameter:
                yield parameter.partition("=")[::2]
        yield from (("behind", part) for part in parts[3:] if part.isdigit() and part not in ids)


def read_as_json(call: Call) -> bool:
    headers = [(name.lower(), value.lower()) for name, value in call.headers]
    types = [value.replace(" ", "") for name, value in headers if name == "content-type"]
    closing = {value for name, value in headers if name == "connection"}
    if LOSES_THE_BODY & {name for name, _ in headers} or not closing <= {"close", "keep-alive"}:
        return False
    return len(types) == 1 and types[0] in {"application/json", "application/json;charset=utf-8"}


def in_body(call: Call) -> tuple[set[str], bool]:
    everything = not call.body.strip()
    numbers: set[str] = set()
    try:
        value = json.loads(call.body.decode(), **_KEEPING_ALL)
    except (ValueError, RecursionError):
        return _rows(body_readings(call.body)), True
    if b"\\" in call.body:
        numbers |= _rows(body_readings(call.body))
        everything = True  # who does not unescape finds neither the list nor the number
    everything |= not isinstance(value, _Pairs) or not _names_numbers(value)
    for name, each in _walked("", value):
        exempt = NO_NUMBERS.fullmatch(name) is not None or ELSEWHERE.search(name) is not None
        if isinstance(each, str) and not exempt:
            everything |= _means_all(each)
            numbers |= _rows(readings(each))
        elif isinstance(each, int) and not isinstance(each, bool) and not exempt:
            everything |= each < 0
            numbers.add(str(abs(each)))
        elif not isinstance(each, str | int) or isinstance(each, bool):
            everything = True
    return numbers, everything


def _rows(texts: Iterable[str]) -> set[str]:
    return {row for text in texts for row in ROWS.findall(text)}


class _Pairs(tuple[tuple[str, Any], ...]):
    """An object, repeated keys kept."""


class _Odd(str):
    """A number that is no integer: it could be rounded to any."""

    def __bool__(self) -> bool:
        return False


_KEEPING_ALL: dict[str, Any] = {
    "object_pairs_hook": _Pairs,
    "parse_float": _Odd,
    "parse_constant": _Odd,
}


def _means_all(text: str) -> bool:
    found = readings(text)
    odd = any(PATTERN & set(each) or each.strip().lower() in WORDS_FOR_ALL for each in found)
    kept = re.sub(r"[^0-9]", "", text) if text.isascii() else ""
    return odd or not kept or isinstance(text, _Odd) or "-" in text or "," in text or "\0" in text


def _names_numbers(value: _Pairs) -> bool:
    lists = [each for name, each in value if name == "callerNo"]
    items = [item for listed in lists for item in (listed if isinstance(listed, list) else [None])]
    return bool(items) and all(map(_names_a_number, items))


def _names_a_number(item: Any) -> bool:
    return isinstance(item, _Pairs) and any(name == "accessCode" for name, _ in item)


def _walked(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Leaves with the names of their members; empty lists and objects are leaves, keys are too."""
    waiting = [(name, value)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, _Pairs) and value:
            yield from (("", key) for key, _ in value if not _is_known(key))
            waiting.extend(value)
        elif isinstance(value, list) and value:
            waiting.extend((name, each) for each in value)
        else:
            yield name, value


def _is_known(key: str) -> bool:
    known = key in {"callerNo", "accessCode"} or NO_NUMBERS.fullmatch(key)
    return bool(known or ELSEWHERE.search(key))


def is_hit(held: str, numbers: Iterable[str]) -> bool:
    return any(hits(number, held) for number in numbers)


def hits(number: str, held: str) -> bool:
    """Whether some careless comparison takes the number that is named for the one that is held."""
    if held in number_forms(number) or number in held or (number.lstrip("0") or "0") in held:
        return True
    ends = (number[-len(held) :], number[: len(held)], number.lstrip("0")[: len(held)])
    return len(held) >= SHORTEST_CUT and held in ends


def number_forms(number: str) -> Iterable[str]:
    """As text and as an integer, cut to its low bits, rounded, one digit lost at either end."""
    value = int(number[:4000])
    near = {value, int(float(min(value, 10**300))), *(value % 2**bits for bits in (31, 32, 63, 64))}
    return {number, number[1:], number[:-1], *map(str, near)}
