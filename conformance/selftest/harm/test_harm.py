"""Runs on servers that are not the emulator: nothing that a campaign held is lost, moved or named
where it must not be.

What campaigns hold is asked past the interface, before and after; neighbours that nobody listed
hold the same numbers.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from msgspec import Struct

from conformance.selftest.harm import sent
from conformance.selftest.harm.behaviours import ServerBehaviour, behaviour
from conformance.selftest.harm.holdings import EMPTY, HELD, LISTED, numbers_of
from conformance.selftest.harm.judging import HarmJudgement, judged, unnamed
from conformance.selftest.harm.scene import HarmResult, scene
from conformance.selftest.long import long
from conformance.selftest.node.control import Contents, Entry, NodeChange
from conformance.selftest.node.production import NODE
from conformance.transport.own_numbers import LEAST_DIGITS

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not on PATH")

FEW: Mapping[str, Sequence[Entry]] = {**HELD, "1/1001": HELD["1/1001"][:45]}
"""As much as it takes for a look to be cut off, and no more."""
EXACT = "restriction.last-number"
"""A clause that is judged with the exact contents of a campaign."""


class Result(Struct, frozen=True, kw_only=True):
    ended: HarmResult
    before: Contents
    after: Contents
    changes: list[NodeChange]
    judgement: HarmJudgement


def _run(
    folder: Path, server: ServerBehaviour, *more: str, held: Mapping[str, Sequence[Entry]] = FEW
) -> Result:
    with scene(folder, server, held=held) as sandbox:
        ended = sandbox.run("--effort", "quick", *more)
        after = sandbox.settled()
        code = -1 if ended.code is None else ended.code
        judgement = judged(server, sandbox.before, after, listed=LISTED, said=ended.said, code=code)
        return Result(
            ended=ended,
            before=sandbox.before,
            after=after,
            changes=sandbox.control.changes(),
            judgement=judgement,
        )


def _lost(result: Result) -> dict[str, tuple[str, ...]]:
    return {each.campaign: each.lost for each in result.judgement.differences if each.lost}


def _left(result: Result) -> dict[str, tuple[str, ...]]:
    """Numbers that are there and were not; one that is named in a campaign that was empty may be,
    since the last can't be deleted.
    """
    said = result.ended.said
    found = [each for each in result.judgement.differences if each.left]
    return {
        each.campaign: each.left
        for each in found
        if unnamed([each], said) or not each.is_one_in_an_empty
    }


@pytest.mark.long
@pytest.mark.parametrize("name", ["lag-by-turns", "deletions-lag"])
def test_an_honest_server_whose_looks_are_late_now_and_then_is_not_failed(
    tmp_path: Path, name: str
) -> None:
    result = _run(tmp_path, behaviour(name))
    assert (result.ended.code in {0, 3}, _lost(result), _left(result)) == (
        True,
        {},
        {},
    ), result.ended.said


# --- campaigns that nobody listed -----------------------------------------------------------------


@pytest.fixture(scope="module")
def ids(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The clause that is judged with ids of other campaigns, on an honest server."""
    return _run(
        tmp_path_factory.mktemp("ids"), behaviour("honest"), "--only", "code.0200007", held=HELD
    )


def test_campaigns_of_other_vdns_lose_nothing(ids: Result) -> None:
    unlisted = [name for name in HELD if name not in LISTED]
    assert {name: ids.after[name] for name in unlisted} == {
        name: ids.before[name] for name in unlisted
    }


def test_no_call_that_leaves_the_listed_campaigns_names_an_original(ids: Result) -> None:
    found = sent.strays(ids.changes, ids.before, LISTED)
    assert [(each.change.method, each.change.target, each.numbers) for each in found] == []


def test_originals_of_one_campaign_never_go_to_another(ids: Result) -> None:
    """The foreign campaign among them."""
    found = sent.moves(ids.changes, ids.before, LISTED)
    assert [(each.change.method, each.change.target, each.numbers) for each in found] == []


# --- listed campaigns -----------------------------------------------------------------------------


def test_where_nothing_can_be_added_once_more_nothing_is_deleted(tmp_path: Path) -> None:
    result = _run(tmp_path, behaviour("never-again"), "--only", EXACT)
    assert _lost(result) == {}
    assert _left(result) == {}


@pytest.mark.parametrize("name", ["first-shown", long("last-shown")])
def test_numbers_that_a_look_does_not_show_are_not_lost(name: str, tmp_path: Path) -> None:
    result = _run(tmp_path, behaviour(name), "--only", EXACT)
    assert _lost(result) == {}
    assert _left(result) == {}


