"""Killed at any moment, a run leaves a journal from which everything can be put back."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conformance.selftest.safety.killing import UNSEEN, Killed, kill_once, rounds
from conformance.selftest.safety.scene import CAMPAIGNS, scene

TIMES = 6
"""Per emulator; two work side by side."""


@pytest.mark.long
def test_killed_runs_are_restored(tmp_path: Path) -> None:
    folders = [tmp_path / "left", tmp_path / "right"]
    with ThreadPoolExecutor(2) as pool:
        result = [killed for each in pool.map(_killed, folders, (1, 2)) for killed in each]
    wrong = [
        killed for killed in result if killed.differs or (killed.restored and killed.restored.code)
    ]
    assert wrong == []
    assert sum(killed.disturbed for killed in result) >= TIMES, (
        "the runs were killed when they had nothing to put back"
    )


def _killed(folder: Path, seed: int) -> list[Killed]:
    folder.mkdir()
    with scene(folder) as sandbox:
        return rounds(sandbox, TIMES, seed)


def test_where_nothing_can_be_looked_at(tmp_path: Path) -> None:
    with scene(tmp_path, extra=UNSEEN) as sandbox:
        killed = kill_once(sandbox, "killed", 0.7)
    assert killed.disturbed
    assert (killed.differs, killed.restored and killed.restored.code) == ("", 0)
    assert killed.restored
    assert "told by replies" in killed.restored.said


@pytest.mark.long
def test_where_all_was_given_and_nothing_can_be_looked_at(tmp_path: Path) -> None:
    """The run empties campaigns of numbers that the target file lists; a server that refuses what
    it lacks or has already.
    """
    with scene(tmp_path, extra=UNSEEN, profile=_strict(tmp_path)) as sandbox:
        numbers = {
            key[1]: ", ".join(f'"{number}"' for number in held) for key, held in CAMPAIGNS.items()
        }
        given = ", ".join(
            f"{{ id = {name}, numbers = [{numbers[name]}] }}" for name in (1001, 1002)
        )
        sandbox.target.write_text(sandbox.target.read_text().replace("[1001, 1002]", f"[{given}]"))
        killed = kill_once(sandbox, "killed", 0.9)
    assert killed.disturbed
    assert (killed.differs, killed.restored and killed.restored.code) == ("", 0)


def _strict(folder: Path) -> Path:
    file = folder / "strict.toml"
    file.write_text(STRICT)
    return file


STRICT = """\
[readings]
absent = "refuse"
existing_on_add = "refuse"
"""
