"""`summary.html`: the whole verdict as one page without JavaScript, which opens anywhere and can be
mailed.
"""

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from conformance.readable import readable
from conformance.report import digest
from conformance.report.atomic import write_text
from conformance.verdict import VerdictDocument

FILE = "summary.html"
SAMPLE_BODY = 600
"""Characters of a body shown with a sample: samples prove that something was judged; evidence is
shown whole.
"""


def write(document: VerdictDocument, path: Path) -> None:
    """Write the page, whole or not at all."""
    write_text(path, render(document))


def render(document: VerdictDocument) -> str:
    """The page as a text."""
    return template("summary.html.jinja").render(
        document=document,
        counts=digest.counts(document),
        failed=digest.failed(document),
        why_not_tested=digest.why_not_tested(document),
        matrix=digest.matrix(document),
        answered=digest.answered(document),
        waived=document.of("waived"),
        d=digest,
    )


def visible(value: object) -> object:
    """Texts made readable: what a server sent must neither vanish nor reorder the page."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return readable(value)


def cut(text: str, limit: int = SAMPLE_BODY) -> str:
    """The beginning of a text; a note says that it was cut."""
    return (
        text
        if len(text) <= limit
        else f"{text[:limit]}\n[{limit:,} of {len(text):,} characters shown]"
    )


def path_of(address: str) -> str:
    """Path and query of an address."""
    return re.sub(r"^[a-z]+://[^/ ]*", "", address)


@cache
def template(name: str) -> Template:
    """A template of this room; texts are escaped and readable."""
    environment = Environment(
        loader=PackageLoader("conformance.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        cut=cut, path=path_of, number=digest.number, duration=digest.duration
    )
    return environment.get_template(name)
