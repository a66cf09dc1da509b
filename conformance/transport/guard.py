"""Which calls may be sent at all: those that can change something only where the user said that it may be changed.

The guard reads a target in every way that a server could: percent-decoded up to three times, dot segments resolved or not, empty
segments dropped or not, path parameters cut or not. One reading that could touch a foreign campaign is enough to withhold a call.
"""

import posixpath
import re
from collections.abc import Callable, Collection, Iterator
from typing import TypeAlias
from urllib.parse import unquote

from conformance.exchange import Call, CampaignKey
from conformance.transport.ids import readings

Guard: TypeAlias = Callable[[Call], str | None]
"""Says why a call must be withheld; None lets it through."""

FIRST_IMPOSSIBLE_ID = 2_000_000_000
"""Campaign ids are counted up by the server; from here on none can exist."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_REWRITING_HEADERS = frozenset({"x-original-url", "x-rewrite-url", "x-original-uri"})
_REDIRECTING_HEADERS = _REWRITING_HEADERS | {"x-http-method-override", "x-http-method", "x-method-override"}
_NAMES_A_CAMPAIGN = re.compile(r"campaign_?-?id", re.IGNORECASE)
_OVERRIDES_METHOD = re.compile(r"[?&]_?method=", re.IGNORECASE)
_NAMED_NUMBER = re.compile(rb'"accessCode"\s*:\s*"([0-9]{1,24})"')
_DECODINGS = 3


def everything(call: Call) -> str | None:  # noqa: ARG001 - a guard is given the call
    """Lets every call through: for servers of our own."""
    return None


def no_changes(call: Call) -> str | None:
    """Lets only calls through that can change nothing."""
    return "it could change something, and no campaign has been named as disposable" if _may_change(call) else None


class DisposableOnly:
    """The default guard: calls that could change something go to listed campaigns, or to none that can exist."""

    def __init__(
        self,
        disposable: Collection[CampaignKey],
        *,
        path_prefix: str,
        base_path: str = "",
        safe_unknown_campaigns: Collection[int] = (),
        allowed_number: Callable[[str], bool] | None = None,
    ) -> None:
        """`disposable`: (vdn, campaign) pairs. `path_prefix`: the interface's path before the vdn. `safe_unknown_campaigns`: ids that
        the user knows not to exist. `allowed_number` tells whether a number may be named in a DELETE that does not go to a listed pair."""
        self._ids = frozenset(campaign for _, campaign in disposable)
        self._safe = frozenset(safe_unknown_campaigns)
        self._prefix = _segments(base_path + path_prefix)
        self._allowed_number = allowed_number
        self._listed = frozenset(f"{base_path}{path_prefix}/{vdn}/callerNo/{campaign}" for vdn, campaign in disposable)

    def __call__(self, call: Call) -> str | None:
        """The reason to withhold the call, or None."""
        redirected = _is_redirected(call)
        if (call.target in self._listed and not _is_rewritten(call)) or not _may_change(call):
            return None  # whatever method it is turned into, it stays on a campaign that may be changed
        if redirected:
            return "a header asks for another method or path than the call shows"
        return self._foreign_target(call.target) or self._foreign_numbers(call)

    def _foreign_target(self, target: str) -> str | None:
        for segments in _path_readings(target.partition("?")[0]):
            if reason := self._foreign_path(segments):
                return reason
        return next((reason for name, value in _query_readings(target) if (reason := self._foreign_parameter(name, value))), None)

    def _foreign_path(self, segments: tuple[str, ...]) -> str | None:
        size = len(self._prefix)
        if tuple(part.lower() for part in segments[:size]) != tuple(part.lower() for part in self._prefix):
            return f"it could change something at /{'/'.join(segments)}, outside the interface under test"
        rest = segments[size:]
        if not any(part.lower() == "callerno" for part in rest):
            return f"it could change something at /{'/'.join(segments)}, which is not a campaign's calling numbers"
        return next((reason for segment in rest[1:] if (reason := self._foreign_id(segment))), None)

    def _foreign_parameter(self, name: str, value: str) -> str | None:
        return self._foreign_id(value) if _NAMES_A_CAMPAIGN.search(name) else None

    def _foreign_id(self, segment: str) -> str | None:
        """The reason when a text can be read as the id of a campaign that nobody listed."""
        for value in readings(segment):
            if 0 < value < FIRST_IMPOSSIBLE_ID and value not in self._ids and value not in self._safe:
                return f"{segment!r} can be read as campaign {value}, which the target file does not list"
        return None

    def _foreign_numbers(self, call: Call) -> str | None:
        if self._allowed_number is None:
            return None
        for number in _NAMED_NUMBER.findall(call.body):
            if not self._allowed_number(number.decode()):
                return f"it names {number.decode()}, which this run has neither added nor been given"
        return None


def _is_rewritten(call: Call) -> bool:
    return any(name.lower() in _REWRITING_HEADERS for name, _ in call.headers)


def _is_redirected(call: Call) -> bool:
    return any(name.lower() in _REDIRECTING_HEADERS for name, _ in call.headers)


def _may_change(call: Call) -> bool:
    return call.method not in _SAFE_METHODS or _OVERRIDES_METHOD.search(call.target) is not None or _is_redirected(call)


def _segments(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.split("/") if part)


def _decodings(text: str) -> Iterator[str]:
    """The text as it is and percent-decoded again and again."""
    for _ in range(_DECODINGS + 1):
        yield text
        text, before = unquote(text), text
        if text == before:
            return


def _path_readings(path: str) -> Iterator[tuple[str, ...]]:
    """Every way to take a path apart, each once."""
    seen: set[tuple[str, ...]] = set()
    for decoded in _decodings(path):
        for text in {decoded, decoded.replace("\\", "/"), re.sub(r";[^/]*", "", decoded), decoded.split("?")[0].split("#")[0]}:
            rooted = "/" + text.lstrip("/")
            for form in (rooted, posixpath.normpath(rooted)):
                seen.add(tuple(form.split("/"))[1:])
                seen.add(_segments(form))
    return iter(seen)


def _query_readings(target: str) -> Iterator[tuple[str, str]]:
    for decoded in _decodings(target):
        _, _, query = decoded.partition("?")
        for part in re.split("[&;]", query):
            name, _, value = part.partition("=")
            yield name, value
