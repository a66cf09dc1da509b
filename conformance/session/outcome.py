"""From the ledger to the verdict: per clause, per code, for the run."""

from collections.abc import Callable, Collection, Mapping

from msgspec import Struct, field

from conformance.clauses import Clause, all_clauses
from conformance.contract import FAILURE_CODES
from conformance.finding import ClauseVerdict, RunVerdict
from conformance.oracle import NAMED_CALLS
from conformance.oracle.track import NO_COUNT
from conformance.session.allowance import MOST_DEVIATIONS
from conformance.session.consequences import consequences
from conformance.session.evidence import Evidence
from conformance.session.ledger import Deviating, Ledger
from conformance.verdict import ClauseResult, CodeResult, Deviation

CODE_CLAUSE = "code."
CAME_TOLD = 6
"""Codes that came instead and are named."""
RULE_OF_THREE = 3.0
"""With n cases and none broken, a per-case rate above 3/n would have shown with 95 % probability.
"""

CONSEQUENCE = (
    "what seemed to break it did not show again from scratch, and goes with the deviation of"
    " {clause}: mend that first"
)

Excuse = Callable[[str, str, str], str]
"""(clause, kind, detail) to the reason of the waiver that excuses it, or an empty text."""


class Scope(Struct, frozen=True, kw_only=True):
    """What the user left out, by clause with the reason; and how many cases the effort promises."""

    left_out: Mapping[str, str]
    not_applicable: Mapping[str, str] = field(default_factory=dict)
    """Result codes that somebody has signed not to apply to this target, each with the reason."""
    promised: int = 1


def clause_results(
    ledger: Ledger, scope: Scope, evidence: Evidence, excuse: Excuse
) -> tuple[ClauseResult, ...]:
    """The verdict on every clause, in the order of the document."""
    disguised = consequences(ledger)
    return tuple(
        _clause(row, ledger, scope=scope, evidence=evidence, excuse=excuse, disguised=disguised)
        for row in all_clauses().values()
    )


def _clause(
    row: Clause,
    ledger: Ledger,
    *,
    scope: Scope,
    evidence: Evidence,
    excuse: Excuse,
    disguised: Mapping[str, str],
) -> ClauseResult:
    shown = [known for known in ledger.of_clause(row.id) if known.key not in disguised]
    deviations = (
        (
            *_deviations(row, shown, ledger, evidence, excuse),
            *_owed(row, ledger, scope, evidence, excuse),
        )
        if row.id not in scope.left_out
        else ()
    )
    cases = ledger.cases.get(row.id, 0)
    verdict, reason = _verdict(row, ledger, scope, deviations, cases)
    if verdict == "pass" and (
        behind := {
            disguised[known.key] for known in ledger.of_clause(row.id) if known.key in disguised
        }
    ):
        verdict, reason = "not-tested", CONSEQUENCE.format(clause=", ".join(sorted(behind)))
    return ClauseResult(
        id=row.id,
        section=row.section,
        title=row.title,
        demand=row.demand,
        level=row.level,
        severity=row.severity,
        category=row.category,
        verdict=verdict,
        reason=reason,
        cases=cases,
        bound=min(1.0, RULE_OF_THREE / cases) if verdict == "pass" and cases else None,
        deviations=deviations,
        samples=tuple(evidence.shown(exchange) for exchange in ledger.samples.get(row.id, ())),
        learnt=_learnt(row, ledger),
    )


def _deviations(
    row: Clause, shown: Collection[Deviating], ledger: Ledger, evidence: Evidence, excuse: Excuse
) -> list[Deviation]:
    return [
        evidence.deviation(
            known,
            of=ledger.cases.get(row.id, 0),
            waived=excuse(row.id, known.finding.kind, known.finding.detail),
        )
        for known in shown
    ]


def _owed(
    row: Clause, ledger: Ledger, scope: Scope, evidence: Evidence, excuse: Excuse
) -> list[Deviation]:
    """The deviation of a code that the target never gives, though the document names calls for it
    and nothing explains their answers.
    """
    code = code_of(row.id)
    if not code or code in scope.not_applicable:
        return []
    if not _unreached(code, ledger) or not ledger.is_contradicted(code):
        return []
    return [evidence.unreached(code, ledger, waived=excuse(row.id, "unreached", ""))]


def code_of(clause: str) -> str:
    """The result code that a clause is about, or an empty text."""
    return clause.removeprefix(CODE_CLAUSE) if clause.startswith(CODE_CLAUSE) else ""


def _code_verdict(code: str, ledger: Ledger) -> tuple[ClauseVerdict, str]:
    """Of a code that nothing contradicts."""
    if code in ledger.witnesses:
        return "pass", ""
    if code not in ledger.hunted:
        return "not-tested", "the search for this code was not completed"
    if not ledger.readable(code):
        return "not-tested", "no failure could be read"
    came = sorted(ledger.instead.get(code, {}).items(), key=lambda pair: (-pair[1], pair[0]))
    instead = ", ".join(f"{value} ({times})" for value, times in came[:CAME_TOLD])
    named = (
        "the calls that the document names for it may be answered with other codes that fit"
        if code in NAMED_CALLS
        else "the document names no call that must bring it about on this interface"
    )
    return (
        "not-reached",
        f"{ledger.tries.get(code, 0)} calls tried it; instead came {instead}; {named}",
    )


def _signed(code: str, ledger: Ledger, reason: str) -> tuple[ClauseVerdict, str]:
    """Of a code that somebody has signed not to apply."""
    if code in ledger.witnesses:
        return "pass", "[codes] not_applicable names it, and the target gives it: remove the entry"
    return "not-applicable", reason


