"""Names are the field's: words that nobody would search for are in no identifier, and no class name
means two things.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from conformance.selftest.architecture.tree import PACKAGE, sources

NOT_USED = frozenset(
    {
        "again",
        "casting",
        "crew",
        "deed",
        "deeds",
        "departed",
        "docket",
        "done",
        "ground",
        "grounds",
        "knowing",
        "notebook",
        "spoil",
        "spoils",
        "stage",
        "vigil",
        "vital",
    }
)
"""Metaphors and loose words of earlier versions; DESIGN's words stand instead."""
FOREIGN = {("report/allure_door.py", "stage")}
"""Attributes of another library's objects."""
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def words_of(identifier: str) -> set[str]:
    """The words that an identifier is made of, in lower case."""
    return {part.lower() for part in _PART.findall(identifier)}


def identifiers(text: str) -> Iterator[str]:
    """Every name that a file binds or reads, those within formatted strings too."""
    for node in ast.walk(ast.parse(text)):
        for member in ("id", "attr", "arg", "name", "asname", "module"):
            if isinstance(name := getattr(node, member, None), str):
                yield from name.split(".")


@pytest.mark.parametrize("file", [str(path.relative_to(PACKAGE)) for path in sources()])
def test_no_identifier_has_a_word_that_is_not_used(file: str) -> None:
    found = {
        name
        for name in identifiers((PACKAGE / file).read_text("utf-8"))
        if words_of(name) & NOT_USED
    }
    assert not {name for name in found if (file, name) not in FOREIGN}


def test_no_file_has_one() -> None:
    assert not [path for path in sources() if words_of(path.stem) & NOT_USED]


@pytest.mark.parametrize(
    "name", ["ground", "_openGround", "try_again", "test_a_deed_counts", "SPOILS"]
)
def test_a_word_is_seen(name: str) -> None:
    assert words_of(name) & NOT_USED
    assert name in set(identifiers(f'{name} = f"{{{name}}}"'))


@pytest.mark.parametrize("name", ["foreground", "abandoned", "against"])
def test_a_part_of_a_word_is_none(name: str) -> None:
    assert not words_of(name) & NOT_USED


def test_no_class_name_stands_twice() -> None:
    found = Counter(
        node.name
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert not {name for name, count in found.items() if count > 1}
