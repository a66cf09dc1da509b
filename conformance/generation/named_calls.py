"""A catalogue of single calls by the behaviour of a server that they show: every form of every
defect, every open point, every way to name numbers. Programmes are made of them; nothing here knows
what a server should answer.
"""

from collections.abc import Callable, Iterator
from functools import partial

from msgspec import Struct

from conformance.contract import caller_no_path
from conformance.exchange import OMITTED, OPEN, Call, CampaignKey
from conformance.generation.bodies import BAD_ITEMS, BODY_FORMS, filled
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
)
from conformance.generation.paths import UNKNOWN_CAMPAIGNS, path_targets


class CallContext(Struct, frozen=True, kw_only=True):
    """Where a call is made: the campaign with the numbers that it holds at first, in order, and
    some that it lacks.
    """

    key: CampaignKey
    present: tuple[str, ...]
    absent: tuple[str, ...]
    other: CampaignKey | None = None
    foreign: CampaignKey | None = None
    base_path: str = ""
    priority: int | None = None
    authenticated: bool = True
    unknown: tuple[int, ...] = UNKNOWN_CAMPAIGNS


class NamedCall(Struct, frozen=True, kw_only=True):
    """One call: the behaviour that it shows, which form of it, and how it is made in a context.
    `gentle`: one form is enough to know it.
    """

    behaviour: str
    make: Callable[[CallContext], Call]
    form: int = 0

    @property
    def name(self) -> str:
        """Behaviour and form, for a person."""
        return f"{self.behaviour} #{self.form + 1}" if self.form else self.behaviour


def catalogue(context: CallContext) -> list[NamedCall]:
    """Every call that can be made in this context, the most telling forms first."""
    return [
        *_naming(),
        *_defects_of_the_body(),
        *_defects_of_the_path(context),
        *_open_points(),
        *_methods(),
        *_companions(),
        *(_elsewhere() if context.other else ()),
        *(_foreign() if context.foreign else ()),
        *(_credentials() if context.authenticated else ()),
    ]


# -- which numbers are named -----------------------------------------------------------------------


def _named(choose: Callable[[CallContext], list[str]], context: CallContext) -> Call:
    return delete(context.key, choose(context), base_path=context.base_path)


def _naming() -> Iterator[NamedCall]:
    chosen: tuple[tuple[str, Callable[[CallContext], list[str]]], ...] = (
        ("one number", lambda context: list(context.present[:1])),
        ("one number", lambda context: list(context.present[-1:])),
        ("two numbers", lambda context: list(context.present[1:3])),
        ("two numbers", lambda context: [context.present[2], context.present[0]]),
        ("all but one number", lambda context: list(context.present[:-1])),
        ("all numbers", lambda context: list(context.present)),
        ("an absent number", lambda context: list(context.absent[:1])),
        ("a present and an absent number", lambda context: [context.present[0], context.absent[0]]),
        (
            "as many names as numbers",
            lambda context: [context.present[0], *context.absent[: len(context.present) - 1]],
        ),
        ("a number named twice", lambda context: [context.present[0]] * 2),
        (
            "two numbers, one of them twice",
            lambda context: [context.present[0], context.present[1], context.present[0]],
        ),
        (
            "one number as often as there are numbers",
            lambda context: [context.present[0]] * len(context.present),
        ),
        ("one number a hundred and one times", lambda context: [context.present[0]] * 101),
        ("a hundred numbers", lambda context: filled([context.present[0]], 100)),
        ("a near miss", lambda context: [context.present[0][:-1]]),
        ("a near miss", lambda context: ["0" + context.present[0]]),
        ("a near miss", lambda context: [context.present[0] + "0"]),
    )
    seen: dict[str, int] = {}
    for behaviour, choose in chosen:
        seen[behaviour] = seen.get(behaviour, -1) + 1
        yield NamedCall(
            behaviour=f"naming {behaviour}", form=seen[behaviour], make=partial(_named, choose)
        )
    for place in range(3, 8):
        yield NamedCall(behaviour="naming one number", form=place - 1, make=partial(_placed, place))
    yield NamedCall(
        behaviour="the documented example",
        make=lambda context: delete_as_in_the_example(
            context.key, context.present[0], base_path=context.base_path
        ),
    )


def _placed(place: int, context: CallContext) -> Call:
    return delete(
        context.key, [context.present[place % len(context.present)]], base_path=context.base_path
    )


# -- what is wrong with a call ---------------------------------------------------------------------


def _formed(defect: str, form: int, context: CallContext) -> Call:
    return with_body(
        context.key,
        BODY_FORMS[defect][form](list(context.present[:2])),
        base_path=context.base_path,
    )


