"""The two matrices, codes and clauses, as CSV for spreadsheets and as small HTML tables; attached
to the Allure report.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from conformance.report import digest
from conformance.report.summary_html import template
from conformance.verdict import VerdictDocument


def codes_csv(document: VerdictDocument) -> str:
    """One row per failure code."""
    rows = (
        (
            each.code,
            each.says,
            "yes" if each.reached else "no",
            each.tries,
            each.trigger,
            digest.learnt_words(each.instead),
            _curl(each.witness),
        )
        for each in document.codes
    )
    return _csv(("code", "says", "reached", "tries", "trigger", "instead", "witness"), rows)


def clauses_csv(document: VerdictDocument) -> str:
    """One row per clause, what was not tested first."""
    rows = (
        (
            each.verdict,
            each.id,
            each.title,
            each.section,
            each.level,
            each.severity,
            each.cases,
            each.reason,
            _summaries(each.deviations),
        )
        for each in digest.matrix(document)
    )
    return _csv(
        (
            "verdict",
            "clause",
            "title",
            "section",
            "level",
            "severity",
            "cases",
            "reason",
            "deviations",
        ),
        rows,
    )


def codes_html(document: VerdictDocument) -> str:
    """The same as a page."""
    return template("codes.html.jinja").render(document=document, d=digest)


def clauses_html(document: VerdictDocument) -> str:
    """The same as a page."""
    return template("clauses.html.jinja").render(
        document=document, matrix=digest.matrix(document), d=digest
    )


def held_html(document: VerdictDocument) -> str:
    """What waivers excuse or no longer do, and where the target left the expected profile, as a
    page.
    """
    return template("held.html.jinja").render(document=document, d=digest)


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = StringIO()
    # what stands before it would be shown as an escape
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    """Texts that a spreadsheet would take for a formula get an apostrophe: some come from the
    server.
    """
    return (
        f"'{value}"
        if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}
        else value
    )


def _curl(call: object) -> str:
    return getattr(call, "curl", "")


def _summaries(deviations: Iterable[object]) -> str:
    return " | ".join(getattr(each, "summary", "") for each in deviations)
