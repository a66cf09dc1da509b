"""`traffic.har`: the run's exchanges for browser developer tools and other readers of HAR; written
as a stream.
"""

import base64
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import TextIO
from urllib.parse import parse_qsl

import harfile
import msgspec

from conformance.exchange import Exchange, NoAnswer, Reply
from conformance.readable import readable
from conformance.report.atomic import writing
from conformance.report.shown import NO_SECRETS, url
from conformance.transport.redaction import Redactor
from conformance.verdict import VerdictDocument

FILE = "traffic.har"
NEWEST_KEPT = 5_000
"""Entries beside those in evidence: developer tools become slow above some ten thousand, and a HAR
of 100,000 calls is 100 MB.
"""
BODY_KEPT = 64 * 1024
"""Bytes of a body; the recording beside it may have more."""
MOST_BYTES = 32 * 1024 * 1024
"""Bytes of the file up to which bodies and headers are written so far; beyond, little of each.
Escapes may make six bytes of one.
"""
LITTLE_KEPT, HEADERS_KEPT = 300, 12
"""Bytes of a body, and headers, that are written then."""

SPELT_OUT = "not UTF-8: bytes are spelt out as escapes"
SMALL_HEAD = 2 * 1024
"""Characters of a list of headers up to which it is kept made."""
HEADERS_KNOWN = 256
"""Lists of headers that are kept made."""

