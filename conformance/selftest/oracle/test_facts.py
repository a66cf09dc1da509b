"""What the oracle sees in a call, found in its bytes: what generation makes is what the oracle
finds, form by form.
"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.exchange import OMITTED, Call, Contents, Setting
from conformance.generation.bodies import BAD_ITEMS, BODY_FORMS, among_good, filled
from conformance.generation.calls import (
    add,
    body_of,
    changed,
    delete,
    delete_as_in_the_example,
    items,
    query,
    with_body,
    with_header,
    without_header,
)
from conformance.generation.numbers import numbers
from conformance.generation.paths import BOUNDARY_VDN_IDS, path_targets
from conformance.oracle import DEFECTS, OPEN_POINTS, Facts, facts_of
from conformance.oracle.bodies import read_body

KEY = (7, 1001)
SETTING = Setting(campaigns=((KEY, Contents()), ((2, 2001), Contents())))
PRESENT_SETS = (
    ["5245241", "5245242"],
    ["99012345678", "99012345679"],
    ["1" * 24, "2" * 24],
    ["10", "20"],
    ["0012345", "0012346"],
)


def seen(call: Call, setting: Setting = SETTING) -> Facts:
    return facts_of(call, setting)


# --- bodies ---------------------------------------------------------------------------------------

FORMS = [(defect, place) for defect, forms in BODY_FORMS.items() for place in range(len(forms))]
BAD = [(defect, place) for defect, makers in BAD_ITEMS.items() for place in range(len(makers))]


@pytest.mark.parametrize(("defect", "place"), FORMS)
@pytest.mark.parametrize("present", PRESENT_SETS, ids=lambda present: present[0])
def test_a_form_has_its_defect_and_no_other(defect: str, place: int, present: list[str]) -> None:
    facts = seen(with_body(KEY, BODY_FORMS[defect][place](present)))
    assert facts.defects == (defect,)
    assert facts.open_points in {
        (),
        ("member.unknown",) if defect.endswith(".missing") else (),
    }  # missing under its name, there under another


@pytest.mark.parametrize(("defect", "place"), BAD)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_bad_item_is_found_among_good_ones(defect: str, place: int, position: int) -> None:
    good = ["5245241", "5245242"]
    facts = seen(with_body(KEY, among_good(BAD_ITEMS[defect][place]("5245243"), good, position)))
    assert facts.defects == (defect,)
    assert facts.open_points in {(), ("member.unknown",)}
    assert facts.named == set(good)
    assert facts.items == 3


def test_every_defect_of_the_body_has_a_form() -> None:
    assert set(BODY_FORMS) == {
        row.id for row in DEFECTS.values() if row.place not in {"path", "campaign"}
    }
    assert set(BAD_ITEMS) == {row.id for row in DEFECTS.values() if row.place in {"item", "value"}}


@settings(deadline=None)
@given(st.lists(numbers, min_size=1, max_size=100, unique=True))
def test_a_faultless_deletion(drawn: list[str]) -> None:
    facts = seen(delete(KEY, drawn))
    assert facts.faultless
    assert (facts.kind, facts.campaign, facts.named, facts.items) == (
        "delete",
        KEY,
        frozenset(drawn),
        len(drawn),
    )
    assert facts.removals == (frozenset(drawn),)
    assert (facts.unauthorised, facts.may_be_401, facts.by_http) == (False, False, False)


@given(
    st.lists(numbers, min_size=1, max_size=20, unique=True),
    st.sampled_from((None, 1, 4)),
    st.booleans(),
    st.booleans(),
)
def test_the_writing_of_the_json_is_free(
    drawn: list[str], indent: int | None, ascii_only: bool, spaced: bool
) -> None:
    text = json.dumps(
        {"callerNo": items(drawn)},
        indent=indent,
        ensure_ascii=ascii_only,
        separators=(" , ", " : ") if spaced else None,
    )
    facts = seen(with_body(KEY, f"\r\n {text}\t".encode()))
    assert facts.faultless
    assert facts.named == set(drawn)


def test_escapes_are_read() -> None:
    facts = seen(with_body(KEY, b'{"c\\u0061llerNo":[{"access\\u0043ode":"\\u0031\\u0032"}]}'))
    assert facts.faultless
    assert facts.named == {"12"}


@given(numbers, st.integers(2, 4))
def test_repetition_is_an_open_point(number: str, times: int) -> None:
    facts = seen(delete(KEY, [number] * times))
    assert (facts.defects, facts.open_points, facts.named, facts.items) == (
        (),
        ("number.duplicate",),
        frozenset({number}),
        times,
    )


@pytest.mark.parametrize("count", [99, 100, 101, 102, 1000])
def test_the_limit_counts_numbers(count: int) -> None:
    facts = seen(delete(KEY, filled(["77000000000"], count)))
    assert facts.defects == (("caller-no.too-many",) if count > 100 else ())


def test_101_items_that_name_100_numbers_are_an_open_point() -> None:
    hundred = filled(["77000000000"], 100)
    facts = seen(delete(KEY, [*hundred, hundred[0]]))
    assert (facts.defects, facts.open_points) == ((), ("number.duplicate",))


ODD_BODIES: dict[str, bytes] = {
    "member.unknown": b'{"callerNo":[{"accessCode":"1"}],"x":1}',
    "member.hour-without-minute": b'{"callerNo":[{"accessCode":"1","hour":"1"}]}',
    "member.minute-without-hour": b'{"callerNo":[{"accessCode":"1"}],"minute":1}',
    "member.hour-and-minute": b'{"callerNo":[{"accessCode":"1"}],"minute":1,"hour":1}',
    "key.duplicate": b'{"callerNo":[{"accessCode":"1"}],"callerNo":[{"accessCode":"2"}]}',
    "text.encoding": "\ufeff".encode() + b'{"callerNo":[{"accessCode":"1"}]}',
    "json.lenient": b'{"callerNo":[{"accessCode":"1"},]}',
    "json.deep": b'{"callerNo":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "body.large": b'{"callerNo":[{"accessCode":"1"}]}' + b" " * 70_000,
}


@pytest.mark.parametrize("point", ODD_BODIES)
def test_what_the_document_leaves_open_is_no_defect(point: str) -> None:
    body = read_body(ODD_BODIES[point])
    assert body.defects == ()
    assert point in body.open_points
    assert set(body.open_points) <= set(OPEN_POINTS)


def test_of_a_key_given_twice_either_value_may_count() -> None:
    body = read_body(ODD_BODIES["key.duplicate"])
    assert set(body.removals) == {frozenset({"1"}), frozenset({"2"}), frozenset({"1", "2"})}


@given(
    st.binary(max_size=80)
    | st.text(max_size=40).map(str.encode)
    | st.text("{}[]\"':,0123456789acelroNCd \\", max_size=60).map(str.encode)
)
def test_any_bytes_can_be_read(body: bytes) -> None:
    found = read_body(body)
    assert set(found.defects) <= set(DEFECTS)
    assert set(found.open_points) <= set(OPEN_POINTS)
    assert found.defects or found.open_points or json.loads(body)["callerNo"]


# --- paths ----------------------------------------------------------------------------------------

TARGETS = [
    (row.id, target)
    for row in DEFECTS.values()
    if row.place in {"path", "campaign"}
    for target in path_targets(row.id, KEY, other_vdn=(2, 9999))
]


@pytest.mark.parametrize(
    ("defect", "target"), TARGETS, ids=[f"{defect} {target[38:70]}" for defect, target in TARGETS]
)
@pytest.mark.parametrize("base_path", ["", "/gate/way"])
def test_a_path_has_its_defect_and_no_other(defect: str, target: str, base_path: str) -> None:
    call = changed(delete(KEY, ["1"]), target=base_path + target)
    facts = seen(call, Setting(base_path=base_path, campaigns=SETTING.campaigns))
    signed = "/-" in target and defect.endswith("out-of-range")
    assert facts.defects == (
        (defect, f"{defect.partition('.')[0]}.not-integer") if signed else (defect,)
    ), "to some a sign is no digit"
    assert facts.open_points == ()
    assert facts.kind == "delete"
    assert facts.campaign != KEY


def test_every_defect_of_the_path_has_a_form() -> None:
    assert {defect for defect, _ in TARGETS} == {
        row.id for row in DEFECTS.values() if row.place in {"path", "campaign"}
    }


@pytest.mark.parametrize("vdn_id", BOUNDARY_VDN_IDS)
def test_a_legal_vdn_id_is_no_defect(vdn_id: int) -> None:
    key = (vdn_id, 5)
    assert seen(delete(key, ["1"]), Setting(campaigns=((key, Contents()),))).faultless


@pytest.mark.parametrize(
    "segment", ["01001", "%2B1001", "1001.0", "1001%20", "%31001", "１００１", "1001;v=1"]
)
def test_an_odd_id_is_an_open_point(segment: str) -> None:
    facts = seen(
        changed(
            delete(KEY, ["1"]), target=f"/rest/isales/v1/openapi/campaigns/7/callerNo/{segment}"
        )
    )
    assert facts.defects == ()
    assert facts.open_points == ("id.odd",)
    assert facts.campaign == KEY


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/rest",
        "/rest/isales/v1/openapi/campaigns/7/callerNo/",
        "/rest/isales/v1/openapi/campaigns/7/callerno/1001",
    ],
)
def test_other_paths_are_elsewhere(target: str) -> None:
    assert seen(changed(delete(KEY, ["1"]), target=target)).kind == "elsewhere"


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_path_can_be_read(vdn: str, campaign: str) -> None:
    facts = seen(
        changed(
            delete(KEY, ["1"]),
            target=f"/rest/isales/v1/openapi/campaigns/{vdn}/callerNo/{campaign}",
        )
    )
    assert set(facts.defects) <= set(DEFECTS)
    assert set(facts.open_points) <= set(OPEN_POINTS)


# --- the rest of the call -------------------------------------------------------------------------

GOOD = delete(KEY, ["5245241"])
ODD_CALLS: dict[str, Call] = {
    "content-type.missing": without_header(GOOD, "content-type"),
    "content-type.other": with_header(GOOD, "Content-Type", "text/plain"),
    "query.unknown": changed(GOOD, target=GOOD.target + "?"),
    "member.unknown": changed(GOOD, target=GOOD.target + "?a=1"),
    "member.hour-without-minute": changed(GOOD, target=GOOD.target + "?hour=1"),
    "locale.unknown": with_header(GOOD, "locale", "fr_FR"),
    "credential.open": changed(GOOD, credential="open:other-order"),
}


@pytest.mark.parametrize("point", [point for point in ODD_CALLS if point != "query.unknown"])
def test_an_odd_call_is_an_open_point(point: str) -> None:
    facts = seen(ODD_CALLS[point])
    assert (facts.defects, facts.open_points) == ((), (point,))


def test_every_open_point_is_seen_somewhere() -> None:
    """`number.absent` lies in the campaign, not in the call; `id.odd` and `number.duplicate` have
    tests of their own.
    """
    assert set(OPEN_POINTS) - set(ODD_BODIES) - set(ODD_CALLS) == {
        "number.absent",
        "number.duplicate",
        "id.odd",
    }


@pytest.mark.parametrize("locale", ["zh_CN", "en_US"])
def test_the_documented_headers_are_faultless(locale: str) -> None:
    assert seen(with_header(GOOD, "locale", locale)).faultless
    assert seen(with_header(GOOD, "content-type", "application/json;charset=utf-8")).faultless
    assert seen(delete_as_in_the_example(KEY, "5245241")).faultless


def test_kinds_of_calls() -> None:
    kinds = {
        "add": add(KEY, ["1"]),
        "query": query(KEY),
        "other": changed(GOOD, method="PUT"),
        "delete": GOOD,
    }
    assert {kind: seen(call).kind for kind, call in kinds.items()} == {kind: kind for kind in kinds}
    assert seen(changed(GOOD, method="GET")).kind == "other"


def test_credentials() -> None:
    assert seen(changed(GOOD, credential=OMITTED)).unauthorised
    assert not seen(
        changed(GOOD, credential=OMITTED), Setting(campaigns=SETTING.campaigns, authenticated=False)
    ).unauthorised
    assert not seen(ODD_CALLS["credential.open"]).unauthorised
    assert seen(ODD_CALLS["credential.open"]).may_be_401


def test_two_defects_are_both_found() -> None:
    call = changed(
        with_body(KEY, body_of({"callerNo": [None, {"accessCode": ""}]})),
        target=GOOD.target.replace("/7/", "/0/"),
    )
    assert seen(call).defects == ("vdn-id.out-of-range", "item.null", "access-code.empty")
