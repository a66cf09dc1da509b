"""summary.html, summary.md and junit.xml hold what a person needs, and nothing that a server sent
gets out of its place.
"""

from collections.abc import Callable
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from conformance.report import digest, junit, summary_html, summary_md
from conformance.selftest.report import documents
from conformance.verdict import VerdictDocument

ALL = [
    documents.passing,
    documents.failing,
    documents.inconclusive,
    documents.waived,
    documents.hostile,
]
Made = Callable[[], VerdictDocument]
VOID = {"meta", "br", "path", "circle", "link", "img", "hr"}


class ParsedPage(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.mark.parametrize("made", ALL)
def test_the_page_is_whole_and_asks_nobody(made: Made) -> None:
    page = ParsedPage(summary_html.render(made()))
    assert page.open == []
    names = {tag for tag, _ in page.tags}
    assert not names & {
        "script",
        "img",
        "iframe",
        "object",
        "embed",
        "link",
        "form",
        "audio",
        "video",
        "base",
    }
    attributes = [(name, value or "") for _, attrs in page.tags for name, value in attrs.items()]
    assert not [name for name, _ in attributes if name.startswith("on") or name in {"src", "style"}]
    assert all(value.startswith("#") for name, value in attributes if name == "href")
    ids = [value for name, value in attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for name, value in attributes if name == "href"} <= set(ids)


def test_a_failing_page_says_what_is_wrong_and_how_to_see_it() -> None:
    text = ParsedPage(summary_html.render(documents.failing())).text
    assert (
        text.index("DEVIATES")
        < text.index("3 of 54")
        < text.index("Failed clauses")
        < text.index("Not tested, and why")
    )
    order = [
        text.index(name) for name in ("restriction.last-number", "code.02000010", "response.count")
    ]
    assert order == sorted(order), "the gravest first"
    for words in (
        "37 of 212 cases (17.5 %)",
        "Campaign 1001 of VDN 1 holds",
        "curl -sS -i -X DELETE",
        "--only restriction.last-number --seed 4711",
    ):
        assert words in text
    assert "NOT REACHED" in text
    assert "0200000 × 96, 0200001 × 24" in text


def test_an_inconclusive_page_puts_what_is_unknown_first() -> None:
    text = ParsedPage(summary_html.render(documents.inconclusive())).text
    assert "3 clauses of 49 could not be judged: this is no pass." in text
    table = text[
        text.index("All clauses A pass")
        if "All clauses A pass" in text
        else text.rindex("All clauses") :
    ]
    assert table.index("NOT TESTED") < table.index("PASS ")
    assert (
        text.index("names one campaign; two are needed")
        < text.index("Left out by --only")
        < text.index("An account is granted")
    )


def test_waived_clauses_are_shown_with_the_reason() -> None:
    text = ParsedPage(summary_html.render(documents.waived())).text
    assert "CONFORMS" in text
    assert "1 clause is waived" in text
    assert "ticket 1234, owner A. Tester" in text


def test_a_run_that_left_its_profile_is_not_green() -> None:
    page = summary_html.render(documents.held())
    assert 'class="verdict inconclusive"' in page
    assert "But it left the expected profile in 1 way: the run fails." in page
    assert ("fail", "1 changed against the profile") in digest.count_words(documents.held())
    assert digest.tone(documents.waived()) == "conforms"


def test_calls_that_must_meet_are_one_line() -> None:
    page = summary_html.render(documents.meeting())
    assert '<pre class="curl">curl -Z one --next two</pre>' in page
    assert "Sent at the same time as the call before it." in page
    assert "start it again in another shell" in page
    assert page.count('title="One click selects the whole line"') == 1 + sum(
        bool(code.witness) for code in documents.meeting().codes
    )


def test_hostile_texts_stay_texts() -> None:
    html = summary_html.render(documents.hostile())
    assert "<script" not in html
    assert "<img" not in html
    assert "\x1b" not in html
    assert "\x00" not in html
    assert "\u202e" not in html
    assert "\\x1b[31mred\\x00 \\u202e" in html


@pytest.mark.parametrize("made", ALL)
def test_the_ticket_text(made: Made) -> None:
    text = summary_md.render(made())
    assert text.startswith(f"# {digest.VERDICT_WORD[made().verdict]}: ")
    outside = "".join(part for index, part in enumerate(text.split("\n```")) if index % 2 == 0)
    assert "<script" not in outside.replace("\\<", "")
    assert len(text) < 60_000


def test_a_fence_is_longer_than_what_it_holds() -> None:
    assert summary_md.code("a\n````\nb").startswith("`````\n")
    assert summary_md.prose("a\n# b | *c* <d>") == "a \\# b \\| \\*c\\* \\<d\\>"


@pytest.mark.parametrize("made", ALL)
def test_junit_is_well_formed_and_counts_right(made: Made) -> None:
    document = made()
    root = ET.fromstring(junit.render(document))
    cases = root.findall("./testsuite/testcase")
    assert len(cases) == len(document.clauses) == int(root.attrib["tests"])
    assert (
        len(root.findall(".//failure")) == len(document.of("fail")) == int(root.attrib["failures"])
    )
    unjudged = [result for result in document.clauses if digest.is_not_judged(result)]
    assert len(root.findall(".//error")) == len(unjudged) == int(root.attrib["errors"])
    rest = [each for each in document.clauses if each.verdict not in {"pass", "fail"}]
    skipped = len(rest) - len(unjudged)
    assert len(root.findall(".//skipped")) == skipped == int(root.attrib["skipped"])
    suites = [suite.attrib["name"] for suite in root]
    assert suites == list(dict.fromkeys(result.section for result in document.clauses))
    for suite in root:
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))


def test_junit_failure_tells_the_whole_story() -> None:
    root = ET.fromstring(junit.render(documents.failing()))
    failure = next(each for each in root.iter("failure") if each.attrib["type"] == "emptied")
    told = failure.text or ""
    for words in (
        "Demanded (stated, blocker)",
        "What happened",
        "Given: Campaign 1001",
        "2. BODY=",
        "HTTP 200",
        "--seed 4711",
    ):
        assert words in told
    skipped = [
        each.attrib["message"]
        for each in ET.fromstring(junit.render(documents.waived())).iter("skipped")
    ]
    assert any(message.startswith("waived: Known since release 8") for message in skipped)


def test_figures_in_words() -> None:
    assert [digest.duration(seconds) for seconds in (4.21, 61, 3900)] == [
        "4.2 s",
        "1 min 01 s",
        "1 h 05 min",
    ]
    assert [digest.percent(share) for share in (1.0, 0.175, 0.0072815, 0.00001)] == [
        "100 %",
        "17.5 %",
        "0.728 %",
        "less than 0.01 %",
    ]
