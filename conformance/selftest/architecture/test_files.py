"""Files have one subject: a name that says which, a length that one subject needs, and a reason
beside each exception to a rule.
"""

import ast
import re
from pathlib import Path

import pytest

from conformance.selftest.architecture.tree import PACKAGE, PROJECT, sources

LONGEST = 490
"""Lines of a file."""
MOST_LINES = 60
"""Lines of a function."""
WIDEST = 100
NO_SUBJECT = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "core",
    "manager",
    "misc",
    "base",
    "tools",
}
_SILENCED = re.compile(
    r"#\s*(?:noqa|type:\s*ignore)(?P<which>:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[a-z\-,"
    r" ]+\])?(?P<rest>.*)"
)
_ALL = [str(path.relative_to(PROJECT)) for path in sources()]


@pytest.mark.parametrize("file", _ALL)
def test_no_file_is_long(file: str) -> None:
    assert len((PROJECT / file).read_text("utf-8").splitlines()) <= LONGEST


def test_names_say_a_subject() -> None:
    named = [
        part.lower()
        for path in sources()
        for part in (*path.relative_to(PACKAGE).parts[:-1], path.stem)
    ]
    assert not {name for name in named if NO_SUBJECT & set(re.split(r"[_\W]+", name))}


def silenced(text: str) -> list[str]:
    """Lines that silence a rule without saying which or why: behind it, or in a comment above."""
    found, above = [], ""
    for line in text.splitlines():
        comment = above if above.startswith("#") else ""
        above = line.strip()
        match = _SILENCED.search(line)
        if match and not (match["which"] and _is_reason(match["rest"] or comment)):
            found.append(line.strip())
    return found


def _is_reason(comment: str) -> bool:
    return len(re.findall(r"[^\W\d_]+", comment)) >= 2


@pytest.mark.parametrize("file", _ALL)
def test_no_line_is_long(file: str) -> None:
    lines = (PROJECT / file).read_text("utf-8").splitlines()
    assert not [place for place, line in enumerate(lines, 1) if len(line) > WIDEST]


@pytest.mark.parametrize("file", _ALL)
def test_no_function_is_long(file: str) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse((PROJECT / file).read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert not [
        each.name for each in functions if (each.end_lineno or 0) - each.lineno >= MOST_LINES
    ]


def test_every_silenced_rule_has_a_reason() -> None:
    assert not [
        (path.name, line)
        for path in sources()
        if path != Path(__file__)
        for line in silenced(path.read_text("utf-8"))
    ]


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # noqa",
        "x = 1  # noqa: E501",
        "x: int = ''  # type: ignore[assignment]",
        "y()  # type: ignore",
    ],
)
def test_a_missing_reason_is_seen(line: str) -> None:
    assert silenced(line)
