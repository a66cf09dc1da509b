"""Takes secrets out of everything that is kept or shown: the values given, in every form in which
they can be written.

A server that echoes an Authorization must not get it into a report, and neither must an option of
the command line, a traceback or a page of a proxy. Whatever this process has read as a secret is
known here, so that every writer leaves it out.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from threading import Lock
from typing import TypeVar

import msgspec

from conformance.exchange import Reply
from conformance.readable import each_text
from conformance.transport.written_forms import (
    LONG,
    encoded_forms,
    plain_forms,
    sign_by_sign,
    trigger,
    unescaped_forms,
)

REMOVED = "[secret removed]"
SHORTEST = 4
"""Shorter values are left: they stand in ordinary words, and removing them would garble the report
without hiding anything.
"""
SHORTEST_ON_THE_WIRE = 6
"""In a reply, which is judged, a shorter text may be part of a number or a code."""
SHORT, SHORT_KEPT = 200, 4096
"""Texts up to so many characters are remembered, so many of them: a run's traffic says the same few
over and over.
"""

_REMOVED = REMOVED.encode()
_SLASH = rb"(?:/|\\/|%2f)"
_HEADER = rb"auth-v2%b[^\s\"'<>\[\]]{1,300}?%b(?:\\/|[^\s\"'<>\\])+" % (_SLASH, _SLASH)
_DIGEST = rb"(?<![0-9a-z])[0-9a-f]{64}(?![0-9a-z])"
_ESCAPING = (b"\\", b"%", b"&")
_T = TypeVar("_T")


class Redactor:
    """Replaces secrets. With `digests` also every 64-digit hexadecimal word: in a traceback it is a
    signature or the key of one.
    """

    def __init__(
        self, secrets: Iterable[str] = (), *, shortest: int = SHORTEST, digests: bool = False
    ) -> None:
        known = sorted(
            {part for secret in secrets for part in _parts(secret) if len(part) >= shortest},
            key=len,
            reverse=True,
        )
        long = [secret for secret in known if len(secret) >= LONG]
        turned = [each for secret in long for each in (secret, secret[::-1])]
        exact = {form for secret in known if len(secret) < LONG for form in plain_forms(secret)}
        literal = {form.lower() for each in turned for form in plain_forms(each)}
        literal |= {form.lower() for secret in long for form in encoded_forms(secret)}
        self._exact, self._literal = _longest_first(exact), _longest_first(literal)
        bare = {form for each in turned for form in unescaped_forms(each)}
        self._bare = tuple(
            bare.union(
                form for form in self._literal if not any(sign in form for sign in _ESCAPING)
            )
        )
        kinds = [_HEADER, *([_DIGEST] if digests else [])]
        self._digests = digests
        self._turned, self._kinds = tuple(turned), tuple(kinds)
        self._as_written = _any_of(map(re.escape, self._exact)) if self._exact else None
        self._trigger = re.compile(trigger(self._turned)) if turned else None
        self._remembered = lru_cache(SHORT_KEPT)(self._without)

    @cached_property
    def _anywhere(self) -> re.Pattern[bytes]:
        """Made when it is first needed: it takes half a second, and nearly no text needs it."""
        return _any_of(
            [*map(re.escape, self._literal), *map(sign_by_sign, self._turned), *self._kinds]
        )

    def text(self, value: str) -> str:
        """The text without secrets."""
        return self._remembered(value) if len(value) <= SHORT else self._without(value)

    def _without(self, value: str) -> str:
        data = value.encode("utf-8", "surrogatepass")
        clean = self.data(data)
        return value if clean is data else clean.decode("utf-8", "surrogatepass")

    def data(self, value: bytes) -> bytes:
        """The bytes without secrets, whatever else they are; the same object where there is
        none.
        """
        low = value.lower()
        if self._may_hold(low):
            value = _cut(value, low, self._anywhere)
        if self._as_written is not None and any(form in value for form in self._exact):
            value = _cut(value, value, self._as_written)
        return value

    def _may_hold(self, low: bytes) -> bool:
        """Most texts hold none: that is seen without the pattern, which is slow."""
        if self._digests or b"auth-v2" in low or any(form in low for form in self._bare):
            return True
        return self._trigger is not None and self._trigger.search(low) is not None

    def every(self, value: _T) -> _T:
        """The same value with every text in it redacted."""
        return each_text(value, self.text)

    def reply(self, reply: Reply, authorization: str = "") -> Reply:
        """The reply without secrets, nor what was sent as its Authorization; the same object where
        it holds none.
        """
        sent = (
            _sent(authorization) if authorization and _has_room_for(authorization, reply) else None
        )
        redactors = (self, sent) if sent is not None else (self,)
        body, headers = reply.body, reply.headers
        for redactor in redactors:
            body = redactor.data(body)
            headers = tuple((redactor.text(name), redactor.text(value)) for name, value in headers)
        return (
            reply
            if body is reply.body and headers == reply.headers
            else msgspec.structs.replace(reply, body=body, headers=headers)
        )


def _longest_first(forms: Iterable[bytes]) -> tuple[bytes, ...]:
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _any_of(patterns: Iterable[bytes]) -> re.Pattern[bytes]:
    # what was removed before is left
    return re.compile(b"|".join([re.escape(_REMOVED), *patterns]))


def _cut(value: bytes, searched: bytes, pattern: re.Pattern[bytes]) -> bytes:
    """The value without the places where the pattern is found in `searched`, which is as long."""
    parts, at = [], 0
    for found in pattern.finditer(searched):
        if found[0] != _REMOVED:
            parts += [value[at : found.start()], _REMOVED]
            at = found.end()
    return b"".join([*parts, value[at:]]) if parts else value


def _parts(secret: str) -> Iterator[str]:
    """The whole; of the value of a header also what follows its scheme, decoded where that is
    Basic.
    """
    yield secret
    scheme, space, token = secret.partition(" ")
    if space and len(token) >= LONG:
        yield token
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(token).decode()
            yield from (given, given.partition(":")[2])
        except (binascii.Error, UnicodeDecodeError):
            return


# -- what was sent with a call ---------------------------------------------------------------------

_SIGNATURE_DIGITS = 64
_RUN = re.compile(rb"[0-9A-Za-z+/_%\\=:;&#.~-]{40}")
"""An echo of a signature, however it is written, holds a run like this; replies of the interface
hold none.
"""
_ESCAPED = re.compile(rb"\\u([0-9a-fA-F]{4})")


def _unescaped(found: re.Match[bytes]) -> bytes:
    """The letter, or a blank where it is none of a signature's: many servers write Chinese so."""
    code = int(found[1], 16)
    return bytes([code]) if code < 0x80 else b" "


