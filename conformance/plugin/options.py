"""The options of a run as pytest has them, read into one value."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from conformance.baseline import Expectation, Waiver, read_profile, read_waivers
from conformance.clauses import clause
from conformance.errors import UsageError, nearest
from conformance.plugin.folders import REPORTS
from conformance.session.amounts import AMOUNTS, Amounts

UNNAMED = REPORTS / "unnamed"
"""Stands for the folder of a run until it is made; nothing is ever there."""
VIEWS = ("none", "live", "quiet", "verbose")


class Options(Struct, frozen=True, kw_only=True):
    """What the user asked for. `target` None: the embedded emulator, which then may lie (`faults`)
    and read the document otherwise.
    """

    target: Path | None
    effort: str
    seed: int
    only: tuple[str, ...]
    out: Path
    out_given: bool
    """Whether the user named `out`; else the run has a new folder of its own."""
    leads_latest: bool
    """Whether `latest` beside the folder is to lead to it."""
    waived: tuple[Waiver, ...]
    """What the waivers file holds."""
    expect: Path | None
    expected: Expectation | None
    """What the profile `expect` holds."""
    database: tuple[Path, ...]
    """Folders of what was found on earlier nights; the first is written."""
    today: date
    """The day of the run, UTC."""
    faults: tuple[str, ...]
    profile: Path | None
    html: bool
    view: str
    overrides: tuple[str, ...]

    @property
    def amounts(self) -> Amounts:
        """How much each check does."""
        return AMOUNTS[self.effort]


_OPTIONS: dict[str, dict[str, Any]] = {
    "--target": {
        "type": Path,
        "default": None,
        "help": "target file (TOML); without it the embedded emulator is used",
    },
    "--effort": {"default": "standard", "help": "quick, standard or thorough"},
    "--seed": {
        "type": int,
        "default": None,
        "help": "seed of everything that is drawn; it is always printed",
    },
    "--only": {"action": "append", "default": [], "help": "judge only this clause (repeatable)"},
    "--out": {
        "type": Path,
        "default": None,
        "help": "folder for reports; without it each run makes one of its own in reports/",
    },
    "--own-out": {
        "action": "store_true",
        "help": "--out was made for this run: reports/latest leads to it",
    },
    "--waivers": {"type": Path, "default": None, "help": "file of known deviations"},
    "--expect": {"type": Path, "default": None, "help": "profile that the server must keep to"},
    "--database": {
        "type": Path,
        "action": "append",
        "default": [],
        "help": "folder of what was found before, tried first (repeatable)",
    },
    "--fault": {
        "action": "append",
        "default": [],
        "help": "a lie that the embedded emulator tells (repeatable)",
    },
    "--emulator-profile": {
        "type": Path,
        "default": None,
        "help": "how the embedded emulator reads the document",
    },
    "--no-html": {"action": "store_true", "help": "write no report.html"},
    "--view": {"default": "none", "help": "what is shown meanwhile: none, live, quiet or verbose"},
    "--set": {
        "action": "append",
        "default": [],
        "metavar": "KEY=VALUE",
        "help": "override a key of the target file (repeatable)",
    },
}
"""pytest's options of a run, as its parser takes them."""


def add_options(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("isales", "conformance of a server")
    for name, settings in _OPTIONS.items():
        group.addoption(name, **settings)


def _must_be_checkable(only: tuple[str, ...]) -> None:
    if only and not any(clause(name).checks for name in only):
        raise UsageError(f"Nothing can check {', '.join(only)}. {clause(only[0]).untestable}")


def read_options(config: pytest.Config) -> Options:
    """Check the options. Raises UsageError that names what exists."""
    given = config.option
    if given.effort not in AMOUNTS:
        raise pytest.UsageError(
            f"There is no effort {given.effort!r}{nearest(given.effort, AMOUNTS)}: quick, standard"
            " or thorough."
        )
    try:
        only = tuple(clause(name).id for name in given.only)
        _must_be_checkable(only)
        waived = read_waivers(given.waivers) if given.waivers else ()
        expected = read_profile(given.expect) if given.expect else None
        database = tuple(_folder(path) for path in given.database)
    except UsageError as problem:
        raise pytest.UsageError(str(problem)) from None
    today = datetime.now(UTC).date()
    return Options(
        target=given.target,
        effort=given.effort,
        seed=given.seed if given.seed is not None else int(today.strftime("%Y%m%d")),
        only=only,
        out=given.out or UNNAMED,
        out_given=given.out is not None,
        leads_latest=given.out is None or given.own_out,
        waived=waived,
        expect=given.expect,
        expected=expected,
        database=database,
        today=today,
        faults=tuple(given.fault),
        profile=given.emulator_profile,
        html=not given.no_html,
        view=given.view,
        overrides=tuple(given.set),
    )


def _folder(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise UsageError(
            f"The database {path} is a file; --database needs a folder, and makes it where there is"
            " none."
        )
    return path
