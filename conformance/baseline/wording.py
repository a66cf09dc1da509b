"""What a reader must know first of the waivers of a run."""

from collections.abc import Iterator, Sequence

from conformance.finding import counted
from conformance.verdict import WaiverResult

WARNING_DAYS = 14
"""So long before a waiver expires every run says so."""


def headlines(results: Sequence[WaiverResult]) -> Iterator[str]:
    """Sentences for the head of the reports: what fails the run, what is excused, what will fail
    soon, what did not apply.
    """
    for result in _of(results, "expired", "gone", "too-often"):
        yield f"Waiver fails the run: {result.says}."
    if excusing := _of(results, "excuses"):
        clauses = dict.fromkeys(result.clause for result in excusing)
        yield (
            f"{counted(len(excusing), 'waiver')} {'excuses' if len(excusing) == 1 else 'excuse'}"
            f" deviations of {', '.join(clauses)}."
        )
    for result in results:
        if 0 <= result.days_left <= WARNING_DAYS and result.standing in {"excuses", "quiet"}:
            yield (
                f"Waiver expires in {counted(result.days_left, 'day')}, on {result.expires}:"
                f" {result.says}."
            )
    for result in _of(results, "elsewhere"):
        yield f"Waiver does not apply: {result.says}."
    for result in _of(results, "quiet"):
        yield f"Waiver not needed this time: {result.says}."
    if unjudged := _of(results, "not-judged"):
        yield (
            f"{counted(len(unjudged), 'waiver')} not judged:"
            f" {'; '.join(result.says for result in unjudged)}."
        )


def _of(results: Sequence[WaiverResult], *standings: str) -> list[WaiverResult]:
    return [result for result in results if result.standing in standings]
