"""`summary.md`: what a person pastes into a ticket; the common subset of Markdown that GitHub,
GitLab, Jira and mail understand.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from conformance.readable import each_text, readable
from conformance.report import digest
from conformance.report.atomic import write_text
from conformance.verdict import ClauseResult, Deviation, Shown, VerdictDocument

FILE = "summary.md"
BODY_SHOWN = 2_000
"""Characters of a reply in a ticket; trackers cut descriptions at 32 to 64 thousand."""
CLAUSES_SHOWN = 20
"""Failed clauses with their calls; further ones by name."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~@])")


def write(document: VerdictDocument, path: Path) -> None:
    """Write the file, whole or not at all."""
    write_text(path, render(document))


def render(document: VerdictDocument) -> str:
    """The text of the file."""
    document = each_text(document, readable)
    parts = [
        *_head(document),
        *_failed(document),
        *_waived(document),
        *_changed(document),
        *_codes(document),
        *_not_tested(document),
        *_environment(document),
    ]
    return "\n".join(parts).rstrip() + "\n"


def prose(text: str) -> str:
    """A text as one line of Markdown that means nothing but itself."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str, language: str = "") -> str:
    """A text as a fenced block; the fence is longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _head(document: VerdictDocument) -> Iterator[str]:
    yield (
        f"# {digest.VERDICT_WORD[document.verdict]}: Deleting Calling Numbers at"
        f" {prose(document.target.get('base_url', 'the target'))}"
    )
    yield ""
    yield prose(digest.sentence(document))
    yield ""
    yield f"**{' · '.join(words for _, words in digest.count_words(document))}**"
    yield ""
    for line in document.headline:
        yield f"- {prose(line)}"
    yield ""


def _failed(document: VerdictDocument) -> Iterator[str]:
    broken = digest.failed(document)
    if broken:
        yield "## Failed clauses"
        if document.emulator:
            yield (
                "\nThe emulator of the run has ended. Before pasting, start it again in another"
                " shell:\n"
            )
            yield code(document.emulator, "sh")
    for result in broken[:CLAUSES_SHOWN]:
        yield from _clause(result)
    for result in broken[CLAUSES_SHOWN:]:
        yield f"- `{result.id}`: {prose(result.title)}"
    yield ""


def _waived(document: VerdictDocument) -> Iterator[str]:
    if document.waivers:
        yield "## Waivers\n"
        yield "| deviation | owner | until | stands |"
        yield "|---|---|---|---|"
    for each in document.waivers:
        stands = f"**{each.standing}**" if each.red else each.standing
        what = prose(f"{each.clause} {each.kind} {each.detail}")
        yield f"| {what} | {prose(each.owner)} | {each.expires} | {stands}: {prose(each.reason)} |"
    yield ""


def _changed(document: VerdictDocument) -> Iterator[str]:
    if document.changes:
        yield "## Changed against the expected profile"
    for change in document.changes:
        yield f"\n{prose(digest.change_words(change))}"
        for number, call in enumerate(change.calls, 1):
            yield from _call(call, number)
    yield ""


def _clause(result: ClauseResult) -> Iterator[str]:
    yield f"\n### {prose(result.title)}"
    yield f"`{result.id}` · {result.severity} · {result.level} · {prose(digest.place(result))}"
    yield f"\n**Demanded:** {prose(result.demand)}"
    for deviation in digest.open_deviations(result):
        yield from _deviation(deviation)


def _deviation(deviation: Deviation) -> Iterator[str]:
    yield f"\n**What happened:** {prose(deviation.summary)} ({digest.how_often(deviation)})"
    if deviation.waived:
        yield f"\n**Waived:** {prose(deviation.waived)}"
    if deviation.given:
        yield f"\n**Given:** {prose(deviation.given)}"
    for number, call in enumerate(deviation.calls, 1):
        yield from _call(call, number)
    if any(call.together for call in deviation.calls):
        yield "\nThe calls that must meet, as one line (repeat set-up and this until they do):\n"
        yield code(deviation.paste[-1], "sh")
    if deviation.afterwards:
        yield "\nAfterwards, to give the campaign back what it held:\n"
        yield code("\n".join(deviation.afterwards), "sh")
    if deviation.rerun:
        yield "\nLook for it again:\n"
        yield code(deviation.rerun, "sh")


def _call(call: Shown, number: int) -> Iterator[str]:
    meets = " at the same time" if call.together else ""
    yield (
        f"\n**Call {number}** is set-up:\n"
        if call.part == "set-up"
        else f"\n**Call {number}**{meets} gets {prose(call.outcome)}:\n"
    )
    yield code(call.curl, "sh")
    if call.reply_body:
        cut = (
            ""
            if len(call.reply_body) <= BODY_SHOWN
            else f"\n[{BODY_SHOWN:,} of {len(call.reply_body):,} characters shown]"
        )
        yield code(call.reply_body[:BODY_SHOWN] + cut)


def _codes(document: VerdictDocument) -> Iterator[str]:
    if not document.codes:
        return
    yield "## Result codes\n"
    yield "| code | says | reached | tries | trigger, or what came instead |"
    yield "|---|---|---|---|---|"
    for row in document.codes:
        what = row.trigger if row.reached else digest.learnt_words(row.instead)
        yield (
            f"| {row.code} | {prose(row.says)} | {'yes' if row.reached else '**no**'} | {row.tries}"
            f" | {prose(what)} |"
        )
    yield ""


def _not_tested(document: VerdictDocument) -> Iterator[str]:
    groups = digest.why_not_tested(document)
    if groups:
        yield "## Not tested, and why\n"
    for reason, results in groups.items():
        yield f"- {prose(reason)} ({', '.join(f'`{result.id}`' for result in results)})"
    yield ""


def _environment(document: VerdictDocument) -> Iterator[str]:
    facts = ", ".join(
        f"{name} {prose(value)}" for name, value in document.target.items() if name != "base_url"
    )
    took = (
        f"{digest.number(document.requests)} calls in {digest.duration(document.seconds)}, effort"
        f" {document.effort}, seed {document.seed}"
    )
    suite = (
        f"isales-conformance {document.suite_version}, clauses {document.clause_set}, started"
        f" {document.started}"
    )
    yield f"---\n{took}. Target: {facts or 'not described'}. {prose(suite)}."
