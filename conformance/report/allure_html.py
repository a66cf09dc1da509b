"""`report.html`: Allure 3 as one file that opens from disk and asks nobody. Whatever fails here is
a sentence, never an exception.
"""

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal, TypeAlias

from conformance.finding import counted
from conformance.report import digest
from conformance.report.allure_cache import NotInstalled, ensure_allure
from conformance.report.allure_texts import categories
from conformance.report.atomic import write_text
from conformance.report.node import Node, find_node, run
from conformance.verdict import VerdictDocument

FILE = "report.html"
HISTORY_FILE = "history.jsonl"
HISTORY_LIMIT = 15
"""Runs in the trend: each adds about 0.1 MB to the page."""
GENERATE_WITHIN = 180.0

Problem: TypeAlias = Literal[
    "",
    "no-results",
    "no-node",
    "not-installed",
    "generator-failed",
    "analytics-tag-not-found",
    "outside-request",
    "disk",
]

_SCRIPT = re.compile(r"<script\b[^>]*>.*?</script\s*>", re.DOTALL | re.IGNORECASE)
_ANALYTICS = re.compile(r"googletagmanager\.com|google-analytics\.com|\bgtag\s*\(", re.IGNORECASE)
_TAG_SIZE = 2_000
"""Allure's analytics scripts are a few lines; the page's own script is megabytes and is never taken
for one.
"""
_OUTSIDE = re.compile(
    r"<(?:script|link|img|iframe|object|embed|source|form)\b"
    r"[^>]*?\b(?:src|href|data|action)\s*=\s*[\"']?\s*(?:https?:)?//[^>]*>",
    re.IGNORECASE,
)
_HEAD = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self' 'unsafe-inline'"
    " 'unsafe-eval' data: blob:; connect-src data: blob:; form-action 'none'\">"
)
_FIX = (
    "<style>[data-testid=html-attachment-preview] iframe:not([height]),"
    "[data-testid=markdown-attachment-preview] iframe:not([height]){height:70vh!important}"
    "#app>div{height:calc(100vh - 39px)!important}#isales-verdict{height:38px;padding:0"
    " 24px;overflow:hidden;white-space:nowrap;"
    "text-overflow:ellipsis;font:600 15px/38px system-ui,sans-serif;color:#fff}"
    "#isales-verdict.deviates{background:#a3231b}"
    "#isales-verdict.inconclusive{background:#805300}#isales-verdict.conforms{background:#1b6337}"
    "#isales-verdict span{font-weight:400;margin-left:12px}"
    "[data-testid=metadata-item-value]{flex-wrap:wrap}"
    "[data-testid=metadata-item-value]"
    " *{max-width:none!important;white-space:normal!important;overflow-wrap:anywhere}"
    "@media(max-width:900px){#isales-verdict{white-space:normal;font-size:12px;line-height:19px}"
    "[data-testid=split-layout]>*{flex-direction:column!important}"
    "[data-pane]{width:100%!important;height:50%!important;min-height:0;min-width:0;flex:none}"
    "[data-pane]+div:not([data-pane]){display:none}}</style>"
)
_BODY = re.compile(r"<body\b[^>]*>")


@dataclass(frozen=True, kw_only=True, slots=True)
class HtmlReport:
    """Where the page is, or one sentence why there is none; `problem` names the reason for
    programs.
    """

    path: Path | None
    sentence: str
    problem: Problem = ""


class _Failed(Exception):
    def __init__(self, problem: Problem, sentence: str) -> None:
        super().__init__(sentence)
        self.problem: Problem = problem


def write(
    document: VerdictDocument,
    results_dir: Path,
    out_dir: Path,
    *,
    history: Path | None = None,
    append_history: bool = True,
) -> HtmlReport:
    """Write the page. `history` (a file of the output folder unless given) keeps the trend; `report
    DIR` again must not append to it.
    """
    try:
        page = _generated(
            document, results_dir, history or out_dir / HISTORY_FILE, append_history=append_history
        )
        write_text(out_dir / FILE, finished(page, banner(document)))
    except _Failed as problem:
        return HtmlReport(
            path=None, sentence=f"{FILE} was not made: {problem}", problem=problem.problem
        )
    except NotInstalled as problem:
        return HtmlReport(
            path=None, sentence=f"{FILE} was not made: {problem}", problem="not-installed"
        )
    except OSError as problem:
        sentence = (
            f"{FILE} was not made: {problem.filename or out_dir}: {problem.strerror or problem}."
            " summary.html says the same."
        )
        return HtmlReport(path=None, sentence=sentence, problem="disk")
    return HtmlReport(path=out_dir / FILE, sentence=f"{FILE} was made by Allure 3.")


def banner(document: VerdictDocument) -> str:
    """The verdict as a bar above Allure's page, which itself opens somewhere in the list of
    results.
    """
    said = escape(f"{digest.sentence(document)} {document.target.get('base_url', '')}".strip())
    word = digest.VERDICT_WORD[document.verdict]
    return (
        f'<div id="isales-verdict" class="{digest.tone(document)}"'
        f' role="status">{word}<span>{said}</span></div>'
    )


