"""summary.html and report.html in a real browser."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.report import allure_door, allure_html, allure_texts, summary_html
from conformance.selftest.report import documents
from conformance.selftest.report.browser import Browser, chromium

VISIBLE = (
    "(() => {{ const r = document.querySelector({0!r}).getBoundingClientRect();"
    " return r.top >= 0 && r.bottom <= innerHeight && r.width > 0 }})()"
)
CONTRAST = """(() => {
  const one = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 };
  const light = text => {
    const c = text.match(/[\\d.]+/g).slice(0, 3).map(one);
    return .2126 * c[0] + .7152 * c[1] + .0722 * c[2] };
  const behind = e => {
    const b = getComputedStyle(e).backgroundColor;
    return /, 0\\)|transparent/.test(b) ? behind(e.parentElement) : b };
  const pair = e => [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
  const ratio = e => { const [a, b] = pair(e); return (a + .05) / (b + .05) };
  const texts = 'h1,h2,h3,p,dd,dt,td,th,pre,summary,a,.badge,.soft,.hint,.tiles span';
  return Math.min(...[...document.querySelectorAll(texts)].map(ratio)) })()"""
"""The smallest contrast between a text and its ground."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    document = documents.failing()
    allure_door.write_clause_results(document, folder / "allure-results")
    for name, status in (("found", "failed"), ("erred", "broken"), ("done", "passed")):
        check = {
            "uuid": name,
            "name": f"A check that {name}",
            "fullName": name,
            "status": status,
            "start": 1,
            "stop": 2,
        }
        labels = [
            {"name": "layer", "value": "check"},
            {"name": "epic", "value": allure_texts.CHECKS_EPIC},
        ]
        (folder / "allure-results" / f"{name}-result.json").write_text(
            json.dumps({**check, "labels": labels})
        )
    made = allure_html.write(document, folder / "allure-results", folder)
    if made.problem in {"no-node", "not-installed"}:
        pytest.skip(made.sentence)
    assert made.path is not None, made.sentence
    return made.path


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [800, 1280])
@pytest.mark.parametrize(
    "made",
    [
        documents.failing,
        documents.hostile,
        documents.inconclusive,
        documents.meeting,
        documents.held,
    ],
)
def test_summary(browser: Browser, tmp_path: Path, made: object, width: int, dark: bool) -> None:
    file = tmp_path / "summary.html"
    summary_html.write(made(), file)  # type: ignore[operator]  # one of the functions above
    browser.open(file, width=width, dark=dark)
    assert browser.outside == []
    assert browser.problems == []
    assert browser.value(VISIBLE.format("#verdict"))
    assert browser.value(VISIBLE.format("#verdict h1"))
    assert browser.value("document.documentElement.scrollWidth <= innerWidth"), (
        "nothing is wider than the window"
    )
    assert browser.value("document.scripts.length") == 0
    assert browser.value(
        "[...document.querySelectorAll('pre.curl')].every(e => !e.textContent.includes('\\n'))"
    )
    assert browser.value(CONTRAST) >= 4.5


def test_report_opens_from_disk(browser: Browser, report: Path) -> None:
    browser.open(report)
    browser.wait("document.body.innerText.includes('Usage Description')")
    assert browser.outside == []
    assert browser.problems == []
    assert browser.value(VISIBLE.format("#isales-verdict"))
    assert browser.value("document.querySelector('#isales-verdict').innerText").startswith(
        "DEVIATES"
    )
    assert browser.value(
        "document.querySelector('#app > div').getBoundingClientRect().bottom <= innerHeight"
    ), "the bar takes no room from Allure's page"


def test_a_failed_clause_is_two_clicks_away(browser: Browser, report: Path) -> None:
    browser.open(report)
    title = "The last calling number can't be deleted"
    leaf = (
        "[...document.querySelectorAll('*')].filter(e => e.children.length === 0 &&"
        f" e.textContent.trim() === {title!r})[0]"
    )
    browser.wait(leaf)
    browser.value(f"{leaf}.click()")
    browser.wait("document.body.innerText.includes('answered 0200000 and left it empty')")
    browser.wait(
        "document.body.innerText.includes('DELETE …/1/callerNo/1001 naming 99000002, 99000003 →"
        " HTTP 200, 0200000')"
    )
    browser.wait("document.body.innerText.includes('To paste into a shell')")
    browser.wait("document.body.innerText.includes('Category: Restriction broken')")
    assert browser.outside == []
    assert browser.problems == []


def test_clauses_are_counted_and_checks_are_not_unless_they_broke(
    browser: Browser, report: Path
) -> None:
    browser.open(report)
    total = len(documents.failing().clauses) + 1
    browser.wait(
        "[...document.querySelectorAll('[data-testid=tab-all]')].some(e =>"
        f" e.innerText.includes('{total}'))"
    )
    browser.wait("document.body.innerText.includes('A check that erred')")
    text = browser.value("document.body.innerText")
    assert "A check that found" not in text
    assert "A check that done" not in text


@pytest.mark.parametrize("width", [480, 1280])
def test_a_title_is_never_squeezed(browser: Browser, report: Path, width: int) -> None:
    browser.open(report, width=width)
    browser.wait("document.querySelector('[data-testid=tree-leaf-title]')")
    assert (
        browser.value(
            "document.querySelector('[data-testid=tree-leaf-title]').getBoundingClientRect().width"
        )
        > 150
    )
    assert browser.value("document.documentElement.scrollHeight <= innerHeight"), (
        "Allure's page scrolls inside, not beside a second bar"
    )


def test_matrices_are_shown_whole(browser: Browser, report: Path) -> None:
    browser.open(report)
    browser.wait("document.querySelector('[data-testid=nav-tab-globalAttachments]')")
    browser.value("document.querySelector('[data-testid=nav-tab-globalAttachments]').click()")
    name = (
        "[...document.querySelectorAll('*')].filter(e => e.children.length === 0 &&"
        " e.textContent.trim() === 'Result codes')[0]"
    )
    browser.wait(name)
    browser.value(f"{name}.click()")
    frame = "document.querySelector('[data-testid=html-attachment-preview] iframe')"
    browser.wait(f"{frame} && {frame}.getBoundingClientRect().height > 300")


def test_report_is_small_and_holds_no_analytics(report: Path) -> None:
    text = report.read_text("utf-8")
    assert len(text) < 10_000_000
    assert "googletagmanager.com/gtag" not in text
    assert (report.parent / allure_html.HISTORY_FILE).is_file()
