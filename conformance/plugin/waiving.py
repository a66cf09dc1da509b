"""Waivers in a run: which deviation is excused, and how each waiver stands at the end."""

from collections.abc import Collection, Mapping

from conformance import baseline
from conformance.clauses import all_clauses
from conformance.config import Target
from conformance.plugin.options import Options
from conformance.readable import readable
from conformance.session.ledger import Ledger
from conformance.session.outcome import Excuse
from conformance.verdict import ClauseResult, WaiverResult


def server_values(target: Target, seen: Mapping[str, str]) -> dict[str, str]:
    """What tells which server it is: what reports show, and what the pattern of a waiver is held
    against.
    """
    return {"base_url": target.base_url, "vdn_id": str(target.vdn_id)} | dict(seen)


def excuse_of(options: Options, server: Mapping[str, str], ledger: Ledger) -> Excuse:
    """A function of clause, kind and detail that gives the reason of the waiver which excuses the
    deviation, or an empty text.

    A detail is compared as files hold it: a waiver was drafted from one.
    """
    excuse = baseline.excuse(options.waived, server, options.today)

    def reason(clause: str, kind: str, detail: str) -> str:
        known = ledger.deviations.get("|".join((clause, kind, detail)))
        seen = known.seen if known else 1
        of = max(seen, ledger.cases.get(clause, 0))
        return excuse(
            baseline.Occurrence(clause=clause, kind=kind, detail=readable(detail), seen=seen, of=of)
        )

    return reason


def standings(
    options: Options,
    server: Mapping[str, str],
    results: Collection[ClauseResult],
    ledger: Ledger,
    left_out: Collection[str],
) -> tuple[WaiverResult, ...]:
    """How the waivers stand after what this run saw."""
    found = [
        baseline.Occurrence(
            clause=result.id,
            kind=each.kind,
            detail=readable(each.detail),
            seen=each.seen,
            of=max(each.of, each.seen),
        )
        for result in results
        for each in result.deviations
    ]
    unjudged = {result.id: why for result in results if (why := _unjudged(result, ledger))}
    run = baseline.Circumstances(
        target=server, today=options.today, left_out=left_out, unjudged=unjudged
    )
    return baseline.stand(options.waived, found, run)


def _unjudged(result: ClauseResult, ledger: Ledger) -> str:
    """Why a deviation of the clause may have been overlooked, or an empty text."""
    if result.verdict in {"not-tested", "not-reached", "not-applicable"}:
        return result.reason
    unmade = [check for check in all_clauses()[result.id].checks if check not in ledger.made]
    if not unmade:
        return ""
    reasons = dict.fromkeys(ledger.skipped.get(check, "not made") for check in unmade)
    return f"{', '.join(unmade)}: {'; '.join(reasons)}"
