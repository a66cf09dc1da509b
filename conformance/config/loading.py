"""From file, environment and options to a Target, with every mistake named at once."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from msgspec.structs import replace

from conformance.config.checking import complaints_about, warnings_about
from conformance.config.keys import FILES, KEYS, NEEDED, REFERABLE, SECRET, variable, written
from conformance.config.references import resolved
from conformance.config.secret import Secret
from conformance.config.sources import GivenValue, from_environment, from_file, from_options
from conformance.config.target import (
    Auth,
    Campaign,
    Codes,
    Numbers,
    PaceLimits,
    ProxyAddress,
    Safety,
    Target,
)
from conformance.config.values import Unfit
from conformance.errors import ConfigurationError
from conformance.transport.address import parse_address
from conformance.transport.redaction import learn
from conformance.transport.tls import Tls

_NONE: Mapping[str, str] = MappingProxyType({})


def load_target(
    path: Path | None, environ: Mapping[str, str] = os.environ, overrides: Mapping[str, str] = _NONE
) -> Target:
    """Read a target. `overrides`: dotted key (`pace.concurrency`) to text; option wins over
    environment, environment over file.

    `path` None: there is no file. Raises ConfigurationError with one paragraph for each mistake.
    """
    entries, complaints = from_file(path) if path is not None else ({}, [])
    entries |= from_environment(environ)
    options, unknown = from_options(overrides)
    entries |= options
    complaints += unknown
    found = _values(entries, environ, complaints)
    complaints += [_missing(key, path) for key in NEEDED if key not in entries]
    _stop(complaints)
    target = _target(found)
    _stop(complaints_about(target, entries))
    learn(target.secrets())
    return _with_warnings(target, entries, environ)


def _stop(complaints: list[str]) -> None:
    if complaints:
        raise ConfigurationError("\n\n".join(dict.fromkeys(complaints)))


def _values(
    entries: Mapping[str, GivenValue], environ: Mapping[str, str], complaints: list[str]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, entry in entries.items():
        try:
            found[key] = _value(key, entry, environ)
        except ConfigurationError as error:
            complaints.append(str(error))
    return found


def _value(key: str, entry: GivenValue, environ: Mapping[str, str]) -> object:
    try:
        value = KEYS[key](entry.value)
    except Unfit as error:
        given = "" if key in SECRET else f", not {_shown(entry.value)}"
        raise ConfigurationError(f"{entry.place}: {written(key)} must be {error}{given}.") from None
    if key in FILES:
        return str(entry.folder / Path(value).expanduser())
    if key not in REFERABLE:
        return value
    try:
        text = resolved(value, entry.folder, environ)
    except ValueError as error:
        raise ConfigurationError(
            f"{entry.place}: {written(key)} can't be looked up: {error}."
        ) from None
    if key == "base_url":
        try:
            parse_address(text)
        except ConfigurationError as error:
            raise ConfigurationError(f"{entry.place}: {error}") from None
    return text


_LONGEST = 80


def _shown(value: object) -> str:
    text = repr(str(value)) if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _missing(key: str, path: Path | None) -> str:
    where = (
        f"{path}: {key} is missing. Write"
        if path is not None
        else f"{key} is missing. Give it in a target file:"
    )
    return f"{where} {_EXAMPLES[key]}, or set {variable(key)}."


_EXAMPLES = {
    "base_url": 'base_url = "https://10.0.0.5:28443"',
    "vdn_id": "vdn_id = 1",
    "campaigns": "campaigns = [1001, 1002]",
}


def _target(found: Mapping[str, Any]) -> Target:
    vdn = found["vdn_id"]
    return Target(
        base_url=found["base_url"],
        address=parse_address(found["base_url"]),
        vdn_id=vdn,
        campaigns=tuple(_campaign(vdn, row["id"], row) for row in found["campaigns"]),
        foreign=_campaign(row["vdn_id"], row["campaign_id"], row)
        if (row := found.get("foreign"))
        else None,
        auth=_auth(_section(found, "auth")),
        tls=Tls(**_section(found, "tls")),
        pace=PaceLimits(**_section(found, "pace")),
        numbers=Numbers(**_section(found, "numbers")),
        query=found.get("observe.query", "auto"),
        settle_seconds=found.get("observe.settle_seconds"),
        safety=Safety(**_section(found, "safety")),
        codes=Codes(**_section(found, "codes")),
        proxy=_proxy(found["network.proxy"]) if "network.proxy" in found else None,
        safe_unknown_campaigns=found.get("safe.unknown_campaigns", ()),
        triggers=found.get("triggers", ()),
    )


def _section(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {
        key.removeprefix(f"{name}."): value
        for key, value in found.items()
        if key.startswith(f"{name}.")
    }


def _campaign(vdn_id: int, campaign_id: int, row: Mapping[str, Any]) -> Campaign:
    return Campaign(vdn_id=vdn_id, campaign_id=campaign_id, numbers=row.get("numbers"))


def _auth(section: dict[str, Any]) -> Auth:
    for name in section.keys() & {"secret_key", "header"}:
        section[name] = Secret(section[name])
    return Auth(**section)


def _proxy(text: str) -> ProxyAddress:
    """Take user and password out of the URL."""
    scheme, separator, rest = text.partition("://")
    credentials, at, host = rest.rpartition("@")
    if not at:
        return ProxyAddress(url=text)
    user, _, password = credentials.partition(":")
    return ProxyAddress(
        url=f"{scheme}{separator}{host}", user=unquote(user), password=Secret(unquote(password))
    )


def _with_warnings(
    target: Target, entries: Mapping[str, GivenValue], environ: Mapping[str, str]
) -> Target:
    return replace(target, warnings=tuple(warnings_about(target, entries, environ)))
