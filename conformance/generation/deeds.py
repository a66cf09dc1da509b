"""A catalogue of single calls by the behaviour of a server that they show: every form of every defect, every open point, every way to
name numbers. Programmes are made of them; nothing here knows what a server should answer.
"""

from collections.abc import Callable, Iterator
from functools import partial

from msgspec import Struct

from conformance.contract import caller_no_path
from conformance.exchange import OMITTED, OPEN, Call, CampaignKey
from conformance.generation.bodies import BAD_ITEMS, BODY_FORMS, filled
from conformance.generation.calls import add, body_of, changed, delete, delete_as_in_the_example, items, query, with_body, with_header
from conformance.generation.paths import UNKNOWN_CAMPAIGNS, path_targets


class Stage(Struct, frozen=True, kw_only=True):
    """Where a call is made: the campaign with the numbers that it holds at first, in order, and some that it lacks."""

    key: CampaignKey
    present: tuple[str, ...]
    absent: tuple[str, ...]
    other: CampaignKey | None = None
    foreign: CampaignKey | None = None
    base_path: str = ""
    priority: int | None = None
    authenticated: bool = True
    unknown: tuple[int, ...] = UNKNOWN_CAMPAIGNS


class Deed(Struct, frozen=True, kw_only=True):
    """One call: the behaviour that it shows, which form of it, and how it is made on a stage. `gentle`: one form is enough to know it."""

    behaviour: str
    make: Callable[[Stage], Call]
    form: int = 0

    @property
    def name(self) -> str:
        """Behaviour and form, for a person."""
        return f"{self.behaviour} #{self.form + 1}" if self.form else self.behaviour


def catalogue(stage: Stage) -> list[Deed]:
    """Every deed that can be done on this stage, the most telling forms first."""
    return [
        *_naming(),
        *_defects_of_the_body(),
        *_defects_of_the_path(stage),
        *_open_points(),
        *_methods(),
        *_companions(),
        *(_elsewhere() if stage.other else ()),
        *(_foreign() if stage.foreign else ()),
        *(_credentials() if stage.authenticated else ()),
    ]


# -- which numbers are named --------------------------------------------------------------------------------------------


def _named(choose: Callable[[Stage], list[str]], stage: Stage) -> Call:
    return delete(stage.key, choose(stage), base_path=stage.base_path)


def _naming() -> Iterator[Deed]:
    chosen: tuple[tuple[str, Callable[[Stage], list[str]]], ...] = (
        ("one number", lambda stage: list(stage.present[:1])),
        ("one number", lambda stage: list(stage.present[-1:])),
        ("two numbers", lambda stage: list(stage.present[1:3])),
        ("two numbers", lambda stage: [stage.present[2], stage.present[0]]),
        ("all but one number", lambda stage: list(stage.present[:-1])),
        ("all numbers", lambda stage: list(stage.present)),
        ("an absent number", lambda stage: list(stage.absent[:1])),
        ("a present and an absent number", lambda stage: [stage.present[0], stage.absent[0]]),
        ("as many names as numbers", lambda stage: [stage.present[0], *stage.absent[: len(stage.present) - 1]]),
        ("a number named twice", lambda stage: [stage.present[0]] * 2),
        ("two numbers, one of them twice", lambda stage: [stage.present[0], stage.present[1], stage.present[0]]),
        ("one number as often as there are numbers", lambda stage: [stage.present[0]] * len(stage.present)),
        ("one number a hundred and one times", lambda stage: [stage.present[0]] * 101),
        ("a hundred numbers", lambda stage: filled([stage.present[0]], 100)),
        ("a near miss", lambda stage: [stage.present[0][:-1]]),
        ("a near miss", lambda stage: ["0" + stage.present[0]]),
        ("a near miss", lambda stage: [stage.present[0] + "0"]),
    )
    seen: dict[str, int] = {}
    for behaviour, choose in chosen:
        seen[behaviour] = seen.get(behaviour, -1) + 1
        yield Deed(behaviour=f"naming {behaviour}", form=seen[behaviour], make=partial(_named, choose))
    for place in range(3, 8):
        yield Deed(behaviour="naming one number", form=place - 1, make=partial(_placed, place))
    yield Deed(
        behaviour="the documented example",
        make=lambda stage: delete_as_in_the_example(stage.key, stage.present[0], base_path=stage.base_path),
    )


def _placed(place: int, stage: Stage) -> Call:
    return delete(stage.key, [stage.present[place % len(stage.present)]], base_path=stage.base_path)


# -- what is wrong with a call ------------------------------------------------------------------------------------------


