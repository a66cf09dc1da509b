"""Entries for what a run found, to be completed by hand: a reason and an owner can't be made up."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from conformance.baseline.waiver import Waiver
from conformance.verdict import ClauseResult, Deviation, VerdictDocument

DAYS = 90
"""How long a drafted waiver excuses, unless its owner writes another date."""
NOT_TOLD = "not told"
"""What the fingerprint says of a server that sends no Server header."""
_LOCAL_PORT = re.compile(r"^(https?://(?:127\.0\.0\.1|localhost)):[0-9]+")
_PATTERN_SIGNS = str.maketrans({"[": "[[]", "*": "[*]", "?": "[?]"})


def draft(
    document: VerdictDocument, today: date, present: Iterable[Waiver] = ()
) -> tuple[str, ...]:
    """One TOML table per deviation that nothing excuses; those that `present` already has entries
    for are left alone.
    """
    server = server_pattern(document.target)
    known = [waiver for waiver in present if waiver.meant_for(document.target)]
    return tuple(
        _table(result, deviation, server, today + timedelta(days=DAYS))
        for result in document.of("fail")
        for deviation in result.deviations
        if not deviation.waived
        and not any(waiver.covers(result.id, deviation.kind, deviation.detail) for waiver in known)
    )


def server_pattern(target: dict[str, str]) -> str:
    """A pattern for exactly this server: what it calls itself, else its address; on this machine
    with whatever port it was given.
    """
    told = target.get("server", NOT_TOLD)
    if told != NOT_TOLD:
        return told.translate(_PATTERN_SIGNS)
    address = target.get("base_url", "").translate(_PATTERN_SIGNS)
    return _LOCAL_PORT.sub(r"\1:*", address)


def _table(result: ClauseResult, deviation: Deviation, server: str, expires: date) -> str:
    return "\n".join(
        [
            "",
            *_comment(deviation),
            "[[waiver]]",
            *_members(result, deviation, server),
            f"expires = {expires.isoformat()}",
            "",
        ]
    )


def _members(result: ClauseResult, deviation: Deviation, server: str) -> Iterator[str]:
    for name, value in (
        ("clause", result.id),
        ("kind", deviation.kind),
        ("detail", deviation.detail),
        ("server", server),
    ):
        yield f"{name} = {quoted(value)}"
    yield 'reason = ""       # why it is put up with, and the ticket'
    yield 'owner = ""        # who answers for it'


def _comment(deviation: Deviation) -> Iterator[str]:
    yield f"# {_one_line(deviation.summary)}"
    yield f"# Seen in {deviation.seen} of {deviation.of} cases."


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def quoted(text: str) -> str:
    """A text as a TOML basic string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
