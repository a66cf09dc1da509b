"""From what was seen to what a profile says: codes, order of checks, readings. The most frequent
wins; counts are kept beside it.
"""

from collections.abc import Iterator, Mapping

from conformance.compare.behaviour import OTHERS, Behaviour

ACCEPT = "accept"
SERVED = "served"
_OPEN_NUMBERS = {"number.absent", "number.duplicate"}
FILE_ORDER = (
    "content-type.missing",
    "content-type.other",
    "locale.unknown",
    "vdn-id.not-integer",
    "vdn-id.very-long",
    "vdn-id.out-of-range",
    "campaign-id.not-integer",
    "campaign-id.very-long",
    "campaign-id.out-of-range",
    "query.unknown",
    "body.empty",
    "body.not-json",
    "body.not-object",
    "key.duplicate",
    "member.unknown",
    "member.hour-without-minute",
    "member.minute-without-hour",
    "member.hour-and-minute",
    "caller-no.missing",
    "caller-no.null",
    "caller-no.wrong-type",
    "caller-no.empty",
    "caller-no.too-many",
    "item.null",
    "item.not-object",
    "access-code.missing",
    "access-code.null",
    "access-code.wrong-type",
    "access-code.empty",
    "access-code.very-long",
    "access-code.too-long",
    "access-code.invalid-characters",
    "priority.missing",
    "priority.wrong-type",
    "priority.out-of-range",
    "campaign-id.unknown",
    "campaign-id.other-vdn",
    "number.duplicate",
    "number.absent",
    "number.present",
    "campaign.full",
    "campaign.last-number",
    "adding.refused",
)
"""The names that a profile file knows, in the order in which a server that says nothing else looks
for them.
"""
MAY_BE_ACCEPTED = frozenset(
    name
    for name in FILE_ORDER
    if name.startswith(("member.", "content-type.", "key.", "query.", "locale."))
    or name in _OPEN_NUMBERS
)
"""What the document leaves open. That anything else is served is a deviation, which no profile can
ask for.
"""
OF_ITEMS = ("item.", "access-code.", "priority.")


def codes(behaviour: Behaviour) -> dict[str, str]:
    """The code of each defect that was seen, `accept` where it was served; what a file has no name
    for is left to `learnt`.
    """
    usual = {
        name: value for name in FILE_ORDER if (value := behaviour.usual("code", name)) is not None
    }
    alone = behaviour.usual("code", "number.absent.alone")
    if alone not in {None, SERVED} and usual.get("number.absent") in {None, SERVED}:
        usual["number.absent"] = str(alone)
    told = {name: ACCEPT if value == SERVED else value for name, value in usual.items()}
    return {
        name: value
        for name, value in told.items()
        if value.isdigit() or (value == ACCEPT and name in MAY_BE_ACCEPTED)
    }


def readings(behaviour: Behaviour) -> dict[str, object]:
    """The choices that change what a call does, as far as they were seen."""
    found: dict[str, object] = {}
    found |= _absent(behaviour)
    found |= {"num": meaning} if (meaning := _num(behaviour)) else {}
    found |= _limit(behaviour) | _last_number(behaviour) | _adding(behaviour)
    if method := behaviour.usual("reading", "other_methods"):
        found["other_methods"] = method if method in {"404", "200-code"} else "405"
    statuses = [
        behaviour.usual("status", f"{name}.not-integer") for name in ("vdn-id", "campaign-id")
    ]
    if status := next((each for each in statuses if each), None):
        found["path_not_integer_status"] = int(status)
    return found


def _absent(behaviour: Behaviour) -> dict[str, object]:
    mixed, alone = (
        behaviour.usual("code", "number.absent"),
        behaviour.usual("code", "number.absent.alone"),
    )
    if mixed == SERVED and alone not in {None, SERVED}:
        return {"absent": "refuse-if-none-present"}
    return {}


def _num(behaviour: Behaviour) -> str:
    """The meaning that the most replies allow; `deleted` where several do."""
    votes: dict[str, int] = {}
    for value, times in behaviour.seen("reading", "num").items():
        for meaning in value.split("|"):
            votes[meaning] = votes.get(meaning, 0) + times
    for no_meaning in ("other", OTHERS):
        votes.pop(no_meaning, None)
    preferred = ("deleted", "distinct", "named", "absent")
    return (
        max(votes, key=lambda meaning: (votes[meaning], -preferred.index(meaning))) if votes else ""
    )


