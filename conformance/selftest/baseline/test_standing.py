"""How waivers stand: each way to rot turns the run red, says so in words, and names the entry."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.baseline import headlines, stand
from conformance.baseline.wording import WARNING_DAYS
from conformance.selftest.baseline.making import CLAUSE, SERVER, TODAY, occurrence, run, waiver
from conformance.verdict import WaiverResult


def result(found: object = None, **given: object) -> WaiverResult:
    circumstances = {
        name: given.pop(name)
        for name in ("today", "left_out", "unjudged", "target")
        if name in given
    }
    seen = [occurrence()] if found is None else found
    # a list of occurrences
    (one,) = stand([waiver(**given)], seen, run(**circumstances))  # type: ignore[arg-type]
    return one


@pytest.mark.parametrize(
    ("one", "standing", "red", "says"),
    [
        (result(), "excuses", False, "waived: Ticket 7 (owner A. Tester, until 2027-01-31)"),
        (result([]), "gone", True, "no longer occurs: fixed? remove the waiver"),
        (result([occurrence(detail="PATCH")]), "gone", True, 'did you mean "deleted: PATCH"?'),
        (result([occurrence()], kind="delted"), "gone", True, 'did you mean "deleted: PUT"?'),
        (
            result(expires=date(2026, 11, 22)),
            "expired",
            True,
            "expired on 2026-11-22, the deviation still occurs; ask A. Tester",
        ),
        (result([], expires=date(2026, 11, 22)), "expired", True, "was not seen any more"),
        (
            result(server="CC-iSales 7.*", expires=date(2026, 1, 1)),
            "elsewhere",
            False,
            "does not apply to this one (base_url 'https://10",
        ),
        (result([], left_out={CLAUSE}, expires=date(2026, 1, 1)), "not-judged", False, "left out"),
        (
            result([], unjudged={CLAUSE: "method.others: no campaign"}),
            "not-judged",
            False,
            "method.others: no campaign",
        ),
        (result([], intermittent=True, rate=0.1), "quiet", False, "intermittent"),
        (
            result([occurrence(seen=9, of=10)], intermittent=True, rate=0.1),
            "too-often",
            True,
            "9 of 10 cases, more than the rate 0.1",
        ),
        (
            result([occurrence(seen=2, of=10)], intermittent=True, rate=0.1),
            "excuses",
            False,
            "waived",
        ),
    ],
)
def test_each_standing(one: WaiverResult, standing: str, red: bool, says: str) -> None:
    assert (one.standing, one.red) == (standing, red)
    assert one.says.startswith(f"{CLAUSE} (")
    assert says in one.says
    assert any(CLAUSE in line for line in headlines([one]))


@given(st.integers(-40, 40))
def test_a_fortnight_of_warning(days: int) -> None:
    one = result(expires=TODAY + timedelta(days=days))
    told = " ".join(headlines([one]))
    assert ("Waiver fails the run" in told) == (days < 0)
    assert (f"Waiver expires in {days} day{'' if days == 1 else 's'}, on" in told) == (
        0 <= days <= WARNING_DAYS
    )
    assert ("1 waiver excuses deviations of " in told) == (days >= 0)


@given(
    st.lists(st.sampled_from(["PUT", "PATCH", "GET"]), unique=True),
    st.lists(st.sampled_from(["PUT", "PATCH", "GET"]), unique=True),
)
def test_what_is_neither_found_nor_written_changes_nothing(
    excused: list[str], found: list[str]
) -> None:
    results = stand(
        [waiver(detail=each) for each in excused],
        [occurrence(detail=each) for each in found],
        run(),
    )
    assert [each.standing for each in results] == [
        "excuses" if each in found else "gone" for each in excused
    ]
    assert all(each.server == "CC-iSales 8.*" and each.reason and each.owner for each in results)


def test_a_star_stands_while_anything_is_left() -> None:
    assert (
        result([occurrence("claims-success", "PATCH")], kind="*", detail="*").standing == "excuses"
    )
    assert result([occurrence(clause="reply.json")], kind="*", detail="*").standing == "gone"


def test_the_order_of_the_file_is_kept() -> None:
    entries = [waiver(detail=detail) for detail in ("PUT", "GET", "PATCH")]
    assert [each.detail for each in stand(entries, [], run(target=SERVER))] == [
        "PUT",
        "GET",
        "PATCH",
    ]