def _formed(defect: str, form: int, stage: Stage) -> Call:
    return with_body(stage.key, BODY_FORMS[defect][form](list(stage.present[:2])), base_path=stage.base_path)


def _defects_of_the_body() -> Iterator[Deed]:
    for defect, forms in BODY_FORMS.items():
        for form in range(len(forms)):
            yield Deed(behaviour=defect, form=form, make=partial(_formed, defect, form))
    for defect in BAD_ITEMS:
        yield Deed(behaviour=f"{defect} after good items", make=partial(_after_good, defect))


def _after_good(defect: str, stage: Stage) -> Call:
    body = body_of({"callerNo": [*items(stage.present[:2]), BAD_ITEMS[defect][0](stage.present[-1])]})
    return with_body(stage.key, body, base_path=stage.base_path)


PATH_DEFECTS = (
    "vdn-id.not-integer", "vdn-id.out-of-range", "vdn-id.very-long", "campaign-id.not-integer", "campaign-id.out-of-range",
    "campaign-id.unknown", "campaign-id.other-vdn",
)  # fmt: skip


def _defects_of_the_path(stage: Stage) -> Iterator[Deed]:
    vdn = stage.key[0]
    others = [stage.foreign[0]] if stage.foreign else []
    others += [near for near in (vdn + 1, 9999) if near <= 9999 and near != vdn]
    for defect in PATH_DEFECTS:
        targets = path_targets(defect, stage.key, base_path=stage.base_path, unknown=stage.unknown, other_vdn=tuple(others))
        for form, target in enumerate(targets):
            yield Deed(behaviour=defect, form=form, make=partial(_aimed, target))


def _aimed(target: str, stage: Stage) -> Call:
    return changed(delete(stage.key, stage.present[:1], base_path=stage.base_path), target=target)


# -- what the document leaves open --------------------------------------------------------------------------------------

_MEMBERS: tuple[tuple[str, dict[str, object]], ...] = (
    ("member.unknown", {"unknown": "1"}),
    ("member.hour-without-minute", {"hour": "10"}),
    ("member.minute-without-hour", {"minute": "30"}),
    ("member.hour-and-minute", {"hour": "10", "minute": "30"}),
)
_TYPES = ("text/plain", "application/xml", "application/json; charset=GBK", "application/json")


def _open_points() -> Iterator[Deed]:
    for name, extra in _MEMBERS:
        yield Deed(behaviour=name, form=0, make=partial(_with_members, extra, "body"))
        yield Deed(behaviour=name, form=1, make=partial(_with_members, extra, "item"))
        yield Deed(behaviour=name if "unknown" not in name else "query.unknown", form=2, make=partial(_with_query, extra))
    for form, content_type in enumerate(_TYPES):
        yield Deed(behaviour="content-type.other", form=form, make=partial(_headed, "Content-Type", content_type))
    yield Deed(behaviour="content-type.missing", make=lambda stage: changed(_one(stage), headers=()))
    for form, locale in enumerate(("fr_FR", "xx")):
        yield Deed(behaviour="locale.unknown", form=form, make=partial(_headed, "locale", locale))
    for locale in ("zh_CN", "en_US"):
        yield Deed(behaviour=f"served with locale {locale}", make=partial(_headed, "locale", locale))
        yield Deed(behaviour=f"refused with locale {locale}", make=partial(_refused_in, locale))
    yield Deed(behaviour="Accept-Encoding: gzip", make=partial(_headed, "Accept-Encoding", "gzip"))
    yield Deed(behaviour="key.duplicate", make=_twice)


def _one(stage: Stage) -> Call:
    return delete(stage.key, stage.present[:1], base_path=stage.base_path)


def _headed(name: str, value: str, stage: Stage) -> Call:
    return with_header(_one(stage), name, value)


def _refused_in(locale: str, stage: Stage) -> Call:
    return with_header(_formed("access-code.invalid-characters", 0, stage), "locale", locale)


def _with_members(extra: dict[str, object], where: str, stage: Stage) -> Call:
    item: dict[str, object] = {"accessCode": stage.present[0]}
    value = {"callerNo": [item], **extra} if where == "body" else {"callerNo": [item | extra]}
    return with_body(stage.key, body_of(value), base_path=stage.base_path)


def _with_query(extra: dict[str, object], stage: Stage) -> Call:
    call = _one(stage)
    return changed(call, target=f"{call.target}?{'&'.join(f'{name}={value}' for name, value in extra.items())}")


