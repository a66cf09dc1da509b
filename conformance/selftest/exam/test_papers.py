"""The exam's own arithmetic: what counts as found, as exact, as a false alarm."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.cli.papers import Paper, figures, in_words

RESULTS = {
    "fault": ("found", "elsewhere", "survived", "broken"),
    "profile": ("conforms", "false-alarm", "unjudged", "broken"),
}
papers = st.sampled_from(sorted(RESULTS)).flatmap(
    lambda kind: st.builds(
        Paper,
        name=st.sampled_from("abcdef"),
        kind=st.just(kind),
        result=st.sampled_from(RESULTS[kind]),
        calls=st.integers(0, 900),
        first_at_call=st.integers(0, 900),
        shortest=st.integers(0, 9),
        beside=st.sampled_from(((), ("effect.concurrent",))),
    )
)


@given(st.lists(papers, max_size=12))
def test_every_paper_counts_once(sat: list[Paper]) -> None:
    sums = figures(sat)
    assert sums.faults + sums.profiles + len(sums.broken) == len(sat)
    assert sums.exact <= sums.right_clause <= sums.found <= sums.faults
    assert sums.found + sum(paper.result == "survived" for paper in sat) == sums.faults
    assert len(sums.false_alarms) + len(sums.unjudged) <= sums.profiles


@given(st.lists(papers, max_size=12))
def test_each_figure_is_said_with_its_denominator(sat: list[Paper]) -> None:
    sums, said = figures(sat), dict(in_words(figures(sat)))
    assert ("faulty servers found" in said) == bool(sums.faults)
    assert ("correct servers failed" in said) == bool(sums.profiles)
    if sums.profiles:
        assert said["correct servers failed"].startswith(
            f"{len(sums.false_alarms)} of {sums.profiles}"
        )


def test_a_clause_beside_the_key_is_not_exact() -> None:
    one = Paper(
        name="a", kind="fault", result="found", failed=("x", "y"), expected=("x",), beside=("y",)
    )
    assert (figures([one]).right_clause, figures([one]).exact) == (1, 0)


def test_a_survivor_is_listed_with_the_reason() -> None:
    survived = Paper(name="values.lenient-json", kind="fault", result="survived")
    assert "8259" in figures([survived]).survivors["values.lenient-json"]
