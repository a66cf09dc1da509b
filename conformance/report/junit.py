"""`junit.xml`: one test case per clause, grouped by the document's section, so that a CI system
shows clauses and not checks.
"""

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

from conformance.readable import each_text, readable
from conformance.report import digest
from conformance.report.atomic import write_text
from conformance.verdict import ClauseResult, Deviation, VerdictDocument

FILE = "junit.xml"
BODY_SHOWN = 4_000
"""Characters of a call or reply; CI systems keep these texts in memory."""


def write(document: VerdictDocument, path: Path) -> None:
    """Write the file, whole or not at all."""
    write_text(path, render(document))


def render(document: VerdictDocument) -> str:
    """The text of the file."""
    document = each_text(document, readable)  # so it is legal in XML as well
    held = list(_held(document))
    root = ET.Element(
        "testsuites",
        _figures(
            document.clauses, name="Deleting Calling Numbers", seconds=document.seconds, held=held
        ),
    )
    for section in dict.fromkeys(result.section for result in document.clauses):
        root.append(
            _suite(
                section,
                [result for result in document.clauses if result.section == section],
                document,
            )
        )
    if held:
        suite = ET.SubElement(
            root, "testsuite", _figures((), name="Waivers and expected profile", held=held)
        )
        suite.extend(held)
    ET.indent(root)
    out = StringIO()
    ET.ElementTree(root).write(out, encoding="unicode", xml_declaration=False)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + out.getvalue() + "\n"


def _suite(section: str, results: list[ClauseResult], document: VerdictDocument) -> ET.Element:
    suite = ET.Element(
        "testsuite",
        {**_figures(results, name=section), "timestamp": document.started.removesuffix("Z")},
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("seed", str(document.seed)),
        ("effort", document.effort),
        *document.target.items(),
    ):
        ET.SubElement(properties, "property", {"name": name, "value": value})
    for result in results:
        suite.append(_case(result))
    return suite


def _held(document: VerdictDocument) -> Iterator[ET.Element]:
    """What fails the run beside broken clauses: waivers that don't hold any more, and changes
    against the expected profile.
    """
    rotten = [
        (f"{each.clause}: waiver {each.standing}", each.says) for each in digest.rotten(document)
    ]
    for name, says in (
        *rotten,
        *((f"{each.subject}: changed", digest.change_words(each)) for each in document.changes),
    ):
        case = ET.Element(
            "testcase", {"classname": "Waivers and expected profile", "name": name, "time": "0.000"}
        )
        ET.SubElement(case, "failure", {"message": says, "type": "regression"})
        yield case


def _figures(
    results: Iterable[ClauseResult],
    *,
    name: str,
    seconds: float = 0.0,
    held: Sequence[ET.Element] = (),
) -> dict[str, str]:
    results = tuple(results)
    verdicts = [result.verdict for result in results]
    unjudged = [result for result in results if digest.is_not_judged(result)]
    return {
        "name": name,
        "tests": str(len(verdicts) + len(held)),
        "failures": str(verdicts.count("fail") + len(held)),
        "errors": str(len(unjudged)),
        "skipped": str(
            len(verdicts) - verdicts.count("fail") - verdicts.count("pass") - len(unjudged)
        ),
        "time": f"{seconds:.3f}",
    }


def _case(result: ClauseResult) -> ET.Element:
    name = f"{result.id}: {result.title}"
    case = ET.Element(
        "testcase", {"classname": result.section.replace(".", " "), "name": name, "time": "0.000"}
    )
    if result.verdict == "fail":
        first = next(iter(digest.open_deviations(result)), None)
        message, kind = (first.summary, first.kind) if first else (result.reason, "failed")
        failure = ET.SubElement(case, "failure", {"message": message, "type": kind})
        failure.text = _told(result)
    elif digest.is_not_judged(result):
        ET.SubElement(case, "error", {"message": result.reason, "type": result.verdict})
    elif result.verdict != "pass":
        ET.SubElement(case, "skipped", {"message": f"{result.verdict}: {result.reason}"})
    said = digest.learnt_words(result.learnt) or digest.bound_words(result)
    if said and result.verdict == "pass":
        ET.SubElement(case, "system-out").text = said
    return case


def _told(result: ClauseResult) -> str:
    lines = [f"Demanded ({result.level}, {result.severity}): {result.demand}"]
    for deviation in digest.open_deviations(result):
        lines += ["", *_deviation(deviation)]
    return "\n".join(lines)


def _deviation(deviation: Deviation) -> Iterable[str]:
    yield f"What happened: {deviation.summary} ({digest.how_often(deviation)})"
    if deviation.waived:
        yield f"Waived: {deviation.waived}"
    if deviation.given:
        yield f"Given: {deviation.given}"
    for number, call in enumerate(deviation.calls, 1):
        yield f"{number}. {call.curl}"
        yield f"   {'(set-up)' if call.part == 'set-up' else _cut(call.reply)}"
    if any(call.together for call in deviation.calls):
        yield f"The calls that must meet, as one line: {deviation.paste[-1]}"
    if deviation.rerun:
        yield f"Look for it again: {deviation.rerun}"


def _cut(text: str) -> str:
    return (
        text
        if len(text) <= BODY_SHOWN
        else f"{text[:BODY_SHOWN]}\n[{BODY_SHOWN:,} of {len(text):,} characters shown]"
    )
