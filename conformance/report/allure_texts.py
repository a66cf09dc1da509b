"""What the Allure report says of a clause, without Allure: status, sentence, description, HTTP
exchange, environment, categories.
"""

import json
import os
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Literal

from conformance.clauses import all_clauses
from conformance.contract import PATH_PREFIX
from conformance.report import digest
from conformance.report.summary_md import prose
from conformance.verdict import ClauseResult, Deviation, Shown, VerdictDocument

Status = Literal["passed", "failed", "broken", "skipped"]
HTTP_EXCHANGE = "application/vnd.allure.http+json"
CHECKS_EPIC = "How it was checked"
"""Everything that pytest ran stands under this heading, apart from the clauses."""
CATEGORY_NAMES = {
    "invariant": "Invariant broken",
    "restriction": "Restriction broken",
    "code": "Code undocumented, unfitting or unreachable",
    "reply": "Reply malformed",
    "server-error": "Server error or leak",
    "authentication": "Authentication",
    "no-answer": "No answer",
}
NAMED, LONGEST_NAMED = 3, 30
"""Numbers named in the title of a step, and characters of each."""
NOT_JUDGED_WORDS: dict[str, str] = {
    "waived": "Waived",
    "not-reached": "Not reached",
    "not-applicable": "Not applicable",
}
"""How the message of a clause begins that is neither judged nor not tested."""
WAIVED, NOT_JUDGED = "Known and waived", "Could not be judged"


def status(result: ClauseResult) -> Status:
    """Never green for what was not tested: what the run should have judged and could not is broken,
    the rest of it skipped.
    """
    if result.verdict == "not-tested":
        helpless = (
            digest.is_left_out(result)
            or digest.is_untestable(result)
            or not digest.is_binding(result)
        )
        return "skipped" if helpless else "broken"
    by_verdict: dict[str, Status] = {"fail": "failed", "pass": "passed"}
    return by_verdict.get(result.verdict, "skipped")


def message(result: ClauseResult) -> str:
    """The one sentence at the head of a result; empty for what passed."""
    if result.verdict == "pass":
        return ""
    if result.verdict in NOT_JUDGED_WORDS:
        words = NOT_JUDGED_WORDS[result.verdict]
        told = result.reason if result.verdict == "waived" else digest.as_sentence(result.reason)
        return f"{words}: {told}"
    if result.verdict == "not-tested":
        untestable = digest.is_untestable(result)
        return (
            f"{'No check can tell' if untestable else 'Not tested'}:"
            f" {digest.as_sentence(result.reason or 'no reason was given')}"
        )
    open_ones = digest.open_deviations(result)
    happened = [
        f"{each.summary} ({digest.how_often(each)})" for each in open_ones if not each.waived
    ]
    return "\n\n".join([*(happened or [result.reason]), f"Demanded: {result.demand}"])


def description(result: ClauseResult) -> str:
    """Markdown: demand, level, id; then what it is worth or how to look again."""
    lines = [f"**Demanded:** {prose(result.demand)}", ""]
    lines.append(
        f"{prose(digest.place(result))} · {result.level} · {result.severity} · clause `{result.id}`"
    )
    words = (NOT_JUDGED_WORDS | {"not-tested": "Not tested"}).get(result.verdict)
    if result.reason and words:
        lines += ["", f"**{words}:** {prose(result.reason)}"]
    if result.learnt:
        lines += ["", f"**This target:** {prose(digest.learnt_words(result.learnt))}"]
    elif result.cases:
        lines += ["", f"**Judged in** {digest.bound_words(result)}."]
    for each in digest.open_deviations(result):
        lines += [
            "",
            f"**What happened:** {prose(each.summary)} {digest.how_often(each).capitalize()}.",
        ]
        lines += [f"**Given:** {prose(each.given)}"] if each.given else []
        lines += (
            [f"**Waived:** {prose(each.waived)}"]
            if each.waived and each.waived != result.reason
            else []
        )
        lines += (
            [f"**Look for it again:** `{each.rerun}`"]
            if each.rerun and "`" not in each.rerun
            else []
        )
    row = all_clauses().get(result.id)
    if row is not None and row.checks:
        lines += [
            "",
            (
                "Checks that judge it, beside the rules of every exchange:"
                f" {', '.join(f'`{name}`' for name in row.checks)}"
            ),
        ]
    return "\n\n".join(line for line in lines if line)


def step_name(call: Shown) -> str:
    """`DELETE …/1/callerNo/1001 naming 5245241 → HTTP 200, 0200000 (12 ms)`; Allure numbers the
    steps.
    """
    path = "/" + call.url.split("://", 1)[-1].partition("/")[2]
    before, prefix, rest = path.partition(PATH_PREFIX)
    credential = "" if call.credential == "signed" else f" [Authorization: {call.credential}]"
    what = f"{call.method} {f'…{rest}' if prefix else before}{naming(call)}{credential}"
    if call.part == "set-up":
        return f"Set-up: {what}"
    code = digest.code_of(call)
    said = f"{call.outcome}{f', {code}' if code else ''} ({call.milliseconds:.0f} ms)"
    return f"{'At the same time: ' if call.together else ''}{what} → {said}"


def naming(call: Shown) -> str:
    """` naming 5245241, 5245242 … (12 in all)`, or nothing where the body is not of that form."""
    try:
        named = [item["accessCode"] for item in json.loads(call.request_body)["callerNo"]]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    shown = [each if isinstance(each, str) else json.dumps(each) for each in named[:NAMED]]
    if not shown or any(len(each) > LONGEST_NAMED for each in shown):
        return ""
    more = f" … ({len(named)} in all)" if len(named) > NAMED else ""
    return f" naming {', '.join(each or '(empty)' for each in shown)}{more}"