def _has_room_for(authorization: str, reply: Reply) -> bool:
    if not authorization.startswith("auth-v2/"):
        return True
    plain = _ESCAPED.sub(_unescaped, reply.body)
    return _RUN.search(plain) is not None or any(
        len(value) >= _SIGNATURE_DIGITS for _, value in reply.headers
    )


@lru_cache(maxsize=64)
def _sent(authorization: str) -> Redactor:
    """Of auth-v2 only the signature says something; everything else is sent as a secret of its
    own.
    """
    signature = authorization.rpartition("/")[2] if authorization.startswith("auth-v2/") else ""
    return Redactor((authorization, signature), shortest=SHORTEST_ON_THE_WIRE)


# -- what this process has read --------------------------------------------------------------------


class _Known:
    def __init__(self) -> None:
        self._lock = Lock()
        self._secrets: frozenset[str] = frozenset()
        self.redactor = Redactor()

    def learn(self, secrets: Iterable[str]) -> None:
        with self._lock:
            more = self._secrets.union(secrets)
            if more != self._secrets:
                self._secrets = more
                self.redactor = Redactor(more)

    def forget(self) -> None:
        self._secrets, self.redactor = frozenset(), Redactor()


_KNOWN = _Known()


def learn(secrets: Iterable[str]) -> None:
    """From now on no writer of this process writes these texts."""
    _KNOWN.learn(secrets)


def forget() -> None:
    """Know no secret any more: for tests, of which each has its own."""
    _KNOWN.forget()


def known() -> Redactor:
    """Leaves out every secret that this process has read."""
    return _KNOWN.redactor
