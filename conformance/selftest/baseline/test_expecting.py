"""Against a profile of an earlier run: what is new of what was known is a change, chance and gaps
are not.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.baseline import SubjectCount, changes, read_profile
from conformance.errors import ConfigurationError

PROFILE = """\
name = "learnt"
[codes]
"access-code.empty" = "02000001"
"content-type.other" = "accept"
[learnt]
seen_once = ["body.empty"]
"number.absent" = { "served" = 30, "02000007" = 10 }
"open.other-methods" = { "PUT: HTTP 405" = 3 }
"open.latency" = { "under 10 ms" = 9 }
[learnt.code]
"access-code.empty" = { "02000001" = 40, "02000004" = 2 }
"number.absent" = { "served" = 30 }
"number.absent.alone" = { "0200001" = 10 }
[learnt.pair]
"item.null+access-code.very-long" = { "02000001" = 3 }
[learnt.status]
"access-code.empty" = { "200" = 42 }
[learnt.reading]
other_methods = { "405" = 4 }
num = { "deleted" = 20 }
[learnt.auth]
refusal = { "members" = 9 }
"an hour old" = { "refused" = 1 }
[learnt.text]
"return_desc when refused" = { "same" = 80 }
"shape when refused" = { "w: w" = 80 }
"""


def profile(text: str, folder: Path) -> Path:
    file = folder / "profile.toml"
    file.write_text(text, encoding="utf-8")
    return file


def seen(subject: str, value: str, times: int = 5, of: int = 5) -> SubjectCount:
    return SubjectCount(subject=subject, value=value, times=times, of=of)


def test_what_the_profile_knows(tmp_path: Path) -> None:
    known = read_profile(profile(PROFILE, tmp_path))
    same = [
        seen("access-code.empty", "02000001"),
        seen("access-code.empty", "02000004"),
        seen("content-type.other", "served"),
        seen("number.absent.alone", "0200001"),
        seen("item.null+access-code.very-long", "02000001"),
    ]
    assert not changes(known, same)


def test_what_it_does_not_know(tmp_path: Path) -> None:
    known = read_profile(profile(PROFILE, tmp_path))
    other = [
        seen("access-code.empty", "0200001"),
        seen("content-type.other", "02000007"),
        seen("number.absent", "02000007"),
        seen("open.other-methods", "PUT: HTTP 404"),
        seen("status of access-code.empty", "400"),
        seen("readings.other_methods", "404"),
        seen("auth.refusal", "empty"),
        seen("text.return_desc when refused", "code"),
    ]
    assert changes(known, other) == other


def test_nobody_is_held_to_what_depends_on_the_calls_that_were_drawn(tmp_path: Path) -> None:
    known = read_profile(profile(PROFILE, tmp_path))
    assert not {"readings.num", "auth.an hour old", "text.shape when refused"} & known.keys()


def test_a_subject_that_the_profile_lacks_is_no_change(tmp_path: Path) -> None:
    known = read_profile(profile(PROFILE, tmp_path))
    assert not changes(
        known, [seen("body.empty", "02000001"), seen("open.latency", "under 100 ms")]
    )


@given(st.integers(0, 400), st.integers(1, 50), st.integers(1, 50))
def test_what_the_profile_may_have_missed_is_chance(before: int, times: int, rest: int) -> None:
    found = changes({"a": {"x": before}}, [seen("a", "y", times, times + rest)])
    missed = (rest / (times + rest)) ** before
    assert bool(found) == (before == 0 or missed < 0.05)


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "says nothing"), ("[codes", "no TOML"), ("[reply]\nindent = 1", "says nothing")],
)
def test_what_is_no_profile(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=says):
        read_profile(profile(text, tmp_path))


def test_a_profile_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="can't be read"):
        read_profile(tmp_path / "profile.toml")
