"""Takes secrets out of texts: the exact values given, however they are written, and whatever looks like an auth-v2 header."""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import TypeVar
from urllib.parse import quote

import msgspec

REMOVED = "[secret removed]"
SHORT, SHORT_KEPT = 200, 4096
"""Texts up to so many characters are remembered, so many of them: a run's traffic says the same few over and over."""
SHORTEST_SECRET = 4
"""Shorter values are left: they stand in ordinary words, and removing them would spoil the report without hiding anything."""

_SLASH = r"(?:/|\\/|%2[Ff])"
_HEADER = re.compile(rf"auth-v2{_SLASH}[^\s\"'<>\[\]]+?{_SLASH}(?:\\/|[^\s\"'<>\\])+", re.IGNORECASE)
_DIGEST = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])")
_T = TypeVar("_T", bound=msgspec.Struct)


class Redactor:
    """Replaces secrets. With `digests` also every 64-digit hexadecimal word: in a traceback it is a signature or the key of one."""

    def __init__(self, secrets: Iterable[str] = (), *, digests: bool = False) -> None:
        written = {form for secret in secrets if len(secret) >= SHORTEST_SECRET for form in _forms(secret)}
        longest_first = sorted(written, key=len, reverse=True)
        self._exact = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        self._patterns = (_HEADER, _DIGEST) if digests else (_HEADER,)
        self._short = lru_cache(SHORT_KEPT)(self._without)

    def text(self, value: str) -> str:
        """The text without secrets."""
        return self._short(value) if len(value) <= SHORT else self._without(value)

    def _without(self, value: str) -> str:
        if self._exact is not None:
            value = self._exact.sub(REMOVED, value)
        for pattern in self._patterns:
            value = pattern.sub(REMOVED, value)
        return value

    def data(self, value: bytes) -> bytes:
        """The bytes without secrets; bytes that are no UTF-8 survive."""
        return self.text(value.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def struct(self, value: _T) -> _T:
        """The same value with every text in it redacted."""
        return msgspec.convert(self.tree(msgspec.to_builtins(value)), type(value))

    def tree(self, value: object) -> object:
        """Lists, dicts and texts without secrets; member names stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.tree(member) for key, member in value.items()}
        if isinstance(value, list | tuple):
            return [self.tree(member) for member in value]
        return value


def _forms(secret: str) -> set[str]:
    return {
        secret,
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        escape(secret),
        repr(secret)[1:-1],
    }
