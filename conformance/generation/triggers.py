"""For each result code: calls that could bring it about, the natural ways first."""

from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from conformance.contract import Code
from conformance.exchange import Call, CampaignKey
from conformance.generation.bodies import BODY_FORMS, filled
from conformance.generation.calls import body_of, changed, delete, items, with_body
from conformance.generation.paths import path_targets


class Trigger(Struct, frozen=True, kw_only=True):
    """A way to ask for a code: `make` takes numbers that the campaign holds and gives the call."""

    name: str
    make: Callable[[list[str]], Call]
    exact: bool = False
    """The numbers must be all that the campaign holds."""


def triggers_for(
    code: str, key: CampaignKey, *, base_path: str = "", unknown: tuple[int, ...] = ()
) -> Iterator[Trigger]:
    """All triggers for a code, the natural ones first; afterwards those of every other defect,
    since nobody knows.
    """
    yield from _special(code, key, base_path)
    for defect in _DEFECTS_BY_CODE.get(code, ()):
        yield from _of_defect(defect, key, base_path, unknown)


def _body(
    name: str, key: CampaignKey, base_path: str, make: Callable[[list[str]], bytes]
) -> Trigger:
    return Trigger(
        name=name, make=lambda present: with_body(key, make(present), base_path=base_path)
    )


def _of_defect(
    defect: str, key: CampaignKey, base_path: str, unknown: tuple[int, ...]
) -> Iterator[Trigger]:
    if defect in BODY_FORMS:
        for index, form in enumerate(BODY_FORMS[defect]):
            yield _body(f"{defect} #{index + 1}", key, base_path, form)
        return
    for target in path_targets(defect, key, base_path=base_path, unknown=unknown, other_vdn=()):
        yield Trigger(name=defect, make=partial(_aimed, key, target))


_ID_DEFECTS = ("vdn-id.not-integer", "campaign-id.not-integer")
_DEFECTS_BY_CODE: dict[str, tuple[str, ...]] = {
    Code.PARAMETER_ERROR: (
        "body.not-json",
        "caller-no.missing",
        "body.not-object",
        "access-code.invalid-characters",
        "vdn-id.out-of-range",
    ),
    Code.NO_SUCH_CAMPAIGN: ("campaign-id.unknown", "campaign-id.out-of-range"),
    Code.EMPTY: (
        "caller-no.missing",
        "access-code.missing",
        "access-code.null",
        "caller-no.null",
        "body.empty",
        "access-code.empty",
        "item.null",
    ),
    Code.INVALID_CHARACTERS: (
        "access-code.invalid-characters",
        "access-code.wrong-type",
        *_ID_DEFECTS,
    ),
    Code.TOO_LONG: (
        "access-code.too-long",
        "campaign-id.out-of-range",
        "vdn-id.very-long",
        "caller-no.too-many",
    ),
    Code.TOO_SHORT: ("caller-no.empty", "access-code.empty", "body.empty"),
    Code.LENGTH_OUT_OF_RANGE: (
        "campaign-id.out-of-range",
        "vdn-id.very-long",
        "access-code.too-long",
        "access-code.empty",
        "caller-no.empty",
        "caller-no.too-many",
    ),
    Code.WRONG_TYPE: (
        "caller-no.wrong-type",
        "access-code.wrong-type",
        "item.not-object",
        *_ID_DEFECTS,
    ),
    Code.WRONG_VALUE: (
        "vdn-id.out-of-range",
        "campaign-id.out-of-range",
        "access-code.invalid-characters",
        "vdn-id.not-integer",
    ),
    Code.NOT_CONVERTIBLE: (
        "body.not-json",
        "body.not-object",
        *_ID_DEFECTS,
        "access-code.wrong-type",
        "caller-no.wrong-type",
    ),
    Code.TOO_MANY: ("caller-no.too-many",),
}
"""By code: the defects that it may describe, the most natural first."""

