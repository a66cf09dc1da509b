"""Takes secrets out of what came back: a server that echoes the Authorization must not get it into a report."""

import json
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import quote

import msgspec

from conformance.exchange import Reply

REMOVED = "(secret removed)"
_REMOVED = REMOVED.encode()
_SHORTEST = 6
"""A shorter text is no secret, and would be found everywhere."""


def forms(secrets: Iterable[str]) -> tuple[str, ...]:
    """The secrets as they can stand in a text: plain, percent-encoded, escaped for JSON, base64."""
    found: dict[str, None] = {}
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            written = (secret, quote(secret, safe=""), json.dumps(secret)[1:-1], b64encode(secret.encode()).decode())
            found.update(dict.fromkeys(written))
    return tuple(sorted(found, key=len, reverse=True))


class Scrubber:
    """Removes the lasting secrets, and with each reply what was sent as its Authorization."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms = tuple(form.encode() for form in forms(secrets))

    def reply(self, reply: Reply, authorization: str) -> Reply:
        """The reply without secrets; the same object where it holds none. `authorization` is the value that was sent, or empty."""
        sought = (*self._forms, *_sent(authorization))
        head = "\n".join(value for _, value in reply.headers).encode() if sought else b""
        if not any(form in reply.body or form in head for form in sought):
            return reply
        return msgspec.structs.replace(
            reply,
            body=_without(reply.body, sought),
            headers=tuple((name, _without(value.encode(), sought).decode()) for name, value in reply.headers),
        )

    def text(self, text: str) -> str:
        """A text without the lasting secrets."""
        return _without(text.encode(), self._forms).decode()


def _sent(authorization: str) -> tuple[bytes, ...]:
    """The whole value, and the signature at its end."""
    if len(authorization) < _SHORTEST:
        return ()
    signature = authorization.rpartition("/")[2]
    return (authorization.encode(), signature.encode()) if len(signature) >= _SHORTEST else (authorization.encode(),)


def _without(data: bytes, sought: Iterable[bytes]) -> bytes:
    for form in sought:
        data = data.replace(form, _REMOVED)
    return data
