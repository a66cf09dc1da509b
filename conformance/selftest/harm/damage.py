"""Journals damaged as disks, editors and full volumes damage them."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

Damage = Callable[[bytes, random.Random], bytes]


def flip(data: bytes, chance: random.Random) -> bytes:
    """One bit in up to three bytes."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def drop(data: bytes, chance: random.Random) -> bytes:
    """Up to three lines are missing."""
    lines = data.splitlines(keepends=True)
    for _ in range(min(chance.randint(1, 3), len(lines))):
        del lines[chance.randrange(len(lines))]
    return b"".join(lines)


def cut(data: bytes, chance: random.Random) -> bytes:
    """The end is missing, in the middle of a line or not."""
    return data[: chance.randrange(len(data))]


def cut_at_line(data: bytes, chance: random.Random) -> bytes:
    """Whole lines are missing at the end."""
    lines = data.splitlines(keepends=True)
    return b"".join(lines[: chance.randrange(len(lines))])


def zero(data: bytes, chance: random.Random) -> bytes:
    """A block was never written."""
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.randint(1, 600))
    return data[:start] + bytes(end - start) + data[end:]


def swap(data: bytes, chance: random.Random) -> bytes:
    """Two lines stand in each other's place."""
    lines = data.splitlines(keepends=True)
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"".join(lines)


def behead(data: bytes, chance: random.Random) -> bytes:
    """The first line is broken."""
    return b"#" + data[1:]


DAMAGES: Final[Mapping[str, Damage]] = MappingProxyType(
    {
        "flip": flip,
        "drop": drop,
        "cut": cut,
        "cut at line": cut_at_line,
        "zero": zero,
        "swap": swap,
        "behead": behead,
    }
)


def journals(folder: Path) -> list[Path]:
    """Every journal below a folder."""
    return sorted(
        file for file in folder.rglob("*.jsonl") if "journal" in file.name and file.stat().st_size
    )


def damaged(folder: Path, kind: str, chance: random.Random) -> bool:
    """Damage one journal below a folder; False where there is none, or where it looks the same
    afterwards.
    """
    found = journals(folder)
    if not found:
        return False
    file = chance.choice(found)
    data = file.read_bytes()
    changed = DAMAGES[kind](data, chance)
    file.write_bytes(changed)
    return changed != data
