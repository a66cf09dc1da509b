"""What the strategies of the suite really give, drawn as a run draws it."""

from typing import TypeVar

from hypothesis import strategies as st

from conformance.generation.exploring import explore

Value = TypeVar("Value")


def drawn_from(strategy: st.SearchStrategy[Value], examples: int, seed: object = 1) -> list[Value]:
    """So many values."""
    made: list[Value] = []
    explore(strategy, made.append, examples=examples, seed_with=seed)
    return made
