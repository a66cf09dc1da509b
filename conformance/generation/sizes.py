"""Calls in which only sizes matter: how many digits a number has, how many numbers are named, how
many a campaign holds.

They are apart from the catalogue, since a run tries sizes in its own ways; a comparison has nothing
else to find them with.
"""

from collections.abc import Callable, Iterator
from functools import partial

from conformance.exchange import Call
from conformance.generation.calls import delete
from conformance.generation.named_calls import CallContext, NamedCall

LARGE = 130
"""Numbers in a large campaign: more than one call may name, so that it takes two to empty it."""
LENGTHS = (1, 2, 3, 23, 24)
BATCHES = (3, 4, 6)

_Choice = Callable[[CallContext], list[str]]


def in_any_campaign() -> list[NamedCall]:
    """Numbers of remarkable lengths, which are never there; and a few of the present ones."""
    absent = [
        NamedCall(
            behaviour=f"naming an absent number of {length} digit(s)", make=partial(_absent, length)
        )
        for length in LENGTHS
    ]
    return absent + [
        NamedCall(behaviour=f"naming {count} numbers", make=partial(_some, count))
        for count in BATCHES
    ]


def _absent(length: int, context: CallContext) -> Call:
    """The first number of this length that nobody has: all sevens but for the end."""
    taken = {*context.present, *context.absent}
    number = next(
        made
        for end in range(10)
        if (made := ("7" * length)[:-1] + str((7 + end) % 10)) not in taken
    )
    return delete(context.key, [number], base_path=context.base_path)


def _some(count: int, context: CallContext) -> Call:
    """All but the last where there are fewer: the last number is another call's."""
    return delete(
        context.key,
        context.present[: min(count, len(context.present) - 1)],
        base_path=context.base_path,
    )


def in_a_large_campaign() -> Iterator[tuple[NamedCall, ...]]:
    """Sequences of one or two calls, for a context whose present numbers are those of a large
    campaign.
    """
    for count in (1, 51, 99, 100, 101):
        yield (_of_many(f"{count} number(s)", partial(_first, count)),)
    yield (_of_many("an absent number", lambda context: list(context.absent[:1])),)
    hundred = _of_many("100 number(s)", lambda context: list(context.present[:100]))
    yield hundred, _of_many("all that are left", lambda context: list(context.present[100:]))
    yield (
        hundred,
        _of_many("all but one that are left", lambda context: list(context.present[101:])),
    )


def _first(count: int, context: CallContext) -> list[str]:
    return list(context.present[:count])


def _of_many(what: str, choose: _Choice) -> NamedCall:
    def make(context: CallContext) -> Call:
        return delete(context.key, choose(context), base_path=context.base_path)

    return NamedCall(behaviour=f"of many, naming {what}", make=make)
