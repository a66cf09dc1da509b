"""For each result code: calls that could bring it about, the natural ways first."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

from msgspec import Struct

from conformance.contract import Code
from conformance.exchange import Call, CampaignKey
from conformance.generation.bodies import BODY_FORMS, filled
from conformance.generation.calls import body_of, changed, delete, items, with_body
from conformance.generation.paths import path_targets


class Trigger(Struct, frozen=True, kw_only=True):
    """A way to ask for a code: `make` takes numbers that the campaign holds and gives the call."""

    name: str
    make: Callable[[list[str]], Call]


def triggers_for(code: str, key: CampaignKey, *, base_path: str = "", unknown: tuple[int, ...] = ()) -> Iterator[Trigger]:
    """All triggers for a code, the natural ones first; afterwards those of every other defect, since nobody knows."""
    yield from _special(code, key, base_path, unknown)
    for defect in _DEFECTS_BY_CODE.get(code, ()):
        yield from _of_defect(defect, key, base_path, unknown)


def _body(name: str, key: CampaignKey, base_path: str, make: Callable[[list[str]], bytes]) -> Trigger:
    return Trigger(name=name, make=lambda present: with_body(key, make(present), base_path=base_path))


def _of_defect(defect: str, key: CampaignKey, base_path: str, unknown: tuple[int, ...]) -> Iterator[Trigger]:
    if defect in BODY_FORMS:
        for index, form in enumerate(BODY_FORMS[defect]):
            yield _body(f"{defect} #{index + 1}", key, base_path, form)
        return
    for target in path_targets(defect, key, base_path=base_path, unknown=unknown, other_vdn=()):
        yield Trigger(name=defect, make=lambda present, target=target: changed(delete(key, present[:1]), target=target))  # type: ignore[misc]  # default binds the loop variable


_DEFECTS_BY_CODE: dict[str, tuple[str, ...]] = {
    Code.PARAMETER_ERROR: ("body.not-json", "caller-no.missing", "body.not-object", "access-code.invalid-characters", "vdn-id.out-of-range"),
    Code.NO_SUCH_CAMPAIGN: ("campaign-id.unknown", "campaign-id.out-of-range"),
    Code.EMPTY: ("caller-no.missing", "access-code.missing", "access-code.null", "caller-no.null", "body.empty", "access-code.empty", "item.null"),
    Code.INVALID_CHARACTERS: ("access-code.invalid-characters", "access-code.wrong-type", "campaign-id.not-integer", "vdn-id.not-integer"),
    Code.TOO_LONG: ("access-code.too-long", "campaign-id.out-of-range", "vdn-id.very-long", "caller-no.too-many"),
    Code.TOO_SHORT: ("caller-no.empty", "access-code.empty", "body.empty"),
    Code.LENGTH_OUT_OF_RANGE: ("campaign-id.out-of-range", "vdn-id.very-long", "access-code.too-long", "access-code.empty", "caller-no.empty", "caller-no.too-many"),
    Code.WRONG_TYPE: ("caller-no.wrong-type", "access-code.wrong-type", "item.not-object", "vdn-id.not-integer", "campaign-id.not-integer"),
    Code.WRONG_VALUE: ("vdn-id.out-of-range", "campaign-id.out-of-range", "access-code.invalid-characters", "vdn-id.not-integer"),
    Code.NOT_CONVERTIBLE: ("body.not-json", "body.not-object", "campaign-id.not-integer", "vdn-id.not-integer", "access-code.wrong-type", "caller-no.wrong-type"),
    Code.TOO_MANY: ("caller-no.too-many",),
}  # fmt: skip


def _special(code: str, key: CampaignKey, base_path: str, unknown: tuple[int, ...]) -> Iterator[Trigger]:
    """Ways that are no defect of the call alone: restrictions, combinations, members that the interface does not have."""
    if code == Code.PARAMETER_ERROR:
        yield Trigger(name="all numbers of the campaign", make=lambda present: delete(key, present[:100], base_path=base_path))
        yield from _with_members(key, base_path, ({"accessCode": "1"}, {"unknown": "1"}))
    if code == Code.WRONG_COMBINATION:
        yield _body("a number named twice", key, base_path, lambda present: body_of({"callerNo": items([present[0], present[0]])}))
        yield _body("a number that the campaign lacks", key, base_path, lambda present: body_of({"callerNo": items([filled([], 1)[0]])}))
        yield _body(
            "present and absent numbers", key, base_path, lambda present: body_of({"callerNo": items([present[0], *filled([], 1)])})
        )
        yield from _with_members(
            key,
            base_path,
            ({"hour": "10", "minute": "30"}, {"hour": 10, "minute": 30}, {"startHour": "10", "endHour": "9"}, {"accessCode": "1"}),
        )
        yield Trigger(
            name="an id in the query that differs",
            make=lambda present: _queried(delete(key, present[:1], base_path=base_path), "vdnId=2&campaignId=3"),
        )
        yield from _with_members(
            key, base_path, ({"vdnId": 2}, {"campaignId": 3}, {"all": True}, {"callerNoList": []}, {"hour": "10"}, {"minute": "30"})
        )
    if code == Code.HOUR_AND_MINUTE:
        yield from _with_members(
            key,
            base_path,
            ({"hour": "10"}, {"hour": 10}, {"minute": "30"}, {"minute": 30}, {"hour": "", "minute": "1"}, {"hour": None, "minute": 5}),
        )
        yield from _with_members(
            key, base_path, ({"startHour": 10}, {"beginHour": "10"}, {"time": {"hour": 10}}, {"endHour": 5, "endMinute": None})
        )
    if code == Code.LENGTH_OUT_OF_RANGE:
        yield _body("a very long text", key, base_path, lambda _: body_of({"callerNo": items(["1" * 300])}))
        yield from _with_members(key, base_path, ({"hour": "1" * 50}, {"description": "x" * 5000}))
    if code == Code.WRONG_VALUE:
        yield from _with_members(key, base_path, ({"hour": 25, "minute": 61}, {"priority": 9}))


def _with_members(key: CampaignKey, base_path: str, members: tuple[dict[str, object], ...]) -> Iterator[Trigger]:
    """Members in the body, in the item, and (texts and numbers) in the query."""
    for extra in members:
        named = " and ".join(extra)
        yield _body(f"{named} in the body", key, base_path, lambda present, extra=extra: body_of({"callerNo": items(present[:1]), **extra}))  # type: ignore[misc]  # default binds the loop variable
        yield _body(
            f"{named} in an item", key, base_path, lambda present, extra=extra: body_of({"callerNo": [{"accessCode": present[0], **extra}]})
        )  # type: ignore[misc]  # default binds the loop variable
        if all(isinstance(value, str | int) and value != "" for value in extra.values()):
            query = "&".join(f"{name}={quote(str(value)[:200], safe='')}" for name, value in extra.items())
            yield Trigger(
                name=f"{named} in the query",
                make=lambda present, query=query: _queried(delete(key, present[:1], base_path=base_path), query),  # type: ignore[misc]  # default binds the loop variable
            )


def _queried(call: Call, query: str) -> Call:
    return changed(call, target=f"{call.target}?{query}")