@pytest.mark.long
@pytest.mark.parametrize("name", ["lag"])
def test_looks_that_lag_behind_lose_and_leave_nothing(name: str, tmp_path: Path) -> None:
    result = _run(tmp_path, behaviour(name), "--only", EXACT)
    assert _lost(result) == {}
    assert _left(result) == {}
    assert result.ended.code in {0, 3}, "an honest server is failed for looks that lag"


@pytest.mark.parametrize(
    "name", ["object-list", "colon-priority", "priority-mandatory+object-list"]
)
def test_numbers_come_back_in_their_order_with_their_priorities(name: str, tmp_path: Path) -> None:
    result = _run(tmp_path, behaviour(name), "--only", EXACT)
    listed = [each for each in LISTED if each != EMPTY]
    assert {each: result.after[each] for each in listed} == {
        each: result.before[each] for each in listed
    }


def test_priorities_that_can_not_be_given_back_are_not_lost(tmp_path: Path) -> None:
    result = _run(tmp_path, behaviour("priority-reset+object-list"), "--only", EXACT)
    assert result.judgement.kept("priority")


def test_a_number_that_is_kept_in_another_spelling_does_not_stay_unseen(tmp_path: Path) -> None:
    result = _run(tmp_path, behaviour("zeros-dropped"), "--only", EXACT)
    assert _lost(result) == {}
    assert _left(result) == {}


@pytest.mark.parametrize("name", [long("eleven-digits"), "zeros-dropped-when-added"])
def test_originals_of_a_shape_that_can_not_be_added_are_not_deleted(
    name: str, tmp_path: Path
) -> None:
    """What was rehearsed with numbers of another shape proves nothing about them."""
    assert _lost(_run(tmp_path, behaviour(name), "--only", EXACT, held=HELD)) == {}


@pytest.mark.parametrize("name", [*map(long, ("count-shown", "masked-look")), "nothing-shown"])
def test_what_a_look_does_not_name_is_no_number(name: str, tmp_path: Path) -> None:
    result = _run(tmp_path, behaviour(name), "--only", EXACT)
    assert _lost(result) == {}
    assert _left(result) == {}


# --- faulty servers -------------------------------------------------------------------------------

FAULTY = (
    "nothing-clears",
    "patterns",
    "seven-digits",
    "add-elsewhere",
    "add-replaces",
    "random-codes",
    "silent-effect",
    "sloppy-paths",
    *map(long, ("cross-campaign", "next-campaign", "gone-later", "no-adding-later")),
)


@pytest.mark.parametrize("name", FAULTY)
def test_what_a_faulty_server_loses_or_keeps_is_named(name: str, tmp_path: Path) -> None:
    result = _run(tmp_path, behaviour(name), "--only", EXACT)
    assert result.judgement.reasons == ()
    assert result.ended.code in {0, 1, 3}
    assert not result.ended.crashed


# --- originals = "keep" ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["keep", long("every-vdn-keep")])
def test_where_originals_are_kept_no_call_names_one(name: str, tmp_path: Path) -> None:
    result = _run(tmp_path, behaviour(name))
    assert result.ended.code in {0, 1, 3}, result.ended.everything
    assert result.changes, "nothing was sent: nothing was shown"
    found = [
        *sent.touches(result.changes, result.before, LISTED),
        *sent.moves(result.changes, result.before, LISTED),
        *sent.strays(result.changes, result.before, LISTED),
    ]
    assert [(each.change.method, each.change.target, each.numbers) for each in found] == []
    assert _lost(result) == {}
    assert {name: numbers_of(result.after, name) for name in LISTED if name != EMPTY} == {
        name: numbers_of(result.before, name) for name in LISTED if name != EMPTY
    }


# --- where a deletion reaches other campaigns -----------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(
    ("switch", "more"), [("cross-campaign", ()), ("other-vdns", ()), ("other-vdns", ("-n", "2"))]
)
def test_only_long_numbers_of_its_own_are_named_then(
    switch: str, more: tuple[str, ...], tmp_path: Path
) -> None:
    """Short numbers may be those of a campaign that nobody listed, and originals are."""
    result = _run(tmp_path, ServerBehaviour(name=switch, switches=(switch,), faulty=True), *more)
    assert result.ended.code == 1, result.ended.everything
    named = {row for change in result.changes for row in re.findall("[0-9]+", change.body)}
    assert named
    assert [row for row in sorted(named) if len(row) < LEAST_DIGITS] == []
    assert _lost(result) == {}
