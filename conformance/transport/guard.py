"""Which calls may be sent at all: each is judged by what the sloppiest server could make of it.

Three kinds of call exist. *Reads* go anywhere. *Exact* calls go, byte for byte, to the URI of a
listed campaign and ask for nothing else: whatever a server makes of them stays in that campaign,
so what could be read as all its numbers goes only where everything can be put back. *Any other*
call must be one that can only remove numbers of the run's own, wherever it arrives.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from conformance.exchange import Call, CampaignKey
from conformance.transport.named_numbers import documented, possible, values
from conformance.transport.own_numbers import OwnNumbers
from conformance.transport.removal import Removal
from conformance.transport.request_names import asks_elsewhere, asks_in_text, is_harmless_header
from conformance.transport.request_readings import body_texts, decodings, pairs, text_readings

CallRule: TypeAlias = Callable[[Call], str | None]
"""Says why a call must be withheld; None lets it through."""

Numbers: TypeAlias = tuple[str, ...]

MOST_ADDED = 100
"""Numbers that one call may add, as the interface has it."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_CHANGING = frozenset({"DELETE", "POST", "PUT", "PATCH", "PURGE", "UNLINK", "LINK", "COPY", "MOVE"})
_CLOSES = re.compile(r"['\"`\\)\]0-9]")
"""What may end a value in a query of a database that is put together from texts."""
_WORDS = "or|xor|and|union|like|rlike|regexp|similar|sounds|between|in|is|not|having|group|limit"
_CONDITION = re.compile(
    rf"(?i)[|&=]|<(?!/[a-z])|>(?!<|$)|(?<![a-z_$])(?:{_WORDS})(?![a-z0-9_$])"
    r"|;\s*(?:delete|drop|truncate|update|replace|insert|exec)\b"
)
"""Behind that it is a condition, which may be true in every campaign, or a statement of its own."""
_COMMENT = re.compile(r"--|#|/\*")
"""Behind that nothing is read any more, the campaign's id perhaps among it."""


def everything(call: Call) -> str | None:  # noqa: ARG001 - a guard is given the call
    """Lets every call through: for servers of our own."""
    return None


def no_changes(call: Call) -> str | None:
    """Lets only calls through that can change nothing."""
    if is_pure_read(call):
        return None
    return "it could change something, and no campaign has been named as disposable"


def is_pure_read(call: Call) -> bool:
    """Whether no server could take the call for one that changes something."""
    if call.method not in _READING or call.body or _asks_elsewhere_beside_body(call):
        return False
    if any(map(_names_a_change, _odd_values(call))):
        return False
    return not any("callerno" in reading.lower() for reading in decodings(call.path))