def _limit(behaviour: Behaviour) -> dict[str, object]:
    """A hundred and one items that are one number: refused for their count, or not."""
    answer = behaviour.usual("code", "limit.by-items")
    if answer is None:
        return {}
    too_many = answer == behaviour.usual("code", "caller-no.too-many")
    if too_many and answer == behaviour.usual("code", "number.duplicate"):
        return {}
    return {"limit_counts": "items" if too_many else "distinct"}


def _last_number(behaviour: Behaviour) -> dict[str, object]:
    """Whether naming as many as there are is refused like naming them all."""
    last = behaviour.usual("code", "campaign.last-number")
    by_names, by_items = (
        behaviour.usual("code", "last-number.by-names"),
        behaviour.usual("code", "last-number.by-items"),
    )
    if last is None or (by_names is None and by_items is None):
        return {}
    told_names = by_names == last and last != behaviour.usual("code", "number.absent")
    told_items = by_items == last and last != behaviour.usual("code", "number.duplicate")
    if told_items:
        return {"last_number": "named-items"}
    return {"last_number": "named-distinct"} if told_names else {"last_number": "remaining"}


def _adding(behaviour: Behaviour) -> dict[str, object]:
    found: dict[str, object] = {}
    served, refused = _sizes(behaviour, served=True), _sizes(behaviour, served=False)
    if refused and not served:
        found["adding"] = "refused"
    elif (
        served
        and any(how == "without priority" for how, _ in refused)
        and all(how == "with priority" for how, _ in served)
    ):
        found["priority"] = "mandatory"
    with_priority = {
        size
        for how, size in refused
        if how == "with priority" or ("without priority", 2) not in refused
    }
    most = max((size for _, size in served), default=0)
    if served and any(size > most for size in with_priority):
        found["cap"] = most
    if present := behaviour.usual("code", "number.present"):
        found["existing_on_add"] = "ignore" if present == SERVED else "refuse"
    return found


def _sizes(behaviour: Behaviour, *, served: bool) -> set[tuple[str, int]]:
    seen = set()
    for subject, values in behaviour.of("adding").items():
        if subject == OTHERS:
            continue
        how, _, size = subject.partition(", ")
        if any((value == SERVED) == served for value in values):
            seen.add((how, int(size.split()[0])))
    return seen


# -- the order of checks ---------------------------------------------------------------------------


def order(behaviour: Behaviour) -> dict[str, object]:
    """The order of checks as far as pairs show it: nothing where every pair keeps to the order that
    is usual.
    """
    wins = list(winners(behaviour))
    table: dict[str, object] = {}
    if _by_item(list(winners(behaviour, "+"))):
        table["items"] = "first-item"
        wins = [pair for pair in wins if not all(map(_is_item, pair))] + list(
            winners(behaviour, "&")
        )
    places = {name: place for place, name in enumerate(FILE_ORDER)}
    if any(places[before] > places[after] for before, after in wins):
        table["checks"] = _sorted(wins, places)
    return table


def winners(behaviour: Behaviour, joined_by: str = "+&") -> Iterator[tuple[str, str]]:
    """(the one that is told, the other) for each pair whose codes, or whose statuses, differ; `+`
    two places, `&` one item.
    """
    told = codes(behaviour)
    for pair, values in sorted(behaviour.of("pair").items()):
        one, sign, other = _parted(pair)
        if sign not in joined_by or one not in told or other not in told:
            continue
        answers: tuple[str | None, ...] = (
            told[one],
            max(values, key=lambda value: (values[value], value)),
            told[other],
        )
        if told[one] == told[other]:
            answers = (
                behaviour.usual("status", one),
                behaviour.usual("pair-status", pair),
                behaviour.usual("status", other),
            )
        if answers[0] == answers[2]:
            continue
        if answers[1] == answers[0]:
            yield one, other
        elif answers[1] == answers[2]:
            yield other, one


def _parted(pair: str) -> tuple[str, str, str]:
    return pair.partition("&") if "&" in pair else pair.partition("+")


def _by_item(wins: list[tuple[str, str]]) -> bool:
    """Whether two bad items were told of in the order in which they stood, both ways round."""
    return any(
        (after, before) in wins for before, after in wins if _is_item(before) and _is_item(after)
    )


def _is_item(name: str) -> bool:
    return name.startswith(OF_ITEMS)


def _sorted(wins: list[tuple[str, str]], places: Mapping[str, int]) -> list[str]:
    """Those that take part in a pair, each before those that it beats; among equals the usual
    order.
    """
    left = {name for pair in wins for name in pair}
    listed: list[str] = []
    while left:
        free = [
            name
            for name in left
            if not any(after == name and before in left for before, after in wins)
        ]
        following = min(free or left, key=places.__getitem__)
        listed.append(following)
        left.remove(following)
    return listed
