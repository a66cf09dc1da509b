"""Made-up verdict documents, as realistic as a run leaves them, from the project's own clauses."""

from collections.abc import Callable

import msgspec

from conformance.clauses import Clause, all_clauses
from conformance.contract import Code
from conformance.exchange import Call, Exchange, NoAnswer, Reply
from conformance.report.curl import CurlOptions
from conformance.report.shown import shown
from conformance.verdict import (
    Change,
    ClauseResult,
    CodeResult,
    Deviation,
    Shown,
    VerdictDocument,
    WaiverResult,
)

BASE = "https://10.0.0.5:28443"
PATH = "/rest/isales/v1/openapi/campaigns/1/callerNo/1001"
JSON = (("Content-Type", "application/json; charset=UTF-8"),)
OPTIONS = CurlOptions(target_file="lab.toml", ca_file="lab ca.pem")
HOSTILE = (
    "</script></style></textarea><script>alert(1)</script><img src=x onerror=alert(1)> ]]> &"
    " \x1b[31mred\x00 \u202e"
)
SAYS = {
    "0200001": "Parameter error",
    "0200007": "No such campaign",
    "02000001": "Empty",
    "02000002": "Invalid characters",
    "02000003": "Too long",
    "02000004": "Too short",
    "02000005": "Length out of range",
    "02000006": "Wrong type",
    "02000007": "Wrong value",
    "02000008": "Not convertible",
    "02000009": "Wrong combination",
    "02000010": "Hour and minute",
    "02000011": "Too many",
}


def exchange(
    body: bytes,
    reply: bytes | NoAnswer,
    *,
    number: int = 1,
    credential: str = "signed",
    status: int = 200,
    method: str = "DELETE",
) -> Exchange:
    call = Call(method=method, target=PATH, headers=JSON, body=body, credential=credential)
    outcome = (
        reply if isinstance(reply, NoAnswer) else Reply(status=status, headers=JSON, body=reply)
    )
    return Exchange(
        number=number, call=call, outcome=outcome, start=number * 0.1, end=number * 0.1 + 0.0123
    )


def one(
    body: bytes,
    reply: bytes | NoAnswer,
    *,
    credential: str = "signed",
    status: int = 200,
    method: str = "DELETE",
) -> Shown:
    return shown(
        exchange(body, reply, credential=credential, status=status, method=method), BASE, OPTIONS
    )


def names(*numbers: str) -> bytes:
    return (
        b'{"callerNo":['
        + b",".join(b'{"accessCode":"%s"}' % number.encode() for number in numbers)
        + b"]}"
    )


def says(code: str, text: str = "") -> bytes:
    desc = text or ("num:1" if code == Code.SUCCESS else SAYS.get(code, "no"))
    return b'{"resultCode":"%s","resultDesc":"%s","returnCode":"%s","returnDesc":"%s"}' % tuple(
        each.encode() for each in (code, desc, code, desc)
    )


def passing(*, seed: int = 4711) -> VerdictDocument:
    return _document("conforms", _passed, _codes(()), seed=seed)


def failing() -> VerdictDocument:
    faults = {
        "restriction.last-number": _last_number,
        "response.count": _count,
        "code.02000010": _code_unreached,
    }
    document = _document(
        "deviates", lambda row: faults.get(row.id, _passed)(row), _codes(("02000010",))
    )
    return _with_headline(
        document,
        "3 of 54 clauses are broken.",
        "Concurrency could not be judged: concurrency = 1 in lab.toml.",
    )


def inconclusive() -> VerdictDocument:
    unseen = {"effect.other-campaigns", "effect.concurrent", "uri.vdn-id"}

    def result(row: Clause) -> ClauseResult:
        if row.id == "header.locale":
            return _result(row, verdict="not-tested", reason="Left out by --only.")
        return (
            _result(
                row,
                verdict="not-tested",
                reason="The target file names one campaign; two are needed.",
            )
            if row.id in unseen
            else _passed(row)
        )

    return _with_headline(
        _document("inconclusive", result, _codes(())),
        "3 clauses could not be judged on this target.",
    )


def waived() -> VerdictDocument:
    def result(row: Clause) -> ClauseResult:
        if row.id != "response.count":
            return _passed(row)
        broken = _count(row)
        excused = tuple(_excused(each) for each in broken.deviations)
        return _result(
            row,
            verdict="waived",
            reason="Known since release 8; ticket 1234, owner A. Tester, until 2027-01-31.",
            deviations=excused,
            cases=200,
        )

    return _document("conforms", result, _codes(()))


