"""`profile.toml`: how a server behaves, in the format that the emulator takes, with what was
counted beside it.

Stable order, one fact a line: two profiles are compared with `diff`, ours or the system's.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from conformance import private_files
from conformance.compare import conclusions, replyshape, toml_text
from conformance.compare.behaviour import OTHERS, Behaviour
from conformance.errors import UsageError
from conformance.readable import each_text, readable

FILE = "profile.toml"
Tables: TypeAlias = dict[str, Any]
_PREFACE = (
    "# How a server behaved, as a run of isales-conformance saw it. `isales-conformance emulate"
    " --profile` behaves so.\n\n"
)


Counts: TypeAlias = Mapping[str, Mapping[str, int]]
_NONE: Counts = MappingProxyType({})


def tables_of(
    behaviour: Behaviour,
    fingerprint: Mapping[str, str],
    *,
    observed: Counts = _NONE,
    unreached: tuple[str, ...] = (),
    authenticated: bool = True,
) -> Tables:
    """Everything that a profile file holds. `observed`: what the oracle learnt of each defect, pair
    and open question.
    """
    host = fingerprint.get("base_url", "a server").partition("://")[2]
    made: Tables = {
        "name": f"learnt-{host.partition('/')[0]}",
        "description": f"As {fingerprint.get('base_url', 'the server')} behaved.",
        "codes": conclusions.codes(behaviour),
        "order": conclusions.order(behaviour),
        "readings": conclusions.readings(behaviour),
        "query": replyshape.query(behaviour),
        "text": replyshape.text(behaviour),
        "reply": replyshape.reply(behaviour),
        "auth": replyshape.auth(behaviour, authenticated=authenticated),
        "fingerprint": dict(fingerprint),
        "learnt": _learnt(behaviour, observed, unreached),
    }
    return {name: value for name, value in made.items() if value}


def write(path: Path, tables: Tables) -> None:
    """Write a profile file."""
    tables = each_text(tables, readable)
    with os.fdopen(private_files.create(path), "w", encoding="utf-8") as file:
        file.write(_PREFACE + toml_text.document(tables))


def read(path: Path) -> Tables:
    """Read a profile file. Raises UsageError where it can't be read."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as problem:
        raise UsageError(f"The profile {path} can't be read ({problem.strerror}).") from problem
    except ValueError as problem:
        raise UsageError(f"The profile {path} is no TOML: {problem}.") from problem


def _learnt(behaviour: Behaviour, observed: Counts, unreached: tuple[str, ...]) -> Tables:
    names = sorted({*behaviour.of("code"), *behaviour.of("status")})
    found: Tables = {
        "seen_once": [name for name in names if sum(behaviour.seen("code", name).values()) == 1],
        "unreached": sorted(unreached),
        "latency_ms": _latency(behaviour),
    }
    found |= {subject: _counted(values) for subject, values in sorted(observed.items())}
    for aspect in ASPECTS:
        if behaviour.of(aspect):
            found[aspect] = {
                subject: _counted(values)
                for subject, values in sorted(behaviour.of(aspect).items())
            }
    if behaviour.of("no-answer"):
        found["no-answer"] = _counted(behaviour.seen("no-answer", "kind"))
    return found


ASPECTS = (
    "code",
    "status",
    "content-type",
    "shape",
    "pair",
    "reading",
    "adding",
    "query",
    "text",
    "style",
    "extra",
    "header",
    "auth",
)


def _counted(values: Mapping[str, int]) -> dict[str, int]:
    """Counts, the usual first; of values that are never twice the same (trace ids) only how many
    there were.
    """
    if len(values) > MOST_VALUES:
        many = f"more than {len(values) - 1}" if OTHERS in values else str(len(values))
        return {f"{many} different values": sum(values.values())}
    return dict(sorted(values.items(), key=lambda pair: (-pair[1], pair[0])))


MOST_VALUES = 12
"""Different values of one subject that are written out."""


def _latency(behaviour: Behaviour) -> dict[str, float]:
    quantiles = (("p10", 0.1), ("p50", 0.5), ("p90", 0.9), ("p99", 0.99))
    return {
        name: round(replyshape.quantile(behaviour.milliseconds, share), 1)
        for name, share in quantiles
    }
