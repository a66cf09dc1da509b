"""Whether the values of a target fit together, and what deserves a warning."""

import re
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from conformance.config.keys import KEYS, VARIABLE_PREFIX, variable, written
from conformance.config.sources import GivenValue
from conformance.config.target import Target

_READABLE_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH
_SIMILAR = 0.85
"""From here on an unknown ISALES_* variable is more likely a typing mistake than somebody else's.
"""

_UNDECODED = re.compile("[\ud800-\udfff]")
"""What Python makes of bytes in an environment variable that are not UTF-8."""

CARRIED = frozenset({"host", "content-type", "content-length", "accept", "user-agent", "locale"})
"""Headers that calls of a run carry: some always, `content-type` and `content-length` with a body,
`locale` now and then.
"""

_USED_BY = {
    "auth-v2": ("auth.access_key", "auth.secret_key", "auth.signed_headers", "auth.milliseconds"),
    "header": ("auth.header", "auth.command"),
    "none": (),
}


_FOREIGN = (
    "It names a disposable campaign of another VDN, which calls of this one must not reach; leave"
    " it out where there is none."
)
_INTERFACE = "/rest/isales"


def complaints_about(target: Target, entries: Mapping[str, GivenValue]) -> list[str]:
    """One paragraph for each thing that can't be."""
    return [
        *_auth_complaints(target, entries),
        *_campaign_complaints(target, entries),
        *_other_complaints(target, entries),
    ]


def _place(entries: Mapping[str, GivenValue], key: str) -> str:
    return f"{entries[key].place}: {written(key)}" if key in entries else written(key)


def _file(entries: Mapping[str, GivenValue]) -> str:
    """The target file as a place, where there is one."""
    places = (
        re.sub(r", line \d+$", "", entry.place) for entry in entries.values() if entry.in_file
    )
    return next((f"{place}: " for place in places), "")


def _auth_complaints(target: Target, entries: Mapping[str, GivenValue]) -> Iterator[str]:
    auth = target.auth
    if auth.scheme == "auth-v2":
        for key in ("auth.access_key", "auth.secret_key"):
            if key not in entries:
                yield (
                    f'{_file(entries)}{written(key)} is missing; the scheme "auth-v2" needs it.'
                    f' Write {key.partition(".")[2]} = "env:NAME" to take it from an environment'
                    f" variable, or set {variable(key)}, or give another scheme: [auth] scheme ="
                    ' "header" or "none".'
                )
    elif auth.scheme == "header" and (auth.header is None) == (not auth.command):
        yield (
            f'{_place(entries, "auth.scheme")} = "header" needs one of [auth] header (a text, env:'
            " or file:) and [auth] command."
        )
    secret_key = auth.secret_key.reveal() if auth.secret_key else ""
    if _UNDECODED.search(secret_key):
        yield f"{_place(entries, 'auth.secret_key')} is not UTF-8."
    elif not secret_key.isprintable():
        yield (
            f"{_place(entries, 'auth.secret_key')} holds a line break or another control character."
            " Give the key alone, on one line."
        )
    for name, secret in (
        ("auth.access_key", auth.access_key),
        ("auth.header", auth.header.reveal() if auth.header else ""),
    ):
        if not secret.isprintable() or not secret.isascii():
            yield (
                f"{_place(entries, name)} holds characters that can't stand in a header. Give it as"
                " ASCII text on one line."
            )


def _campaign_complaints(target: Target, entries: Mapping[str, GivenValue]) -> Iterator[str]:
    ids = [campaign.campaign_id for campaign in target.campaigns]
    for campaign_id, times in Counter(ids).items():
        if times > 1:
            yield (
                f"{_place(entries, 'campaigns')} names campaign {campaign_id} {times} times. Name"
                " each once."
            )
    if target.foreign is not None and target.foreign.campaign_id in ids:
        yield (
            f"{_place(entries, 'foreign')}: campaign {target.foreign.campaign_id} is also in"
            f" campaigns. {_FOREIGN}"
        )
    if target.foreign is not None and target.foreign.vdn_id == target.vdn_id:
        yield (
            f"{_place(entries, 'foreign')}: vdn_id must differ from the target's own,"
            f" {target.vdn_id}. {_FOREIGN}"
        )
    for campaign_id in sorted(
        {key[1] for key in target.disposable} & set(target.safe_unknown_campaigns)
    ):
        yield (
            f"{_place(entries, 'safe.unknown_campaigns')}: {campaign_id} is listed as a campaign,"
            " so it exists. Name ids that nobody has."
        )
    for campaign in target.campaigns:
        if len(set(campaign.numbers or ())) < len(campaign.numbers or ()):
            yield (
                f"{_place(entries, 'campaigns')}: campaign {campaign.campaign_id} names a number"
                " twice. Name each once."
            )


