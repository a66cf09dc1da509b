"""What is tried with own numbers before it is relied on: adding, looking, deleting, adding again.

Nothing of the user's is named here. What the rehearsal finds out is written to the campaign set:
whether numbers can be added (and added again), how looks write numbers, how many seconds after a
change a look shows it, and which priority is kept.
"""

import time
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from conformance.campaigns.campaign_set import CampaignSet, chunks
from conformance.exchange import CampaignKey, Exchange
from conformance.oracle import answer_of, digit_runs, learn_form, look_value

DEFAULT_PRIORITY = 3
"""Sent with added numbers only after a server has refused to add without (edition 2025-11: 1 to 5).
"""
OTHER_PRIORITIES = (2, 4)
"""Two that differ from the usual one: which of them a look shows tells whether priority is kept."""
WAITS = (0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds before each further look at something that is not shown yet: a read replica lags by some
hundred milliseconds, a queue by a few seconds."""
MARGIN, LEAST_SETTLE = 1.5, 0.1
"""A delay that was seen is not the longest there is: so much is added to it."""


class _Waiting:
    """Looks at a campaign until it shows what was changed, and keeps the longest delay."""

    def __init__(self, campaign_set: CampaignSet, key: CampaignKey, given: float | None) -> None:
        self.campaign_set = campaign_set
        self.key = key
        self.last: Exchange | None = None
        self.delay = 0.0
        self._waits = WAITS if given is None else (given, given)

    def until(self, shows: Callable[[Exchange], bool]) -> bool:
        """Whether a look shows it in time."""
        begun = time.perf_counter()
        for place, wait in enumerate(self._waits):
            if wait:
                self.campaign_set.sleep(wait)
            asked = time.perf_counter() - begun
            self.last = self.campaign_set.ask(self.key)
            if shows(self.last):
                self.delay = max(self.delay, asked if place else 0.0)
                return True
        return False

    def beside(self, key: CampaignKey, shows: Callable[[Exchange], bool]) -> bool:
        """Whether looks at another campaign show it each time, and can be read: one may be
        stale.
        """
        looks = []
        for wait in (0.0, *self._waits[-3:]):
            self.campaign_set.sleep(wait)
            looks.append(self.campaign_set.ask(key))
            if not shows(looks[-1]):
                return False
        return any(look_value(answer_of(look)) is not None for look in looks)

    @property
    def settle(self) -> float:
        """Seconds after which a change is surely shown; 0 where the first look showed each."""
        return self.delay * MARGIN + LEAST_SETTLE if self.delay else 0.0


def rehearse(
    campaign_set: CampaignSet, key: CampaignKey, first: Exchange, *, settle: float | None
) -> None:
    """Try everything on one campaign with own numbers. `first`: its first look; `settle`: given."""
    numbers = campaign_set.fresh(2)
    added, sent = _try_adding(
        campaign_set, key, numbers, may_show_priorities=_may_show_priorities(first)
    )
    waiting = _Waiting(campaign_set, key, settle)
    appeared = _await_numbers(waiting, first, numbers)
    if not added and not appeared:
        campaign_set.can_add = False
        return
    campaign_set.can_add = True
    _learn_form(campaign_set, waiting, first, numbers, sent)
    shown = [number for number in numbers if _shows(waiting, number)]
    campaign_set.shows_several = len(shown) > 1
    if numbers[-1] in shown:  # all are shown, or the last: what is added again comes into sight
        _rehearse_in_sight(campaign_set, waiting, shown)
    else:  # looks show one number or none: whether it is back, replies must tell
        campaign_set.readds = _readds_by_replies(campaign_set, key, numbers[0], added=True)
    campaign_set.settle = settle if settle is not None else waiting.settle


def rehearse_readding(campaign_set: CampaignSet, key: CampaignKey, beside: CampaignKey) -> bool:
    """Whether a number deleted in this campaign can be added again; tried with an own number that
    another campaign holds too, which must not lose it."""
    if campaign_set.shows != "all":
        return _readds_by_replies(campaign_set, key, campaign_set.fresh(1)[0])
    number = next(iter(sorted(campaign_set.own(beside))), "") or campaign_set.fresh(1)[0]
    shared = number in campaign_set.held[beside].numbers
    waiting = _Waiting(campaign_set, key, campaign_set.settle or None)
    campaign_set.add(key, [number])
    readds = waiting.until(lambda look: number in digit_runs(answer_of(look))) and _readds_in_sight(
        campaign_set, waiting, number
    )
    if shared and waiting.beside(beside, lambda look: number not in digit_runs(answer_of(look))):
        campaign_set.deletes_elsewhere = True
        campaign_set.borrowing_ended = (
            f"a number deleted in campaign {key[1]} vanished from campaign {beside[1]} as well, and"
            " others may hold the same numbers: only long numbers of the run's own are named"
        )
    return readds


CYCLES = 2
"""Times that an original is taken out and put back at most: in a trial, then for the checks."""


def rehearse_shapes(campaign_set: CampaignSet, key: CampaignKey) -> str:
    """Why numbers such as this campaign's can't be put back; empty where own numbers of their
    lengths, with as many leading zeros and each priority, came back as often as they will have to.
    """
    alike = _alike(campaign_set, key)
    if alike is None:
        return f"no number is free that is as short as some of campaign {key[1]}"
    if not alike:
        return ""
    campaign_set.announce(list(alike))
    if campaign_set.shows != "all":
        back = all(_readds_by_replies(campaign_set, key, number) for number in alike)
    else:
        back = all(_comes_back(campaign_set, key, alike) for _ in range(CYCLES + 1))
    if not back:
        return (
            f"own numbers of the lengths and priorities of campaign {key[1]} did not come back as"
            " they were when they were deleted and added again"
        )
    campaign_set.shapes |= {_shape(number, priority) for number, priority in alike.items()}
    return ""


def _shape(number: str, priority: int | None) -> tuple[int, int, int | None]:
    return len(number), len(number) - len(number.lstrip("0")), priority


def _alike(campaign_set: CampaignSet, key: CampaignKey) -> dict[str, int | None] | None:
    """Own numbers with their priorities, one of each shape that was not tried yet."""
    found: dict[str, int | None] = {}
    known = set(campaign_set.shapes)
    for number, priority in campaign_set.in_order[key]:
        if _shape(number, priority) not in known:
            like = campaign_set.pool.shaped_like(number)
            if like is None:
                return None
            found[like] = priority
            known.add(_shape(number, priority))
    return found


def _comes_back(
    campaign_set: CampaignSet, key: CampaignKey, alike: Mapping[str, int | None]
) -> bool:
    """Add own numbers, see them with their priorities, and delete them; whether that could be
    seen.
    """
    numbers = list(alike)
    for chunk in chunks(numbers):
        campaign_set.add(key, chunk, dict(alike))
    look = campaign_set.read(campaign_set.ask(key))
    shown = dict(look.pairs) if look is not None and look.whole else {}
    for chunk in chunks(numbers):
        campaign_set.delete(key, chunk)
    wanted = {
        number: campaign_set.priority if priority is None else priority
        for number, priority in alike.items()
    }
    shows = campaign_set.look_form is not None and campaign_set.look_form.shows_priority
    return all(
        number in shown and (not shows or shown[number] == priority)
        for number, priority in wanted.items()
    )


# -- adding ---------------------------------------------------------------------------------------


def _try_adding(
    campaign_set: CampaignSet,
    key: CampaignKey,
    numbers: Sequence[str],
    *,
    may_show_priorities: bool,
) -> tuple[bool, dict[str, int]]:
    """Add fresh numbers, with a priority if the server asks for one; whether it says it did, and
    the priorities that were sent.

    Where looks may show priorities one number gets one, to learn how both are written.
    """
    given = (
        [campaign_set.priority] if campaign_set.priority is not None else [None, DEFAULT_PRIORITY]
    )
    tries: list[tuple[int | None, dict[str, int | None]]] = [(priority, {}) for priority in given]
    if may_show_priorities:
        tries.insert(0, (given[0], {numbers[-1]: OTHER_PRIORITIES[0]}))
    for campaign_set.priority, own in tries:
        campaign_set.refusal = campaign_set.add(key, numbers, own)
        if answer_of(campaign_set.refusal).outcome == "served":
            break
    sent = {number: own.get(number, campaign_set.priority) for number in numbers}
    added = (
        answer_of(campaign_set.refusal).outcome == "served"
        if campaign_set.refusal is not None
        else False
    )
    return added, {number: priority for number, priority in sent.items() if priority is not None}


def _may_show_priorities(first: Exchange) -> bool:
    """Whether a look holds a single digit from 1 to 5: a priority, perhaps."""
    return not digit_runs(answer_of(first)).isdisjoint("12345")


def _await_numbers(waiting: _Waiting, first: Exchange, numbers: Sequence[str]) -> bool:
    """Whether a look shows one of the numbers, both where it shows many; waited for only where
    looks show anything at all."""
    if look_value(answer_of(first)) is None:
        waiting.last = waiting.campaign_set.ask(waiting.key)
        if look_value(answer_of(waiting.last)) is None:
            return False
    return waiting.until(lambda look: not digit_runs(answer_of(look)).isdisjoint(numbers))


def _learn_form(
    campaign_set: CampaignSet,
    waiting: _Waiting,
    first: Exchange,
    numbers: Sequence[str],
    sent: Mapping[str, int],
) -> None:
    if waiting.last is None:
        return
    form = learn_form(answer_of(waiting.last), numbers, sent)
    if form is not None and look_value(answer_of(first)) is None:
        form = replace(form, absent_is_empty=True)
    campaign_set.look_form = form


def _shows(waiting: _Waiting, number: str) -> bool:
    return waiting.last is not None and number in digit_runs(answer_of(waiting.last))


# -- deleting, and adding again -------------------------------------------------------------------


def _rehearse_in_sight(campaign_set: CampaignSet, waiting: _Waiting, shown: Sequence[str]) -> None:
    """Delete an own number that is shown, see it gone, add it again, see it back, delete it."""
    for number in shown:
        if _readds_in_sight(campaign_set, waiting, number):
            campaign_set.readds = True
            break
    campaign_set.delete(waiting.key, [number])  # whether it is gone the next look shows


def _readds_in_sight(campaign_set: CampaignSet, waiting: _Waiting, number: str) -> bool:
    campaign_set.delete(waiting.key, [number])
    if not waiting.until(lambda look: number not in digit_runs(answer_of(look))):
        return False
    priority = _another_priority(campaign_set)
    campaign_set.add(waiting.key, [number], {number: priority})
    if not waiting.until(lambda look: number in digit_runs(answer_of(look))):
        return False
    look = campaign_set.read(waiting.last) if waiting.last is not None else None
    if look is not None and priority is not None:
        campaign_set.keeps_priority = dict(look.pairs).get(number) == priority
    return True


def _another_priority(campaign_set: CampaignSet) -> int | None:
    """A priority to tell by whether it is kept, where looks show one; else the usual one."""
    if campaign_set.look_form is None or not campaign_set.look_form.shows_priority:
        return campaign_set.priority
    return next(each for each in OTHER_PRIORITIES if each != campaign_set.priority)


def _readds_by_replies(
    campaign_set: CampaignSet, key: CampaignKey, number: str, *, added: bool = False
) -> bool:
    if not added and answer_of(campaign_set.add(key, [number])).outcome != "served":
        return False
    there, gone = (_deletion(campaign_set, key, number) for _ in range(2))
    campaign_set.tells_absence = there[0] == "served" and there != gone
    back = answer_of(campaign_set.add(key, [number])).outcome == "served"
    return campaign_set.tells_absence and back and _deletion(campaign_set, key, number) == there


def _deletion(campaign_set: CampaignSet, key: CampaignKey, number: str) -> tuple[str, int | None]:
    """What the server says to deleting one number: outcome and count."""
    answer = answer_of(campaign_set.delete(key, [number]))
    return answer.outcome, answer.count
