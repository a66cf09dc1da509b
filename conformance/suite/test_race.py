"""Calls at the same time: replies and contents must be those of some order."""

import random

import pytest

from conformance.campaigns import Episode, may_be_exact
from conformance.exchange import Call
from conformance.generation.calls import add, delete
from conformance.session.run import Run


@pytest.mark.check("race.bursts")
def test_bursts(run: Run) -> None:
    """Bursts of 2 to 8 calls: the last numbers from two sides, overlapping and complementary sets,
    deletions beside additions.
    """
    if run.concurrency < 2:
        pytest.skip("the target file allows no concurrency")
    chance = run.random()
    for index in range(run.amounts.bursts):
        width = min(run.concurrency, (2, 4, 8, 3, 6, 5, 7)[index % 7])
        kinds = BURSTS if may_be_exact(run.campaign_set, run.campaign_set.keys[0]) else BESIDE
        kind = kinds[index % len(kinds)]
        with run.episode() as episode:
            episode.burst(kind(run, episode, max(2, width), chance))


def _sides(run: Run, episode: Episode, width: int, _: random.Random) -> list[Call]:
    """As many numbers as calls, each call names one: exactly one must be refused."""
    held = episode.hold_exactly(width)
    return [delete(episode.key, [number], base_path=run.campaign_set.base_path) for number in held]


def _halves(run: Run, episode: Episode, width: int, _: random.Random) -> list[Call]:
    """Complementary sets: together they would empty the campaign."""
    held = episode.hold_exactly(width * 3)
    return [
        delete(episode.key, held[part::width], base_path=run.campaign_set.base_path)
        for part in range(width)
    ]


def _overlapping(run: Run, episode: Episode, width: int, chance: random.Random) -> list[Call]:
    """Sets drawn from few numbers."""
    held = episode.hold_at_least(8)
    return [
        delete(
            episode.key,
            chance.sample(held, chance.randint(1, 5)),
            base_path=run.campaign_set.base_path,
        )
        for _ in range(width)
    ]


def _distinct(run: Run, episode: Episode, width: int, _: random.Random) -> list[Call]:
    """Different numbers of a campaign that holds more: all must be served, and all must be gone."""
    held = episode.hold_at_least(width * 2 + 2)
    return [
        delete(episode.key, held[index * 2 : index * 2 + 2], base_path=run.campaign_set.base_path)
        for index in range(width)
    ]


def _with_additions(run: Run, episode: Episode, width: int, _: random.Random) -> list[Call]:
    """Deletions beside additions of other numbers: none may be lost."""
    held = episode.hold_at_least(width + 2)
    new = run.campaign_set.fresh(width)
    calls = []
    for index in range(width):
        if index % 2:
            calls.append(
                add(
                    episode.key,
                    [new[index]],
                    base_path=run.campaign_set.base_path,
                    priority=run.campaign_set.priority,
                )
            )
            run.campaign_set.added.setdefault(episode.key, set()).add(new[index])
        else:
            calls.append(delete(episode.key, [held[index]], base_path=run.campaign_set.base_path))
    return calls


def _same(run: Run, episode: Episode, width: int, _: random.Random) -> list[Call]:
    """The same call several times."""
    held = episode.hold_at_least(5)
    return [delete(episode.key, held[:2], base_path=run.campaign_set.base_path)] * width


BESIDE = (_distinct, _with_additions, _overlapping, _same)
"""Those that need no exact contents."""
BURSTS = (_sides, _distinct, _with_additions, _halves, _overlapping, _same)
