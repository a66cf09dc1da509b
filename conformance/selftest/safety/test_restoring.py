"""The command `restore`: twice, too late, with the wrong file, beside strangers' numbers."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from conformance.campaigns import Restoration
from conformance.cli.restoring import FURTHER, MOST_PRINTED, _further, _Source
from conformance.config import load_target, transport_options
from conformance.generation.calls import add, delete
from conformance.selftest.safety.scene import CAMPAIGNS, Sandbox, anybody
from conformance.transport import Transport
from conformance.transport.journal import (
    Holding,
    Journal,
    JournalContents,
    Restored,
    WillAdd,
    read,
)

KEY = (1, 1001)
HELD = CAMPAIGNS[KEY]
OURS = ("99000000001", "99000000002")
STRANGER = "77000000001"


def _journal(
    sandbox: Sandbox, file: Path, *, numbers: Iterable[str] = HELD, settled: bool = False
) -> Path:
    file.unlink(missing_ok=True)
    with Journal(file, base_url=sandbox.emulator.base_url) as journal:
        journal.write(
            Holding(campaign=KEY, numbers=tuple(numbers), complete=True),
            WillAdd(campaign=KEY, numbers=OURS),
        )
        if settled:
            journal.write(Restored(campaign=KEY))
    return file


def _change(sandbox: Sandbox, *, added: Iterable[str] = (), deleted: Iterable[str] = ()) -> None:
    with Transport(
        transport_options(load_target(sandbox.target, sandbox.environment), rule=anybody)
    ) as transport:
        transport.send(add(KEY, list(added)))
        transport.send(delete(KEY, list(deleted)))


def test_twice_and_never_a_stranger(sandbox: Sandbox, tmp_path: Path) -> None:
    _change(sandbox, added=(*OURS, STRANGER), deleted=HELD[:2])
    journal = _journal(sandbox, tmp_path / "journal.jsonl")
    first = sandbox.command("restore", str(journal), "--target", str(sandbox.target))
    assert first.code == 0
    told = (
        r"2 number\(s\) added again; \d number\(s\) of the run removed; 1 number\(s\) left that"
        r" nobody announced"
    )
    assert re.search(told, first.said)
    assert sandbox.contents()[KEY] == frozenset({*HELD, STRANGER})
    _change(sandbox, deleted=[STRANGER, HELD[0]])
    second = sandbox.command("restore", str(journal), "--target", str(sandbox.target))
    assert (second.code, "had been put back already" in second.said) == (0, True)
    assert sandbox.contents()[KEY] == frozenset(HELD[1:]), (
        "what was changed after the restoration is somebody's will"
    )
    _change(sandbox, added=[HELD[0]])


def test_without_a_target_file_the_journal_says_where(sandbox: Sandbox, tmp_path: Path) -> None:
    _change(sandbox, added=OURS, deleted=HELD[:1])
    journal = _journal(sandbox, tmp_path / "journal.jsonl")
    told = {"ISALES_AUTH_ACCESS_KEY": "lab", "ISALES_AUTH_SECRET_KEY": sandbox.emulator.secret_key}
    result = sandbox.command(
        "restore", str(journal), ISALES_TLS_CA_FILE=str(sandbox.emulator.ca_file), **told
    )
    assert (result.code, sandbox.contents()[KEY]) == (0, frozenset(HELD))


def test_journals_of_several_workers(sandbox: Sandbox, tmp_path: Path) -> None:
    """What one worker announced and another saw as held was no original."""
    _change(sandbox, added=OURS, deleted=HELD[:1])
    _journal(sandbox, tmp_path / "journal-gw0.jsonl")
    other = _journal(sandbox, tmp_path / "journal-gw1.jsonl", numbers=(*HELD[1:], OURS[0]))
    result = sandbox.command("restore", str(tmp_path), "--target", str(sandbox.target))
    assert (result.code, sandbox.contents()[KEY]) == (0, frozenset(HELD))
    assert all(read(file).finished for file in (tmp_path / "journal-gw0.jsonl", other))


def test_what_a_worker_left_that_had_ended_is_told_once_more(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Of several workers one had put everything back when the others were killed."""
    _change(sandbox, added=OURS, deleted=HELD[:1])
    open_one = _journal(sandbox, tmp_path / "journal-gw0.jsonl")
    ended = tmp_path / "journal-gw1.jsonl"
    empty = (1, 1002)
    with Journal(ended, base_url=sandbox.emulator.base_url) as journal:
        journal.write(
            Holding(campaign=empty, numbers=(), complete=True),
            WillAdd(campaign=empty, numbers=OURS[:1]),
        )
        journal.write(Restored(campaign=empty, kept=OURS[:1]))
    as_it_was = ended.read_bytes()
    result = sandbox.command("restore", str(tmp_path), "--target", str(sandbox.target))
    assert (result.code, sandbox.contents()[KEY]) == (0, frozenset(HELD))
    said = " ".join(result.said.split())
    assert (
        f"had been put back already; it held nothing else and keeps {OURS[0]}, the last number."
        in said
    )
    assert ended.read_bytes().startswith(as_it_was)
    repeat = sandbox.command("restore", str(open_one.parent))
    assert (repeat.code, OURS[0] in repeat.said) == (
        0,
        True,
    ), "a second time as well, when all are finished"


