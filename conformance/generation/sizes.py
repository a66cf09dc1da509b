"""Deeds in which only sizes matter: how many digits a number has, how many numbers are named, how many a campaign holds.

They are apart from the catalogue, since a run tries sizes in its own ways; a comparison has nothing else to find them with.
"""

from collections.abc import Callable, Iterator
from functools import partial

from conformance.exchange import Call
from conformance.generation.calls import delete
from conformance.generation.deeds import Deed, Stage

LARGE = 130
"""Numbers in a large campaign: more than one call may name, so that it takes two to empty it."""
LENGTHS = (1, 2, 3, 23, 24)
BATCHES = (3, 4, 6)

_Choice = Callable[[Stage], list[str]]


def in_any_campaign() -> list[Deed]:
    """Numbers of remarkable lengths, which are never there; and a few of the present ones."""
    absent = [Deed(behaviour=f"naming an absent number of {length} digit(s)", make=partial(_absent, length)) for length in LENGTHS]
    return absent + [Deed(behaviour=f"naming {count} numbers", make=partial(_some, count)) for count in BATCHES]


def _absent(length: int, stage: Stage) -> Call:
    """The first number of this length that nobody has: all sevens but for the end."""
    taken = {*stage.present, *stage.absent}
    number = next(made for end in range(10) if (made := ("7" * length)[:-1] + str((7 + end) % 10)) not in taken)
    return delete(stage.key, [number], base_path=stage.base_path)


def _some(count: int, stage: Stage) -> Call:
    """All but the last where there are fewer: the last number is another deed's."""
    return delete(stage.key, stage.present[: min(count, len(stage.present) - 1)], base_path=stage.base_path)


def in_a_large_campaign() -> Iterator[tuple[Deed, ...]]:
    """Sequences of one or two deeds, for a stage whose present numbers are those of a large campaign."""
    for count in (1, 51, 99, 100, 101):
        yield (_of_many(f"{count} number(s)", lambda stage, count=count: list(stage.present[:count])),)  # type: ignore[misc]  # binds the loop variable
    yield (_of_many("an absent number", lambda stage: list(stage.absent[:1])),)
    hundred = _of_many("100 number(s)", lambda stage: list(stage.present[:100]))
    yield hundred, _of_many("all that are left", lambda stage: list(stage.present[100:]))
    yield hundred, _of_many("all but one that are left", lambda stage: list(stage.present[101:]))


def _of_many(what: str, choose: _Choice) -> Deed:
    def make(stage: Stage) -> Call:
        return delete(stage.key, choose(stage), base_path=stage.base_path)

    return Deed(behaviour=f"of many, naming {what}", make=make)
