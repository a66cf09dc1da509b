"""`verdict.json`: the document in the shape that outsiders rely on, and back.
`specs/verdict.schema.json` describes it.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
from msgspec import to_builtins

from conformance.clauses import specs_folder
from conformance.errors import UsageError
from conformance.readable import each_text, readable
from conformance.report.atomic import write_text
from conformance.verdict import Change, ClauseResult, CodeResult, Deviation, Shown, VerdictDocument

FILE = "verdict.json"
FORMAT = 3
"""Grows with the members. 2: `failures`. 3: the verdicts `not-reached` and `not-applicable`."""
READABLE = frozenset({1, 2, FORMAT})


def write(document: VerdictDocument, path: Path) -> None:
    """Write the file, whole or not at all."""
    write_text(path, encoded(document))


def encoded(document: VerdictDocument) -> str:
    """The text of the file: the same document always gives the same text."""
    return json.dumps(as_json(document), indent=2, ensure_ascii=False) + "\n"


def as_json(document: VerdictDocument) -> dict[str, Any]:
    """The document as JSON values, readable: the contract's members first, then the others."""
    document = each_text(document, readable)
    return {
        "verdict": document.verdict,
        "target": document.target,
        "seed": document.seed,
        "effort": document.effort,
        "requests": document.requests,
        "seconds": document.seconds,
        "clauses": [_clause(result) for result in document.clauses],
        "codes": {result.code: _code(result) for result in document.codes},
        "headline": list(document.headline),
        "suite_version": document.suite_version,
        "clause_set": document.clause_set,
        "started": document.started,
        "options": document.options,
        "waivers": [to_builtins(each) for each in document.waivers],
        "changes": [_change(each) for each in document.changes],
        "emulator": document.emulator,
        "failures": [to_builtins(each) for each in document.failures],
        "campaigns": [to_builtins(each) for each in document.campaigns],
        "format": FORMAT,
    }


def load(path: Path) -> VerdictDocument:
    """Read a file that a run left (or the folder that holds it). Raises UsageError that names the
    file and what is wrong with it.
    """
    file = path / FILE if path.is_dir() else path
    try:
        return from_json(json.loads(file.read_text("utf-8")))
    except OSError as problem:
        raise UsageError(
            f"{file} can't be read: {problem.strerror}. Give the folder that a run wrote (its"
            " option --out)."
        ) from problem
    except (ValueError, KeyError, TypeError, AttributeError, msgspec.ValidationError) as problem:
        what = f"member {problem} is missing" if isinstance(problem, KeyError) else str(problem)
        raise UsageError(
            f"{file} is no verdict of this suite: {what}. Was it cut short or edited? Run the suite"
            " again."
        ) from problem


def from_json(data: dict[str, Any]) -> VerdictDocument:
    """The document of these JSON values."""
    if data.get("format", FORMAT) not in READABLE:
        raise ValueError(
            f"its format is {data['format']!r}, this version of the suite reads up to {FORMAT}"
        )
    clauses = [_clause_from(each) for each in data["clauses"]]
    codes = [_code_from(code, each) for code, each in data["codes"].items()]
    changes = [
        {**each, "calls": [_call_from(call) for call in each["calls"]]}
        for each in data.get("changes", [])
    ]
    rest = {
        key: value
        for key, value in data.items()
        if key not in {"format", "clauses", "codes", "changes"}
    }
    return msgspec.convert(
        {**rest, "clauses": clauses, "codes": codes, "changes": changes}, VerdictDocument
    )


def schema() -> dict[str, Any]:
    """The published JSON Schema of the file."""
    loaded: dict[str, Any] = json.loads((specs_folder() / "verdict.schema.json").read_text("utf-8"))
    return loaded


def _clause(result: ClauseResult) -> dict[str, Any]:
    return {
        "id": result.id,
        "section": result.section,
        "level": result.level,
        "verdict": result.verdict,
        "reason": result.reason,
        "deviations": [_deviation(each) for each in result.deviations],
        "title": result.title,
        "demand": result.demand,
        "severity": result.severity,
        "category": result.category,
        "cases": result.cases,
        "bound": result.bound,
        "samples": [_call(each) for each in result.samples],
        "learnt": dict(result.learnt),
    }


def _deviation(deviation: Deviation) -> dict[str, Any]:
    return {
        "kind": deviation.kind,
        "summary": deviation.summary,
        "seen": deviation.seen,
        "of": deviation.of,
        "calls": [_call(each) for each in deviation.calls],
        "detail": deviation.detail,
        "given": deviation.given,
        "found_by": deviation.found_by,
        "at_call": deviation.at_call,
        "rerun": deviation.rerun,
        "waived": deviation.waived,
        "paste": list(deviation.paste),
        "afterwards": list(deviation.afterwards),
    }


def _code(result: CodeResult) -> dict[str, Any]:
    return {
        "reached": result.reached,
        "witness": None if result.witness is None else _call(result.witness),
        "tries": result.tries,
        "says": result.says,
        "control": None if result.control is None else _call(result.control),
        "trigger": result.trigger,
        "instead": dict(result.instead),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        **to_builtins(change),
        "expected": list(change.expected),
        "calls": [_call(call) for call in change.calls],
    }


def _call(call: Shown) -> dict[str, Any]:
    """`request` and `reply` are the texts that a person reads; bodies stand in them alone, headers
    in lists too.
    """
    return {
        "curl": call.curl,
        "request": call.request,
        "reply": call.reply,
        "method": call.method,
        "url": call.url,
        "request_headers": [list(pair) for pair in call.request_headers],
        "credential": call.credential,
        "outcome": call.outcome,
        "part": call.part,
        "together": call.together,
        "status": call.status,
        "reply_headers": [list(pair) for pair in call.reply_headers],
        "milliseconds": call.milliseconds,
    }


def _clause_from(data: dict[str, Any]) -> dict[str, Any]:
    deviations = [
        {**each, "calls": [_call_from(call) for call in each["calls"]]}
        for each in data["deviations"]
    ]
    samples = [_call_from(call) for call in data.get("samples", [])]
    return {
        **data,
        "deviations": deviations,
        "samples": samples,
        "learnt": list(data.get("learnt", {}).items()),
    }


def _code_from(code: str, data: dict[str, Any]) -> dict[str, Any]:
    calls = {name: data.get(name) and _call_from(data[name]) for name in ("witness", "control")}
    return {**data, **calls, "code": code, "instead": list(data.get("instead", {}).items())}


def _call_from(data: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in data.items() if key not in {"request", "reply"}}
    bare = msgspec.convert({**rest, "request_body": "", "reply_body": ""}, Shown)
    return {
        **rest,
        "request_body": data["request"].removeprefix(bare.request),
        "reply_body": data["reply"].removeprefix(bare.reply),
    }
