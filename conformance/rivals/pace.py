"""How long two servers take for the same calls: as a whole, and for each kind of call."""

from collections.abc import Iterator, Sequence

from conformance.compare.differences import Contrast
from conformance.compare.replyshape import quantile
from conformance.compare.seen import seen
from conformance.exchange import Exchange

FEWEST = 12
"""Pairs of calls of one kind from which its times are compared."""
SLOWER, NOTICEABLE_MS = 3.0, 5.0
"""Times and milliseconds by which medians must differ: what is less is the machine and the network.
"""
SURE = 0.8
"""Share of the pairs in which the slower side must be slower by as much: a busy moment lengthens
some calls, of either side.
"""


class CallTimes:
    """Times of calls that were made on both sides one after the other, by kind."""

    def __init__(self) -> None:
        self._pairs: dict[str, list[tuple[float, float]]] = {}

    def took(self, ours: Sequence[Exchange], theirs: Sequence[Exchange]) -> None:
        """Keep the times of the same calls on both sides."""
        for mine, their in zip(ours, theirs, strict=True):
            if mine.reply is not None and their.reply is not None:
                times = (mine.end - mine.start) * 1000, (their.end - their.start) * 1000
                self._pairs.setdefault(f"{mine.call.method} {seen(mine).result}", []).append(times)

    def contrasts(self) -> Iterator[tuple[Contrast, str]]:
        """What one side is slower at; where that is everything, it is told once."""
        slow = {
            kind: contrast
            for kind, pairs in sorted(self._pairs.items())
            if (contrast := _contrast(f"median of {kind}", pairs))
        }
        every = [pair for pairs in self._pairs.values() for pair in pairs]
        compared = [kind for kind, pairs in self._pairs.items() if len(pairs) >= FEWEST]
        if (whole := _contrast("median", every)) and len(slow) >= len(compared):
            yield whole, ""
            return
        for kind, contrast in slow.items():
            yield contrast, kind


def _contrast(what: str, pairs: Sequence[tuple[float, float]]) -> Contrast | None:
    mine, their = (quantile([pair[side] for pair in pairs], 0.5) for side in (0, 1))
    slower = 1 if their > mine else 0
    apart = sum(pair[slower] - pair[1 - slower] > NOTICEABLE_MS for pair in pairs)
    if (
        len(pairs) < FEWEST
        or max(mine, their) < SLOWER * min(mine, their)
        or apart < SURE * len(pairs)
    ):
        return None
    return Contrast(kind="time", what=what, ours=f"{mine:.0f} ms", theirs=f"{their:.0f} ms")
