"""What counts as harm, as named, and as told of in a raw log."""

import random

import pytest

from conformance.selftest.harm import sent
from conformance.selftest.harm.behaviours import (
    ALL,
    EVERY_CLAUSE,
    STANDARD,
    THOROUGH,
    ServerBehaviour,
    behaviour,
)
from conformance.selftest.harm.damage import DAMAGES
from conformance.selftest.harm.holdings import HELD, LISTED
from conformance.selftest.harm.judging import HarmJudgement, headline, is_named, judged
from conformance.selftest.harm.kills import COMMANDS, plans
from conformance.selftest.harm.matrix import tasks
from conformance.selftest.harm.scene import HarmResult
from conformance.selftest.node.control import Contents, NodeChange
from conformance.selftest.node.production import known_behaviours, known_faults

BEFORE: Contents = {
    "1/1001": (("524520001", 3), ("524520002", 1), ("7", 5)),
    "1/1003": (),
    "2/1001": (("524520001", 3),),
}
OWN = "9" * 13
HONEST = ServerBehaviour(name="honest", priorities=True)
FAULTY = ServerBehaviour(name="faulty", faulty=True)


def _judged(
    server: ServerBehaviour,
    said: str = "",
    code: int = 3,
    **after: tuple[tuple[str, int | None], ...],
) -> HarmJudgement:
    held = {
        **BEFORE,
        **{name.replace("_", "/").removeprefix("c"): entries for name, entries in after.items()},
    }
    return judged(server, BEFORE, held, listed=("1/1001", "1/1003"), said=said, code=code)


def test_nothing_changed_is_no_harm() -> None:
    assert _judged(HONEST, code=0).verdict == "ok"


def test_a_loss_on_an_honest_server_is_harm_though_it_is_named() -> None:
    found = _judged(HONEST, "missing: 7", c1_1001=BEFORE["1/1001"][:2])
    assert (found.verdict, found.lost, found.named) == ("HARM", 1, True)


def test_a_loss_on_a_faulty_server_must_be_named() -> None:
    kept = BEFORE["1/1001"][1:]
    assert _judged(FAULTY, "gone: 524520001.", c1_1001=kept).verdict == "named"
    assert _judged(FAULTY, "gone: 5245200010.", c1_1001=kept).verdict == "HARM"
    assert _judged(FAULTY, "gone: 524520001.", code=0, c1_1001=kept).verdict == "HARM"


def test_a_change_where_nothing_was_listed_is_harm_on_any_server() -> None:
    assert _judged(FAULTY, "gone: 524520001.", c2_1001=()).verdict == "HARM"


def test_order_and_priority_count_where_looks_show_them() -> None:
    entries = BEFORE["1/1001"]
    assert _judged(HONEST, c1_1001=entries[::-1]).reasons == ("1/1001 in another order",)
    repriced = (("524520001", None), *entries[1:])
    assert _judged(HONEST, c1_1001=repriced).reasons == ("1/1001: 1 with another priority",)
    blind = ServerBehaviour(name="blind", order=False)
    assert _judged(blind, c1_1001=entries[::-1]).verdict == "ok"


def test_one_own_number_may_stay_where_there_was_none() -> None:
    one = ((OWN, 1),)
    assert _judged(HONEST, f"it keeps {OWN}", c1_1003=one).verdict == "ok"
    assert _judged(HONEST, c1_1003=one).verdict == "HARM"
    assert (
        _judged(HONEST, f"it keeps {OWN}, {OWN}1", c1_1003=(*one, (OWN + "1", 1))).verdict == "HARM"
    )
    assert _judged(HONEST, "it keeps 12345678901", c1_1003=(("12345678901", 1),)).verdict == "HARM"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("7 number(s) are missing", False),
        ("campaign 1001: 7 numbers", False),
        ("version 1.7, 70, 0.7", False),
        ("missing: 7", True),
        ("missing: 1, 7, 9", True),
        ('missing: "7".', True),
        ("missing: 7 and 8", True),
    ],
)
def test_a_short_number_is_named_only_as_one_of_a_list(said: str, expected: bool) -> None:
    assert is_named("7", said) is expected


def test_programmes_name_nothing() -> None:
    document = {
        "clauses": [{"reply": "524520001"}],
        "headline": ["missing: 7"],
        "codes": {},
        "left": {"1/1001": ["88888"]},
    }
    assert is_named("7", headline(document))
    assert is_named("88888", headline(document))
    assert not is_named("524520001", headline(document))


