"""What a command did to the campaigns of a server, and whether that was harm."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Literal

from msgspec import Struct

from conformance.selftest.harm.behaviours import ServerBehaviour
from conformance.selftest.harm.holdings import numbers_of
from conformance.selftest.node.control import Contents

OWN_DIGITS = 12
"""So many digits at least has an own number that may stay in a campaign that was empty."""
FEW_DIGITS = 4
"""A number of fewer digits is also a count: it is named only where it stands as one of a list."""
Verdict = Literal["ok", "named", "HARM", "not tried"]


class CampaignDifference(Struct, frozen=True, kw_only=True):
    """A campaign before and after. `left`: numbers that it did not hold before."""

    campaign: str
    lost: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    reordered: bool = False
    repriced: tuple[str, ...] = ()
    empty_before: bool = False

    @property
    def is_one_in_an_empty(self) -> bool:
        """The campaign was empty and keeps exactly one number that can be an own one: a server lets
        nobody take the last.
        """
        return self.empty_before and len(self.left) == 1 and len(self.left[0]) >= OWN_DIGITS


class HarmJudgement(Struct, frozen=True, kw_only=True):
    """`reasons`: why it is harm, in words."""

    verdict: Verdict
    differences: tuple[CampaignDifference, ...]
    named: bool
    reasons: tuple[str, ...] = ()

    @property
    def lost(self) -> int:
        return sum(len(each.lost) for each in self.differences)

    @property
    def left(self) -> int:
        return sum(len(each.left) for each in self.differences)

    def kept(self, what: Literal["order", "priority"]) -> bool:
        return not any(
            each.reordered if what == "order" else each.repriced for each in self.differences
        )


def differences(before: Contents, after: Contents) -> tuple[CampaignDifference, ...]:
    """Every campaign that is not as it was."""
    found = [_difference(name, before, after) for name in {**before, **after}]
    return tuple(
        each for each in found if each.lost or each.left or each.reordered or each.repriced
    )


def _difference(name: str, before: Contents, after: Contents) -> CampaignDifference:
    old, new = numbers_of(before, name), numbers_of(after, name)
    old_ranks, new_ranks = dict(before.get(name, ())), dict(after.get(name, ()))
    stayed = set(old) & set(new)
    return CampaignDifference(
        campaign=name,
        lost=tuple((Counter(old) - Counter(new)).elements()),
        left=tuple((Counter(new) - Counter(old)).elements()),
        reordered=[each for each in old if each in stayed]
        != [each for each in new if each in stayed],
        repriced=tuple(
            each for each in old if each in stayed and old_ranks[each] != new_ranks[each]
        ),
        empty_before=not old,
    )


def is_named(number: str, said: str) -> bool:
    """Whether a text names a number, whole."""
    if len(number) >= FEW_DIGITS:
        return re.search(rf"(?<![0-9]){number}(?![0-9])", said) is not None
    return (
        re.search(
            rf"(?<![0-9.]){number}(?=[,;.)\]\"'`»]*(\s*$|\s*[,;)\]\"'`»]| and\b| \())", said, re.M
        )
        is not None
    )


def unnamed(found: Collection[CampaignDifference], said: str) -> list[str]:
    """The lost and left numbers that a text does not name."""
    return [
        number
        for each in found
        for number in (*each.lost, *each.left)
        if not is_named(number, said)
    ]


def judged(
    behaviour: ServerBehaviour,
    before: Contents,
    after: Contents,
    *,
    listed: Collection[str],
    said: str,
    code: int,
) -> HarmJudgement:
    """Hold what a server holds afterwards against what it held before and what the command says
    about it.
    """
    found = differences(before, after)
    missing_names = unnamed(found, said)
    reasons = tuple(
        _reasons(behaviour, found, listed=listed, missing_names=missing_names, code=code)
    )
    verdict: Verdict = "HARM" if reasons else "named" if _is_changed(found) else "ok"
    return HarmJudgement(
        verdict=verdict, differences=found, named=not missing_names, reasons=reasons
    )


def _is_changed(found: Collection[CampaignDifference]) -> bool:
    return any(each.lost or (each.left and not each.is_one_in_an_empty) for each in found)


def _reasons(
    behaviour: ServerBehaviour,
    found: Collection[CampaignDifference],
    *,
    listed: Collection[str],
    missing_names: Collection[str],
    code: int,
) -> list[str]:
    reasons = [
        _beyond(each) for each in found if each.campaign not in listed and not behaviour.strays
    ]
    if not behaviour.faulty:
        reasons += [
            _strict(each)
            for each in found
            if each.lost or (each.left and not _may_stay(behaviour, each))
        ]
        reasons += [
            f"{each.campaign} in another order"
            for each in found
            if each.reordered and behaviour.order
        ]
        reasons += [_ranks(each) for each in found if each.repriced and behaviour.priorities]
    if missing_names:
        reasons.append(f"not named: {shortened(missing_names)}")
    if code == 0 and any(each.lost for each in found):
        reasons.append("exit 0 with numbers missing")
    return reasons


def _may_stay(behaviour: ServerBehaviour, difference: CampaignDifference) -> bool:
    return behaviour.stays or difference.is_one_in_an_empty


def _beyond(difference: CampaignDifference) -> str:
    return f"{difference.campaign}, which nobody listed: {_what(difference)}"


def _strict(difference: CampaignDifference) -> str:
    return f"{difference.campaign}: {_what(difference)}"


def _ranks(difference: CampaignDifference) -> str:
    return f"{difference.campaign}: {len(difference.repriced)} with another priority"


def _what(difference: CampaignDifference) -> str:
    parts = [f"lost {shortened(difference.lost)}"] if difference.lost else []
    parts += [f"left {shortened(difference.left)}"] if difference.left else []
    return "; ".join(parts) or ("another order" if difference.reordered else "other priorities")


def shortened(numbers: Collection[str], most: int = 3) -> str:
    """The first numbers, and how many there are."""
    shown = ", ".join(list(numbers)[:most])
    return shown if len(numbers) <= most else f"{shown}, … ({len(numbers)})"


def headline(document: Mapping[str, object]) -> str:
    """What a verdict file says of the run as a whole: all but the clauses, whose programmes name
    every number that was sent.
    """
    told_apart = {"clauses", "codes", "changes", "options", "waivers", "target"}
    return "\n".join(_text(value) for key, value in document.items() if key not in told_apart)


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return "\n".join(f"{key}: {_text(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(_text(each) for each in value)
    return str(value)
