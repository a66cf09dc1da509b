"""Named ways to tamper with a valid Authorization. The names are the credential words of a call.

`certain` tells whether the document leaves a server no choice but 401. It is False where the rules
of auth-v2 are silent: they name no validity period, do not forbid a longer header, another case or
a signature over other headers. Their names begin with `open:`, so that whoever judges a call sees
it in the call. "Changed after signing" means: a call that differs in that respect was signed, the
real one is sent.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from hmac import digest
from types import MappingProxyType

import msgspec
from msgspec import Struct

from conformance.exchange import OPEN
from conformance.transport.auth import (
    Keys,
    Parts,
    authorization,
    canonical_request,
    hmac_hex,
    prefix,
    signature,
    timestamp,
)
from conformance.transport.auth import signed_headers_text as names_of

_HOUR = 3600.0


class Unsigned(Struct, frozen=True, kw_only=True):
    """A call about to be signed: the keys, the time (POSIX seconds), what a valid signature covers,
    and every header that is sent.

    `earlier` is the header that was sent with the call before, where that was another one: a server
    may remember it.
    """

    keys: Keys
    seconds: float
    milliseconds: bool
    parts: Parts
    headers: tuple[tuple[str, str], ...]
    earlier: str = ""

    @property
    def when(self) -> str:
        """The time as the header has it."""
        return timestamp(self.seconds, milliseconds=self.milliseconds)

    @property
    def valid(self) -> str:
        """The header of the untampered call."""
        return authorization(self.keys, self.when, self.parts)

    def signing(self, **changes: object) -> str:
        """The header of a call that differs in some parts."""
        return authorization(self.keys, self.when, msgspec.structs.replace(self.parts, **changes))

    def at(self, seconds: float) -> str:
        """The header as made so many seconds from now."""
        return msgspec.structs.replace(self, seconds=self.seconds + seconds).valid


class Tampering(Struct, frozen=True, kw_only=True):
    """One way. `make` builds the header's value; `keyless` ways need no keys and work under every
    scheme.
    """

    name: str
    description: str
    certain: bool
    make: Callable[[Unsigned], str]
    keyless: bool = False


def _exchange_part(index: int, change: Callable[[str], str]) -> Callable[[Unsigned], str]:
    def make(call: Unsigned) -> str:
        pieces = call.valid.split("/")
        pieces[index] = change(pieces[index])
        return "/".join(pieces)

    return make


def _other(text: str) -> str:
    """The text with another last character."""
    return text[:-1] + ("0" if text[-1:] != "0" else "1")


def _other_method(call: Unsigned) -> str:
    return call.signing(method="GET" if call.parts.method != "GET" else "DELETE")


def _other_query(call: Unsigned) -> str:
    target = call.parts.target
    return call.signing(target=f"{target}{'&' if '?' in target else '?'}spoilt=1")


def _without_query(call: Unsigned) -> str:
    path, mark, _ = call.parts.target.partition("?")
    return call.signing(target=path if mark else f"{path}?unsigned=1")


def _other_campaign(call: Unsigned) -> str:
    path, mark, query = call.parts.target.partition("?")
    head, slash, last = path.rpartition("/")
    other = (
        str(int(last) + 1) if last.isascii() and last.isdigit() and len(last) < 20 else f"{last}1"
    )
    return call.signing(target=f"{head}{slash}{other}{mark}{query}")


def _other_vdn(call: Unsigned) -> str:
    head, mark, rest = call.parts.target.rpartition("/callerNo/")
    start, slash, vdn = head.rpartition("/")
    other = str(int(vdn) + 1) if vdn.isascii() and vdn.isdigit() and len(vdn) < 20 else f"{vdn}1"
    return call.signing(target=f"{start}{slash}{other}{mark}{rest}")


def _other_path(call: Unsigned) -> str:
    path, mark, query = call.parts.target.partition("?")
    return call.signing(target=f"{path}0{mark}{query}")


def _other_host(call: Unsigned) -> str:
    rest = tuple(pair for pair in call.parts.headers if pair[0].lower() != "host")
    return call.signing(headers=(("host", "elsewhere.invalid"), *rest))


def _other_content_type(call: Unsigned) -> str:
    rest = tuple(pair for pair in call.parts.headers if pair[0].lower() != "content-type")
    return call.signing(headers=(*rest, ("content-type", "text/spoilt")))


def _unsigned_body(call: Unsigned) -> str:
    return call.signing(body=b"" if call.parts.body else b"{}")


def _replayed(call: Unsigned) -> str:
    if call.earlier:
        return call.earlier
    earlier = Parts(
        method="GET" if call.parts.method != "GET" else "DELETE",
        target=call.parts.target.partition("?")[0] + "/earlier",
        headers=call.parts.headers,
    )
    keys = msgspec.structs.replace(call, parts=earlier, seconds=call.seconds - 1)
    return keys.valid


def _unknown_key(call: Unsigned) -> str:
    return msgspec.structs.replace(
        # a secret that nobody has
        call,
        keys=Keys(access_key="nobody", secret_key="nobody's secret"),  # noqa: S106 - none of theirs
    ).valid


def _key_of_nobody(call: Unsigned) -> str:
    keys = Keys(access_key=f"{call.keys.access_key}-nobody", secret_key=call.keys.secret_key)
    return msgspec.structs.replace(call, keys=keys).valid


def _wrong_secret(call: Unsigned) -> str:
    return msgspec.structs.replace(
        call, keys=Keys(access_key=call.keys.access_key, secret_key=_other(call.keys.secret_key))
    ).valid


def _start(call: Unsigned) -> str:
    return prefix(call.keys.access_key, call.when, names_of(call.parts.headers))


def _key_not_derived(call: Unsigned) -> str:
    return f"{_start(call)}/{hmac_hex(call.keys.secret_key, canonical_request(call.parts))}"


def _key_as_bytes(call: Unsigned) -> str:
    key = digest(call.keys.secret_key.encode(), _start(call).encode(), "sha256")
    return f"{_start(call)}/{digest(key, canonical_request(call.parts).encode(), 'sha256').hex()}"


def _base64(call: Unsigned) -> str:
    return _exchange_part(
        4, lambda text: b64encode(bytes.fromhex(text)).decode().replace("/", "_")
    )(call)


def _named_headers(names: str, headers: tuple[tuple[str, str], ...]) -> Callable[[Unsigned], str]:
    """A right signature over another list of headers than the rules want."""

    def make(call: Unsigned) -> str:
        start = prefix(call.keys.access_key, call.when, names)
        parts = msgspec.structs.replace(call.parts, headers=headers)
        return f"{start}/{signature(call.keys.secret_key, start, canonical_request(parts, names))}"

    return make


def _without_host(call: Unsigned) -> str:
    kept = next(
        ((name.lower(), value) for name, value in call.headers if name.lower() != "host"), None
    )
    headers = (kept,) if kept else ()
    return _named_headers(names_of(headers), headers)(call)


def _names_in_capitals(call: Unsigned) -> str:
    return _named_headers(names_of(call.parts.headers).upper(), call.parts.headers)(call)


def _signed_word(call: Unsigned, when: str) -> str:
    start = prefix(call.keys.access_key, when, names_of(call.parts.headers))
    return f"{start}/{signature(call.keys.secret_key, start, canonical_request(call.parts))}"


def _rows() -> tuple[Tampering, ...]:
    return (
        *_changed_after_signing(),
        *_header_parts(),
        *_signatures(),
        *_shapes(),
        *_keys(),
        *_left_open(),
    )


def _row(
    name: str,
    description: str,
    make: Callable[[Unsigned], str],
    *,
    certain: bool = True,
    keyless: bool = False,
) -> Tampering:
    return Tampering(
        name=name if certain else OPEN + name,
        description=description,
        certain=certain,
        make=make,
        keyless=keyless,
    )


def _changed_after_signing() -> tuple[Tampering, ...]:
    return (
        _row("method-changed", "another method was signed", _other_method),
        _row("path-changed", "another path was signed", _other_path),
        _row("campaign-changed", "the same call on another campaign was signed", _other_campaign),
        _row("vdn-changed", "the same call under another VDN was signed", _other_vdn),
        _row("query-changed", "another query was signed", _other_query),
        _row(
            "query-unsigned",
            "the call without its query was signed (for calls that have one)",
            _without_query,
        ),
        _row(
            "body-changed",
            "another body was signed",
            lambda call: call.signing(body=call.parts.body + b" "),
        ),
        _row("body-unsigned", "the signature does not cover the body", _unsigned_body),
        _row("host-changed", "another host was signed", _other_host),
        _row("content-type-changed", "another Content-Type was signed", _other_content_type),
        _row("replayed", "the header of an earlier, different call", _replayed),
    )


def _header_parts() -> tuple[Tampering, ...]:
    return (
        _row(
            "version-changed",
            "the scheme word was changed after signing",
            _exchange_part(0, lambda _: "auth-v1"),
        ),
        _row(
            "access-key-changed",
            "the access key was changed after signing",
            _exchange_part(1, lambda text: text + "x"),
        ),
        _row(
            "access-key-empty",
            "the access key was taken out after signing",
            _exchange_part(1, lambda _: ""),
        ),
        _row(
            "timestamp-changed",
            "the time was changed after signing",
            lambda call: _retimed(call, -1.0),
        ),
        _row(
            "timestamp-empty",
            "the time was taken out after signing",
            _exchange_part(2, lambda _: ""),
        ),
        _row(
            "signed-headers-changed",
            "the list of signed headers was changed after signing",
            _exchange_part(3, _listed_more),
        ),
        _row(
            "signed-headers-empty",
            "the list of signed headers was taken out after signing",
            _exchange_part(3, lambda _: ""),
        ),
        _row(
            "signature-changed",
            "one hex digit of the signature was changed",
            _exchange_part(4, _other),
        ),
    )


def _retimed(call: Unsigned, seconds: float) -> str:
    return _exchange_part(
        2, lambda _: timestamp(call.seconds + seconds, milliseconds=call.milliseconds)
    )(call)


def _listed_more(names: str) -> str:
    return "content-type;host" if names == "host" else "host"


def _signatures() -> tuple[Tampering, ...]:
    return (
        _row(
            "signature-shortened",
            "the signature lacks its last digit",
            _exchange_part(4, lambda text: text[:-1]),
        ),
        _row(
            "signature-halved",
            "the signature is cut after 32 digits",
            _exchange_part(4, lambda text: text[:32]),
        ),
        _row(
            "signature-lengthened",
            "the signature has one digit more",
            _exchange_part(4, lambda text: text + "0"),
        ),
        _row("signature-empty", "the signature is empty", _exchange_part(4, lambda _: "")),
        _row(
            "signature-zero",
            "the signature is 64 zeros",
            _exchange_part(4, lambda text: "0" * len(text)),
        ),
        _row("signature-base64", "the signature is base64, not hex", _base64),
        _row("key-not-derived", "signed with the secret key itself", _key_not_derived),
        _row(
            "key-as-bytes",
            "signed with the bytes of the signing key, not its hex text",
            _key_as_bytes,
        ),
    )


def _shapes() -> tuple[Tampering, ...]:
    return (
        _row("empty", "the header is there and empty", lambda _: "", keyless=True),
        _row(
            "random-text",
            "the header holds some words",
            lambda _: "let me in, please",
            keyless=True,
        ),
        _row(
            "basic",
            "the header asks for another scheme",
            lambda _: "Basic bm9ib2R5Om5vYm9keQ==",
            keyless=True,
        ),
        _row(
            "bearer",
            "the header holds a bearer token",
            lambda _: "Bearer bm9ib2R5Om5vYm9keQ",
            keyless=True,
        ),
        _row("word-only", "only the scheme word", lambda _: "auth-v2", keyless=True),
        _row("slashes", "all parts are empty", lambda _: "auth-v2////", keyless=True),
        _row(
            "without-signature",
            "the last part is missing",
            lambda call: call.valid.rpartition("/")[0],
        ),
        _row("without-timestamp", "the time is missing", lambda call: _dropped(call, 2)),
        _row("without-access-key", "the access key is missing", lambda call: _dropped(call, 1)),
        _row("without-word", "the scheme word is missing", lambda call: _dropped(call, 0)),
    )


def _dropped(call: Unsigned, index: int) -> str:
    pieces = call.valid.split("/")
    del pieces[index]
    return "/".join(pieces)


def _keys() -> tuple[Tampering, ...]:
    return (
        _row("unknown-key", "rightly made with a key that nobody has", _unknown_key),
        _row(
            "key-of-nobody",
            "rightly made with the known secret and an access key that nobody has",
            _key_of_nobody,
        ),
        _row(
            "wrong-secret",
            "rightly made with the known access key and a wrong secret",
            _wrong_secret,
        ),
    )


def _capitals() -> tuple[Tampering, ...]:
    """Capitals where auth-v2 writes small letters: the document does not say how it compares."""
    return (
        _row(
            "signature-capitals",
            "valid, its hex digits in capitals: the same number, and auth-v2 writes small ones",
            _exchange_part(4, str.upper),
            certain=False,
        ),
        _row(
            "word-capitals",
            "valid but for the case of the scheme word",
            _exchange_part(0, str.upper),
            certain=False,
        ),
        _row(
            "names-capitals",
            "rightly signed, header names listed in capitals",
            _names_in_capitals,
            certain=False,
        ),
    )


def _left_open() -> tuple[Tampering, ...]:
    """Ways that a server may take or refuse: the document says nothing about them."""
    return (
        _row(
            "hour-old",
            "valid, made an hour ago: no validity period is documented",
            lambda call: call.at(-_HOUR),
            certain=False,
        ),
        _row(
            "day-old",
            "valid, made a day ago: no validity period is documented",
            lambda call: call.at(-24 * _HOUR),
            certain=False,
        ),
        _row(
            "hour-early",
            "valid, made an hour from now: the clocks may differ",
            lambda call: call.at(_HOUR),
            certain=False,
        ),
        _row(
            "no-time",
            "rightly signed over a time that is none",
            lambda call: _signed_word(call, "yesterday"),
            certain=False,
        ),
        _row(
            "extra-part",
            "valid, with one part more at its end",
            lambda call: f"{call.valid}/more",
            certain=False,
        ),
        *_capitals(),
        _row(
            "host-unsigned", "rightly signed without the header host", _without_host, certain=False
        ),
        _row(
            "no-names",
            "rightly signed over no header at all",
            _named_headers("", ()),
            certain=False,
        ),
    )


TAMPERINGS: Mapping[str, Tampering] = MappingProxyType(
    {tampering.name: tampering for tampering in _rows()}
)
"""Every way by its name."""
