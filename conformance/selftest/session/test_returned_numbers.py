"""A number that was deleted and is there again later is found, also where an episode's end lies
between; what was added again is not.
"""

from conformance.exchange import CampaignKey
from conformance.selftest.compare.scene import HELD, campaign_set
from conformance.session.amounts import QUICK
from conformance.session.run import Run

KEY: CampaignKey = (1, 1001)
CALLS = 50


def came_back(run: Run) -> list[str]:
    return [
        key for key in run.ledger.deviations if key.startswith("effect.removes-named|came-back")
    ]


def delete_and_look_later(run: Run) -> None:
    with run.episode() as episode:
        held = [number for number in episode.hold_at_least(8) if number not in HELD[KEY]]
        episode.delete(held[:2])
    assert not came_back(run)
    with run.episode() as episode:
        for _ in range(CALLS):
            episode.look()


def test_a_number_that_comes_back_in_a_later_episode_is_found_with_the_calls_that_show_it() -> None:
    with campaign_set(None, "state.undone-much-later") as made:
        run = Run(made, QUICK, seed=1)
        delete_and_look_later(run)
        (key,) = came_back(run)
        program = run.ledger.deviations[key].finding.program
        assert program[0].call.method == "DELETE"
        assert program[-1].call.method == "GET"
        assert len(program) <= 3


def test_what_stays_away_is_no_finding() -> None:
    with campaign_set() as made:
        run = Run(made, QUICK, seed=1)
        delete_and_look_later(run)
        assert not run.ledger.deviations


def test_what_was_added_once_more_is_no_finding() -> None:
    with campaign_set() as made:
        run = Run(made, QUICK, seed=1)
        with run.episode() as episode:
            held = [number for number in episode.hold_at_least(8) if number not in HELD[KEY]]
            episode.delete(held[:2])
        made.add(KEY, held[:2])
        with run.episode() as episode:
            episode.look()
        assert set(held) <= made.held[KEY].numbers
        assert not run.ledger.deviations
