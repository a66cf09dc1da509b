"""What calls do to campaigns, in short programs that a person would write down: remove, repeat, add
again, keep apart.
"""

import pytest

from conformance.generation.calls import delete, delete_as_in_the_example
from conformance.session.run import Run


@pytest.mark.check("state.direct")
def test_state_direct(run: Run) -> None:
    """The documented example, repetition, absent and repeated numbers, numbers alike, and campaigns
    that share numbers.
    """
    for _ in range(run.amounts.promised):
        _example(run)
    _repeatedly(run)
    _places(run)
    _open_points(run)
    _near_misses(run)
    _relatives(run)
    _shared(run)


EXAMPLE_TRIES = 3
"""A kept connection may be closed under the call, which then was not answered for no fault of the
server's.
"""


def _example(run: Run) -> None:
    with run.episode() as episode:
        for _ in range(EXAMPLE_TRIES):
            number = run.campaign_set.of_length(7)
            episode.hold([*episode.hold_at_least(2), number])
            before = len(episode.exchanges)
            episode.send(
                delete_as_in_the_example(episode.key, number, base_path=run.campaign_set.base_path)
            )
            if all(exchange.reply is not None for exchange in episode.exchanges[before:]):
                # else it was sent twice, since its connection had been closed: nobody knows which
                # of the two was served
                return
            episode.look()


def _repeatedly(run: Run) -> None:
    """Deleted, deleted again, added again, deleted again: each time the campaign holds what the
    replies say.
    """
    with run.episode() as episode:
        number, *rest = held = episode.hold_at_least(4)
        episode.delete([number])
        episode.look()
        episode.delete([number])
        episode.hold(held)
        episode.delete(rest[:1])
        episode.hold(held)
        episode.delete([number])
        run.glance(episode)
        episode.delete([number])


def _open_points(run: Run) -> None:
    """Absent numbers alone and beside present ones, numbers named twice: what the server does is
    recorded.
    """
    absent = run.campaign_set.fresh(2)
    with run.episode() as episode:
        held = episode.hold_at_least(6)
        episode.delete(absent[:1])
        episode.delete([held[0], absent[1]])
        episode.look()
        episode.delete([held[1], held[1]])
        run.glance(episode)
        episode.delete([held[2], held[3], held[2]])


def _near_misses(run: Run) -> None:
    """Absent numbers that a careless comparison takes for a present one: none of the present ones
    may go.
    """
    with run.episode() as episode:
        held = episode.hold_at_least(4)
        long = run.campaign_set.of_length(24)
        episode.hold([*held, long])
        misses = [
            miss for miss in _misses(held[0], long) if miss not in held and 0 < len(miss) <= 24
        ]
        for miss in misses if run.campaign_set.held[episode.key].complete else []:
            episode.delete([miss])
            if run.amounts.promised > 1:
                episode.look()
                episode.delete([held[1], miss])
                episode.look()
                held = episode.hold_at_least(4)
        run.glance(episode)
        episode.delete([held[-1]])


def _misses(number: str, long: str) -> list[str]:
    """Numbers that only a comparison of integers, floats, prefixes, suffixes or cut-off columns
    takes for one of these.
    """
    wrapped = int(number) - 2**32 if int(number) > 2**33 else int(number) + 2**32
    last = str((int(long[-1]) + 1) % 10)
    made = [
        "0" + number,
        number[:-1],
        number[1:],
        number + "0",
        number.zfill(24),
        str(wrapped),
        long[:-1] + last,
        long[:16],
    ]
    return list(dict.fromkeys(made))


def _relatives(run: Run) -> None:
    """Numbers that are prefixes of each other, differ by a leading zero or in one digit: each is
    removed alone.
    """
    count = 6 if run.amounts.promised == 1 else 24
    with run.episode() as episode:
        family = run.campaign_set.relatives(count)
        episode.hold([*episode.hold_at_least(2), *family])
        for index, number in enumerate(sorted(family, key=len)):
            episode.delete([number])
            if index % 2:
                episode.look()


def _places(run: Run) -> None:
    """One number and several, taken from the front, the middle and the end of what the campaign
    holds.
    """
    with run.episode() as episode:
        for size in (1, 2, 3) if run.amounts.promised > 1 else (2,):
            for place in (0, 0.5, 1):
                held = episode.hold_at_least(9)
                at = int(place * (len(held) - size))
                episode.delete(held[at : at + size])
                run.glance(episode)


def _shared(run: Run) -> None:
    """Two campaigns hold the same numbers; what is done to one leaves the other whole."""
    if len(run.campaign_set.keys) < 2:
        return
    one, other = run.campaign_set.keys[:2]
    with run.episode(watch=(one, other)) as episode:
        numbers = run.campaign_set.fresh(4)
        for key in (one, other):
            episode.hold([*numbers, *episode.hold_at_least(2, key)], key)
        lacking = [number for number in episode.held(one) if number not in episode.held(other)]
        episode.delete([*numbers[:1], *lacking[:1]], one)
        episode.look(other)
        episode.delete(numbers[1:2], other)
        episode.delete(numbers, one)
        episode.look(other)
        episode.send(delete(other, [numbers[0], numbers[2]], base_path=run.campaign_set.base_path))