def held() -> VerdictDocument:
    """A run that conforms, with a waiver that excuses a deviation, and that left the profile that
    it was expected to keep to.
    """
    document = waived()
    fields = {name: getattr(document, name) for name in document.__struct_fields__}
    waiver = WaiverResult(
        clause="response.count",
        kind="wrong-count",
        detail="two",
        server="CC-iSales 8.*",
        reason="Ticket 1234",
        owner="A. Tester",
        expires="2027-01-31",
        days_left=69,
        standing="excuses",
        red=False,
        says="response.count (wrong-count: two): Ticket 1234",
    )
    change = Change(
        subject="number.absent",
        expected=("served",),
        got="02000009",
        times=2,
        calls=(one(names("1"), says("02000009")),),
    )
    return VerdictDocument(**{**fields, "waivers": (waiver,), "changes": (change,)})


def meeting() -> VerdictDocument:
    """A race on an emulator that ended with the run: set-up, two calls that must meet, and lines
    that put the campaign back.
    """
    document = _document(
        "deviates",
        lambda row: _met(row) if row.id == "restriction.last-number" else _passed(row),
        _codes(()),
    )
    fields = {name: getattr(document, name) for name in document.__struct_fields__}
    return VerdictDocument(
        **{
            **fields,
            "emulator": (
                "ISALES_EMULATOR_SK=example isales-conformance emulate --port 28443 --fault"
                " last.race"
            ),
        }
    )


def hostile() -> VerdictDocument:
    """Every text that comes from a server or a user tries to break out; one body is huge, one no
    UTF-8.
    """
    huge = b'{"callerNo":[' + b'{"accessCode":"99000001"},' * 20_000 + b"]}"
    calls = (
        one(huge, HOSTILE.encode()),
        one(b"\xff\xfe\x00'\"%\\", b"\xc3\x28\x00"),
        one(HOSTILE.encode(), NoAnswer(kind="timeout", detail=HOSTILE)),
    )

    def result(row: Clause) -> ClauseResult:
        if row.id != "reply.json":
            return _passed(row)
        deviation = Deviation(
            kind="malformed",
            detail=HOSTILE,
            summary=HOSTILE,
            seen=1,
            of=3,
            calls=calls,
            given=HOSTILE,
            rerun=HOSTILE,
            found_by=HOSTILE,
        )
        return _result(row, verdict="fail", reason=HOSTILE, deviations=(deviation,), cases=3)

    document = _document("deviates", result, _codes(()))
    return _with_headline(document, HOSTILE, target={"server": HOSTILE, "base_url": BASE})


def _document(
    verdict: str,
    result: Callable[[Clause], ClauseResult],
    codes: tuple[CodeResult, ...],
    *,
    seed: int = 4711,
) -> VerdictDocument:
    return VerdictDocument(
        verdict=verdict,  # type: ignore[arg-type]  # one of the literals above
        target={
            "base_url": BASE,
            "server": "CC-iSales 8.1",
            "tls": "TLSv1.3",
            "vdn_id": "1",
            "campaigns": "1001, 1002",
            "query": "all",
        },
        seed=seed,
        effort="standard",
        requests=12_345,
        seconds=431.7,
        clauses=tuple(result(row) for row in all_clauses().values()),
        codes=codes,
        suite_version="0.1.0",
        clause_set="5f0c2a9d",
        started="2026-11-23T09:15:00Z",
        options={"effort": "standard", "target": "lab.toml"},
    )


def _with_headline(
    document: VerdictDocument, *headline: str, target: dict[str, str] | None = None
) -> VerdictDocument:
    fields = {name: getattr(document, name) for name in document.__struct_fields__}
    return VerdictDocument(**{**fields, "headline": headline, "target": target or document.target})


def _result(row: Clause, **rest: object) -> ClauseResult:
    kept = {
        name: getattr(row, name)
        for name in ("id", "section", "title", "demand", "level", "severity", "category")
    }
    return ClauseResult(**kept, **rest)  # type: ignore[arg-type]  # fields are given by name


