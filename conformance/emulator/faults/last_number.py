"""Lies about the number that must stay."""

from collections.abc import Callable

from conformance.emulator.faults.changes import drop_but_one, overlook, refusing, waiting
from conformance.emulator.faults.registry import fault
from conformance.emulator.points import Numbers, Points
from conformance.emulator.request import Request
from conformance.emulator.world import Key

_LAST = "campaign.last-number"
_ONE_STAYS = "Restrictions: at least one calling number of a task must be left."
_NO_MORE = "Restrictions: one number must be left, and no more than one."
_FAILURE_KEEPS = "Restrictions and error codes: a deletion that is refused deletes nothing."


@fault("last.none", "Empties a campaign as if nothing had been said.", _ONE_STAYS)
def _none(points: Points) -> None:
    overlook(points, _LAST)


@fault(
    "last.single",
    "Deletes the last number when it is named alone; batches are checked.",
    _ONE_STAYS,
)
def _single(points: Points) -> None:
    overlook(points, _LAST, when=lambda request: len(request.items) == 1)


@fault("last.batch", "Empties a campaign by a batch; a single last number is kept.", _ONE_STAYS)
def _batch(points: Points) -> None:
    overlook(points, _LAST, when=lambda request: len(set(request.numbers)) > 1)


def _empties(points: Points, rule: Callable[[Request, Numbers], bool]) -> None:
    points.empties = rule


@fault(
    "last.by-duplicates",
    "Compares the count of items with the campaign's: a number named twice hides it.",
    _ONE_STAYS,
)
def _by_duplicates(points: Points) -> None:
    _empties(
        points,
        lambda request, held: (
            len(request.numbers) == len(held) and held.keys() <= set(request.numbers)
        ),
    )


@fault(
    "last.by-absent",
    "Compares the named set with the held one: one absent number more hides it.",
    _ONE_STAYS,
)
def _by_absent(points: Points) -> None:
    _empties(points, lambda request, held: set(request.numbers) == held.keys())


@fault(
    "last.race",
    "Checks first and deletes a moment later: calls at the same time empty a campaign.",
    _ONE_STAYS,
)
def _race(points: Points) -> None:
    waiting(points, "delete")


@fault(
    "last.stale-count",
    "Keeps the count of a campaign from its last addition and checks against that.",
    _ONE_STAYS,
)
def _stale_count(points: Points) -> None:
    counts: dict[Key, int] = {key: len(held) for key, held in points.start.campaigns.items()}
    add = points.add

    def counting(request: Request, held: Numbers) -> int:
        added = add(request, held)
        if request.key:
            counts[request.key] = len(held)
        return added

    points.add = counting
    _empties(
        points, lambda request, _: len(set(request.numbers)) >= counts.get(request.key or (0, 0), 0)
    )


@fault(
    "last.counter-drifts",
    "Keeps a counter that a batch lowers by one only, and checks against that.",
    _ONE_STAYS,
)
def _counter_drifts(points: Points) -> None:
    drift: dict[Key, int] = {}
    remove = points.remove

    def removing(request: Request, held: Numbers) -> int:
        removed = remove(request, held)
        if request.key:
            drift[request.key] = drift.get(request.key, 0) + max(removed - 1, 0)
        return removed

    def rule(request: Request, held: Numbers) -> bool:
        going = len(set(request.numbers) & held.keys())
        return bool(going) and going >= len(held) + drift.get(request.key or (0, 0), 0)

    points.remove = removing
    _empties(points, rule)


@fault(
    "last.counts-again",
    "Counts a number that is added once more as another one, and checks against the count.",
    _ONE_STAYS,
)
def _counts_twice(points: Points) -> None:
    surplus: dict[Key, int] = {}
    add = points.add

    def counting(request: Request, held: Numbers) -> int:
        added = add(request, held)
        if request.key:
            surplus[request.key] = surplus.get(request.key, 0) + len(request.numbers) - added
        return added

    def rule(request: Request, held: Numbers) -> bool:
        going = len(set(request.numbers) & held.keys())
        return bool(going) and going >= len(held) + surplus.get(request.key or (0, 0), 0)

    points.add = counting
    _empties(points, rule)


@fault(
    "last.one-campaign", "Keeps a last number in the campaign with the lowest id only.", _ONE_STAYS
)
def _one_campaign(points: Points) -> None:
    first = min(points.start.campaigns)
    overlook(points, _LAST, when=lambda request: request.key != first)


@fault("last.zero-led", "Forgets the rule when a number with a leading zero is named.", _ONE_STAYS)
def _zero_led(points: Points) -> None:
    overlook(
        points,
        _LAST,
        when=lambda request: any(number.startswith("0") for number in request.numbers),
    )


@fault("last.large", "Keeps a last number only in campaigns of fewer than ten.", _ONE_STAYS)
def _large(points: Points) -> None:
    overlook(points, _LAST, when=lambda request: len(points.look(request) or ()) >= 10)


@fault("last.pair", "Forgets the rule when a campaign holds exactly two numbers.", _ONE_STAYS)
def _pair(points: Points) -> None:
    overlook(points, _LAST, when=lambda request: len(points.look(request) or ()) == 2)


@fault("last.hundred", "Forgets the rule when 100 numbers are deleted at once.", _ONE_STAYS)
def _hundred(points: Points) -> None:
    overlook(points, _LAST, when=lambda request: len(request.items) == 100)


@fault(
    "last.second-try",
    "Refuses to empty a campaign the first time and does it the second.",
    _ONE_STAYS,
)
def _second_try(points: Points) -> None:
    refused: set[Key | None] = set()

    def change(request: Request, defect: str) -> None:
        if defect == _LAST:
            refused.add(request.key)

    overlook(points, _LAST, when=lambda request: request.key in refused)
    refusing(points, change)


@fault(
    "last.vdn-count",
    "Counts the numbers of all campaigns of the VDN, and lets one of them run empty.",
    _ONE_STAYS,
)
def _vdn_count(points: Points) -> None:
    def rule(request: Request, held: Numbers) -> bool:
        campaigns = request.world.campaigns.items()
        total = sum(len(numbers) for key, numbers in campaigns if key[0] == request.vdn)
        return len(held.keys() & set(request.numbers)) >= total

    _empties(points, rule)


@fault("last.keeps-two", "Refuses to go below two numbers.", _NO_MORE)
def _keeps_two(points: Points) -> None:
    def rule(request: Request, held: Numbers) -> bool:
        going = len(set(request.numbers) & held.keys())
        return bool(going) and len(held) - going < 2

    _empties(points, rule)


@fault(
    "last.keeps-tenth", "Refuses to delete more than nine tenths of a campaign at once.", _NO_MORE
)
def _keeps_tenth(points: Points) -> None:
    _empties(
        points, lambda request, held: len(set(request.numbers) & held.keys()) > 0.9 * len(held)
    )


@fault("last.applied", "Refuses to empty a campaign, and has emptied it.", _FAILURE_KEEPS)
def _applied(points: Points) -> None:
    def change(request: Request, defect: str) -> None:
        held = points.look(request)
        if defect == _LAST and held is not None:
            points.remove(request, held)

    refusing(points, change)


@fault(
    "last.all-but-one", "Refuses to empty a campaign, and has deleted all but one.", _FAILURE_KEEPS
)
def _all_but_one(points: Points) -> None:
    def change(request: Request, defect: str) -> None:
        if defect == _LAST:
            drop_but_one(points.look(request), request.numbers)

    refusing(points, change)
