"""What the reports have in common: counts, order, groups and the sentences that say them. Pure
functions of the document.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from conformance.clauses import all_clauses
from conformance.finding import ClauseVerdict, RunVerdict, counted
from conformance.verdict import (
    Change,
    ClauseResult,
    CodeResult,
    Deviation,
    Shown,
    VerdictDocument,
    WaiverResult,
)

LEFT_OUT = "left out"
"""A not-tested clause whose reason begins so (whatever the case) was left out by the user."""
SEVERITIES = ("blocker", "critical", "normal", "minor", "trivial")
WORD: dict[ClauseVerdict, str] = {
    "fail": "FAIL",
    "not-tested": "NOT TESTED",
    "not-reached": "NOT REACHED",
    "not-applicable": "NOT APPLICABLE",
    "waived": "WAIVED",
    "pass": "PASS",
}
VERDICT_WORD: dict[RunVerdict, str] = {
    "conforms": "CONFORMS",
    "deviates": "DEVIATES",
    "inconclusive": "INCONCLUSIVE",
}
_CODE = re.compile(r'"resultCode"\s*:\s*"([0-9]{1,16})"')
PLACES = {
    "Not written": "Implied: the document can't mean otherwise",
    "Left open": "Left open by the document (recorded, never failed)",
}
"""Headings for what stands in no section of the document."""
ORDER: tuple[ClauseVerdict, ...] = (
    "not-tested", "not-reached", "fail", "waived", "not-applicable", "pass",
)  # fmt: skip
"""Order of the matrix: what nobody knows comes first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Clauses by verdict; open questions apart, because they can't be broken; not tested by whose
    doing it is.
    """

    failed: int
    not_judged: int
    not_reached: int
    not_applicable: int
    left_out: int
    untestable: int
    waived: int
    passed: int
    recorded: int
    unrecorded: int
    codes: int
    codes_reached: int

    @property
    def binding(self) -> int:
        """Clauses that a server can break."""
        return (
            self.failed
            + self.not_judged
            + self.not_reached
            + self.not_applicable
            + self.left_out
            + self.untestable
            + self.waived
            + self.passed
        )


def counts(document: VerdictDocument) -> Counts:
    """The figures at the head of every report."""
    bins = [_bin(result) for result in document.clauses]
    return Counts(
        **{
            name: bins.count(name)
            for name in (
                "failed",
                "not_judged",
                "not_reached",
                "not_applicable",
                "left_out",
                "untestable",
                "waived",
                "passed",
                "recorded",
                "unrecorded",
            )
        },
        codes=len(document.codes),
        codes_reached=sum(code.reached for code in document.codes),
    )


def count_words(document: VerdictDocument) -> tuple[tuple[str, str], ...]:
    """(verdict class, words) per figure, in the order in which a reader needs them; without those
    that are nought and say nothing.
    """
    count = counts(document)
    rows = (
        ("fail", count.failed, "failed"),
        ("not-tested", count.not_judged, "could not be judged"),
        ("not-reached", count.not_reached, "not reached"),
        ("waived", count.waived, "waived"),
        ("fail", len(document.changes), "changed against the profile"),
        ("pass", count.passed, "passed"),
        ("not-applicable", count.not_applicable, "not applicable"),
        ("left-out", count.left_out, "left out"),
        ("untestable", count.untestable, "untestable"),
    )
    words = [
        (name, f"{number} {word}")
        for name, number, word in rows
        if number or word in {"failed", "passed"}
    ]
    questions = count.recorded + count.unrecorded
    return (
        (*words, ("open", f"{count.recorded} of {questions} open questions answered"))
        if questions
        else tuple(words)
    )


def _bin(result: ClauseResult) -> str:
    if not is_binding(result):
        return "unrecorded" if result.verdict == "not-tested" else "recorded"
    if result.verdict == "not-tested":
        return (
            "untestable"
            if is_untestable(result)
            else "left_out"
            if is_left_out(result)
            else "not_judged"
        )
    by_verdict = {"fail": "failed", "pass": "passed"}
    return by_verdict.get(result.verdict, result.verdict.replace("-", "_"))


def is_not_judged(result: ClauseResult) -> bool:
    """Whether the run should have judged it and could not."""
    return _bin(result) == "not_judged"


def is_binding(result: ClauseResult) -> bool:
    """Whether a server that breaks the clause deviates."""
    return result.level != "open"


def sentence(document: VerdictDocument) -> str:
    """The verdict in one sentence."""
    count = counts(document)
    if document.verdict == "deviates" and not count.failed:
        rotted = len(rotten(document))
        return (
            f"No clause is broken that nobody answers for, but {rotted}"
            f" {'waiver does' if rotted == 1 else 'waivers do'} not hold any more."
        )
    if document.verdict == "deviates":
        what = f"{_clauses(count.failed)} of {count.binding} {_is(count.failed)} broken"
        return f"{what}: the target does not do what the document demands."
    if document.verdict == "conforms":
        excused = f" {_clauses(count.waived)} {_is(count.waived)} waived." if count.waived else ""
        changed = (
            f" But it left the expected profile in {counted(len(document.changes), 'way')}: the run"
            " fails."
            if document.changes
            else ""
        )
        return (
            f"The target does what the document demands, as far as {number(document.requests)}"
            f" calls could tell.{excused}{changed}"
        )
    if document.failures:
        return (
            "Nothing broken was found before the suite itself failed, which says nothing about the"
            " target: this is no pass."
        )
    lacking = [
        f"{_clauses(count.not_judged)} of {count.binding} could not be judged"
        if count.not_judged
        else "",
        f"{counted(count.not_reached, 'result code')} could not be reached"
        if count.not_reached
        else "",
    ]
    if any(lacking):
        what = " and ".join(filter(None, lacking))
        return f"Nothing broken was found, but {what}: this is no pass."
    return (
        "Nothing broken was found, but fewer cases were judged than the effort promises: this is no"
        " pass."
    )


def tone(document: VerdictDocument) -> RunVerdict:
    """The colour of a run: one that conforms and fails all the same, because it left its expected
    profile, is not green.
    """
    return (
        "inconclusive" if document.verdict == "conforms" and document.changes else document.verdict
    )


def rotten(document: VerdictDocument) -> tuple[WaiverResult, ...]:
    """Waivers that fail the run: expired, no longer needed, or exceeded."""
    return tuple(waiver for waiver in document.waivers if waiver.red)


def change_words(change: Change) -> str:
    """What the server did, and what the profile says."""
    times = "once" if change.times == 1 else f"{number(change.times)} times"
    return f"{change.subject} gave {change.got} ({times}); expected {' or '.join(change.expected)}"


def place(result: ClauseResult) -> str:
    """Where the document says it: `Usage Description`, or in words why it is nowhere written."""
    return PLACES.get(result.section, result.section)


def failed(document: VerdictDocument) -> tuple[ClauseResult, ...]:
    """Broken clauses, the gravest first, otherwise in the order of the document."""
    return tuple(sorted(document.of("fail"), key=lambda result: severity_rank(result.severity)))


def severity_rank(severity: str) -> int:
    """0 for the gravest; words that are not known come last."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def matrix(document: VerdictDocument) -> tuple[ClauseResult, ...]:
    """All clauses, what was not tested first; binding ones before open ones."""
    return tuple(
        sorted(
            document.clauses,
            key=lambda result: (ORDER.index(result.verdict), not is_binding(result)),
        )
    )


