"""One text in every place of a run where a server, a user or a file may put one; and everything
that is written of it.
"""

import io
import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec

from conformance.baseline import draft
from conformance.compare import changespage, comparisonpage
from conformance.compare.behaviour import Behaviour
from conformance.compare.changes import RunChange
from conformance.compare.differences import Contrast, Difference
from conformance.exchange import Call, Exchange, NoAnswer, Reply
from conformance.plugin.learning import write_profile
from conformance.report import failure, verdict_json
from conformance.report.console import console, write_json
from conformance.report.shown import shown
from conformance.report.terminal import final_table
from conformance.report.writing import Traffic, write_all
from conformance.selftest.report import documents
from conformance.selftest.report.documents import BASE, PATH
from conformance.session.ledger import Ledger
from conformance.transport.redaction import known
from conformance.verdict import Change, Deviation, VerdictDocument, WaiverResult


def exchanges(text: str) -> list[Exchange]:
    """Calls and replies with the text as it comes off the wire: a lone surrogate only inside
    JSON.
    """
    bytes_of = text.encode("utf-8", "backslashreplace")
    headers = (("X-Odd", bytes_of.decode("latin-1")), ("Content-Type", bytes_of.decode("latin-1")))
    body = b'{"resultCode":%b,"resultDesc":"x","echo":"%b"}' % (_json(text), bytes_of)
    call = Call(
        method="DELETE",
        target=f"{PATH}?x={bytes_of.decode('latin-1')}",
        headers=(("X", "y"),),
        body=bytes_of,
    )
    reply = Reply(status=200, headers=headers, body=body)
    return [
        Exchange(number=1, call=call, outcome=reply, start=0.1, end=0.2),
        Exchange(
            number=2, call=call, outcome=NoAnswer(kind="protocol", detail=text), start=0.2, end=0.3
        ),
        Exchange(
            number=3,
            call=call,
            outcome=msgspec.structs.replace(reply, body=bytes_of),
            start=0.3,
            end=0.4,
        ),
    ]


def _json(text: str) -> bytes:
    return msgspec.json.encode(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def document(text: str, rerun: str = "") -> VerdictDocument:
    """A failed run with the text wherever one may stand."""
    some = text or "empty"
    calls = tuple(shown(each, BASE) for each in exchanges(text))
    deviation = Deviation(
        kind=some,
        detail=text,
        summary=some,
        seen=1,
        of=3,
        calls=calls,
        given=text,
        rerun=rerun or text,
        found_by=text,
        paste=(text,) * 3,
    )
    made = documents.failing()
    broken = msgspec.structs.replace(
        made.of("fail")[0], reason=text, deviations=(deviation,), samples=calls, learnt=((text, 3),)
    )
    waiver = WaiverResult(
        clause=broken.id,
        kind=some,
        detail=text,
        server=text,
        reason=some,
        owner=some,
        expires="2027-01-31",
        days_left=69,
        standing="excuses",
        red=False,
        says=some,
    )
    code = msgspec.structs.replace(
        made.codes[0], reached=False, trigger=text, instead=((text, 4),), witness=calls[0]
    )
    return msgspec.structs.replace(
        made,
        target=made.target | {"server": text, text: text},
        clauses=tuple(broken if each.id == broken.id else each for each in made.clauses),
        codes=(code, *made.codes[1:]),
        headline=(text, *made.headline),
        options=made.options | {"set": text},
        waivers=(waiver,),
        changes=(Change(subject=some, expected=(text,), got=text, times=1, calls=calls),),
    )


def write_everything(text: str, out: Path, *, rerun: str = "") -> Iterator[tuple[str, str]]:
    """Write all that a run writes of the text; gives what stands in files and on streams, by
    name.
    """
    made = document(text, rerun)
    write_all(made, out, traffic=Traffic(source=lambda: exchanges(text), base_url=BASE), html=False)
    write_profile(out, made, _ledger(text), authenticated=True)
    failure.record(f"the check {text}", ValueError(text), out)
    yield from (
        (str(file.relative_to(out)), file.read_bytes().decode())
        for file in sorted(out.rglob("*"))
        if file.is_file()
    )
    yield from _pages(text)
    yield "waivers", "".join(draft(verdict_json.load(out), date(2026, 11, 23)))
    for encoding in ("utf-8", "ascii"):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        final_table(
            known().every(made), console(stream), problems=[text], files=[out / "summary.html"]
        )
        console(stream).print(f"isales-conformance: {text}")
        stream.seek(0)
        yield f"terminal in {encoding}", stream.read()


def _ledger(text: str) -> Ledger:
    """What was learnt of replies: codes and words as values, names of headers and members as
    subjects too.
    """
    behaviour = Behaviour()
    for aspect in ("code", "status", "content-type", "shape", "pair"):
        behaviour.note(aspect, "access-code.empty", text)
    behaviour.note("header", text, text)
    behaviour.note("extra", text, json.dumps(text))
    return Ledger(behaviour=behaviour, learnt={"open.count": {text: 3}, text: {text: 1}})


def _pages(text: str) -> Iterator[tuple[str, str]]:
    turn = RunChange(kind="text", subject=text, before=text, after=text, says=text, calls=(text,))
    page = changespage.ChangesPage(old=text, new=text, changes=(turn,), policy=())
    clean = known().every(page)
    yield "changes.md", changespage.markdown(clean)
    yield "changes.html", changespage.html(clean)
    some = tuple(exchanges(text)[:1])
    contrast = Contrast(kind="code", what=text, ours=text, theirs=text)
    difference = Difference(
        contrast=contrast,
        behaviours=[text],
        held=(text,),
        named_calls=(text,),
        ours=some,
        theirs=some,
    )
    for name, tree in (
        ("diff --json", changespage.as_tree(page)),
        ("compare --json", comparisonpage.as_tree([difference], {"a": text})),
    ):
        held, sys.stdout = sys.stdout, io.StringIO()
        try:
            write_json(tree)
            yield name, sys.stdout.getvalue()
        finally:
            sys.stdout = held
