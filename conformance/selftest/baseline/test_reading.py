"""What a waivers file may hold, and that everything wrong with it is said at once."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.baseline import read_waivers
from conformance.errors import ConfigurationError
from conformance.selftest.baseline.making import waiver, written

GOOD = """\
[[waiver]]
clause = "method.delete-only"
kind = "deleted"
detail = "PUT"
server = "*"
reason = "Ticket 7"
owner = "A. Tester"
expires = 2027-01-31
"""


def complaint(text: str, tmp_path: Path) -> str:
    file = tmp_path / "waivers.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        read_waivers(file)
    assert str(file) in str(raised.value)
    return str(raised.value)


def test_a_good_file(tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(
        GOOD
        + GOOD.replace("PUT", "").replace("2027-01-31", '"2027-01-31"')
        + "intermittent = true\nrate = 0.05\n",
        "utf-8",
    )
    one, other = read_waivers(file)
    assert one == waiver(server="*")
    assert other == waiver(server="*", detail="", intermittent=True, rate=0.05)


def test_an_empty_file_is_the_aim(tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").touch()
    assert read_waivers(tmp_path / "waivers.toml") == ()


@pytest.mark.parametrize(
    "key", ["clause", "kind", "detail", "server", "reason", "owner", "expires"]
)
def test_every_key_is_mandatory(key: str, tmp_path: Path) -> None:
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(key))
    assert f"{key} is missing" in complaint(text, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            '"method.delete-only"',
            '"method.delete-onyl"',
            "entry 1 (method.delete-onyl): there is no clause",
        ),
        ('"method.delete-only"', '"method.delete-onyl"', '(did you mean "method.delete-only"?)'),
        ('"method.delete-only"', '"*"', "a waiver names one clause"),
        (
            '"method.delete-only"',
            '"uri.https"',
            "nothing can break uri.https, so the waiver matches nothing",
        ),
        ('"method.delete-only"', '"open.latency"', "never failed, so the waiver matches nothing"),
        ("owner", "onwer", "there is no key 'onwer' (did you mean \"owner\"?)"),
        ('"Ticket 7"', '""', "reason is empty: say why"),
        ('"Ticket 7"', '" \\t"', "reason is empty: say why"),
        ('"A. Tester"', '""', "owner is empty: say who"),
        ('"PUT"', "7", "detail must be a text, not 7"),
        ("2027-01-31", '"soon"', "expires must be a date such as 2027-01-31, not 'soon'"),
        ("[[waiver]]", "[waiver]", "must hold tables of the name [[waiver]], with two brackets"),
        (
            "[[waiver]]",
            "[[waivers]]",
            "has no use for the key 'waivers' (did you mean \"waiver\"?)",
        ),
        ("[[waiver]]", "[[waiver", "is no TOML"),
        ("2027-01-31", "2027-01-31\nintermittent = true", "needs a rate"),
        ("2027-01-31", "2027-01-31\nrate = 0.1", "add intermittent = true"),
        (
            "2027-01-31",
            "2027-01-31\nintermittent = true\nrate = 1.5",
            "rate must be above 0 and at most 1, not 1.5",
        ),
        (
            "2027-01-31",
            "2027-01-31\nintermittent = 1\nrate = 0.5",
            "intermittent must be true or false, not 1",
        ),
    ],
)
def test_what_is_wrong_is_said(old: str, new: str, says: str, tmp_path: Path) -> None:
    assert says in complaint(GOOD.replace(old, new), tmp_path)


def test_the_same_entry_twice_matches_nothing_the_second_time(tmp_path: Path) -> None:
    assert "is there 2 times" in complaint(GOOD + GOOD, tmp_path)
    assert len(read_waivers(_file(tmp_path, GOOD + GOOD.replace('"*"', '"CC-iSales 8*"')))) == 2


def test_everything_is_said_at_once(tmp_path: Path) -> None:
    told = complaint(
        GOOD.replace("Ticket 7", "")
        + GOOD.replace("delete-only", "delete-onyl").replace("owner", "onwer"),
        tmp_path,
    )
    assert len([line for line in told.splitlines() if line.startswith("  entry")]) == 4


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="can't be read: No such file"):
        read_waivers(tmp_path / "nowhere.toml")


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(texts, texts, texts.filter(str.strip), texts.filter(str.strip))
def test_any_text_survives_the_file(
    tmp_path_factory: pytest.TempPathFactory, kind: str, detail: str, server: str, reason: str
) -> None:
    one = waiver(kind=kind or "*", detail=detail, server=server, reason=reason)
    if one.kind.strip():
        assert read_waivers(written(tmp_path_factory.mktemp("any") / "waivers.toml", [one])) == (
            one,
        )


def _file(folder: Path, text: str) -> Path:
    file = folder / "waivers.toml"
    file.write_text(text, encoding="utf-8")
    return file
