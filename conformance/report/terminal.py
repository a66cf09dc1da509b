"""What the terminal shows when a run has ended. Verdict first; what is to be pasted is never
wrapped.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from conformance.readable import each_text, one_line
from conformance.report import digest
from conformance.report.console import console
from conformance.verdict import ClauseResult, VerdictDocument

__all__ = ["console", "final_table", "proposals"]

IDS_SHOWN = 6
"""Clause ids shown per reason; the reports list them all."""
STYLES = {
    "fail": "bold red",
    "not-tested": "bold yellow",
    "not-reached": "bold yellow",
    "not-applicable": "cyan",
    "waived": "cyan",
    "pass": "green",
    "conforms": "bold green",
    "deviates": "bold red",
    "inconclusive": "bold yellow",
}


def final_table(
    document: VerdictDocument,
    out: Console,
    *,
    files: Sequence[Path] = (),
    problems: Iterable[str] = (),
    next_steps: Sequence[str] = (),
) -> None:
    """Print the end of a run. `problems` are sentences (no Node, …); `next_steps` replaces the
    commands that are proposed.
    """
    # a server can write no line of its own
    document, problems = each_text((document, tuple(problems)), one_line)
    out.print()
    _verdict(document, out)
    _failed(document, out)
    _codes(document, out)
    _not_tested(document, out)
    _files(out, files, problems)
    _next(out, next_steps or tuple(proposals(document, files)))


def proposals(document: VerdictDocument, files: Sequence[Path]) -> Iterable[str]:
    """What a person is most likely to type next."""
    deviation = next(
        (each for result in digest.failed(document) if (each := digest.shortest(result))), None
    )
    if deviation is not None and deviation.rerun:
        yield deviation.rerun
    if document.verdict == "inconclusive" and not document.emulator:
        yield f"isales-conformance check --target {document.options.get('target') or 'FILE'}"
    if document.verdict == "conforms" and files and not document.changes:
        target = (
            "" if document.emulator else f" --target {document.options.get('target') or 'FILE'}"
        )
        yield (
            f"isales-conformance run{target} --expect {files[0].parent / 'profile.toml'} --out NEXT"
        )
    if files and not any(file.name == "report.html" for file in files):
        yield f"isales-conformance report {files[0].parent}"


def _verdict(document: VerdictDocument, out: Console) -> None:
    word = digest.VERDICT_WORD[document.verdict]
    _prose(out, Text.assemble((word, STYLES[document.verdict]), f"  {digest.sentence(document)}"))
    parts = [
        Text(words, style=STYLES.get(name, "")) for name, words in digest.count_words(document)
    ]
    _prose(out, Text(" · ").join(parts))
    took = f"{digest.number(document.requests)} calls in {digest.duration(document.seconds)}"
    where = document.target.get("base_url", "")
    spent = f"{took} · effort {document.effort} · seed {document.seed}"
    _prose(out, Text(f"{spent} · {where}" if where else spent, style="dim"))
    for line in document.headline:
        _item(out, Text(line), sign="!")


def _failed(document: VerdictDocument, out: Console) -> None:
    broken = digest.failed(document)
    if broken:
        _head(out, f"Failed ({len(broken)})")
    if broken and document.emulator:
        _item(
            out,
            Text(
                "The emulator of this run has ended. To paste what follows, start it again in"
                " another shell:"
            ),
        )
        _pasteable(out, document.emulator)
    for result in broken:
        _failed_clause(result, out)


def _failed_clause(result: ClauseResult, out: Console) -> None:
    _prose(
        out,
        Text.assemble(
            ("FAIL ", STYLES["fail"]), (result.id, "bold"), f" · {result.severity} · {result.title}"
        ),
    )
    deviation = digest.shortest(result) or next(iter(result.deviations), None)
    if deviation is None:
        return _item(out, Text(result.reason))
    _item(out, Text(f"{deviation.summary} ({digest.how_often(deviation)})"))
    if len(result.deviations) > 1:
        _item(out, Text(f"… and {len(result.deviations) - 1} more on this clause: see the report."))
    lines = digest.lines_to_paste(deviation)
    if deviation.kind == "unreached" and lines:
        _item(out, Text("One of the calls that should have brought it about:"))
        lines = lines[:1]
    elif len(lines) > 1:
        which = (
            "the calls that must meet"
            if any(call.together for call in deviation.calls)
            else "the decisive one"
        )
        _item(
            out, Text(f"Line {len(lines)} of {len(lines)}, {which}; the others are in the report:")
        )
    if lines:
        _pasteable(out, lines[-1])
    return None


def _codes(document: VerdictDocument, out: Console) -> None:
    if not document.codes:
        return
    count = digest.counts(document)
    missing = [code for code in digest.unreached(document) if code.tries]
    if not missing and count.codes_reached < count.codes:
        return  # nobody searched: the clauses that were left out say so
    _head(out, f"Result codes: {count.codes_reached} of {count.codes} reached")
    for code in missing:
        instead = f"; instead: {digest.learnt_words(code.instead)}" if code.instead else ""
        tried = f"{digest.number(code.tries)} tries{instead}"
        _item(
            out,
            Text.assemble(
                ("not reached ", STYLES["not-tested"]),
                (code.code, "bold"),
                f" {code.says} ({tried})",
            ),
        )


def _not_tested(document: VerdictDocument, out: Console) -> None:
    groups = digest.why_not_tested(document)
    if groups:
        _head(out, f"Not tested ({len(document.of('not-tested'))})")
    for reason, results in groups.items():
        ids = ", ".join(result.id for result in results[:IDS_SHOWN])
        more = f" and {len(results) - IDS_SHOWN} more" if len(results) > IDS_SHOWN else ""
        _item(out, Text.assemble(f"{reason} ", (f"{ids}{more}", "dim")))


def _files(out: Console, files: Sequence[Path], problems: Iterable[str]) -> None:
    sentences = list(problems)
    if files or sentences:
        _head(out, "Report")
    for file in files:
        _pasteable(out, str(file))
    for problem in sentences:
        _item(out, Text(problem), sign="!")


def _next(out: Console, commands: Sequence[str]) -> None:
    if commands:
        _head(out, "Next")
    for command in commands:
        _pasteable(out, command)


def _head(out: Console, text: str) -> None:
    out.print()
    out.print(Text(text, style="bold underline"))


def _item(out: Console, text: Text, sign: str = "-") -> None:
    _prose(out, text, first=f"  {sign} ", further="    ")


def _prose(out: Console, text: Text, first: str = "", further: str = "") -> None:
    """Print wrapped, without the spaces that rich leaves at the ends of lines: they break what is
    copied from a log.
    """
    for number, line in enumerate(text.wrap(out, max(out.width - len(further), 20))):
        line.rstrip()
        out.print(Text.assemble((further if number else first, "bold"), line))


def _pasteable(out: Console, line: str) -> None:
    out.print(Text("    " + line), soft_wrap=True)


def say(paragraph: str, out: Console) -> None:
    """Print a message; a line that begins with spaces is a command, which is not wrapped: somebody
    will copy it.
    """
    for line in f"isales-conformance: {paragraph}".splitlines():
        out.print(line, soft_wrap=line.startswith("    "), markup=False, highlight=False)