def why_not_tested(document: VerdictDocument) -> dict[str, tuple[ClauseResult, ...]]:
    """Not-tested clauses by reason; reasons that could be helped come before what nobody can
    test.
    """
    groups: dict[str, list[ClauseResult]] = {}
    for result in sorted(document.of("not-tested"), key=_helplessness):
        groups.setdefault(as_sentence(result.reason or "No reason was given"), []).append(result)
    return {reason: tuple(results) for reason, results in groups.items()}


def as_sentence(text: str) -> str:
    """The text with a capital at its beginning and a full stop at its end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def is_left_out(result: ClauseResult) -> bool:
    """Whether the user left it out."""
    return result.verdict == "not-tested" and result.reason.lower().startswith(LEFT_OUT)


def is_untestable(result: ClauseResult) -> bool:
    """Whether no check can break the clause, whatever the target."""
    row = all_clauses().get(result.id)
    return row is not None and not row.checkable


def unreached(document: VerdictDocument) -> tuple[CodeResult, ...]:
    """Codes that no call brought about."""
    return tuple(code for code in document.codes if not code.reached)


def answered(document: VerdictDocument) -> tuple[ClauseResult, ...]:
    """Open clauses on which the run learnt something."""
    return tuple(result for result in document.clauses if not is_binding(result) and result.learnt)


def open_deviations(result: ClauseResult) -> tuple[Deviation, ...]:
    """Its deviations, those that no waiver excuses first."""
    return tuple(sorted(result.deviations, key=lambda deviation: bool(deviation.waived)))


def shortest(result: ClauseResult) -> Deviation | None:
    """The deviation that is shown with the fewest calls; an excused one only where there is no
    other.
    """
    shown = [deviation for deviation in result.deviations if deviation.calls]
    return min(
        shown, key=lambda deviation: (bool(deviation.waived), len(deviation.calls)), default=None
    )


def how_often(deviation: Deviation) -> str:
    """`seen in 3 of 200 cases (1.5 %)`."""
    share = f" ({percent(deviation.seen / deviation.of)})" if deviation.of else ""
    return (
        f"seen in {number(deviation.seen)} of {number(deviation.of)}"
        f" {'case' if deviation.of == 1 else 'cases'}{share}"
    )


def program_words(deviation: Deviation) -> str:
    """What the calls of a deviation are to each other, as a heading."""
    if deviation.kind == "unreached":
        return "Some of the calls that should have brought it about"
    calls = [call for call in deviation.calls if call.part == "call"]
    if len(calls) == 1:
        return "The call that shows it"
    if any(call.together for call in calls):
        return (
            "The shortest calls that show it. The last ones must meet, which takes luck: repeat all"
            " of it until they do"
        )
    return "The shortest calls that show it, the last one decisive"


def lines_to_paste(deviation: Deviation) -> tuple[str, ...]:
    """The program as lines for a shell."""
    return deviation.paste or tuple(call.curl for call in deviation.calls)


def code_of(call: Shown) -> str:
    """The result code of its reply, where there is a plain one."""
    found = _CODE.search(call.reply_body)
    return found[1] if found else ""


def bound_words(result: ClauseResult) -> str:
    """What a pass is worth: cases, and the fault rate that they can't exclude."""
    if not result.cases:
        return ""
    cases = f"{number(result.cases)} {'case' if result.cases == 1 else 'cases'}"
    return (
        cases
        if result.bound is None
        else (
            f"{cases}; a fault in fewer than {percent(min(result.bound, 1))} of cases may have been"
            " missed (95 %)"
        )
    )


def bound_figure(result: ClauseResult) -> str:
    """The same for a table that explains the bound at its head: `412 cases, bound 0.728 %`."""
    cases = (
        f"{number(result.cases)} {'case' if result.cases == 1 else 'cases'}" if result.cases else ""
    )
    return cases if result.bound is None else f"{cases}, bound {percent(min(result.bound, 1))}"


def learnt_words(pairs: Iterable[tuple[str, int]]) -> str:
    """`0200001 × 12, 02000007 × 3`."""
    return ", ".join(f"{what} × {number(times)}" for what, times in pairs)


def percent(share: float) -> str:
    """`1.5 %`; small shares keep two digits that count."""
    return f"{share * 100:.3g} %".replace("e-", "e−") if share >= 0.0001 else "less than 0.01 %"


def number(value: int) -> str:
    """Thousands apart."""
    return f"{value:,}"


def duration(seconds: float) -> str:
    """`4.2 s`, `3 min 12 s`, `1 h 05 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return (
        f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
    )


def _clauses(count: int) -> str:
    return counted(count, "clause")


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _helplessness(result: ClauseResult) -> int:
    return (
        3
        if is_untestable(result)
        else 2
        if is_left_out(result)
        else 1
        if not is_binding(result)
        else 0
    )
