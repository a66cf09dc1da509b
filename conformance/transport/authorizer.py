"""Who writes the Authorization header: auth-v2, a text made elsewhere, or nobody."""

import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from conformance.errors import ConfigurationError, UsageError, nearest
from conformance.exchange import OMITTED, SIGNED
from conformance.transport.auth import Keys, Parts, authorization, canonical_request, timestamp
from conformance.transport.redaction import learn
from conformance.transport.tampering import TAMPERINGS, Unsigned

HeaderLines = Sequence[tuple[str, str]]

COMMAND_SECONDS = 30.0
"""A command that writes the header may ask a token server; longer than this it hangs."""


MOST_TOKENS = 8
"""Different texts of a command that are remembered as secrets."""


class Authorizer(Protocol):
    """Writes the header for one call."""

    @property
    def credentials(self) -> frozenset[str]:
        """The credential words that it understands."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that must never be kept."""

    def headers(
        self, method: str, target: str, headers: HeaderLines, body: bytes, credential: str
    ) -> list[tuple[str, str]]:
        """Header lines to add. `headers` are all others as sent, Host and Content-Length included.

        Raises UsageError for a credential word that it can't produce.
        """


class AuthV2:
    """Signs with an access key and a secret key."""

    def __init__(
        self,
        keys: Keys,
        *,
        signed_headers: Sequence[str] = ("host",),
        milliseconds: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`signed_headers`: those are signed that the call carries. `clock` gives POSIX seconds."""
        self._keys = keys
        self._signed = frozenset(name.lower() for name in signed_headers) | {"host"}
        self._milliseconds = milliseconds
        self._clock = clock
        self._lock = threading.Lock()
        self._latest = 0.0
        self._sent: tuple[Parts, str] | None = None
        """What the last valid header covered, and its text."""

    credentials = frozenset({SIGNED, OMITTED, *TAMPERINGS})

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret key."""
        return (self._keys.secret_key,)

    def headers(
        self, method: str, target: str, headers: HeaderLines, body: bytes, credential: str
    ) -> list[tuple[str, str]]:
        """See Authorizer."""
        if credential == OMITTED:
            return []
        signed = tuple(pair for pair in headers if pair[0].lower() in self._signed)
        parts = Parts(method=method, target=target, headers=signed, body=body)
        if credential == SIGNED:
            when = timestamp(self._moment(), milliseconds=self._milliseconds)
            text = authorization(self._keys, when, parts)
            self._sent = (parts, text)
            return [("Authorization", text)]
        _refuse_unknown(credential, self.credentials)
        unsigned = Unsigned(
            keys=self._keys,
            seconds=self._clock(),
            milliseconds=self._milliseconds,
            parts=parts,
            headers=tuple(headers),
            earlier=self._earlier(parts),
        )
        return [("Authorization", TAMPERINGS[credential].make(unsigned))]

    def _earlier(self, parts: Parts) -> str:
        covered, text = self._sent or (parts, "")
        return text if canonical_request(covered) != canonical_request(parts) else ""

    def _moment(self) -> float:
        """Now; with milliseconds a later one for each call, so that no two signatures are alike: a
        server may take that for a replay.
        """
        if not self._milliseconds:
            return self._clock()
        with self._lock:
            self._latest = max(round(self._clock(), 3), round(self._latest + 0.001, 3))
            return self._latest


KEYLESS = frozenset(name for name, tampering in TAMPERINGS.items() if tampering.keyless)
_NO_CALL = Unsigned(
    keys=Keys(access_key="", secret_key=""),
    seconds=0.0,
    milliseconds=False,
    parts=Parts(method="", target="", headers=()),
    headers=(),
)


class FixedHeader:
    """Sends a text that was made elsewhere, the same with every call."""

    def __init__(self, text: str) -> None:
        self._text = text

    credentials = frozenset({SIGNED, OMITTED}) | KEYLESS

    @property
    def secrets(self) -> tuple[str, ...]:
        """The text, and what follows its first word."""
        return (self._text, self._text.partition(" ")[2])

    def headers(
        self,
        method: str,
        target: str,
        headers: HeaderLines,
        body: bytes,
        credential: str,
    ) -> list[tuple[str, str]]:
        """See Authorizer."""
        return _given_elsewhere(lambda: self._text, credential, self.credentials)


class CommandHeader:
    """Asks a command for the text: it is given method and target as its last two arguments and the
    body on its standard input.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._given: set[str] = set()

    credentials = FixedHeader.credentials
    secrets: tuple[str, ...] = ()

    def headers(
        self,
        method: str,
        target: str,
        headers: HeaderLines,
        body: bytes,
        credential: str,
    ) -> list[tuple[str, str]]:
        """See Authorizer. Raises ConfigurationError when the command fails or writes nothing."""
        return _given_elsewhere(
            lambda: self._ask(method, target, body), credential, self.credentials
        )

    def _ask(self, method: str, target: str, body: bytes) -> str:
        try:
            # the user's own command, as a list, without a shell
            result = subprocess.run(  # noqa: S603
                [*self._command, method, target],
                input=body,
                capture_output=True,
                timeout=COMMAND_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ConfigurationError(self._complaint(type(error).__name__)) from None
        text = result.stdout.decode(errors="replace").strip()
        if result.returncode or not text or not text.isprintable():
            raise ConfigurationError(
                self._complaint(f"exit status {result.returncode}, {len(text)} characters written")
            )
        self._keep_secret(text)
        return text

    def _keep_secret(self, text: str) -> None:
        """A token that serves many calls may come back in any later reply; a text of its own for
        each call in the reply to that alone.
        """
        if len(self._given) < MOST_TOKENS and text not in self._given:
            self._given.add(text)
            learn((text,))

    def _complaint(self, what: str) -> str:
        return (
            f"The command of [auth] command, {self._command[0]}, gave no Authorization header"
            f" ({what}). It is called with method and target as its last arguments and the body on"
            " standard input, and must write one line with the header's value."
        )


class NoHeader:
    """Sends no Authorization: for targets that ask for none."""

    credentials = frozenset({SIGNED, OMITTED}) | KEYLESS
    secrets: tuple[str, ...] = ()

    def headers(
        self,
        method: str,
        target: str,
        headers: HeaderLines,
        body: bytes,
        credential: str,
    ) -> list[tuple[str, str]]:
        """See Authorizer."""
        return [] if credential == SIGNED else _given_elsewhere(str, credential, self.credentials)


def _given_elsewhere(
    text: Callable[[], str], credential: str, known: frozenset[str]
) -> list[tuple[str, str]]:
    if credential == OMITTED:
        return []
    if credential == SIGNED:
        return [("Authorization", text())]
    _refuse_unknown(credential, known)
    return [("Authorization", TAMPERINGS[credential].make(_NO_CALL))]


def _refuse_unknown(credential: str, known: frozenset[str]) -> None:
    if credential not in known:
        raise UsageError(
            f"The credential {credential!r} can't be produced with this scheme of"
            f" authentication{nearest(credential, known)}. It offers: {', '.join(sorted(known))}."
        )