def finished(page: str, bar: str = "") -> str:
    """The page without Allure's analytics, attachments at full height, the bar on top, forbidden to
    ask anybody. Raises _Failed.
    """
    removed = 0

    def keep(script: re.Match[str]) -> str:
        nonlocal removed
        tracks = len(script[0]) <= _TAG_SIZE and _ANALYTICS.search(script[0]) is not None
        removed += tracks
        return "" if tracks else script[0]

    page = _SCRIPT.sub(keep, page)
    if not removed:
        said = (
            "the page holds no analytics tag to remove, so this is not the Allure that was examined"
        )
        sentence = f"[analytics-tag-not-found] {said}; summary.html says the same."
        raise _Failed("analytics-tag-not-found", sentence)
    page = page.replace("<head>", f"<head>{_HEAD}", 1).replace("</head>", f"{_FIX}</head>", 1)
    page = _BODY.sub(lambda body: body[0] + bar, page, count=1)
    outside = _OUTSIDE.search(_SCRIPT.sub(lambda script: script[0].partition(">")[0] + ">", page))
    if outside or _HEAD not in page or _FIX not in page:
        what = outside[0][:120] if outside else "no <head> where it was"
        raise _Failed(
            "outside-request",
            f"[outside-request] the page would ask another machine ({what}); summary.html says the"
            " same.",
        )
    return page


def config(
    document: VerdictDocument, output: Path, history: Path, *, append_history: bool
) -> dict[str, Any]:
    """The generator's configuration."""
    count = digest.counts(document)
    name = f"{digest.VERDICT_WORD[document.verdict]} · Deleting Calling Numbers"
    return {
        "name": name,
        "output": str(output),
        "historyPath": str(history.resolve()),
        "historyLimit": HISTORY_LIMIT,
        "appendHistory": append_history,
        "hideLabels": [
            "framework",
            "language",
            "host",
            "thread",
            "package",
            "parentSuite",
            "suite",
            "subSuite",
            "story",
            "verdict",
            "area",
            "serves",
            "feature",
            "layer",
            "level",
        ],  # rules of categories see only what is not hidden
        "categories": categories(),
        "variables": {
            "Failed": f"{count.failed} of {count.binding} clauses",
            "Not judged": counted(count.not_judged, "clause"),
            "Not reached": counted(count.not_reached, "result code"),
            "Codes": f"{count.codes_reached} of {count.codes} reached",
            "Open": f"{count.recorded} of {count.recorded + count.unrecorded} answered",
        },
        "plugins": {"awesome": {"options": _awesome(name)}},
    }


def _module(settings: dict[str, Any]) -> str:
    """The configuration as the generator reads it. Checks are how clauses were judged: only one
    that broke is shown and counted.
    """
    return f"""const config = {json.dumps(settings, indent=2)};
const isLayer = (label) => label.name === "layer" && label.value === "check";
const check = (result) => result.labels.some(isLayer);
config.plugins.awesome.options.filter = (result) => result.status === "broken" || !check(result);
export default config;
"""


def _awesome(name: str) -> dict[str, Any]:
    return {
        "reportName": name,
        "singleFile": True,
        "reportLanguage": "en",
        "layout": "split",
        "theme": "auto",
        "defaultSortBy": "status,asc",
        "groupBy": [
            "epic",
            "area",
        ],  # a clause has no area: one click less than a heading per clause
        "stepTreeExpansion": "expand_failed_only",
    }


def _generated(
    document: VerdictDocument, results_dir: Path, history: Path, *, append_history: bool
) -> str:
    if not any(results_dir.glob("*-result.json")):
        raise _Failed("no-results", f"{results_dir} holds no results.")
    node = find_node()
    if node is None:
        raise _Failed(
            "no-node",
            "no Node was found. Get one with `pip install 'isales-conformance[report]'`;"
            " summary.html says the same.",
        )
    script = ensure_allure(node)
    with tempfile.TemporaryDirectory(prefix="isales-report-") as name:
        folder = Path(name)
        settings = config(document, folder / "out", history, append_history=append_history)
        (folder / "allurerc.mjs").write_text(_module(settings), "utf-8")
        return _run(node, script, results_dir.resolve(), folder)


def _run(node: Node, script: Path, results_dir: Path, folder: Path) -> str:
    command = [node.program, str(script), "generate", "-c", "allurerc.mjs", str(results_dir)]
    try:
        result = run(command, folder=folder, timeout=GENERATE_WITHIN)
    except subprocess.TimeoutExpired:
        raise _Failed(
            "generator-failed",
            f"Allure took longer than {GENERATE_WITHIN:.0f} s. summary.html says the same.",
        ) from None
    page = next((folder / "out").rglob("index.html"), None)
    if result.returncode or page is None:
        said = " ".join((result.stderr or result.stdout).split())[-200:]
        raise _Failed(
            "generator-failed",
            f"Allure ended with {result.returncode} ({said or 'no message'}). summary.html says the"
            " same.",
        )
    return page.read_text("utf-8")
