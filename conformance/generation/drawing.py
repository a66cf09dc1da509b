"""Strategies for whole calls: lists with bad items among good ones, several defects at once,
hostile texts.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from msgspec import Struct

from conformance.generation.bodies import BAD_ITEMS, BODY_FORMS
from conformance.generation.calls import body_of, items

Value = TypeVar("Value")
PLACES = ("first", "middle", "last")


def batched(values: Sequence[Value], size: int) -> Iterator[Sequence[Value]]:
    """The values in groups of at most `size`, in order."""
    return (values[start : start + size] for start in range(0, len(values), size))


class BadList(Struct, frozen=True, kw_only=True):
    """A list of `good` present numbers with bad items: (defect, form, place) each; with `others`
    defects of the list beside.
    """

    good: int
    bad: tuple[tuple[str, int, str], ...]

    def body(self, present: list[str]) -> bytes:
        """The body, made from numbers that the campaign holds (more than `good`: the rest is used
        in bad items).
        """
        listed: list[Any] = list(items(present[: self.good]))
        spare = present[self.good :] or present
        for defect, form, place in self.bad:
            makers = BAD_ITEMS[defect]
            item = makers[form % len(makers)](spare[form % len(spare)])
            at = {"first": 0, "middle": len(listed) // 2, "last": len(listed)}[place]
            listed.insert(at, item)
        return body_of({"callerNo": listed})


def each_bad_item() -> Iterator[BadList]:
    """Each defect of an item once, beside good items: last, in the middle, first, in turn."""
    for index, defect in enumerate(sorted(BAD_ITEMS)):
        yield BadList(good=3, bad=((defect, 0, PLACES[2 - index % 3]),))


def bad_lists() -> st.SearchStrategy[BadList]:
    """One bad item mostly, two in a third of the cases; first, in the middle, last among 0 to 5
    good ones.
    """
    one = st.tuples(st.sampled_from(sorted(BAD_ITEMS)), st.integers(0, 63), st.sampled_from(PLACES))
    return st.builds(
        lambda good, first, second, both: BadList(
            good=good, bad=(first, second) if both == 0 else (first,)
        ),
        st.sampled_from((0, 1, 2, 3, 5)),
        one,
        one,
        st.integers(0, 2),
    )


class Anything(Struct, frozen=True, kw_only=True):
    """Any form of any defect of the body."""

    defect: str
    form: int

    def body(self, present: list[str]) -> bytes:
        """The body, made from numbers that the campaign holds."""
        forms = BODY_FORMS[self.defect]
        return forms[self.form % len(forms)](present)


def any_defect() -> st.SearchStrategy[Anything]:
    """A defect and one of its forms."""
    return st.builds(Anything, defect=st.sampled_from(sorted(BODY_FORMS)), form=st.integers(0, 63))


json_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=30),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
"""Any JSON value, small."""