def test_a_campaign_that_was_empty_keeps_a_number_of_the_run(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    file = tmp_path / "journal.jsonl"
    with Journal(file, base_url=sandbox.emulator.base_url) as journal:
        journal.write(
            Holding(campaign=(1, 1002), numbers=(), complete=True),
            WillAdd(campaign=(1, 1002), numbers=CAMPAIGNS[(1, 1002)]),
        )
    result = sandbox.command("restore", str(file), "--target", str(sandbox.target))
    assert result.code == 0
    kept = re.search(r"it held nothing else and keeps (\d+),", result.said)
    assert kept
    assert sandbox.contents()[(1, 1002)] == frozenset({kept[1]}), (
        "the last number, which nobody can delete, is nobody's"
    )
    with Transport(
        transport_options(load_target(sandbox.target, sandbox.environment), rule=anybody)
    ) as transport:
        transport.send(add((1, 1002), CAMPAIGNS[(1, 1002)]))
        transport.send(delete((1, 1002), [kept[1]]))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.jsonl", None, "can't be read"),
        ("other.jsonl", '{"a": 1}\n', "is no journal of this program"),
        (
            "elsewhere.jsonl",
            json.dumps({"type": "journal", "base_url": "https://a.example"}) + "\n",
            "is about https://a.example",
        ),
    ],
)
def test_wrong_files(
    sandbox: Sandbox, tmp_path: Path, name: str, content: str | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    result = sandbox.command("restore", str(tmp_path / name), "--target", str(sandbox.target))
    assert (result.code, words in result.said, "Traceback" in result.said) == (
        2,
        True,
        False,
    ), result.said


@pytest.mark.parametrize("count", [0, 3, MOST_PRINTED, MOST_PRINTED + 1])
def test_each_number_is_named_on_the_terminal_or_in_a_file(tmp_path: Path, count: int) -> None:
    named = [str(10**12 + place) for place in range(count)]
    result = Restoration(
        campaign=KEY, problem="99 may be left in it: 99", left_over=frozenset({"99", *named})
    )
    source = _Source(path=tmp_path / "journal.jsonl", contents=JournalContents(header=None))
    (tmp_path / FURTHER).write_text("5245241, which an earlier restoration named")
    words = _further([result], [source])
    file = tmp_path / FURTHER
    assert words == "" or named
    assert file.exists() is (count > MOST_PRINTED)
    told = file.read_text() if file.exists() else words
    assert sorted(re.findall("[0-9]{13}", told)) == named
    assert not re.search(r"\b99\b", told), "the sentence has named it"
    assert not file.exists() or str(file) in words