def _change(target: str, body: str, **redirections: str) -> NodeChange:
    return NodeChange(
        call=1,
        method="DELETE",
        target=target,
        body=body,
        redirections=redirections,
        status=200,
        code="0200000",
    )


ROOT = "/rest/isales/v1/openapi/campaigns"


@pytest.mark.parametrize(
    "change",
    [
        _change(f"{ROOT}/2/callerNo/1001", '{"callerNo":[{"accessCode":"524520001"}]}'),
        _change(
            f"{ROOT}/1/callerNo/1001?x=1", '{"callerNo":[{"accessCode":"\\u0035\\u00324520001"}]}'
        ),
        _change(f"{ROOT}/1/callerNo/1001?accessCode=%35245%32%30001", ""),
        _change(
            f"{ROOT}/1/callerNo/1001", '{"callerNo":[{"accessCode":"524520001"}]}', override="PUT"
        ),
        _change(f"{ROOT}/01/callerNo/1001", '{"callerNo":[{"accessCode":7}]}'),
    ],
)
def test_an_original_in_a_call_that_strays_is_found(change: NodeChange) -> None:
    assert len(sent.strays([change], BEFORE, ("1/1001",))) == 1


def test_calls_to_listed_campaigns_stray_nowhere() -> None:
    change = _change(f"{ROOT}/1/callerNo/1001", '{"callerNo":[{"accessCode":"524520001"}]}')
    assert sent.strays([change], BEFORE, ("1/1001",)) == []
    assert sent.moves([change], BEFORE, ("1/1001",)) == []
    assert len(sent.touches([change], BEFORE, ("1/1001",))) == 1
    other = _change(f"{ROOT}/1/callerNo/1003", change.body)
    assert len(sent.moves([other], BEFORE, ("1/1001", "1/1003"))) == 1


def test_there_are_enough_servers_and_they_exist() -> None:
    names = [each.name for each in ALL]
    assert len(names) == len(set(names))
    assert len(names) >= 30
    assert sum(each.faulty for each in ALL) >= 10
    assert {switch for each in ALL for switch in each.switches} <= {
        *known_behaviours(),
        *known_faults(),
        "absent-ignored",
        "duplicates-ignored",
    }
    assert set(known_behaviours()) - {switch for each in ALL for switch in each.switches} <= {
        "every-vdn"
    }
    assert all(behaviour(name) for name in (*STANDARD, *THOROUGH, *EVERY_CLAUSE))


def test_the_neighbours_hold_what_the_listed_campaigns_hold() -> None:
    listed = {number for name in LISTED for number, _ in HELD[name]}
    others = [name for name in HELD if name not in LISTED]
    assert len([name for name in others if {number for number, _ in HELD[name]} & listed]) >= 10
    assert len(HELD["1/1001"]) == 150
    assert list(HELD)[: len(LISTED)] == list(LISTED)


def test_the_whole_matrix_has_every_command_on_every_server() -> None:
    full = tasks(full=True, only=[], commands=[])
    for command in ("run", "workers", "compare", "record", "replay", "restore"):
        assert len([task for task in full if task[1] == command]) == len(ALL)
    assert len([task for task in full if task[1] == "standard"]) == 8
    assert len([task for task in full if task[1] == "thorough"]) == 2
    assert len({task[0].name for task in full if task[1].startswith("only ")}) == 3
    assert len(tasks(full=False, only=[], commands=[])) == len(ALL)


def test_kills_are_drawn_alike_and_reach_every_command() -> None:
    drawn = plans(200, 1)
    assert drawn == plans(200, 1)
    assert {plan.command for plan in drawn} == set(COMMANDS)
    assert {plan.damage for plan in drawn} == {"", *DAMAGES}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damage_changes_a_journal(kind: str) -> None:
    data = b"".join(b'{"seq":%d,"number":"%d"}\n' % (place, place * 7919) for place in range(30))
    assert any(DAMAGES[kind](data, random.Random(seed)) != data for seed in range(3))


def test_a_sentence_that_is_wrapped_is_said_and_a_line_to_paste_is_not() -> None:
    out = (
        "ok  afterwards      Campaign 1003 keeps\n                    5245241000000: nobody can\n  "
        "  delete 7777777777777\n"
    )
    said = HarmResult(code=0, out=out, err="").said
    assert is_named("5245241000000", said)
    assert not is_named("7777777777777", said)
