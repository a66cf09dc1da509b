"""The changes between two runs on one page: Markdown, HTML that needs nothing else, and JSON."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import msgspec

from conformance.compare.changes import CLASSES, SAYS, ChangeClass, RunChange, matters
from conformance.readable import each_text, readable

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0"
    " 1rem;color:#1c1c1c;background:#fff}h1{font-size:1.4rem}h2{font-size:1.05rem;margin:1.6rem 0"
    " .4rem}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid"
    " #d0d0d0;padding:.3rem"
    " .5rem;text-align:left;vertical-align:top}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f3f3f3;padding:.5rem;"
    "margin:.3rem 0;font-size:.85rem}"
    ".bad{color:#a30000;font-weight:600}.good{color:#0a6b2d;font-weight:600}"
)


class ChangesPage(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a comparison of two runs."""

    old: str
    new: str
    changes: tuple[RunChange, ...]
    policy: tuple[ChangeClass, ...]

    @property
    def failing(self) -> list[RunChange]:
        """The changes that the policy does not let pass."""
        return matters(list(self.changes), self.policy)

    @property
    def headline(self) -> str:
        """One sentence."""
        if not self.changes:
            return f"Nothing has changed from {self.old} to {self.new}."
        counted = ", ".join(f"{len(group)} {kind}" for kind, group in groups(self.changes))
        verdict = f"{len(self.failing)} of them do not pass" if self.failing else "all of them pass"
        policy = ", ".join(self.policy) or "none"
        return (
            f"{len(self.changes)} change(s) from {self.old} to {self.new}: {counted}; {verdict}"
            f" (policy: {policy})."
        )


def groups(changes: Sequence[RunChange]) -> Iterator[tuple[ChangeClass, list[RunChange]]]:
    """The changes of each class, the worst class first."""
    for kind in CLASSES:
        if group := [change for change in changes if change.kind == kind]:
            yield kind, group


def line(change: RunChange) -> str:
    """One change as one line of text."""
    turn = f"{change.before} → {change.after}" if change.before or change.after else ""
    told = "; ".join(part for part in (turn, change.says) if part)
    return f"{change.subject}: {told}{' (seen once)' if change.once else ''}"


def as_tree(page: ChangesPage) -> dict[str, Any]:
    """The page for another program."""
    return {"headline": page.headline, "passes": not page.failing, **msgspec.to_builtins(page)}


def markdown(page: ChangesPage) -> str:
    """The page as Markdown."""
    page = each_text(page, readable)
    lines = ["# What has changed", "", page.headline]
    for kind, group in groups(page.changes):
        lines += ["", f"## {SAYS[kind]} ({len(group)})", ""]
        for change in group:
            lines.append(f"- {line(change)}")
            lines += [f"\n  ```sh\n  {call}\n  ```" for call in change.calls]
    return "\n".join(lines) + "\n"


def html(page: ChangesPage) -> str:
    """The page as one HTML file."""
    page = each_text(page, readable)
    parts = [
        "<h1>What has changed</h1><p"
        f" class='{'bad' if page.failing else 'good'}'>{escape(page.headline)}</p>"
    ]
    for kind, group in groups(page.changes):
        rows = "".join(map(_row, group))
        heads = "<tr><th>What</th><th>Before</th><th>Now</th><th>How it shows</th></tr>"
        parts.append(f"<h2>{escape(SAYS[kind])} ({len(group)})</h2><table>{heads}{rows}</table>")
    title = "<!doctype html><html lang='en'><meta charset='utf-8'><title>What has changed</title>"
    head = f"{title}<meta name='viewport' content='width=device-width'><style>{_STYLE}</style>"
    return f"{head}<body>{''.join(parts)}</body></html>\n"


def _row(change: RunChange) -> str:
    shown = (
        escape(change.says)
        + (" (seen once)" if change.once else "")
        + "".join(f"<pre>{escape(call)}</pre>" for call in change.calls)
    )
    cells = (*map(escape, (change.subject, change.before, change.after)), shown)
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