def _other_complaints(target: Target, entries: Mapping[str, GivenValue]) -> Iterator[str]:
    if target.codes.not_applicable and not target.codes.reason:
        yield (
            f"{_place(entries, 'codes.not_applicable')} is given without a reason. Write beside it"
            ' why these codes do not apply to this server: reason = "…"; the report shows it.'
        )
    if target.tls.client_key is not None and target.tls.client_cert is None:
        yield (
            f"{_place(entries, 'tls.client_key')} is given without [tls] client_cert, its"
            " certificate. Give both or none."
        )
    if _INTERFACE in target.address.base_path:
        yield (
            f"{_place(entries, 'base_url')} ends in the interface's own path. Leave {_INTERFACE}"
            f" and what follows out: {target.address.url.partition(_INTERFACE)[0]}"
        )
    names = Counter(trigger.name for trigger in target.triggers)
    for name, times in names.items():
        if times > 1:
            yield (
                f"{_place(entries, 'triggers')}: {times} triggers are named {name!r}. Give each a"
                " name of its own."
            )
    if target.proxy is not None and not re.match(r"https?://[^/\s]+", target.proxy.url):
        yield (
            f"{_place(entries, 'network.proxy')} must be a URL such as http://proxy.example:3128 or"
            " http://user:password@proxy.example:3128."
        )
    elif target.proxy is not None and not re.fullmatch(
        r"https?://(\[[0-9a-fA-F:.]+\]|[^/\s:\[\]]+)(:[0-9]{1,5})?/?", target.proxy.url
    ):
        yield (
            f"{_place(entries, 'network.proxy')} must end with a port in digits, as in"
            " http://proxy.example:3128."
        )


def warnings_about(
    target: Target, entries: Mapping[str, GivenValue], environ: Mapping[str, str]
) -> Iterator[str]:
    """One paragraph for each thing that is allowed and unwise."""
    if target.address.secure and not target.tls.verify:
        yield (
            f"{_place(entries, 'tls.verify')} = false: the target's certificate is not checked, so"
            " the run can't tell the target from somebody in between. Better give the authority's"
            " certificate with [tls] ca_file."
        )
    if not target.address.secure and (
        given := sorted(key for key in entries if key.startswith("tls."))
    ):
        yield (
            f"{_place(entries, given[0])} is not used: base_url begins with http://. Write https://"
            " where the server speaks TLS."
        )
    for name in sorted(set(target.auth.signed_headers) - CARRIED):
        yield (
            f'{_place(entries, "auth.signed_headers")} names "{name}", which no call carries, so it'
            " is never signed. "
            f"Calls carry: {', '.join(sorted(CARRIED))}."
        )
    yield from _open_secrets(entries)
    for key in sorted(
        key
        for key in entries
        if key.startswith("auth.") and key not in ("auth.scheme", *_USED_BY[target.auth.scheme])
    ):
        yield f'{_place(entries, key)} is not used: the scheme is "{target.auth.scheme}".'
    yield from _misspelt_variables(entries, environ)


def _open_secrets(entries: Mapping[str, GivenValue]) -> Iterator[str]:
    for key in ("auth.secret_key", "auth.header"):
        entry = entries.get(key)
        if entry is None or not entry.in_file or str(entry.value).startswith(("env:", "file:")):
            continue
        file = Path(re.sub(r", line \d+$", "", entry.place))
        if file.stat().st_mode & _READABLE_BY_OTHERS:
            yield (
                f"{_place(entries, key)} stands there in the clear, and others may read the file."
                f' chmod 600 {file}, or write "env:NAME".'
            )


def _misspelt_variables(
    entries: Mapping[str, GivenValue], environ: Mapping[str, str]
) -> Iterator[str]:
    known = [variable(key) for key in KEYS]
    referred = {str(entry.value).removeprefix("env:") for entry in entries.values()}
    for name in sorted(environ):
        if name.startswith(VARIABLE_PREFIX) and name not in known and name not in referred:
            for match in get_close_matches(name, known, n=1, cutoff=_SIMILAR):
                yield f"The environment variable {name} is not used. Is {match} meant?"