Source = Callable[[], Iterable[Exchange]]
"""Gives the exchanges in the order of their numbers, from the start, each time that it is called:
they are read twice.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Form:
    """What is the same for every entry."""

    base_url: str
    redactor: Redactor
    remembered: Callable[[tuple[tuple[str, str], ...]], list[harfile.Record]]
    room: Callable[[], int]
    """Bytes of a body that are written now."""

    def records(self, pairs: tuple[tuple[str, str], ...]) -> list[harfile.Record]:
        """Records of headers, the first few where there is little room; nearly all calls have
        the same.
        """
        if self.room() == LITTLE_KEPT:
            pairs = tuple(
                (name[:LITTLE_KEPT], value[:LITTLE_KEPT]) for name, value in pairs[:HEADERS_KEPT]
            )
        small = sum(len(name) + len(value) for name, value in pairs) <= SMALL_HEAD
        return self.remembered(pairs) if small else _records(pairs, self.redactor)


def write(
    source: Source,
    base_url: str,
    path: Path,
    *,
    document: VerdictDocument,
    evidence: Collection[int] = (),
    redactor: Redactor = NO_SECRETS,
) -> None:
    """Write the file, whole or not at all. `evidence` is the numbers of exchanges that are kept
    however old they are.
    """
    total, last = _counted(source())
    wanted = {
        *evidence,
        *(deviation.at_call for result in document.clauses for deviation in result.deviations),
    }
    oldest = max(total - NEWEST_KEPT, 0)
    begun = _begun(document.started)
    creator = harfile.Creator(
        name="isales-conformance", version=document.suite_version or "unknown"
    )
    with (
        writing(path) as file,
        harfile.open(file, creator=creator, comment=_comment(total, oldest, last)) as har,
    ):
        remembered = lru_cache(HEADERS_KNOWN)(partial(_records, redactor=redactor))
        form = _Form(
            base_url=base_url, redactor=redactor, remembered=remembered, room=partial(_room, file)
        )
        first = None
        for position, exchange in enumerate(source()):
            first = exchange.start if first is None else first
            if position >= oldest or exchange.number in wanted:
                _add(har, exchange, begun + timedelta(seconds=exchange.start - first), form)


def recorded(path: Path) -> Source:
    """The exchanges of an NDJSON file as the recorder writes it; a last line that was cut short is
    left out.
    """

    def read() -> Iterator[Exchange]:
        decoder = msgspec.json.Decoder(Exchange)
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n") and line.strip():
                    yield decoder.decode(line)

    return read


def _room(file: TextIO) -> int:
    return BODY_KEPT if file.buffer.tell() < MOST_BYTES else LITTLE_KEPT


def _counted(exchanges: Iterable[Exchange]) -> tuple[int, int]:
    """How many exchanges there are, and the highest of their numbers: higher where the recording
    had no room for all.
    """
    total = last = 0
    for exchange in exchanges:
        total, last = total + 1, max(last, exchange.number)
    return total, last


def _comment(total: int, oldest: int, last: int) -> str:
    secrets = "Authorization is left out; how a call was authorised stands in its comment."
    if total < last:
        secrets = f"There were {last:,}; the recording had no room for all. {secrets}"
    if not oldest:
        return f"All {total:,} {'recorded ' if total < last else ''}exchanges of the run. {secrets}"
    return (
        f"The newest {NEWEST_KEPT:,} of the run's {total:,} exchanges, and older ones where they"
        f" are evidence. {secrets}"
    )


def _begun(started: str) -> datetime:
    try:
        begun = datetime.fromisoformat(started)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)  # a document that does not say when it began
    return begun if begun.tzinfo else begun.replace(tzinfo=UTC)


def _add(har: harfile.HarFile, exchange: Exchange, started: datetime, form: _Form) -> None:
    spent = round(max(exchange.end - exchange.start, 0) * 1000, 3)
    har.add_entry(
        startedDateTime=started,
        time=spent,
        request=_request(exchange, form),
        response=_response(exchange, form),
        timings=harfile.Timings(send=0, wait=spent, receive=0),
        comment=f"exchange {exchange.number}; credential: {exchange.call.credential}",
    )


def _request(exchange: Exchange, form: _Form) -> harfile.Request:
    call, redactor = exchange.call, form.redactor
    posted = None
    if call.body:
        text, cut = _text(call.body, redactor, form.room())
        posted = harfile.PostData(
            mimeType=_clean(call.header("content-type") or "", redactor),
            text=text,
            comment=cut or None,
        )
    return harfile.Request(
        method=_clean(call.method, redactor),
        url=_clean(url(call.target, form.base_url), redactor),
        httpVersion="HTTP/1.1",
        headers=form.records(call.headers),
        queryString=form.records(tuple(parse_qsl(call.query, keep_blank_values=True))),
        postData=posted,
        bodySize=len(call.body),
    )


def _response(exchange: Exchange, form: _Form) -> harfile.Response:
    outcome, redactor = exchange.outcome, form.redactor
    if isinstance(outcome, NoAnswer):
        said = _clean(
            f"no answer ({outcome.kind}{': ' if outcome.detail else ''}{outcome.detail})", redactor
        )
        # 0 is what browsers write
        return harfile.Response(status=0, statusText=said, httpVersion="", comment=said)
    return harfile.Response(
        status=outcome.status,
        statusText=_phrase(outcome.status),
        httpVersion="HTTP/1.1",
        headers=form.records(outcome.headers),
        content=_content(outcome, redactor, form.room()),
        redirectURL=_clean(outcome.header("location") or "", redactor),
        bodySize=max(outcome.size, len(outcome.body)),
    )


def _content(reply: Reply, redactor: Redactor, room: int) -> harfile.Content:
    """The body as text where a person can read it as it is, and in base64 where not."""
    kind, kept = (
        _clean(reply.header("content-type") or "x-unknown", redactor),
        redactor.data(reply.body[:room]),
    )
    size = max(reply.size, len(reply.body))
    note = _cut(size, room, reply.body) or None
    text = _decoded(kept, cut=size > min(room, len(reply.body)))
    if text is None or not _plain(text):
        raw = base64.b64encode(kept).decode()
        return harfile.Content(size=size, mimeType=kind, text=raw, encoding="base64", comment=note)
    return harfile.Content(size=size, mimeType=kind, text=text, comment=note)


def _decoded(data: bytes, *, cut: bool) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError as problem:
        through = cut and problem.start >= len(data) - 3  # the cut went through a character
        return data[: problem.start].decode() if through else None


def _plain(text: str) -> bool:
    return readable(text.replace("\r\n", "\n")) == text.replace("\r\n", "\n")


def _text(body: bytes, redactor: Redactor, room: int) -> tuple[str, str]:
    """What was sent as a text, and a note where that is not all of it. HAR has no base64 here:
    other bytes are spelt out.

    A text stays as it was sent, controls too: it is what is sent again, and JSON escapes them in
    the file.
    """
    kept, cut = body[:room], _cut(len(body), room, body)
    text = _decoded(kept, cut=bool(cut))
    if text is None:
        return _clean(kept.decode(errors="backslashreplace"), redactor), cut or SPELT_OUT
    return redactor.text(text), cut


def _cut(size: int, room: int, body: bytes) -> str:
    kept = min(room, len(body))
    return f"{kept:,} of {size:,} bytes kept" if size > kept else ""


def _records(pairs: tuple[tuple[str, str], ...], redactor: Redactor) -> list[harfile.Record]:
    return [
        harfile.Record(name=_clean(name, redactor), value=_clean(value, redactor))
        for name, value in pairs
    ]


def _clean(text: str, redactor: Redactor) -> str:
    """A text of the target as the file holds it."""
    return readable(redactor.text(text))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