_MEMBERS_BY_CODE: dict[str, tuple[dict[str, object], ...]] = {
    Code.PARAMETER_ERROR: ({"accessCode": "1"}, {"unknown": "1"}),
    Code.WRONG_COMBINATION: (
        {"hour": "10", "minute": "30"},
        {"hour": 10, "minute": 30},
        {"startHour": "10", "endHour": "9"},
        {"accessCode": "1"},
        {"vdnId": 2},
        {"campaignId": 3},
        {"all": True},
        {"callerNoList": []},
        {"hour": "10"},
        {"minute": "30"},
    ),
    Code.HOUR_AND_MINUTE: (
        {"hour": "10"},
        {"hour": 10},
        {"minute": "30"},
        {"minute": 30},
        {"hour": "", "minute": "1"},
        {"hour": None, "minute": 5},
        {"startHour": 10},
        {"beginHour": "10"},
        {"time": {"hour": 10}},
        {"endHour": 5, "endMinute": None},
    ),
    Code.LENGTH_OUT_OF_RANGE: ({"hour": "1" * 50}, {"description": "x" * 5000}),
    Code.WRONG_VALUE: ({"hour": 25, "minute": 61}, {"priority": 9}),
}
"""By code: members that the interface does not have, tried in the body, in an item and in the
query.
"""

ALL_NUMBERS = "all numbers of the campaign"
_LISTS_BY_CODE: dict[str, tuple[tuple[str, Callable[[list[str]], list[str]]], ...]] = {
    Code.WRONG_COMBINATION: (
        ("a number named twice", lambda present: [present[0], present[0]]),
        ("a number that the campaign lacks", lambda present: filled(present[:1], 2)[1:]),
        ("present and absent numbers", lambda present: filled(present[:1], 2)),
    ),
    Code.PARAMETER_ERROR: ((ALL_NUMBERS, lambda present: present[:100]),),
    Code.LENGTH_OUT_OF_RANGE: (
        ("a very long text", lambda _: ["1" * 300]),
        ("a text of 20,000 digits", lambda _: ["1" * 20_000]),
    ),
}
"""By code: lists that are no defect of the call alone, or a telling one."""


def _special(code: str, key: CampaignKey, base_path: str) -> Iterator[Trigger]:
    """Ways that are no defect of the call alone: restrictions, combinations, members that the
    interface does not have.
    """
    for name, choose in _LISTS_BY_CODE.get(code, ()):
        trigger = _body(name, key, base_path, partial(_listed, choose))
        yield replace(trigger, exact=name == ALL_NUMBERS)
    yield from _with_members(key, base_path, _MEMBERS_BY_CODE.get(code, ()))
    if code == Code.WRONG_COMBINATION:
        yield Trigger(
            name="ids in the query that differ",
            make=partial(_in_query, key, base_path, "vdnId=2&campaignId=3"),
        )


def _listed(choose: Callable[[list[str]], list[str]], present: list[str]) -> bytes:
    return body_of({"callerNo": items(choose(present))})


def _with_members(
    key: CampaignKey, base_path: str, members: tuple[dict[str, object], ...]
) -> Iterator[Trigger]:
    """Members in the body, in the item, and (texts and numbers) in the query."""
    for extra in members:
        named = " and ".join(extra)
        yield _body(f"{named} in the body", key, base_path, partial(_in_body, extra))
        yield _body(f"{named} in an item", key, base_path, partial(_in_item, extra))
        if all(isinstance(value, str | int) and value != "" for value in extra.values()):
            query = "&".join(
                f"{name}={quote(str(value)[:200], safe='')}" for name, value in extra.items()
            )
            yield Trigger(
                name=f"{named} in the query", make=partial(_in_query, key, base_path, query)
            )


def _in_body(extra: dict[str, object], present: list[str]) -> bytes:
    return body_of({"callerNo": items(present[:1]), **extra})


def _in_item(extra: dict[str, object], present: list[str]) -> bytes:
    return body_of({"callerNo": [{"accessCode": present[0], **extra}]})


def _in_query(key: CampaignKey, base_path: str, query: str, present: list[str]) -> Call:
    return _queried(delete(key, present[:1], base_path=base_path), query)


def _aimed(key: CampaignKey, target: str, present: list[str]) -> Call:
    return changed(delete(key, present[:1]), target=target)


def _queried(call: Call, query: str) -> Call:
    return changed(call, target=f"{call.target}?{query}")