class Guard:
    """The guard of one opening: what may be done to the listed campaigns, and to none else.

    `recoverable`: campaigns whose contents are known whole and where adding again was rehearsed.
    `originals`: what campaigns held before. Both are the opener's to fill in as it learns.
    """

    def __init__(
        self,
        *,
        listed: Collection[CampaignKey],
        path_prefix: str,
        base_path: str = "",
        own: OwnNumbers | None = None,
    ) -> None:
        """`path_prefix`: the interface's path before the vdn. `own`: numbers made up by the run."""
        prefix = base_path + path_prefix
        self.own = OwnNumbers() if own is None else own
        self.recoverable: set[CampaignKey] = set()
        self.originals: dict[CampaignKey, frozenset[str]] = {}
        self._listed = {f"{prefix}/{key[0]}/callerNo/{key[1]}": key for key in listed}
        ids = {str(part) for key in listed for part in key}
        self._removal = Removal(prefix=prefix, ids=ids, own=self.own)
        self._naming: Counter[CampaignKey] = Counter()
        self._changing = threading.Lock()

    @contextmanager
    def naming_originals(self, key: CampaignKey) -> Iterator[None]:
        """Until it ends, calls to exactly this campaign may take and put back its originals."""
        with self._changing:
            self._naming[key] += 1
        try:
            yield
        finally:
            with self._changing:
                self._naming[key] -= 1

    def __call__(self, call: Call) -> str | None:
        """The reason to withhold the call, or None."""
        if is_pure_read(call):
            return None
        key = self._listed.get(call.path)
        if key is None or _asks_elsewhere_beside_body(call):
            return self._anywhere(call)
        named = documented(call.body, priority=call.method.upper() == "POST")
        if named is None and any(map(asks_in_text, body_texts(call.body))):
            return self._anywhere(call)
        return self._exact(call, key, named)

    # -- any other call ------------------------------------------------------------------------

    def _anywhere(self, call: Call) -> str | None:
        objection = self._removal.objection(call)
        if objection:
            return f"{objection}; a call that does not go to exactly a listed campaign may not"
        return self._about_originals(set(possible(call)))

    def _about_originals(self, numbers: Collection[str]) -> str | None:
        for key, held in self.originals.items():
            for number in numbers:
                if number in held:
                    return f"it names {number}, which campaign {_shown(key)} held before the run"
        return None

    # -- a call to exactly a listed campaign ---------------------------------------------------

    def _exact(self, call: Call, key: CampaignKey, named: Numbers | None) -> str | None:
        if named is not None and self._removal.surroundings(call) is not None:
            named = None  # headers or query could change what the body says
        given = self._given(call, key, named)
        if reason := self._about_originals({*(possible(call) if named is None else named)} - given):
            return reason
        if call.method.upper() == "POST":
            return self._adding(key, named, given)
        if call.method.upper() == "DELETE" and named is not None and self._is_own(named, given):
            return None
        if key not in self.recoverable:
            return _AS_ALL.format(_shown(key))
        return self._beyond(call)

    def _given(self, call: Call, key: CampaignKey, named: Numbers | None) -> frozenset[str]:
        """The originals that the call may name, since the opener is taking or putting them back."""
        held = self.originals.get(key, frozenset())
        if named is None or not self._naming[key] or call.method.upper() not in {"DELETE", "POST"}:
            return frozenset()
        rest = [number for number in named if number not in held]
        known = all(self.own.announced(number) or self.own.is_own(number) for number in rest)
        return held if known else frozenset()

    def _adding(self, key: CampaignKey, named: Numbers | None, given: frozenset[str]) -> str | None:
        if named is None or len(named) > MOST_ADDED:
            return "it could add other numbers than it names: it has not quite the documented form"
        strange = [each for each in named if each not in given and not self.own.announced(each)]
        if strange:
            return f"it adds {strange[0]}, which this run has not announced"
        if key not in self.recoverable and not self._is_own(named, given):
            return _SHORT.format(_shown(key))
        return None

    def _beyond(self, call: Call) -> str | None:
        """Why the call could leave its campaign, although it goes to exactly this one."""
        for reading in {reading for _, text in values(call) for reading in text_readings(text)}:
            closing = _CLOSES.search(reading)
            if closing and _CONDITION.search(reading, closing.end()):
                return "it holds a condition that could be true in every campaign of the server"
            if closing and _COMMENT.search(reading, closing.end()) and not self._names_own(call):
                return "what it holds could end a query before the campaign's id"
        return None

    def _names_own(self, call: Call) -> bool:
        numbers = set(possible(call))
        return bool(numbers) and all(map(self.own.is_own, numbers))

    def _is_own(self, named: Numbers, given: frozenset[str]) -> bool:
        return all(self.own.is_own(number) or number in given for number in named)


_UNRECOVERABLE = (
    "what the campaign holds is not known whole, or adding a number again was not rehearsed there. "
    "List a campaign that holds nothing but a number of your own in the target file, "
    "or give this one's `numbers`"
)
_AS_ALL = "it could be read as all numbers of campaign {}, or as others than it names, and "
_AS_ALL += _UNRECOVERABLE
_SHORT = f"it adds numbers so short that campaign {{}} may hold them, and {_UNRECOVERABLE}"


def _asks_elsewhere_beside_body(call: Call) -> bool:
    odd = (name for name, value in call.headers if not is_harmless_header(name, value))
    return any(map(asks_elsewhere, (*odd, *(name for name, _ in pairs(call.query)))))


def _names_a_change(value: str) -> bool:
    return any(reading.strip().upper() in _CHANGING for reading in decodings(value))


def _odd_values(call: Call) -> Iterator[str]:
    """Values of the query and of headers that not every client sends."""
    yield from (value for _, value in pairs(call.query))
    yield from (value for name, value in call.headers if not is_harmless_header(name, value))


def _shown(key: CampaignKey) -> str:
    return f"{key[0]}/{key[1]}"
