"""Whatever is generated, and whatever becomes of it: what the guard lets through does no harm."""

import random
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.contract import PATH_PREFIX
from conformance.exchange import Call, CampaignKey
from conformance.generation.calls import (
    add,
    body_of,
    changed,
    delete,
    query,
    with_body,
    with_header,
)
from conformance.generation.named_calls import CallContext
from conformance.selftest.transport.generated_calls import UNKNOWN, generated, mutated
from conformance.selftest.transport.sloppiest import SloppyWorld, harm, may_change, named
from conformance.transport import Guard, OwnNumbers

BASE = "/gw"
WHOLE: CampaignKey = (1, 1001)
"""Listed; its contents are known whole, and adding again was rehearsed."""
UNSEEN: CampaignKey = (1, 1002)
"""Listed, and nothing is known of it."""
FOREIGN: CampaignKey = (2, 2001)
LISTED = (WHOLE, UNSEEN, FOREIGN)

_chance = random.Random(11)
OWN = tuple(str(_chance.randrange(10**12, 10**13)) for _ in range(140))
ABSENT = tuple(str(_chance.randrange(10**12, 10**13)) for _ in range(8))
ORIGINALS = (
    "5245241", "10086", "4008123456", "13800138000", "95555", "075528780808", "8675528780808", "12",
    "0",
)  # fmt: skip
STRANGERS = (
    "1", "7", "13900139000", "02087654321", "123456789012345678901234", "77000000001",
    "31415926535",
)  # fmt: skip
UNLISTED: tuple[CampaignKey, ...] = ((1, 1003), (2, 1001), (9999, 1001), (1, 2001), UNKNOWN)
HELD = frozenset((*ORIGINALS, *STRANGERS, *OWN[2:8]))
EVERYBODY = dict.fromkeys((*LISTED, *UNLISTED), HELD)
"""Campaigns of many hold the same numbers of a company."""
WORLD = SloppyWorld(prefix=BASE + PATH_PREFIX, campaigns=EVERYBODY, listed=frozenset(LISTED))
URIS = tuple(WORLD.uri(key) for key in (*LISTED, (1, 1003), (2, 1001), UNKNOWN))


def opened(shortest: int = 1) -> Guard:
    """`shortest`: digits of the shortest original."""
    own = OwnNumbers()
    own.announce((*OWN, *ABSENT, "7", "04"))
    guard = Guard(listed=LISTED, path_prefix=PATH_PREFIX, base_path=BASE, own=own)
    guard.recoverable.add(WHOLE)
    known = frozenset(number for number in ORIGINALS if len(number) >= shortest)
    guard.originals = {WHOLE: known, UNSEEN: known}
    return guard


GUARD = opened()
USUAL = opened(shortest=5)
"""Where no campaign held a number of one or two digits, which odd values name by accident."""


def context(key: CampaignKey, present: tuple[str, ...]) -> CallContext:
    other = UNSEEN if key == WHOLE else WHOLE
    return CallContext(
        key=key,
        present=present,
        absent=ABSENT,
        other=other,
        foreign=FOREIGN,
        base_path=BASE,
        priority=3,
    )


CONTEXTS = {
    "own numbers": context(WHOLE, OWN),
    "own numbers where nothing is known": context(UNSEEN, OWN),
    "originals": context(WHOLE, ORIGINALS),
    "originals where nothing is known": context(UNSEEN, (*ORIGINALS, *STRANGERS)),
    "short own numbers": context(WHOLE, ("7", "04", *OWN[:6])),
}


@cache
def pool(name: str) -> tuple[tuple[str, Call], ...]:
    """What every command can generate in a context, each call with what it is. It takes seconds:
    not at import.
    """
    return tuple(generated(CONTEXTS[name]))


@cache
def all_calls() -> tuple[Call, ...]:
    return tuple(call for name in CONTEXTS for _, call in pool(name))


FAULTLESS = tuple(
    delete(key, OWN[:count], base_path=BASE)
    for key in (*LISTED, UNKNOWN, (7, 1001))
    for count in (1, 3)
)  # fmt: skip
"""Of these the most spellings may be sent."""


def exactly(call: Call) -> CampaignKey | None:
    return next((key for key in LISTED if WORLD.uri(key) == call.path), None)


def harms(call: Call) -> Iterator[str]:
    """What the call could do to numbers that are nobody's business, or not recoverable."""
    result = harm(call, WORLD)
    for key, lost in result.lost.items():
        gone = lost - set(OWN)
        if gone and not key == WHOLE == exactly(call):
            yield f"{key} could lose {sorted(gone)[:3]}"
    for key, added in result.added.items():
        if key not in LISTED and added:
            yield f"{key} could get {sorted(added)[:3]}"
        if call.method.upper() == "POST" and not all(map(GUARD.own.announced, added)):
            yield f"{key} could get numbers that were not announced: {sorted(added)[:3]}"


