"""Clauses, checks and the order of a run name each other, without gaps."""

import ast

from conformance.clauses import all_clauses
from conformance.plugin.checks import OF_NO_CLAUSE, ORDER, serve
from conformance.selftest.architecture.tree import PACKAGE, sources


def marked() -> list[str]:
    """The names in `@pytest.mark.check("…")` throughout the suite."""
    names = []
    for file in sources(PACKAGE / "suite"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                names += [
                    name for decorator in node.decorator_list if (name := _check_name(decorator))
                ]
    return names


def _check_name(decorator: ast.expr) -> str | None:
    if (
        isinstance(decorator, ast.Call)
        and ast.unparse(decorator.func) == "pytest.mark.check"
        and isinstance(decorator.args[0], ast.Constant)
    ):
        return str(decorator.args[0].value)
    return None


def named_by_clauses() -> set[str]:
    return {check for row in all_clauses().values() for check in row.checks}


def test_a_check_has_one_test() -> None:
    assert len(marked()) == len(set(marked()))
    assert len(ORDER) == len(set(ORDER))


def test_clauses_name_the_checks_that_there_are() -> None:
    assert named_by_clauses() == set(marked()) - OF_NO_CLAUSE


def test_the_order_of_a_run_has_each_check() -> None:
    assert set(ORDER) == set(marked())


def test_each_check_serves_a_clause() -> None:
    assert all(serve(check) for check in ORDER if check not in OF_NO_CLAUSE)


def test_every_test_of_the_suite_is_a_check() -> None:
    tests = [
        node.name
        for file in sources(PACKAGE / "suite")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert len(tests) == len(marked())