def _defects_of_the_body() -> Iterator[NamedCall]:
    for defect, forms in BODY_FORMS.items():
        for form in range(len(forms)):
            yield NamedCall(behaviour=defect, form=form, make=partial(_formed, defect, form))
    for defect in BAD_ITEMS:
        yield NamedCall(behaviour=f"{defect} after good items", make=partial(_after_good, defect))


def _after_good(defect: str, context: CallContext) -> Call:
    body = body_of(
        {"callerNo": [*items(context.present[:2]), BAD_ITEMS[defect][0](context.present[-1])]}
    )
    return with_body(context.key, body, base_path=context.base_path)


PATH_DEFECTS = (
    "vdn-id.not-integer",
    "vdn-id.out-of-range",
    "vdn-id.very-long",
    "campaign-id.not-integer",
    "campaign-id.out-of-range",
    "campaign-id.unknown",
    "campaign-id.other-vdn",
)


def _defects_of_the_path(context: CallContext) -> Iterator[NamedCall]:
    vdn = context.key[0]
    others = [context.foreign[0]] if context.foreign else []
    others += [near for near in (vdn + 1, 9999) if near <= 9999 and near != vdn]
    for defect in PATH_DEFECTS:
        targets = path_targets(
            defect,
            context.key,
            base_path=context.base_path,
            unknown=context.unknown,
            other_vdn=tuple(others),
        )
        for form, target in enumerate(targets):
            yield NamedCall(behaviour=defect, form=form, make=partial(_aimed, target))


def _aimed(target: str, context: CallContext) -> Call:
    return changed(
        delete(context.key, context.present[:1], base_path=context.base_path), target=target
    )


# -- what the document leaves open -----------------------------------------------------------------

_MEMBERS: tuple[tuple[str, dict[str, object]], ...] = (
    ("member.unknown", {"unknown": "1"}),
    ("member.hour-without-minute", {"hour": "10"}),
    ("member.minute-without-hour", {"minute": "30"}),
    ("member.hour-and-minute", {"hour": "10", "minute": "30"}),
)
_TYPES = ("text/plain", "application/xml", "application/json; charset=GBK", "application/json")


def _open_points() -> Iterator[NamedCall]:
    for name, extra in _MEMBERS:
        yield NamedCall(behaviour=name, form=0, make=partial(_with_members, extra, "body"))
        yield NamedCall(behaviour=name, form=1, make=partial(_with_members, extra, "item"))
        yield NamedCall(
            behaviour=name if "unknown" not in name else "query.unknown",
            form=2,
            make=partial(_with_query, extra),
        )
    for form, content_type in enumerate(_TYPES):
        yield NamedCall(
            behaviour="content-type.other",
            form=form,
            make=partial(_headed, "Content-Type", content_type),
        )
    yield NamedCall(
        behaviour="content-type.missing", make=lambda context: changed(_one(context), headers=())
    )
    for form, locale in enumerate(("fr_FR", "xx")):
        yield NamedCall(
            behaviour="locale.unknown", form=form, make=partial(_headed, "locale", locale)
        )
    for locale in ("zh_CN", "en_US"):
        yield NamedCall(
            behaviour=f"served with locale {locale}", make=partial(_headed, "locale", locale)
        )
        yield NamedCall(
            behaviour=f"refused with locale {locale}", make=partial(_refused_in, locale)
        )
    yield NamedCall(
        behaviour="Accept-Encoding: gzip", make=partial(_headed, "Accept-Encoding", "gzip")
    )
    yield NamedCall(behaviour="key.duplicate", make=_twice)


def _one(context: CallContext) -> Call:
    return delete(context.key, context.present[:1], base_path=context.base_path)


def _headed(name: str, value: str, context: CallContext) -> Call:
    return with_header(_one(context), name, value)


def _refused_in(locale: str, context: CallContext) -> Call:
    return with_header(_formed("access-code.invalid-characters", 0, context), "locale", locale)


def _with_members(extra: dict[str, object], where: str, context: CallContext) -> Call:
    item: dict[str, object] = {"accessCode": context.present[0]}
    value = {"callerNo": [item], **extra} if where == "body" else {"callerNo": [item | extra]}
    return with_body(context.key, body_of(value), base_path=context.base_path)


def _with_query(extra: dict[str, object], context: CallContext) -> Call:
    call = _one(context)
    return changed(
        call, target=f"{call.target}?{'&'.join(f'{name}={value}' for name, value in extra.items())}"
    )


