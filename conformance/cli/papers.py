"""The papers of an exam: what one run of the suite was given, what came, and the figures over all
of them.
"""

import statistics
from collections.abc import Sequence

from msgspec import Struct

from conformance.expectations import expected_clauses, why_unseen
from conformance.verdict import VerdictDocument


class Paper(Struct, frozen=True, kw_only=True):
    """One run of the exam: a fault or a correct profile, what was expected and what came."""

    name: str
    kind: str
    """`fault` or `profile`."""
    result: str
    """found, elsewhere (found, but under other clauses), survived; conforms, false-alarm, unjudged;
    broken.
    """
    verdict: str = ""
    expected: tuple[str, ...] = ()
    """Clauses that the answer key names."""
    failed: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    """Failed clauses that the answer key does not name."""
    calls: int = 0
    seconds: float = 0.0
    first_at_call: int = 0
    shortest: int = 0
    """Calls of the shortest program shown for an expected clause, set-up not counted."""
    note: str = ""


def marked(kind: str, name: str, document: VerdictDocument) -> Paper:
    """Hold the verdict on one server against the answer key."""
    failed = tuple(result.id for result in document.clauses if result.verdict == "fail")
    expected = expected_clauses(name) if kind == "fault" else ()
    shown = [
        deviation
        for result in document.of("fail")
        for deviation in result.deviations
        if not expected or result.id in expected
    ]
    if kind == "fault":
        result = "found" if set(failed) & set(expected) else "elsewhere" if failed else "survived"
    else:
        result = {"conforms": "conforms", "deviates": "false-alarm", "inconclusive": "unjudged"}[
            document.verdict
        ]
    return Paper(
        name=name,
        kind=kind,
        result=result,
        verdict=document.verdict,
        expected=expected,
        failed=failed,
        beside=tuple(clause for clause in failed if clause not in expected)
        if kind == "fault"
        else (),
        calls=document.requests,
        seconds=document.seconds,
        first_at_call=min(
            (deviation.at_call for deviation in shown if deviation.at_call), default=0
        ),
        shortest=min(
            (
                sum(call.status is not None for call in deviation.calls)
                for deviation in shown
                if deviation.calls
            ),
            default=0,
        ),
        note="; ".join(document.headline) if kind == "profile" and result != "conforms" else "",
    )


class Figures(Struct, frozen=True, kw_only=True):
    """What an exam comes to. Each count stands beside the number of papers that it is of; broken
    papers count nowhere else.
    """

    faults: int
    found: int
    right_clause: int
    """Found under a clause that the answer key names."""
    exact: int
    """Found under clauses that the answer key names, and under no other."""
    profiles: int
    false_alarms: tuple[str, ...]
    unjudged: tuple[str, ...]
    broken: tuple[str, ...]
    survivors: dict[str, str]
    """With the reason, where one is known."""
    first_finding: tuple[float, int]
    """Calls to the first finding: median, worst."""
    calls: tuple[float, int]
    """Calls per run: median, worst."""
    shown: tuple[float, int]
    """Calls in the shortest program shown: median, worst."""


def figures(papers: Sequence[Paper]) -> Figures:
    """Add up the papers of an exam."""
    faults = [paper for paper in papers if paper.kind == "fault" and paper.result != "broken"]
    profiles = [paper for paper in papers if paper.kind == "profile" and paper.result != "broken"]
    found = [paper for paper in faults if paper.result in {"found", "elsewhere"}]
    right = [paper for paper in faults if paper.result == "found"]
    return Figures(
        faults=len(faults),
        found=len(found),
        right_clause=len(right),
        exact=sum(not paper.beside for paper in right),
        profiles=len(profiles),
        false_alarms=_named(profiles, "false-alarm"),
        unjudged=_named(profiles, "unjudged"),
        broken=_named(papers, "broken"),
        survivors={
            paper.name: why_unseen(paper.name) for paper in faults if paper.result == "survived"
        },
        first_finding=_spread([paper.first_at_call for paper in found if paper.first_at_call]),
        calls=_spread([paper.calls for paper in papers if paper.calls]),
        shown=_spread([paper.shortest for paper in found if paper.shortest]),
    )


def _named(papers: Sequence[Paper], result: str) -> tuple[str, ...]:
    return tuple(paper.name for paper in papers if paper.result == result)


def _spread(values: Sequence[int]) -> tuple[float, int]:
    return (statistics.median(values), max(values)) if values else (0, 0)


def in_words(sums: Figures) -> list[tuple[str, str]]:
    """The figures as rows of a table: what, and how it came out."""
    rows = []
    if sums.faults:
        share = 100 * sums.found / sums.faults
        rows += [
            ("faulty servers found", f"{sums.found} of {sums.faults} ({share:.1f} %)"),
            (
                "under a clause of the answer key",
                f"{sums.right_clause} of {sums.faults}; under no other besides: {sums.exact}",
            ),
            (
                "calls to the first finding",
                f"median {sums.first_finding[0]:g}, worst {sums.first_finding[1]}",
            ),
            (
                "calls in the program shown",
                f"median {sums.shown[0]:g}, worst {sums.shown[1]} (set-up not counted)",
            ),
        ]
    if sums.profiles:
        rows.append(
            (
                "correct servers failed",
                f"{len(sums.false_alarms)} of {sums.profiles}{_listing(sums.false_alarms)}",
            )
        )
        rows.append(
            (
                "correct servers not judged",
                f"{len(sums.unjudged)} of {sums.profiles}{_listing(sums.unjudged)}",
            )
        )
    rows.append(("calls per run", f"median {sums.calls[0]:g}, worst {sums.calls[1]}"))
    if sums.broken:
        rows.append(("broken", _listing(sums.broken).removeprefix(": ")))
    return rows


def _listing(names: Sequence[str]) -> str:
    return f": {', '.join(names)}" if names else ""
