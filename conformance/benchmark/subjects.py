"""What is measured: each subject does one unit of its work and says how many calls, or cases, that
was.
"""

import itertools
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from conformance.benchmark.bench_run import Benched
from conformance.exchange import Call
from conformance.generation.calls import delete
from conformance.generation.drawing import bad_lists
from conformance.generation.exploring import explore
from conformance.generation.fuzzing import Draft, Mode, drafts
from conformance.session.amounts import STANDARD
from conformance.session.run import Run
from conformance.suite import (
    test_fuzz,
    test_method_and_uri,
    test_request,
    test_restrictions,
    test_state,
)

SENDINGS = 50
"""Calls of one unit where a unit is one call after another."""
CASES = 40
"""Generated cases of one unit."""
PRESENT = ["5245241", "5245242", "5245243", "5245244", "5245245", "5245246", "5245247"]


class Subject(Struct, frozen=True, kw_only=True):
    """`unit` does some work and gives the number of calls, or of cases where nothing is sent (`per`
    says which).

    `cases`: how many generated cases one unit of calls holds, where that is what limits it.
    """

    name: str
    unit: Callable[[], int]
    per: str = "call"
    cases: int = 0


def subjects(
    bench: Benched, send_bare: Callable[[], None], *, episodes: int = STANDARD.machine_episodes
) -> list[Subject]:
    """All subjects, the yardstick first. `episodes`: of the state machine in one unit."""
    call = yardstick(bench)
    return [
        Subject(name="bare httpx.Client", unit=lambda: _times(send_bare)),
        Subject(name="our transport", unit=lambda: _times(lambda: bench.transport.send(call))),
        Subject(
            name="state machine",
            unit=_of_checks(
                bench, "state.machine", test_state.test_state_machine, machine_episodes=episodes
            ),
        ),
        Subject(
            name="defect tests",
            unit=_of_checks(
                bench,
                "body.defects",
                test_request.test_body_defects,
                test_method_and_uri.test_ids,
                test_restrictions.test_limit_boundary,
                forms=6,
                bodies=40,
            ),
        ),
        Subject(
            name="schemathesis coverage",
            unit=_of_checks(bench, "fuzz.coverage", test_fuzz.test_coverage),
        ),
        Subject(
            name="schemathesis fuzz, inline",
            unit=_of_checks(
                bench,
                "fuzz.inline",
                test_fuzz.test_fuzz_positive,
                test_fuzz.test_fuzz_negative,
                fuzz=CASES // 2,
            ),
            cases=CASES,
        ),
        Subject(name="generation: our lists", unit=_drawn_lists(), per="case"),
        Subject(name="generation: schemathesis", unit=_drawn_drafts(), per="case"),
    ]


def yardstick(bench: Benched) -> Call:
    """The call of the bare client and of the transport alone: one number that the campaign does not
    hold.
    """
    return delete(
        bench.run.campaign_set.keys[0], ["52452410000"], base_path=bench.run.campaign_set.base_path
    )


def _times(send: Callable[[], object]) -> int:
    for _ in range(SENDINGS):
        send()
    return SENDINGS


def _of_checks(
    bench: Benched, name: str, *checks: Callable[[Run], None], **amounts: int
) -> Callable[[], int]:
    """A unit that is whole checks of the suite, with another seed each time."""
    seeds = itertools.count(bench.run.seed)

    def unit() -> int:
        run, before = bench.run, bench.transport.requests
        run.seed, run.amounts = next(seeds), replace(run.amounts, **amounts)
        run.begin(name)
        for check in checks:
            check(run)
        return bench.transport.requests - before

    return unit


def _drawn_lists() -> Callable[[], int]:
    seeds = itertools.count()

    def unit() -> int:
        made: list[bytes] = []
        explore(
            bad_lists(),
            lambda bad: made.append(bad.body(PRESENT)),
            examples=CASES,
            seed_with=next(seeds),
        )
        return len(made)

    return unit


def _drawn_drafts() -> Callable[[], int]:
    seeds = itertools.count()

    def unit() -> int:
        made: list[Draft] = []
        modes: tuple[Mode, Mode] = ("positive", "negative")
        for mode in modes:
            explore(drafts(mode), made.append, examples=CASES // 2, seed_with=next(seeds))
        for draft in made:
            draft((1, 1001), PRESENT, "")
        return len(made)

    return unit
