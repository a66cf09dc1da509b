"""Campaigns that may be changed are opened in one place: nobody else makes what can change one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import conformance

ROOT = Path(conformance.__file__).parent
OPENER = "campaigns/opener.py"
MAKERS = {
    "CampaignSet": {OPENER},
    "guard": {OPENER, "config/connection.py"},
    "Guard": {"config/connection.py"},
    "Transport": {OPENER, "checking/inspecting.py", "checking/preflight.py"},
    "Journal": {OPENER, "cli/restoring.py"},
    "open_campaign_set": {OPENER},
    "CampaignLock": {OPENER, "cli/restoring.py", "plugin/journals.py"},
}
"""What opening consists of, and the files that may do it. `restore --forget` notes in a journal
that somebody has seen to it, and like the plugin it takes the locks to learn whether another run is
at work: neither sends.
"""
READ_ONLY = ("checking/inspecting.py", "checking/preflight.py")


def calls(file: Path) -> Iterator[ast.Call]:
    tree = ast.parse(file.read_text("utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def product() -> Iterator[tuple[str, Path]]:
    for file in sorted(ROOT.rglob("*.py")):
        place = file.relative_to(ROOT).as_posix()
        if not place.startswith(("selftest/", "emulator/")):
            yield place, file


def test_only_the_opener_makes_what_can_change_a_campaign() -> None:
    found = {
        (name, place)
        for place, file in product()
        for call in calls(file)
        if (name := name_of(call)) in MAKERS
    }
    strange = sorted((name, place) for name, place in found if place not in MAKERS[name])
    assert strange == []
    # each is still made somewhere, under this name
    assert {name for name, _ in found} == set(MAKERS)


def test_who_looks_before_a_run_has_a_transport_that_only_reads() -> None:
    for place in READ_ONLY:
        options = [call for call in calls(ROOT / place) if name_of(call) == "transport_options"]
        assert options
        for call in options:
            rules = [ast.unparse(each.value) for each in call.keywords if each.arg == "rule"]
            assert rules == ["no_changes"], place