def _twice(context: CallContext) -> Call:
    """Both keys name the same number, so that it does not matter which one a reader takes."""
    listed = body_of(items(context.present[:1])).decode()
    return with_body(
        context.key,
        f'{{"callerNo":{listed},"callerNo":{listed}}}'.encode(),
        base_path=context.base_path,
    )


# -- methods, companions, other campaigns, credentials ---------------------------------------------


def _methods() -> Iterator[NamedCall]:
    for method in ("PUT", "PATCH", "GET", "HEAD", "OPTIONS"):
        yield NamedCall(behaviour=f"method {method}", make=partial(_by_method, method))


def _by_method(method: str, context: CallContext) -> Call:
    return changed(_one(context), method=method)


def _companions() -> Iterator[NamedCall]:
    yield NamedCall(
        behaviour="a look at the campaign",
        make=lambda context: query(context.key, base_path=context.base_path),
    )
    yield NamedCall(behaviour="adding a number", make=partial(_adding, False))
    yield NamedCall(behaviour="adding a number that is there", make=partial(_adding, True))


def _adding(present: bool, context: CallContext) -> Call:
    numbers = context.present[:1] if present else context.absent[:1]
    return add(context.key, numbers, base_path=context.base_path, priority=context.priority)


def _elsewhere() -> Iterator[NamedCall]:
    yield NamedCall(behaviour="naming one number in the other campaign", make=_in_other)


def _in_other(context: CallContext) -> Call:
    return delete(context.other or context.key, context.present[:1], base_path=context.base_path)


def _foreign() -> Iterator[NamedCall]:
    yield NamedCall(behaviour="a foreign campaign under our VDN", make=partial(_crossed, False))
    yield NamedCall(behaviour="our campaign under a foreign VDN", make=partial(_crossed, True))


def _crossed(ours: bool, context: CallContext) -> Call:
    foreign = context.foreign or context.key
    ids = (foreign[0], context.key[1]) if ours else (context.key[0], foreign[1])
    return _aimed(caller_no_path(*ids, context.base_path), context)


_SPOILT = (
    OMITTED,
    "signature-changed",
    "body-changed",
    "path-changed",
    "unknown-key",
    "method-changed",
    "random-text",
    "timestamp-changed",
    f"{OPEN}hour-old",
    f"{OPEN}day-old",
)


def _credentials() -> Iterator[NamedCall]:
    for word in _SPOILT:
        yield NamedCall(behaviour=f"credential {word}", make=partial(_tampered, word))


def _tampered(word: str, context: CallContext) -> Call:
    return changed(_one(context), credential=word)


# -- pairs -----------------------------------------------------------------------------------------


def pairs(context: CallContext) -> list[NamedCall]:
    """Two defects at once, for the order of checks: bad ids with bad bodies, one bad item with
    another both ways round.
    """
    made = [
        NamedCall(behaviour=f"{path} with {body}", make=partial(_bad_id_and_body, path, body))
        for path in PATH_DEFECTS
        for body in BODY_FORMS
    ]
    made += [
        NamedCall(behaviour=f"{one} before {other}", make=partial(_two_items, one, other))
        for one in BAD_ITEMS
        for other in BAD_ITEMS
        if one != other
    ]
    made += [
        NamedCall(behaviour=f"too many with {item}", make=partial(_too_many_with, item))
        for item in BAD_ITEMS
    ]
    made += [NamedCall(behaviour="too long with invalid characters", make=_long_and_invalid)]
    return [
        named_call
        for named_call in made
        if context.foreign or not named_call.behaviour.startswith("campaign-id.other-vdn")
    ]


def _bad_id_and_body(path: str, body: str, context: CallContext) -> Call:
    vdn = (context.foreign[0],) if context.foreign else ()
    targets = path_targets(
        path, context.key, base_path=context.base_path, unknown=context.unknown, other_vdn=vdn
    )
    return changed(_formed(body, 0, context), target=targets[0])


def _two_items(one: str, other: str, context: CallContext) -> Call:
    bad = [
        BAD_ITEMS[defect][0](number)
        for defect, number in ((one, context.present[0]), (other, context.present[1]))
    ]
    return with_body(context.key, body_of({"callerNo": bad}), base_path=context.base_path)


def _too_many_with(item: str, context: CallContext) -> Call:
    body = body_of(
        {
            "callerNo": [
                *items(filled([context.present[0]], 101)),
                BAD_ITEMS[item][0](context.present[1]),
            ]
        }
    )
    return with_body(context.key, body, base_path=context.base_path)


def _long_and_invalid(context: CallContext) -> Call:
    body = body_of({"callerNo": [{"accessCode": context.present[0] + "x" * 25}]})
    return with_body(context.key, body, base_path=context.base_path)
