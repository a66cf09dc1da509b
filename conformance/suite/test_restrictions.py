"""Section *Usage Description*: the limit of 100 numbers per call, and the number that must stay."""

import pytest

from conformance.campaigns import Episode, may_be_exact
from conformance.contract import MAX_NUMBERS_PER_CALL
from conformance.exchange import CampaignKey
from conformance.generation.bodies import among_good, filled
from conformance.generation.calls import body_of, delete, items, with_body, with_header
from conformance.session.run import Run


@pytest.mark.check("limit.boundary")
def test_limit_boundary(run: Run) -> None:
    """One call names 99, 100, 101 and more numbers, all of them in the campaign where it can hold
    so many.
    """
    with run.episode() as episode:
        held = episode.hold_at_least(MAX_NUMBERS_PER_CALL + 3)
        run.ledger.learnt.setdefault("open.adding", {})[f"{len(held)} numbers in one campaign"] = 1
        episode.delete(filled(held, MAX_NUMBERS_PER_CALL + 1))
        other = run.campaign_set.keys[
            1 % len(run.campaign_set.keys)
        ]  # the limit holds in every campaign
        episode.delete(filled(held, MAX_NUMBERS_PER_CALL + 2), other)
        episode.delete(filled(held[1:], 300))
        _bad_at_the_end(run, episode, held)
        # what the refused calls left is known, so that the count of the next one can be judged
        episode.look()
        episode.delete(
            held[-MAX_NUMBERS_PER_CALL:] if len(held) > MAX_NUMBERS_PER_CALL else held[:1]
        )
    for size in (99, 98) if run.amounts.promised > 1 else (99,):
        with run.episode() as episode:
            held = episode.hold_at_least(size + 2)
            episode.delete(held[:size] if len(held) > size else held[:1])
    if run.amounts.promised > 1:
        _far_beyond(run)


def _bad_at_the_end(run: Run, episode: Episode, held: list[str]) -> None:
    """As many items as are allowed, all good but the last: a server that looks at the first ones
    only removes the others.
    """
    good = filled(held[1:], MAX_NUMBERS_PER_CALL - 1)
    body = among_good({"accessCode": f"{held[0][:-1]}x"}, good, len(good))
    episode.send(with_body(episode.key, body, base_path=run.campaign_set.base_path))


def _far_beyond(run: Run) -> None:
    """Lists of several hundred numbers, and 101 items that name only 100 numbers (which the
    document leaves open).
    """
    for size in (101, 103, 110, 128, 150, 200, 255, 256, 257, 300, 500, 1000):
        with run.episode() as episode:
            held = episode.hold_at_least(4)
            episode.delete(filled(held[1:], size))
            episode.look()
            episode.delete(held[:1])
    with run.episode() as episode:
        held = episode.hold_at_least(MAX_NUMBERS_PER_CALL + 2)
        repeated = [*held[:MAX_NUMBERS_PER_CALL], held[0]]
        episode.send(delete(episode.key, repeated, base_path=run.campaign_set.base_path))
        episode.look()
        held = episode.hold_at_least(MAX_NUMBERS_PER_CALL + 1)
        episode.delete(held[1 : MAX_NUMBERS_PER_CALL + 1])


@pytest.mark.check("last-number.small")
def test_last_number(run: Run) -> None:
    """Campaigns of many sizes are asked to give up all: at once, one by one, with repetitions, with
    absent numbers.
    """
    sizes = (
        (1, 2, 3, 100)
        if run.amounts.promised == 1
        else (1, 2, 3, 4, 5, 7, 8, 10, 16, 20, 32, 50, 64, 99, 100)
    )
    keys = _exact_keys(run)
    for size in sizes:
        _all_at_once(run, size, keys[size % len(keys)])  # the rule holds in every campaign
    _all_shapes(run)
    for size in (3,) if run.amounts.promised == 1 else (2, 3, 4, 6, 12):
        _one_by_one(run, size)
    _with_repetitions(run)
    _with_absent(run)


def _exact_keys(run: Run) -> list[CampaignKey]:
    """The campaigns that can be given exact contents. Raises OriginalsStay where none can."""
    keys = [key for key in run.campaign_set.keys[:2] if may_be_exact(run.campaign_set, key)]
    if not keys:
        run.campaign_set.need_exact(run.campaign_set.keys[0])
    return keys


def _all_at_once(run: Run, size: int, key: CampaignKey) -> None:
    with run.episode() as episode:
        held = episode.hold_exactly(size, key)
        episode.delete(held[:MAX_NUMBERS_PER_CALL], key)
        if size > 1:
            run.glance(episode, key)
            episode.delete(held[1 : MAX_NUMBERS_PER_CALL + 1], key)


def _all_shapes(run: Run) -> None:
    """The numbers that a campaign is left with have remarkable shapes, and were added once more
    before they are all named.

    Whether adding a number again is served is open; a server that counts it twice believes that one
    would remain.
    """
    with run.episode() as episode:
        shapes = [
            number for number in run.campaign_set.extremes() if number.startswith("0")
        ] or run.campaign_set.extremes()
        episode.hold(shapes[:2], exact=True)
        held = episode.held()
        run.campaign_set.add(episode.key, held[:MAX_NUMBERS_PER_CALL])
        episode.delete(held)
        run.glance(episode)
        episode.delete(held[:1])
        episode.delete(held[1:])


def _one_by_one(run: Run, size: int) -> None:
    with run.episode() as episode:
        for number in episode.hold_exactly(size):
            episode.delete([number])
        left = episode.held()
        episode.delete(left)
        episode.send(
            with_header(
                delete(episode.key, left, base_path=run.campaign_set.base_path), "locale", "en_US"
            )
        )


def _with_repetitions(run: Run) -> None:
    with run.episode() as episode:
        held = episode.hold_exactly(2)
        episode.delete([held[0], held[1], held[0]])
        run.glance(episode)
        episode.delete([*held, *held])
        episode.look()
        one = episode.hold_exactly(1)
        episode.delete([one[0], one[0]])


def _with_absent(run: Run) -> None:
    with run.episode() as episode:
        held = episode.hold_exactly(2)
        absent = run.campaign_set.fresh(3)
        episode.delete([*held, absent[0]])
        run.glance(episode)
        episode.delete([absent[1], held[0], absent[2], held[-1]])
        run.glance(episode)
        value = {"callerNo": [*items(held), {"accessCode": absent[0], "priority": 3}]}
        episode.send(with_body(episode.key, body_of(value), base_path=run.campaign_set.base_path))