def script(deviation: Deviation, emulator: str = "") -> str:
    """Everything of a deviation as one text to paste into a shell, with comments."""
    lines = [f"# {' '.join(deviation.summary.split())}"]
    if emulator:
        lines += [
            "# The emulator of this run has ended. Start it again, in another shell:",
            f"#   {emulator}",
        ]
    set_up, paste = (
        sum(call.part == "set-up" for call in deviation.calls),
        digest.lines_to_paste(deviation),
    )
    if set_up:
        lines += ["", "# Set-up", *paste[:set_up]]
    lines += ["", f"# {digest.program_words(deviation)}", *paste[set_up:]]
    if deviation.afterwards:
        lines += ["", "# Afterwards: gives the campaign back what it held", *deviation.afterwards]
    return "\n".join(lines) + "\n"


def http_exchange(call: Shown, at: int) -> str:
    """Allure's own form of a call and its reply, which its page renders; `at` is milliseconds since
    1970.
    """
    data: dict[str, Any] = {"schemaVersion": 1, "start": at, "stop": at + round(call.milliseconds)}
    data["request"] = {
        "method": call.method,
        "url": call.url,
        "headers": _headers(call.request_headers),
        **_body(call.request_headers, call.request_body),
    }
    if call.status is None:
        data["error"] = {"name": "no answer", "message": call.outcome}
    else:
        head = {
            "status": call.status,
            "statusText": _phrase(call.status),
            "headers": _headers(call.reply_headers),
        }
        data["response"] = {**head, **_body(call.reply_headers, call.reply_body)}
    return json.dumps(data, ensure_ascii=False)


def environment(document: VerdictDocument) -> str:
    """`environment.properties`."""
    facts = {
        **document.target,
        "effort": document.effort,
        "seed": str(document.seed),
        "calls": str(document.requests),
        "suite": document.suite_version,
        "clause_set": document.clause_set,
        **{
            f"--{name}": value
            for name, value in document.options.items()
            if name not in {"effort", "seed"}
        },
    }
    return "".join(
        f"{_property(name).replace(' ', '_')} = {_property(value)}\n"
        for name, value in facts.items()
        if value
    )


def executor(env: Mapping[str, str] = os.environ) -> dict[str, Any] | None:
    """`executor.json` of the CI system that the environment names, or None at a desk."""
    if env.get("GITHUB_ACTIONS"):
        names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
        server, repository, run = (env.get(name, "") for name in names)
        url = f"{server}/{repository}/actions/runs/{run}"
        return _executor(
            "GitHub Actions",
            "github",
            env.get("GITHUB_WORKFLOW", ""),
            env.get("GITHUB_RUN_NUMBER", ""),
            url,
        )
    if env.get("GITLAB_CI"):
        return _executor(
            "GitLab CI",
            "gitlab",
            env.get("CI_JOB_NAME", ""),
            env.get("CI_PIPELINE_IID", ""),
            env.get("CI_JOB_URL", ""),
        )
    if env.get("JENKINS_URL"):
        return _executor(
            "Jenkins",
            "jenkins",
            env.get("JOB_NAME", ""),
            env.get("BUILD_NUMBER", ""),
            env.get("BUILD_URL", ""),
        )
    return None


def categories() -> list[dict[str, Any]]:
    """Rules of the generator's configuration: the first that fits takes a result."""
    rules: list[dict[str, Any]] = [
        {"name": WAIVED, "matchers": {"statuses": ["skipped"], "message": "^Waived:"}},
        {
            "name": "Result codes that were not reached, or do not apply",
            "matchers": {"statuses": ["skipped"], "message": "^Not (reached|applicable):"},
        },
    ]
    rules += [
        {
            "name": name,
            "matchers": {"statuses": ["failed"], "labels": {"category": f"^{category}$"}},
        }
        for category, name in CATEGORY_NAMES.items()
    ]
    rules.append(
        {"name": NOT_JUDGED, "matchers": {"statuses": ["broken"], "message": "^Not tested:"}}
    )
    rules.append(
        {
            "name": "Left out, untestable or not answered",
            "matchers": {"statuses": ["skipped"], "message": "^(Not tested|No check can tell):"},
        }
    )
    rules.append({"name": "A check itself failed", "matchers": {"statuses": ["failed", "broken"]}})
    return rules


def _executor(name: str, kind: str, build: str, order: str, url: str) -> dict[str, Any]:
    data = {
        "name": name,
        "type": kind,
        "buildName": f"{build} #{order}".strip(),
        "reportName": "Deleting Calling Numbers",
    }
    links = {"url": url, "buildUrl": url} if url.startswith(("http://", "https://")) else {}
    return {**data, **links, **({"buildOrder": int(order)} if order.isdecimal() else {})}


def _headers(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _body(headers: Iterable[tuple[str, str]], text: str) -> dict[str, Any]:
    if not text:
        return {}
    kind = next((value for name, value in headers if name.lower() == "content-type"), "text/plain")
    return {
        "body": {
            "contentType": kind.partition(";")[0],
            "encoding": "utf8",
            "value": text,
            "size": len(text.encode(errors="replace")),
        }
    }


def _phrase(code: int) -> str:
    return HTTPStatus(code).phrase if code in set(HTTPStatus) else ""


def _property(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(":", "\\:").replace("=", "\\=")
    return " ".join(escaped.split()) or "-"