def _twice(stage: Stage) -> Call:
    """Both keys name the same number, so that it does not matter which one a reader takes."""
    listed = body_of(items(stage.present[:1])).decode()
    return with_body(stage.key, f'{{"callerNo":{listed},"callerNo":{listed}}}'.encode(), base_path=stage.base_path)


# -- methods, companions, other campaigns, credentials ------------------------------------------------------------------


def _methods() -> Iterator[Deed]:
    for method in ("PUT", "PATCH", "GET", "HEAD", "OPTIONS"):
        yield Deed(behaviour=f"method {method}", make=partial(_by_method, method))


def _by_method(method: str, stage: Stage) -> Call:
    return changed(_one(stage), method=method)


def _companions() -> Iterator[Deed]:
    yield Deed(behaviour="a look at the campaign", make=lambda stage: query(stage.key, base_path=stage.base_path))
    yield Deed(behaviour="adding a number", make=partial(_adding, False))
    yield Deed(behaviour="adding a number that is there", make=partial(_adding, True))


def _adding(present: bool, stage: Stage) -> Call:
    numbers = stage.present[:1] if present else stage.absent[:1]
    return add(stage.key, numbers, base_path=stage.base_path, priority=stage.priority)


def _elsewhere() -> Iterator[Deed]:
    yield Deed(behaviour="naming one number in the other campaign", make=_in_other)


def _in_other(stage: Stage) -> Call:
    return delete(stage.other or stage.key, stage.present[:1], base_path=stage.base_path)


def _foreign() -> Iterator[Deed]:
    yield Deed(behaviour="a foreign campaign under our VDN", make=partial(_crossed, False))
    yield Deed(behaviour="our campaign under a foreign VDN", make=partial(_crossed, True))


def _crossed(ours: bool, stage: Stage) -> Call:
    foreign = stage.foreign or stage.key
    ids = (foreign[0], stage.key[1]) if ours else (stage.key[0], foreign[1])
    return _aimed(caller_no_path(*ids, stage.base_path), stage)


_SPOILT = (
    OMITTED, "signature-changed", "body-changed", "path-changed", "unknown-key", "method-changed", "random-text", "timestamp-changed",
    f"{OPEN}hour-old", f"{OPEN}day-old",
)  # fmt: skip


def _credentials() -> Iterator[Deed]:
    for word in _SPOILT:
        yield Deed(behaviour=f"credential {word}", make=partial(_spoilt, word))


def _spoilt(word: str, stage: Stage) -> Call:
    return changed(_one(stage), credential=word)


# -- pairs --------------------------------------------------------------------------------------------------------------


def pairs(stage: Stage) -> list[Deed]:
    """Two defects at once, for the order of checks: bad ids with bad bodies, one bad item with another both ways round."""
    made = [
        Deed(behaviour=f"{path} with {body}", make=partial(_bad_id_and_body, path, body)) for path in PATH_DEFECTS for body in BODY_FORMS
    ]
    made += [
        Deed(behaviour=f"{one} before {other}", make=partial(_two_items, one, other))
        for one in BAD_ITEMS
        for other in BAD_ITEMS
        if one != other
    ]
    made += [Deed(behaviour=f"too many with {item}", make=partial(_too_many_with, item)) for item in BAD_ITEMS]
    made += [Deed(behaviour="too long with invalid characters", make=_long_and_invalid)]
    return [deed for deed in made if stage.foreign or not deed.behaviour.startswith("campaign-id.other-vdn")]


def _bad_id_and_body(path: str, body: str, stage: Stage) -> Call:
    vdn = (stage.foreign[0],) if stage.foreign else ()
    targets = path_targets(path, stage.key, base_path=stage.base_path, unknown=stage.unknown, other_vdn=vdn)
    return changed(_formed(body, 0, stage), target=targets[0])


def _two_items(one: str, other: str, stage: Stage) -> Call:
    bad = [BAD_ITEMS[defect][0](number) for defect, number in ((one, stage.present[0]), (other, stage.present[1]))]
    return with_body(stage.key, body_of({"callerNo": bad}), base_path=stage.base_path)


def _too_many_with(item: str, stage: Stage) -> Call:
    body = body_of({"callerNo": [*items(filled([stage.present[0]], 101)), BAD_ITEMS[item][0](stage.present[1])]})
    return with_body(stage.key, body, base_path=stage.base_path)


def _long_and_invalid(stage: Stage) -> Call:
    body = body_of({"callerNo": [{"accessCode": stage.present[0] + "x" * 25}]})
    return with_body(stage.key, body, base_path=stage.base_path)
