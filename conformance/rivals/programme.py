"""Programmes: what a campaign holds at first, and up to five calls."""

from collections.abc import Sequence

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from conformance.exchange import Call
from conformance.generation.deeds import Deed, Stage, catalogue, pairs
from conformance.generation.sizes import in_a_large_campaign, in_any_campaign

MOST_STEPS = 5
SIZES = (2, 3, 5, 8)
"""Numbers in the campaign at first: few enough for the last number to come into play, and all of a family."""
USUAL = 5


class Step(Struct, frozen=True, kw_only=True):
    """A call and the deed that it is."""

    deed: str
    call: Call


class Programme(Struct, frozen=True, kw_only=True):
    """`held`: what the first campaign holds before; the second holds the first two of them."""

    held: tuple[str, ...]
    steps: tuple[Step, ...]


class Author:
    """Writes programmes for one stage, whose present numbers are the cast. `crowd` are further numbers, for a large campaign."""

    def __init__(self, stage: Stage, crowd: Sequence[str] = ()) -> None:
        self._stage = stage
        self._crowd = tuple(crowd)
        self._deeds = [*catalogue(stage), *in_any_campaign()]
        self._common = [place for place, deed in enumerate(self._deeds) if deed.behaviour.startswith(("naming", "adding", "a look"))]

    def singles(self) -> list[Programme]:
        """Every deed alone; ways to name numbers also in the smallest campaign and in the largest."""
        made = [self._alone(deed, USUAL) for deed in self._deeds]
        naming = [deed for deed in self._deeds if deed.behaviour.startswith("naming")]
        return made + [self._alone(deed, size) for size in (2, 8) for deed in naming]

    def large(self) -> list[Programme]:
        """What only a large campaign shows: as many numbers as one call may name, and more."""
        stage = replace(self._stage, present=(*self._stage.present, *self._crowd))
        wholes = in_a_large_campaign() if self._crowd else ()
        return [
            Programme(held=stage.present, steps=tuple(Step(deed=deed.name, call=deed.make(stage)) for deed in deeds)) for deeds in wholes
        ]

    def pairs(self) -> list[Programme]:
        """Two defects at once: which of them is told."""
        return [self._alone(deed, USUAL) for deed in pairs(self._stage)]

    def _alone(self, deed: Deed, size: int) -> Programme:
        held = self._stage.present[:size]
        return Programme(held=held, steps=(self._step(deed, held, 0),))

    def sequences(self) -> st.SearchStrategy[Programme]:
        """Two to five deeds on changing numbers; two thirds of them name numbers or add them."""
        common, any_ = st.sampled_from(self._common), st.integers(0, len(self._deeds) - 1)
        step = st.tuples(st.one_of(common, common, any_), st.integers(0, 7))
        return st.builds(self._sequence, st.sampled_from(SIZES), st.lists(step, min_size=2, max_size=MOST_STEPS))

    def _sequence(self, size: int, drawn: Sequence[tuple[int, int]]) -> Programme:
        held = self._stage.present[:size]
        return Programme(held=held, steps=tuple(self._step(self._deeds[place], held, turn) for place, turn in drawn))

    def _step(self, deed: Deed, held: tuple[str, ...], turn: int) -> Step:
        """The deed with the held numbers turned by so many places, so that each of them is named first now and then."""
        at = turn % len(held)
        padded = (*held[at:], *held[:at], *self._stage.absent[len(self._stage.absent) - max(0, 3 - len(held)) :])
        turned = replace(self._stage, present=padded[: max(3, len(held))])
        return Step(deed=deed.name, call=deed.make(turned if _needs_three(deed) else _exactly(turned, len(held))))


def _needs_three(deed: Deed) -> bool:
    return deed.behaviour == "naming two numbers"


def _exactly(stage: Stage, size: int) -> Stage:
    return replace(stage, present=stage.present[:size])