def _passed(row: Clause) -> ClauseResult:
    if row.untestable:
        return _result(row, verdict="not-tested", reason=row.untestable)
    if row.level == "open":
        return _result(row, verdict="pass", cases=40, learnt=(("0200001", 38), ("0200009", 2)))
    samples = (
        one(names("99000001"), says("0200000")),
        one(names("99000002", "99000003"), says("0200000")),
    )
    return _result(row, verdict="pass", cases=412, bound=3 / 412, samples=samples)


def _excused(deviation: Deviation) -> Deviation:
    fields = {name: getattr(deviation, name) for name in deviation.__struct_fields__}
    return Deviation(**{**fields, "waived": "Known since release 8; ticket 1234"})


def _last_number(row: Clause) -> ClauseResult:
    deviation = Deviation(
        kind="emptied",
        detail="batch",
        summary=(
            "A call that names all numbers of the campaign was answered 0200000 and left it empty; "
            "the document demands that one number stays."
        ),
        seen=37,
        of=212,
        calls=(
            one(names("99000001"), says("0200000")),
            one(names("99000002", "99000003"), says("0200000", "num:2")),
        ),
        given="Campaign 1001 of VDN 1 holds 99000001, 99000002 and 99000003.",
        found_by="last-number.small",
        at_call=118,
        rerun="isales-conformance run --target lab.toml --only restriction.last-number --seed 4711",
    )
    return _result(row, verdict="fail", reason="1 deviation", deviations=(deviation,), cases=212)


def _met(row: Clause) -> ClauseResult:
    set_up = one(
        names("99000001", "99000002"), NoAnswer(kind="withheld", detail="set-up"), method="POST"
    )
    first, second = one(names("99000001"), says("0200000")), one(names("99000002"), says("0200000"))
    deviation = Deviation(
        kind="emptied",
        detail="race",
        summary="2 concurrent calls, each served, together named every number of the campaign.",
        seen=2,
        of=17,
        calls=(
            msgspec.structs.replace(set_up, part="set-up", outcome="set-up: send this first"),
            first,
            msgspec.structs.replace(second, together=True),
        ),
        given="campaign 1001 of VDN 1 holds exactly 99000001, 99000002",
        rerun="isales-conformance run --fault last.race --only restriction.last-number --seed 4711",
        paste=("curl the-set-up", "curl -Z one --next two"),
        afterwards=("curl putting-back",),
    )
    return _result(row, verdict="fail", deviations=(deviation,), cases=17)


def _count(row: Clause) -> ClauseResult:
    deviation = Deviation(
        kind="wrong-count",
        detail="two",
        summary=(
            "A call that deleted 2 numbers was answered num:1; the document's example counts the"
            " numbers deleted."
        ),
        seen=200,
        of=200,
        calls=(one(names("99000001", "99000002"), says("0200000", "num:1")),),
        given="Campaign 1001 of VDN 1 holds 99000001 to 99000004.",
        found_by="state.direct",
        at_call=12,
        rerun="isales-conformance run --target lab.toml --only response.count --seed 4711",
    )
    return _result(row, verdict="fail", reason="1 deviation", deviations=(deviation,), cases=200)


def _code_unreached(row: Clause) -> ClauseResult:
    deviation = Deviation(
        kind="unreached",
        detail="",
        summary=(
            "No call was answered 02000010 (Hour and minute) in 120 tries; the document's table"
            " promises the code."
        ),
        seen=120,
        of=120,
        calls=(one(b'{"callerNo":[{"accessCode":"99000001"}],"hour":1}', says("0200000")),),
        found_by="codes.hunt",
        at_call=2044,
        rerun="isales-conformance run --target lab.toml --only code.02000010 --seed 4711",
    )
    return _result(row, verdict="fail", deviations=(deviation,), cases=120)


def _codes(missing: tuple[str, ...]) -> tuple[CodeResult, ...]:
    return tuple(_code(code, reached=code not in missing) for code in SAYS)


def _code(code: str, *, reached: bool) -> CodeResult:
    if not reached:
        return CodeResult(
            code=code,
            says=SAYS[code],
            reached=False,
            tries=120,
            instead=(("0200000", 96), ("0200001", 24)),
        )
    return CodeResult(
        code=code,
        says=SAYS[code],
        reached=True,
        tries=7,
        witness=one(names("x"), says(code)),
        control=one(names("99000001"), says("0200000")),
        trigger="a letter in accessCode",
        instead=(("0200001", 3),),
    )
