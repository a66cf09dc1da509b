"""Reader of `specs/clauses/*.toml`: one row per demand of the document."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from conformance.errors import SpecError, UsageError, nearest

Level = Literal["stated", "implied", "open"]
Severity = Literal["blocker", "critical", "normal", "minor", "trivial"]
Category = Literal[
    "invariant",
    "restriction",
    "code",
    "reply",
    "server-error",
    "authentication",
    "no-answer",
    "open",
]


class Clause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row. `checks` names the checks of `suite/` that serve it; where none can, `untestable`
    says why.
    """

    id: str
    section: str
    title: str
    demand: str
    level: Level
    severity: Severity
    category: Category
    checks: tuple[str, ...] = ()
    untestable: str = ""

    @property
    def binding(self) -> bool:
        """Whether a server that breaks it deviates."""
        return self.level != "open"

    @property
    def checkable(self) -> bool:
        """Whether some check can break it."""
        return not self.untestable


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    clause: tuple[Clause, ...]


def specs_folder() -> Path:
    """The folder `specs/`: inside the package where it was installed from a wheel, beside it in a
    checkout.
    """
    installed = Path(__file__).parent / "_specs"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "specs"


@cache
def all_clauses() -> dict[str, Clause]:
    """Every clause by id, in the order of the document. Raises SpecError for a row that breaks the
    rules.
    """
    found: dict[str, Clause] = {}
    for file in sorted((specs_folder() / "clauses").glob("*.toml")):
        for clause in _read(file):
            if clause.id in found or bool(clause.checks) == bool(clause.untestable):
                raise SpecError(
                    f"{file}: clause {clause.id} is there twice, or has both or neither of checks"
                    " and untestable."
                )
            found[clause.id] = clause
    if not found:
        raise SpecError(
            f"{specs_folder() / 'clauses'} holds no clause: the installation is incomplete. Install"
            " the suite again."
        )
    return found


def clause(clause_id: str) -> Clause:
    """The row with this id. Raises UsageError that names the nearest one."""
    try:
        return all_clauses()[clause_id]
    except KeyError:
        hint = nearest(clause_id, all_clauses())
        raise UsageError(
            f"There is no clause {clause_id!r}{hint}. `isales-conformance clauses` lists them."
        ) from None


def _read(file: Path) -> tuple[Clause, ...]:
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), _File).clause
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise SpecError(f"{file}: {problem}") from problem
