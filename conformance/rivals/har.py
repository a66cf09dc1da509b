"""HAR files of other tools as recordings: to be judged, and where they tell what the campaign held,
to be played again.
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from conformance.compare.places import Place
from conformance.compare.recording import Provenance, Recording, entries_of
from conformance.contract import PATH_PREFIX, Code
from conformance.errors import UsageError
from conformance.exchange import (
    OMITTED,
    SIGNED,
    Call,
    CampaignKey,
    Contents,
    Exchange,
    NoAnswer,
    NoAnswerKind,
    Reply,
    Setting,
)
from conformance.oracle import answer_of, facts_of
from conformance.rivals.following import followed

_SECRET = frozenset({"authorization", "cookie", "host", "content-length", "set-cookie"})
_CREDENTIAL = re.compile(r"credential: (\S+)")
_NO_ANSWER = re.compile(rf"no answer \(({'|'.join(get_args(NoAnswerKind))})\b")


def imported(file: Path, *, by: str, suite_version: str, held: Sequence[str] = ()) -> Recording:
    """The exchanges of a HAR file that went to the interface of one server, the one that was
    called most.

    `held`: what the campaign held at first, where no look in the file shows it. Raises
    UsageError where the file holds none.
    """
    try:
        entries = [
            entry
            for entry in json.loads(file.read_text("utf-8-sig"))["log"]["entries"]
            if PATH_PREFIX in entry["request"]["url"]
        ]
        origin, kept = _one_server(entries)
        signed = any(_is_signed(entry) for entry in kept)
        whole = [entry for entry in kept if _is_whole(entry)]
        whole.sort(key=lambda entry: datetime.fromisoformat(entry["startedDateTime"]))
        exchanges = [
            _exchange(number, entry, signed=signed) for number, entry in enumerate(whole, 1)
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise UsageError(
            f"{file} is no HAR file that can be read: {type(problem).__name__}: {problem}."
        ) from problem
    if not exchanges:
        raise UsageError(f"{file} holds no whole exchange with the interface ({PATH_PREFIX}).")
    setting = _setting(exchanges)
    key = _worked_on(exchanges, setting)
    told = followed(exchanges, setting, key, frozenset(held) or None)
    header = Provenance(
        target={"base_url": origin + setting.base_path},
        started=str(whole[0]["startedDateTime"]),
        suite_version=suite_version,
        recorded_by=by,
        plan=(
            "imported from"
            f" {file.name}{_left_out(len(entries) - len(kept), len(kept) - len(whole))}"
        ),
        place=Place(key=key, base_path=setting.base_path),
        setting=setting,
    )
    return Recording(header=header, entries=entries_of(exchanges, told.steps, told.looks))


def _left_out(elsewhere: int, cut: int) -> str:
    parts = [f"{elsewhere} to other servers"] if elsewhere else []
    parts += [f"{cut} without their whole bodies"] if cut else []
    return f"; left out: {', '.join(parts)}" if parts else ""


def _one_server(entries: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    counted = Counter(_origin(entry) for entry in entries)
    origin = counted.most_common(1)[0][0] if counted else ""
    return origin, [entry for entry in entries if _origin(entry) == origin]


def _origin(entry: dict[str, Any]) -> str:
    parts = urlsplit(entry["request"]["url"])
    return f"{parts.scheme}://{parts.netloc}"


def _is_whole(entry: dict[str, Any]) -> bool:
    """Browsers leave bodies out, and tools cut long ones: what is left is nothing to judge a
    server by.
    """
    posted, content = entry["request"].get("postData") or {}, entry["response"].get("content") or {}
    if entry["request"].get("bodySize", -1) > 0 and not posted.get("text"):
        return False
    return not posted.get("comment") and int(content.get("size") or 0) <= len(_body(content))


def _is_signed(entry: dict[str, Any]) -> bool:
    return any(each["name"].lower() == "authorization" for each in entry["request"]["headers"])


def _exchange(number: int, entry: dict[str, Any], *, signed: bool) -> Exchange:
    request = entry["request"]
    parts = urlsplit(request["url"])
    start = datetime.fromisoformat(entry["startedDateTime"]).timestamp()
    call = Call(
        method=request["method"],
        target=parts.path + (f"?{parts.query}" if parts.query else ""),
        headers=tuple(_headers(request)),
        body=str((request.get("postData") or {}).get("text", "")).encode(),
        credential=_credential(entry, signed=signed),
    )
    return Exchange(
        number=number,
        call=call,
        outcome=_outcome(entry["response"]),
        start=start,
        end=start + float(entry.get("time", 0)) / 1000,
    )


def _credential(entry: dict[str, Any], *, signed: bool) -> str:
    """Our own files say it; in others a call without Authorization is one only where other calls
    have it.
    """
    if told := _CREDENTIAL.search(str(entry.get("comment", ""))):
        return told[1]
    return OMITTED if signed and not _is_signed(entry) else SIGNED


def _outcome(response: dict[str, Any]) -> Reply | NoAnswer:
    if not response["status"]:
        told = _NO_ANSWER.match(str(response.get("statusText", "")))
        kind: Any = told[1] if told else "interrupted"
        return NoAnswer(kind=kind, detail=str(response.get("statusText", "")))
    return Reply(
        status=response["status"],
        headers=tuple(_headers(response)),
        body=_body(response["content"]),
    )


def _body(content: dict[str, Any]) -> bytes:
    text = str(content.get("text") or "")
    return base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()


def _headers(message: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (each["name"], each["value"])
        for each in message["headers"]
        if each["name"].lower() not in _SECRET
    ]


def _setting(exchanges: list[Exchange]) -> Setting:
    """Campaigns that some call was served on exist. What they held is not told to the judge: others
    may have called besides.
    """
    base_path = exchanges[0].call.target.partition(PATH_PREFIX)[0]
    empty = Setting(base_path=base_path, authenticated=False)
    keys = dict.fromkeys(
        facts_of(each.call, empty).campaign
        for each in exchanges
        if answer_of(each).code != Code.NO_SUCH_CAMPAIGN
    )
    known = tuple((key, Contents(complete=False)) for key in keys if key is not None)
    if not known:
        raise UsageError(
            "The HAR file names no campaign that exists, so nothing in it can be judged."
        )
    return Setting(base_path=base_path, vdn_id=known[0][0][0], campaigns=known, authenticated=False)


def _worked_on(exchanges: list[Exchange], setting: Setting) -> CampaignKey:
    """The campaign that most calls are about."""
    counted = Counter(
        key for each in exchanges if (key := facts_of(each.call, setting).campaign) is not None
    )
    return counted.most_common(1)[0][0]