def _unreached(code: str, ledger: Ledger) -> bool:
    """The search is at its end, and replies that could be read gave other codes."""
    return code in ledger.hunted and code not in ledger.witnesses and ledger.readable(code)


def _verdict(
    row: Clause, ledger: Ledger, scope: Scope, deviations: Collection[Deviation], cases: int
) -> tuple[ClauseVerdict, str]:
    if row.id in scope.left_out:
        return "not-tested", scope.left_out[row.id]
    if not row.checkable:
        return "not-tested", row.untestable
    if any(not deviation.waived for deviation in deviations):
        return (
            ("fail", _further(row, ledger)) if row.binding else ("pass", "recorded, never failed")
        )
    if deviations:
        return "waived", "; ".join(dict.fromkeys(deviation.waived for deviation in deviations))
    if broken := _broken_checks(row, ledger):
        return "not-tested", broken
    if (signed := scope.not_applicable.get(code_of(row.id))) is not None:
        return _signed(code_of(row.id), ledger, signed)
    return _judged(row, ledger, scope, cases)


def _further(row: Clause, ledger: Ledger) -> str:
    """Words for deviations that are not told one by one."""
    times = ledger.further.get(row.id, 0)
    return (
        f"it was found broken {times} more times, in ways of which only the first {MOST_DEVIATIONS}"
        " are told"
        if times
        else ""
    )


def _broken_checks(row: Clause, ledger: Ledger) -> str:
    """Which of its checks were not made to their end, and why: whatever was judged, what they would
    have found is unknown.
    """
    return "; ".join(
        f"check {check}: {ledger.errors[check].rstrip('.')}"
        for check in row.checks
        if check in ledger.errors
    )


def _judged(row: Clause, ledger: Ledger, scope: Scope, cases: int) -> tuple[ClauseVerdict, str]:
    if not row.binding:
        return (
            ("pass", "recorded")
            if _learnt(row, ledger)
            else ("not-tested", "nothing was seen that would tell")
        )
    if code := code_of(row.id):
        return _code_verdict(code, ledger)
    if cases >= scope.promised:
        return "pass", ""
    if cases:
        return (
            "not-tested",
            f"only {cases} of the {scope.promised} cases that this effort promises could be made",
        )
    return (
        "not-tested",
        ledger.undecided.get(row.id)
        or _skipped(row, ledger)
        or "no case of it could be made on this target",
    )


def _skipped(row: Clause, ledger: Ledger) -> str:
    return "; ".join(
        dict.fromkeys(
            ledger.skipped[check].rstrip(".") for check in row.checks if check in ledger.skipped
        )
    )


_SUBJECTS: dict[str, tuple[str, ...]] = {
    "open.code-precedence": ("+",),
    "open.last-number-code": ("campaign.last-number",),
    "open.absent-number": ("number.absent",),
    "open.duplicate-number": ("number.duplicate",),
    "open.other-content-type": ("content-type.missing", "content-type.other"),
    "open.duplicate-key": ("key.duplicate",),
    "open.unknown-member": (
        "member.unknown",
        "member.hour-without-minute",
        "member.minute-without-hour",
        "member.hour-and-minute",
        "query.unknown",
    ),
    "open.odd-ids": ("id.odd",),
    "open.signature-validity": ("credential.open",),
}


def _learnt(row: Clause, ledger: Ledger) -> tuple[tuple[str, int], ...]:
    if row.binding:
        return ()
    subjects = _SUBJECTS.get(row.id, (row.id,))
    found = [
        (value if len(subjects) == 1 and subject in subjects else f"{subject}: {value}", count)
        for subject, values in sorted(ledger.learnt.items())
        if subject in subjects or (subjects == ("+",) and "+" in subject)
        for value, count in values.items()
    ]
    return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0]))[:20])


def code_results(ledger: Ledger, evidence: Evidence) -> tuple[CodeResult, ...]:
    """The matrix of the 13 failure codes."""
    return tuple(_code(code.value, ledger, evidence) for code in FAILURE_CODES)


def _code(code: str, ledger: Ledger, evidence: Evidence) -> CodeResult:
    witness = ledger.witnesses.get(code)
    instead = sorted(ledger.instead.get(code, {}).items(), key=lambda pair: (-pair[1], pair[0]))
    return CodeResult(
        code=code,
        says=_says(all_clauses()[CODE_CLAUSE + code].title),
        reached=witness is not None,
        tries=max(ledger.tries.get(code, 0), 1 if witness else 0),
        witness=evidence.shown(witness.exchange) if witness else None,
        control=evidence.shown(witness.control) if witness and witness.control else None,
        trigger=witness.trigger if witness else "",
        instead=tuple(instead) if witness is None else (),
    )


def _says(title: str) -> str:
    """What the table says of a code: it stands in brackets in the title of the code's clause."""
    return title.partition("(")[2].partition(")")[0] or title


def run_verdict(results: Collection[ClauseResult], scope: Scope) -> RunVerdict:
    """deviates, else inconclusive where a binding clause should have been judged and was not, else
    conforms.
    """
    binding = [result for result in results if result.level != "open"]
    if any(result.verdict == "fail" for result in binding):
        return "deviates"
    return "inconclusive" if missing(binding, scope) else "conforms"


def missing(results: Collection[ClauseResult], scope: Scope) -> list[ClauseResult]:
    """Binding clauses that a check exists for, that nobody left out, and that were not judged, or
    whose code was not reached.
    """
    rows = all_clauses()
    return [
        result
        for result in results
        if result.verdict in {"not-tested", "not-reached"}
        and rows[result.id].checkable
        and rows[result.id].binding
        and result.id not in scope.left_out
        and result.reason
        != NO_COUNT  # a demand on what this server does not say: nothing is missing
    ]
