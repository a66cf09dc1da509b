"""From two runs to what has changed between them, each change of one class, so that a policy can
say which ones matter.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias, get_args

from msgspec import Struct

from conformance.compare.conclusions import FILE_ORDER, MAY_BE_ACCEPTED
from conformance.verdict import ClauseResult, VerdictDocument

ChangeClass: TypeAlias = Literal[
    "broken",
    "fixed",
    "still",
    "otherwise",
    "unjudged",
    "unreachable",
    "reachable",
    "codes",
    "readings",
    "text",
    "shape",
    "latency",
]
CLASSES: tuple[ChangeClass, ...] = get_args(ChangeClass)
SAYS: dict[ChangeClass, str] = {
    "broken": "Newly broken clauses",
    "fixed": "Fixed clauses",
    "still": "Still broken clauses",
    "otherwise": "Clauses that were broken before and are now broken in another way too",
    "unjudged": "Clauses that were judged before and could not be judged now",
    "unreachable": "Codes that can no longer be reached",
    "reachable": "Codes that can be reached now",
    "codes": "Other codes for the same defect",
    "readings": "Readings: legal before and after, but different",
    "text": "Texts of descriptions",
    "shape": "Shape of replies",
    "latency": "Latency",
}
DEFAULT_POLICY: tuple[ChangeClass, ...] = ("broken", "codes", "unreachable")
SLOWER = 2.0
"""Times by which a median must differ before it is called a change: what is less is the day and the
network.
"""
NOTICEABLE_MS = 20.0
"""Milliseconds that it must differ besides."""


class RunChange(Struct, frozen=True, kw_only=True):
    """One change. `subject` a clause, code, defect or setting; `calls` show it, ready to paste,
    where a run has shown them.
    """

    kind: ChangeClass
    subject: str
    before: str = ""
    after: str = ""
    says: str = ""
    calls: tuple[str, ...] = ()
    once: bool = False
    """Seen once only, before or after: too little to rely on."""


class Side(Struct, frozen=True, kw_only=True):
    """What is known of one run: its verdict, its profile, or both. `name` is what the user
    called it.
    """

    name: str
    document: VerdictDocument | None = None
    profile: Mapping[str, Any] | None = None


def changes(old: Side, new: Side) -> list[RunChange]:
    """Everything that differs, by class. What only one of the two runs has seen is no change."""
    found: list[RunChange] = []
    if old.document is not None and new.document is not None:
        found += _clauses(old.document, new.document)
        found += _reached(old.document, new.document)
    if old.profile is not None and new.profile is not None:
        found += [
            *_codes(old.profile, new.profile),
            *_order(old.profile, new.profile),
            *_settings(old.profile, new.profile),
        ]
        found += _latency(old.profile, new.profile)
    return sorted(found, key=lambda change: (CLASSES.index(change.kind), change.subject))


def matters(found: list[RunChange], policy: tuple[ChangeClass, ...]) -> list[RunChange]:
    """The changes that the policy does not let pass."""
    return [change for change in found if change.kind in policy]


# -- clauses and codes -----------------------------------------------------------------------------


def _clauses(old: VerdictDocument, new: VerdictDocument) -> Iterator[RunChange]:
    before = {result.id: result for result in old.clauses}
    for result in new.clauses:
        known = before.get(result.id)
        if known is not None and result.level != "open" and (kind := _turn(known, result)):
            shown = result if result.deviations else known
            yield RunChange(
                kind=kind,
                subject=result.id,
                before=known.verdict,
                after=result.verdict,
                says=_said(shown, result),
                calls=_calls(shown),
            )


def _turn(before: ClauseResult, after: ClauseResult) -> ChangeClass | None:
    was, is_ = before.verdict in {"fail", "waived"}, after.verdict in {"fail", "waived"}
    if is_ and not was:
        return "broken"
    if was and after.verdict == "pass":
        return "fixed"
    if was and is_:
        return "otherwise" if _ways(after) - _ways(before) else "still"
    lost = before.verdict == "pass" and after.verdict in {"not-tested", "not-reached"}
    return "unjudged" if lost else None


def _ways(result: ClauseResult) -> set[tuple[str, str]]:
    return {(deviation.kind, deviation.detail) for deviation in result.deviations}


def _said(shown: ClauseResult, now: ClauseResult) -> str:
    if now.verdict == "not-tested":
        return now.reason
    return shown.deviations[0].summary if shown.deviations else shown.title


def _calls(result: ClauseResult) -> tuple[str, ...]:
    return tuple(call.curl for call in result.deviations[0].calls) if result.deviations else ()


def _reached(old: VerdictDocument, new: VerdictDocument) -> Iterator[RunChange]:
    before = {code.code: code for code in old.codes}
    for code in new.codes:
        known = before.get(code.code)
        if known is None or known.reached == code.reached:
            continue
        instead = ", ".join(f"{value} ({count})" for value, count in code.instead[:4])
        shown = known.witness if known.reached else code.witness
        yield RunChange(
            kind="unreachable" if known.reached else "reachable",
            subject=code.code,
            before="reached" if known.reached else "not reached",
            after=(
                "reached"
                if code.reached
                else f"not reached in {code.tries} tries{f'; instead {instead}' if instead else ''}"
            ),
            says=f"{code.says}; asked for by {known.trigger or code.trigger}",
            calls=(shown.curl,) if shown is not None else (),
        )


# -- profiles --------------------------------------------------------------------------------------


def _codes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[RunChange]:
    before, after = old.get("codes", {}), new.get("codes", {})
    for name in FILE_ORDER:
        if name in before and name in after and before[name] != after[name]:
            kind: ChangeClass = (
                "readings"
                if name in MAY_BE_ACCEPTED and "accept" in (before[name], after[name])
                else "codes"
            )
            yield RunChange(
                kind=kind,
                subject=name,
                before=before[name],
                after=after[name],
                once=_once(name, old, new),
            )


def _once(name: str, *profiles: Mapping[str, Any]) -> bool:
    return any(name in profile.get("learnt", {}).get("seen_once", ()) for profile in profiles)


def _order(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[RunChange]:
    """Pairs of defects of which another one is told now; the codes themselves may be the same as
    ever.
    """
    turned = [
        pair
        for pair in sorted(_pairs(old).keys() & _pairs(new).keys())
        if _pairs(old)[pair] != _pairs(new)[pair]
    ]
    for pair in turned:
        says = f"a call with both is now refused for {_pairs(new)[pair]}"
        yield RunChange(
            kind="readings",
            subject=f"order of {pair}",
            before=_pairs(old)[pair],
            after=_pairs(new)[pair],
            says=says,
        )


def _pairs(profile: Mapping[str, Any]) -> dict[str, str]:
    """Pair of defects to the one that was told, where their codes tell which."""
    codes, learnt = profile.get("codes", {}), profile.get("learnt", {})
    found: dict[str, str] = {}
    for pair, values in {**learnt, **learnt.get("pair", {})}.items():
        names = pair.replace("&", "+").split("+")
        if (
            len(names) == 2
            and isinstance(values, Mapping)
            and all(name in codes for name in names)
            and len({codes[n] for n in names}) == 2
        ):
            told = [
                name
                for name in names
                if codes[name] == max(values, key=lambda value: (values[value], value))
            ]
            found |= {pair: told[0]} if told else {}
    return found


_TABLES: tuple[tuple[str, ChangeClass], ...] = (
    ("readings", "readings"),
    ("query", "readings"),
    ("auth", "readings"),
    ("text", "text"),
    ("reply", "shape"),
)
_NOT_COMPARED = {"reply.delay"}
"""Told of under latency."""


def _settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[RunChange]:
    for table, kind in _TABLES:
        before, after = old.get(table, {}), new.get(table, {})
        for name in sorted(before.keys() | after.keys()):
            both = name in before and name in after
            if (
                f"{table}.{name}" in _NOT_COMPARED
                or before.get(name) == after.get(name)
                or not (both or name in _ALWAYS_SEEN)
            ):
                continue
            yield RunChange(
                kind=kind,
                subject=f"{table}.{name}",
                before=_shown(before.get(name)),
                after=_shown(after.get(name)),
            )
    if items := {
        str(profile.get("order", {}).get("items", "first-kind")) for profile in (old, new)
    }:
        yield from _items(old, new) if len(items) > 1 else ()
    yield from _shapes(old, new)


_ALWAYS_SEEN = {"extra", "headers", "order", "gzip"}
"""Settings whose absence says as much as their presence: every reply would show them."""


def _items(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[RunChange]:
    before, after = (
        str(profile.get("order", {}).get("items", "first-kind")) for profile in (old, new)
    )
    yield RunChange(kind="readings", subject="order.items", before=before, after=after)


def _shapes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[RunChange]:
    """The structure of descriptions, defect by defect."""
    before, after = (profile.get("learnt", {}).get("shape", {}) for profile in (old, new))
    for name in sorted(before.keys() & after.keys()):
        was, is_ = next(iter(before[name])), next(iter(after[name]))
        if was != is_ and was not in after[name] and is_ not in before[name]:
            yield RunChange(
                kind="text",
                subject=f"description of {name}",
                before=was,
                after=is_,
                once=_once(name, old, new),
            )


def _shown(value: object) -> str:
    return (
        "none"
        if value is None
        else ", ".join(map(str, value))
        if isinstance(value, list)
        else str(value)
    )


def _latency(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[RunChange]:
    before, after = (profile.get("learnt", {}).get("latency_ms", {}) for profile in (old, new))
    for name in ("p50", "p90"):
        was, is_ = float(before.get(name, 0)), float(after.get(name, 0))
        if abs(is_ - was) > NOTICEABLE_MS and max(was, is_) > SLOWER * min(was, is_):
            yield RunChange(kind="latency", subject=name, before=f"{was:g} ms", after=f"{is_:g} ms")
