"""Lies about what a successful deletion did: nothing, less, more, or not for long."""

from conformance.emulator.faults.changes import Remove, drop_but_one, removing, removing_also
from conformance.emulator.faults.registry import fault
from conformance.emulator.points import Numbers, Points
from conformance.emulator.request import Request

_REMOVES = "Scenario: a successful call deletes the numbers that it names from the campaign."
_NOTHING_ELSE = (
    "Scenario: a call deletes numbers from the one campaign that it names, and nothing that it"
    " doesn't name."
)


@fault("state.nothing", "Reports success and deletes nothing.", _REMOVES)
def _nothing(points: Points) -> None:
    removing(points, lambda request, held, _: len(set(request.numbers) & held.keys()))


def _removing_some(points: Points, kept: slice) -> None:
    def change(request: Request, held: Numbers, remove: Remove) -> int:
        count = len(set(request.numbers) & held.keys())
        if len(request.numbers) > 1:
            request.numbers = request.numbers[kept]
        remove(request, held)
        return count

    removing(points, change)


@fault("state.first-only", "Deletes only the first number of a batch and reports all.", _REMOVES)
def _first_only(points: Points) -> None:
    _removing_some(points, slice(0, 1))


@fault(
    "state.all-but-last",
    "Leaves the last number of a batch: the loop ends one too early.",
    _REMOVES,
)
def _all_but_last(points: Points) -> None:
    _removing_some(points, slice(0, -1))


@fault(
    "state.every-other",
    "Skips every other number of a batch: the list shrinks while it is walked.",
    _REMOVES,
)
def _every_other(points: Points) -> None:
    _removing_some(points, slice(0, None, 2))


@fault(
    "state.by-position",
    "Deletes as many numbers as were named, from the top of the campaign.",
    _REMOVES,
)
def _by_position(points: Points) -> None:
    def change(request: Request, held: Numbers, _: Remove) -> int:
        count = len(set(request.numbers) & held.keys())
        for number in list(held)[:count]:
            del held[number]
        return count

    removing(points, change)


@fault("state.tenth-lost", "Every tenth deletion is reported and not done.", _REMOVES)
def _tenth_lost(points: Points) -> None:
    result = 0

    def change(request: Request, held: Numbers, remove: Remove) -> int:
        nonlocal result
        result += 1
        return remove(request, held) if result % 10 else len(set(request.numbers) & held.keys())

    removing(points, change)


@fault(
    "state.long-number-kept",
    "Never deletes a number of more than 20 digits: its key column is shorter.",
    _REMOVES,
)
def _long_number_kept(points: Points) -> None:
    def change(request: Request, held: Numbers, remove: Remove) -> int:
        count = len(set(request.numbers) & held.keys())
        request.numbers = [number for number in request.numbers if len(number) <= 20]
        remove(request, held)
        return count

    removing(points, change)


@fault(
    "state.zero-led-kept",
    "Never deletes a number with a leading zero: it looks for it without.",
    _REMOVES,
)
def _zero_led_kept(points: Points) -> None:
    def change(request: Request, held: Numbers, remove: Remove) -> int:
        count = len(set(request.numbers) & held.keys())
        request.numbers = [number.lstrip("0") for number in request.numbers]
        remove(request, held)
        return count

    removing(points, change)


@fault(
    "state.twice-restores", "A number named twice in one call is deleted and put back.", _REMOVES
)
def _twice_restores(points: Points) -> None:
    def change(request: Request, held: Numbers, remove: Remove) -> int:
        twice = {
            number
            for number in request.numbers
            if number in held and request.numbers.count(number) == 2
        }
        removed = remove(request, held)
        held.update(dict.fromkeys(twice, 3))
        return removed

    removing(points, change)


@fault("state.adds-absent", "Naming a number that the campaign lacks adds it.", _NOTHING_ELSE)
def _adds_absent(points: Points) -> None:
    def change(request: Request, held: Numbers, remove: Remove) -> int:
        absent = [number for number in request.numbers if number not in held]
        removed = remove(request, held)
        held.update(dict.fromkeys(absent, 3))
        return removed

    removing(points, change)


