"""Differences that are legal: an emulator that a suite can't fail, and that is not the server it
stands for.
"""

from pathlib import Path

import pytest

from conformance.compare.differences import Difference
from conformance.selftest.compare.test_compare import compared, needs_node, two
from conformance.selftest.long import long

TOGETHER: dict[str, tuple[str, str, str, str]] = {
    "last-number-code": ("code", "resultCode", "02000009", "naming all numbers"),
    "too-many-code": ("code", "resultCode", "02000005", "caller-no.too-many"),
    "null-item-code": ("code", "resultCode", "02000006", "item.null"),
    "absent-ignored": ("success", "result", "served 0200000", "naming an absent number"),
    "charset": ("shape", "charset", "utf-8", "naming one number"),
    "extra-member": ("shape", "cost", "number", "naming one number"),
    "english-only": ("text", "script", "en", "naming one number"),
    "returned-text": ("text", "returnDesc", "w: w (same)", ""),
    "num-remaining": ("shape", "num", "4", "naming one number"),
    "other-methods-404": ("status", "status", "404", "method PUT"),
    "401-members": ("shape", "body", "members", "credential omitted"),
    "signature-15-minutes": ("success", "result", "refused 401", "credential open:hour-old"),
    "any-type": ("success", "result", "served 0200000", "content-type.other"),
    "items-before-count": ("code", "resultCode", "", "too many with access-code.null"),
    "commas": ("shape", "between numbers", ",", "a look at the campaign"),
    "fifty-at-a-time": (
        "state",
        "the campaign",
        "keeps 1 number(s)",
        "of many, naming 51 number(s)",
    ),
    "batch-of-three": ("state", "the campaign", "keeps 1 number(s)", "naming 3 numbers"),
    "one-digit-refused": (
        "code",
        "resultCode",
        "02000004",
        "naming an absent number of 1 digit(s)",
    ),
    "members-refused": ("success", "result", "refused 02000009", "member.unknown"),
}
"""Difference to its class, what differs, what the other server does, and a behaviour that shows it.
"""

APART: dict[str, tuple[str, str, str, str]] = {
    "more-than-100-held": ("state", "the campaign", "keeps 50", "of many, naming 51 number(s)"),
    "limit-99": ("success", "result", "refused 02000011", "of many, naming 100 number(s)"),
    "same-call-again": ("success", "result", "served 0200000", "naming one number"),
    "body-before-ids": ("code", "resultCode", "02000003", "vdn-id.not-integer with access-code"),
    "every-call-slow": ("time", "median", "", ""),
    "refusals-slow": ("time", "median of DELETE refused", "", ""),
    "23-digits-at-most": (
        "code",
        "resultCode",
        "02000003",
        "naming an absent number of 24 digit(s)",
    ),
}
"""Those that hide others, or that are slow."""
CALLS = {
    "every-call-slow": 500,
    "refusals-slow": 500,
    "body-before-ids": 2600,
    "same-call-again": 3500,
}
"""Elsewhere 1,800: the single calls, and those on a large campaign."""


def shows(difference: Difference, expected: tuple[str, str, str, str]) -> bool:
    kind, what, theirs, behaviour = expected
    contrast = difference.contrast
    told = (contrast.kind, contrast.what, contrast.theirs[: len(theirs)]) == (kind, what, theirs)
    return told and (
        not behaviour or any(name.startswith(behaviour) for name in difference.behaviours)
    )


@needs_node
@pytest.mark.long
def test_many_at_once_are_each_told_with_a_short_programme(tmp_path: Path) -> None:
    with two(tmp_path, tuple(TOGETHER)) as files:
        result = compared(files, tmp_path, 5000)
    missed = [
        name
        for name, expected in TOGETHER.items()
        if not any(shows(each, expected) for each in result.differences)
    ]
    assert missed == [], [(each.contrast, each.behaviours[:4]) for each in result.differences]
    assert max(len(each.named_calls) for each in result.differences) <= 6
    assert max(result.calls) <= 5000
    assert not result.noise


@needs_node
@pytest.mark.parametrize("name", [each if each in {"limit-99"} else long(each) for each in APART])
def test_one_alone(name: str, tmp_path: Path) -> None:
    with two(tmp_path, (name,)) as files:
        result = compared(files, tmp_path, CALLS.get(name, 1800))
    found = [each for each in result.differences if shows(each, APART[name])]
    assert found, [(each.contrast, each.behaviours[:4]) for each in result.differences]
    assert max(len(each.named_calls) for each in result.differences) <= 6


@pytest.mark.long
@needs_node
def test_what_every_reply_shows_is_one_thing_and_no_fault_of_each_behaviour(tmp_path: Path) -> None:
    with two(tmp_path, ("charset", "other-methods-404")) as files:
        result = compared(files, tmp_path, 1500)
    assert result.everywhere == [("shape", "charset", "none", "utf-8")]
    assert 0.9 < result.fidelity < 1.0
