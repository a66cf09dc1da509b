"""HAR files of other tools as recordings: enough to be judged, seldom enough to be played again."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.compare.places import Place
from conformance.compare.recording import Entry, Header, Recording
from conformance.contract import PATH_PREFIX, Code
from conformance.errors import UsageError
from conformance.exchange import Call, Contents, Exchange, Reply, Setting
from conformance.oracle import answer_of, facts_of

_SECRET = frozenset({"authorization", "cookie", "host", "content-length"})


def imported(file: Path, *, by: str, suite_version: str) -> Recording:
    """The exchanges of a HAR file that went to the interface. Raises UsageError where it holds none."""
    try:
        entries = json.loads(file.read_text("utf-8"))["log"]["entries"]
        exchanges = [_exchange(number, entry) for number, entry in enumerate(entries, 1) if PATH_PREFIX in entry["request"]["url"]]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise UsageError(f"{file} is no HAR file that can be read: {type(problem).__name__}: {problem}.") from problem
    if not exchanges:
        raise UsageError(f"{file} holds no exchange with the interface ({PATH_PREFIX}).")
    setting = _setting(exchanges)
    base = urlsplit(entries[0]["request"]["url"])
    place = Place(key=setting.campaigns[0][0], base_path=setting.base_path)
    header = Header(
        target={"base_url": f"{base.scheme}://{base.netloc}{setting.base_path}"},
        started=str(entries[0].get("startedDateTime", "")),
        suite_version=suite_version,
        recorded_by=by,
        plan=f"imported from {file.name}",
        place=place,
        setting=setting,
    )
    return Recording(header=header, entries=tuple(Entry(exchange=exchange) for exchange in exchanges))


def _exchange(number: int, entry: dict[str, Any]) -> Exchange:
    request, response = entry["request"], entry["response"]
    parts = urlsplit(request["url"])
    start = datetime.fromisoformat(entry["startedDateTime"]).timestamp()
    call = Call(
        method=request["method"],
        target=parts.path + (f"?{parts.query}" if parts.query else ""),
        headers=tuple(_headers(request)),
        body=str(request.get("postData", {}).get("text", "")).encode(),
    )
    reply = Reply(status=response["status"], headers=tuple(_headers(response)), body=str(response["content"].get("text", "")).encode())
    return Exchange(number=number, call=call, outcome=reply, start=start, end=start + float(entry.get("time", 0)) / 1000)


def _headers(message: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["name"], each["value"]) for each in message["headers"] if each["name"].lower() not in _SECRET]


def _setting(exchanges: list[Exchange]) -> Setting:
    """Campaigns that some call was served on exist; what they held is not known."""
    base_path = exchanges[0].call.target.partition(PATH_PREFIX)[0]
    empty = Setting(base_path=base_path, authenticated=False)
    keys = dict.fromkeys(facts_of(each.call, empty).campaign for each in exchanges if answer_of(each).code != Code.NO_SUCH_CAMPAIGN)
    known = tuple((key, Contents(complete=False)) for key in keys if key is not None)
    if not known:
        raise UsageError("The HAR file names no campaign that exists, so nothing in it can be judged.")
    return Setting(base_path=base_path, vdn_id=known[0][0][0], campaigns=known, authenticated=False)