def does_no_harm(call: Call) -> None:
    if GUARD(call) is None:
        assert not list(harms(call)), call


@pytest.mark.parametrize("name", CONTEXTS)
def test_what_the_project_generates_does_no_harm(name: str) -> None:
    for _, call in pool(name):
        does_no_harm(call)


@given(st.deferred(lambda: st.sampled_from(all_calls())), st.integers(0, 2**32))
@settings(max_examples=1500, deadline=None)
def test_what_becomes_of_it_does_no_harm(call: Call, chance: int) -> None:
    does_no_harm(mutated(call, random.Random(chance), URIS))


@given(st.sampled_from(FAULTLESS), st.integers(0, 2**32))
@settings(max_examples=1500, deadline=None)
def test_no_spelling_of_a_faultless_deletion_does_harm(call: Call, chance: int) -> None:
    does_no_harm(mutated(call, random.Random(chance), URIS))


def test_no_original_is_named() -> None:
    """But for the opener; ids, hours and the like are too short to be taken for one."""
    originals = {number for number in ORIGINALS if len(number) > 4}
    sent = [call for call in all_calls() if GUARD(call) is None and may_change(call)]
    beside_ids = [changed(call, target=f"/?{call.query}") for call in sent]
    assert not [call for call in beside_ids if named(call, WORLD)[0] & originals]


# -- and all the same most of it is sent -------------------------------------------------------

SENT = {
    "own numbers": {
        "path: campaign-id.unknown", "path: vdn-id.out-of-range", "path: campaign-id.other-vdn",
        "path: vdn-id.very-long",
        "call: adding a number", "call: naming one number", "call: credential omitted",
        "call: content-type.other",
        "call: a foreign campaign under our VDN",
        "call: campaign-id.unknown with access-code.wrong-type", "add", "look", "locale",
        "call: of many, naming 101 number(s)", "own numbers alone", "override DELETE",
        "unauthorised, unknown campaign", "signed query",
        "method PUT", "method TRACE", "body: caller-no.empty", "body: access-code.wrong-type",
        "no Content-Type",
        "more than 100 numbers, some of them derived",
    },
    "own numbers where nothing is known": {
        "path: campaign-id.unknown", "call: adding a number", "call: naming one number",
        "call: credential signature-changed", "add", "look",
        "own numbers alone", "override DELETE", "signed query", "locale",
        "call: of many, naming 101 number(s)",
    },
}  # fmt: skip
"""Kinds of call that must be sent, each of them in all its forms."""


@pytest.mark.parametrize("name", SENT)
def test_legitimate_calls_are_sent(name: str) -> None:
    wanted = [(what, call) for what, call in pool(name) if what in SENT[name]]
    assert {what for what, _ in wanted} == SENT[name]
    assert not [(what, reason) for what, call in wanted if (reason := USUAL(call))]


def test_the_forms_of_a_defect_are_sent_where_they_can_be_put_back() -> None:
    for what, call in pool("own numbers"):
        names_an_original = named(call, WORLD)[0] & frozenset(ORIGINALS)  # "any JSON" may by chance
        if exactly(call) == WHOLE and "drawn" not in what and not names_an_original:
            assert "true in every campaign" in (USUAL(call) or "true in every campaign"), what


# -- the model has teeth -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        delete((1, 1003), ["5245241"], base_path=BASE),
        delete(UNKNOWN, ["13800138000"], base_path=BASE),
        delete(UNKNOWN, (), base_path=BASE),
        with_body(UNSEEN, b"", base_path=BASE),
        with_body(UNSEEN, body_of({"callerNo": [{"accessCode": "%"}]}), base_path=BASE),
        changed(delete(WHOLE, OWN[:1]), target=f"{BASE}{PATH_PREFIX}/1/1003"),
        changed(delete(WHOLE, OWN[:1], base_path=BASE), target=f"{WORLD.uri(WHOLE)}/.."),
        with_header(delete(WHOLE, ["5245241"], base_path=BASE), "X-Original-URL", URIS[3]),
        with_header(query(WHOLE, base_path=BASE), "X-HTTP-Method-Override", "DELETE"),
        changed(delete(UNKNOWN, ["31415926535"], base_path=BASE), method="GET"),
        changed(add((1, 1003), OWN[9:10], base_path=BASE)),
        delete(UNSEEN, ["9"], base_path=BASE),
    ],
)
def test_the_model_sees_harm(call: Call) -> None:
    assert list(harms(call))
    assert GUARD(call)
