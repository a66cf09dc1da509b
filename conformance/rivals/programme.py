"""Programmes: what a campaign holds at first, and up to five calls."""

from collections.abc import Sequence

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from conformance.exchange import Call
from conformance.generation.named_calls import CallContext, NamedCall, catalogue, pairs
from conformance.generation.sizes import in_a_large_campaign, in_any_campaign

MOST_STEPS = 5
SIZES = (2, 3, 5, 8)
"""Numbers in the campaign at first: few enough for the last number to come into play, and all of a
family.
"""
USUAL = 5


class ProgrammeStep(Struct, frozen=True, kw_only=True):
    """A call, and its name in the catalogue."""

    named_call: str
    call: Call


class Programme(Struct, frozen=True, kw_only=True):
    """`held`: what the first campaign holds before; the second holds the first two of them."""

    held: tuple[str, ...]
    steps: tuple[ProgrammeStep, ...]


class Author:
    """Writes programmes in one context, whose present numbers are named. `crowd` are further
    numbers, for a large campaign.
    """

    def __init__(self, context: CallContext, crowd: Sequence[str] = ()) -> None:
        self._context = context
        self._crowd = tuple(crowd)
        self._named_calls = [*catalogue(context), *in_any_campaign()]
        self._common = [
            place
            for place, named_call in enumerate(self._named_calls)
            if named_call.behaviour.startswith(("naming", "adding", "a look"))
        ]

    def singles(self) -> list[Programme]:
        """Every named call alone; ways to name numbers also in the smallest campaign and in the
        largest.
        """
        made = [self._alone(named_call, USUAL) for named_call in self._named_calls]
        naming = [
            named_call
            for named_call in self._named_calls
            if named_call.behaviour.startswith("naming")
        ]
        return made + [self._alone(named_call, size) for size in (2, 8) for named_call in naming]

    def large(self) -> list[Programme]:
        """What only a large campaign shows: as many numbers as one call may name, and more."""
        context = replace(self._context, present=(*self._context.present, *self._crowd))
        wholes = in_a_large_campaign() if self._crowd else ()
        return [
            Programme(
                held=context.present,
                steps=tuple(
                    ProgrammeStep(named_call=named_call.name, call=named_call.make(context))
                    for named_call in named_calls
                ),
            )
            for named_calls in wholes
        ]

    def pairs(self) -> list[Programme]:
        """Two defects at once: which of them is told."""
        return [self._alone(named_call, USUAL) for named_call in pairs(self._context)]

    def _alone(self, named_call: NamedCall, size: int) -> Programme:
        held = self._context.present[:size]
        return Programme(held=held, steps=(self._step(named_call, held, 0),))

    def sequences(self) -> st.SearchStrategy[Programme]:
        """Two to five named calls on changing numbers; two thirds of them name numbers or add
        them.
        """
        common, any_ = st.sampled_from(self._common), st.integers(0, len(self._named_calls) - 1)
        step = st.tuples(st.one_of(common, common, any_), st.integers(0, 7))
        return st.builds(
            self._sequence, st.sampled_from(SIZES), st.lists(step, min_size=2, max_size=MOST_STEPS)
        )

    def _sequence(self, size: int, drawn: Sequence[tuple[int, int]]) -> Programme:
        held = self._context.present[:size]
        return Programme(
            held=held,
            steps=tuple(self._step(self._named_calls[place], held, turn) for place, turn in drawn),
        )

    def _step(self, named_call: NamedCall, held: tuple[str, ...], turn: int) -> ProgrammeStep:
        """The call with the held numbers turned by so many places, so that each of them is named
        first now and then.
        """
        at = turn % len(held)
        padded = (
            *held[at:],
            *held[:at],
            *self._context.absent[len(self._context.absent) - max(0, 3 - len(held)) :],
        )
        turned = replace(self._context, present=padded[: max(3, len(held))])
        return ProgrammeStep(
            named_call=named_call.name,
            call=named_call.make(
                turned if _needs_three(named_call) else _exactly(turned, len(held))
            ),
        )


def _needs_three(named_call: NamedCall) -> bool:
    return named_call.behaviour == "naming two numbers"


def _exactly(context: CallContext, size: int) -> CallContext:
    return replace(context, present=context.present[:size])
