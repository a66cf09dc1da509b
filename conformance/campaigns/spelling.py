"""Own numbers that a server kept in another spelling."""

from collections.abc import Collection, Iterable

SHORTEST_CUT = 15
"""Digits from which a number is taken for the beginning of a longer one that a column cut off."""


def respelt(
    numbers: Iterable[str], own: Collection[str], *, before: Collection[str] = ()
) -> list[str]:
    """Those of some numbers that were not there `before`, and that an own number explains: without
    its leading zeros, or cut off behind its first digits."""
    without_zeros = {number.lstrip("0") or "0" for number in own if number.startswith("0")}
    long = [number for number in own if len(number) > SHORTEST_CUT]
    return [
        number
        for number in numbers
        if number not in before
        and number not in own
        and (
            number in without_zeros
            or (len(number) >= SHORTEST_CUT and any(each.startswith(number) for each in long))
        )
    ]
