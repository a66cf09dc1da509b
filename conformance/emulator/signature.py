"""The verifier of auth-v2 signatures, written from the published rules."""

import datetime
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from conformance.emulator.call import ReceivedCall

_KEPT = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_ENCODED = tuple(chr(byte) if byte in _KEPT else f"%{byte:02X}" for byte in range(256))
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?Z")
_HEADER_NAMES = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+(;[a-z0-9!#$%&'*+.^_`|~-]+)*")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """The parts of a well-formed header."""

    access_key: str
    timestamp: str
    signed_headers: str
    signature: str

    @property
    def prefix(self) -> str:
        """The text that the signing key is derived from."""
        return f"auth-v2/{self.access_key}/{self.timestamp}/{self.signed_headers}"


def encode(data: bytes) -> str:
    """Percent-encode bytes, keeping only what RFC 3986 calls unreserved."""
    return "".join(map(_ENCODED.__getitem__, data))


def hmac_hex(key: str, message: str) -> str:
    """Return the lower-case hex of HMAC-SHA256 over texts."""
    return hmac.digest(key.encode(), message.encode(), "sha256").hex()


def parse_authorization(text: str) -> Authorization | None:
    """Read the header, or None where it is malformed."""
    scheme, *parts = text.split("/")
    if scheme != "auth-v2" or len(parts) != 4:
        return None
    access_key, timestamp, names, signature = parts
    if not (_is_time(timestamp) and _are_names(names) and _SIGNATURE.fullmatch(signature)):
        return None
    return Authorization(
        access_key=access_key, timestamp=timestamp, signed_headers=names, signature=signature
    )


def _is_time(text: str) -> bool:
    if not _TIMESTAMP.fullmatch(text):
        return False
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _are_names(text: str) -> bool:
    names = text.split(";")
    return bool(_HEADER_NAMES.fullmatch(text)) and names == sorted(set(names)) and "host" in names


def signature_of(secret: str, prefix: str, canonical: str) -> str:
    """Sign a canonical request; the key is the hex text of the first digest, not its bytes."""
    return hmac_hex(hmac_hex(secret, prefix), canonical)


def canonical_requests(call: ReceivedCall, signed_headers: str) -> Iterator[str]:
    """Yield the canonical forms that a client may rightly have signed; more than one only where a
    query is odd.
    """
    headers = _canonical_headers(call.headers, signed_headers)
    if headers is None:
        return
    tail = f"{signed_headers}\n{headers}\n{encode(call.body)}"
    for query in _canonical_queries(call.query):
        middle = f"{query}\n" if query else ""
        yield f"{call.method}\n{call.path}\n{middle}{tail}"


def _canonical_headers(headers: Mapping[str, str], names: str) -> str | None:
    lines = []
    for name in names.split(";"):
        if name not in headers:
            return None
        lines.append(f"{encode(name.encode())}:{encode(headers[name].strip().encode('latin-1'))}")
    return "\n".join(lines)


def _canonical_queries(query: str) -> list[str]:
    """Say how a query may be written canonically: `+` may stand for a space, and sorting may see
    pairs or lines.
    """
    if not query:
        return [""]
    forms: dict[str, None] = {}
    for text in (query, query.replace("+", " ")):
        pairs = sorted(_pair(part) for part in text.split("&") if part)
        forms["&".join(f"{key}={value}" for key, value in pairs)] = None
        forms["&".join(sorted(f"{key}={value}" for key, value in pairs))] = None
    return list(forms)


def _pair(part: str) -> tuple[str, str]:
    key, _, value = part.partition("=")
    return encode(unquote_to_bytes(key.encode("latin-1"))), encode(
        unquote_to_bytes(value.encode("latin-1"))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """Tells whether a call carries a valid signature of the one known key."""

    access_key: str
    secret_key: str
    validity_seconds: float = 0.0

    def accepts(self, call: ReceivedCall) -> bool:
        """Verify one call."""
        given = parse_authorization(call.headers.get("authorization", ""))
        if given is None or given.access_key != self.access_key or not self.is_fresh(given):
            return False
        return self.matches(call, given)

    def matches(self, call: ReceivedCall, given: Authorization) -> bool:
        """Compare the signature alone."""
        return any(
            hmac.compare_digest(
                signature_of(self.secret_key, given.prefix, canonical), given.signature
            )
            for canonical in canonical_requests(call, given.signed_headers)
        )

    def is_fresh(self, given: Authorization) -> bool:
        """Tell whether the timestamp lies within the validity period, where there is one."""
        if not self.validity_seconds:
            return True
        signed = datetime.datetime.fromisoformat(given.timestamp)
        age = datetime.datetime.now(datetime.UTC) - signed
        return abs(age.total_seconds()) <= self.validity_seconds