@fault(
    "state.absent-clears",
    "Naming only numbers that the campaign lacks deletes all but one.",
    _NOTHING_ELSE,
)
def _absent_clears(points: Points) -> None:
    def change(request: Request, held: Numbers, remove: Remove) -> int:
        if not set(request.numbers) & held.keys():
            for number in list(held)[1:]:
                del held[number]
        return remove(request, held)

    removing(points, change)


@fault(
    "state.prefix",
    "Deletes every number that begins with one of those named (LIKE 'n%').",
    _NOTHING_ELSE,
)
def _prefix(points: Points) -> None:
    removing_also(points, lambda name, other: other.startswith(name))


@fault(
    "state.suffix",
    "Deletes every number that ends with one of those named (LIKE '%n').",
    _NOTHING_ELSE,
)
def _suffix(points: Points) -> None:
    removing_also(points, lambda name, other: other.endswith(name))


@fault(
    "state.contains",
    "Deletes every number that one of those named is part of (LIKE '%n%').",
    _NOTHING_ELSE,
)
def _contains(points: Points) -> None:
    removing_also(points, lambda name, other: name in other)


@fault("state.leading-zeros", "Compares numbers as integers: 0123 deletes 123 too.", _NOTHING_ELSE)
def _leading_zeros(points: Points) -> None:
    removing_also(points, lambda name, other: int(name) == int(other))


@fault(
    "state.column-truncates",
    "Compares the first 15 digits only, as wide as its column.",
    _NOTHING_ELSE,
)
def _column_truncates(points: Points) -> None:
    removing_also(points, lambda name, other: len(name) > 15 and name[:15] == other[:15])


@fault(
    "state.float",
    "Compares numbers as floating point: long ones that differ at the end are the same.",
    _NOTHING_ELSE,
)
def _as_float(points: Points) -> None:
    removing_also(
        points, lambda name, other: float(name) == float(other) and len(name) == len(other)
    )


@fault(
    "state.int32",
    "Compares numbers as 32-bit integers: those 4294967296 apart are the same.",
    _NOTHING_ELSE,
)
def _int32(points: Points) -> None:
    removing_also(
        points, lambda name, other: len(name) < 12 and (int(name) - int(other)) % 2**32 == 0
    )


@fault("state.neighbour", "Deletes one number more than those named.", _NOTHING_ELSE)
def _neighbour(points: Points) -> None:
    def change(request: Request, held: Numbers, remove: Remove) -> int:
        removed = remove(request, held)
        if removed and len(held) > 1:
            held.popitem()
        return removed

    removing(points, change)


@fault("state.batch-clears", "A batch of more than ten deletes all but one number.", _NOTHING_ELSE)
def _batch_clears(points: Points) -> None:
    def change(request: Request, held: Numbers, remove: Remove) -> int:
        removed = remove(request, held)
        if len(request.numbers) > 10:
            for number in list(held)[1:]:
                del held[number]
        return removed

    removing(points, change)


def _removing_elsewhere(points: Points, *, same_vdn: bool) -> None:
    def change(request: Request, held: Numbers, remove: Remove) -> int:
        removed = remove(request, held)
        for key, others in request.world.campaigns.items():
            if key != request.key and (key[0] == request.vdn) is same_vdn:
                drop_but_one(others, request.numbers)
        return removed

    removing(points, change)


@fault("state.other-campaign", "Deletes the numbers from every campaign of the VDN.", _NOTHING_ELSE)
def _other_campaign(points: Points) -> None:
    _removing_elsewhere(points, same_vdn=True)


@fault(
    "state.other-vdn", "Deletes the numbers from the campaigns of other VDNs too.", _NOTHING_ELSE
)
def _other_vdn(points: Points) -> None:
    _removing_elsewhere(points, same_vdn=False)


@fault("state.moves", "Moves the numbers into another campaign of the VDN.", _NOTHING_ELSE)
def _moves(points: Points) -> None:
    def change(request: Request, held: Numbers, remove: Remove) -> int:
        going = {number: held[number] for number in request.numbers if number in held}
        removed = remove(request, held)
        others = [
            key for key in request.world.campaigns if key != request.key and key[0] == request.vdn
        ]
        if others:
            request.world.campaigns[others[0]].update(going)
        return removed

    removing(points, change)
