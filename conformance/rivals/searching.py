"""The search for what tells two servers apart: every deed alone, then drawn sequences, each difference with a short programme."""

from collections.abc import Callable, Sequence

from msgspec import Struct, field

from conformance.campaigns import Ground
from conformance.compare.differences import Contrast, Difference, contrasts, state_contrast
from conformance.compare.places import Place
from conformance.compare.replyshape import quantile
from conformance.compare.seen import seen
from conformance.errors import BudgetSpent
from conformance.generation.exploring import explore
from conformance.rivals.programme import Author, Programme
from conformance.rivals.rival import Rival, Trace

NOISE_SHARE = 0.1
"""Share of the calls that is spent on comparing the first server with itself."""
RESERVE = 60
"""Calls that are kept for the way back: what the campaigns held is put back whatever the limit."""
MOST_SHRUNK = 40
"""Differences of sequences that are shortened; two servers with more have little in common."""
SLOWER, NOTICEABLE_MS = 2.0, 20.0
"""Times and milliseconds by which the medians of two servers must differ to be told of."""


class Comparison(Struct, kw_only=True):
    """What was compared, and what differs. `noise`: contrasts of the first server with itself, which are told of no more."""

    differences: list[Difference] = field(default_factory=list)
    noise: list[Contrast] = field(default_factory=list)
    compared: set[str] = field(default_factory=set)
    sequences: int = 0
    unequal_sequences: int = 0
    not_set_up: int = 0
    calls: tuple[int, int] = (0, 0)

    @property
    def behaviours(self) -> int:
        """Behaviours that were compared: deeds alone, and sequences of them."""
        return len(self.compared) + self.sequences

    @property
    def unequal(self) -> int:
        """Those that differed in something that counts."""
        named = {name for difference in self.differences if difference.counts for name in difference.behaviours}
        return len(named & self.compared) + self.unequal_sequences

    @property
    def fidelity(self) -> float:
        """Share of behaviours that are equal."""
        return 1 - self.unequal / self.behaviours if self.behaviours else 0.0


class Search:
    """Drives two rivals with one author's programmes. `ours` plays twice at first: what differs then is noise."""

    def __init__(self, ours: Rival, theirs: Rival, author: Author, *, max_calls: int, seed: int) -> None:
        self.ours, self.theirs = ours, theirs
        self._author = author
        self._max_calls = max_calls
        self._seed = seed
        self._found: dict[tuple[str, ...], Difference] = {}
        self._times: tuple[list[float], list[float]] = ([], [])
        self._shrunk = 0
        self.result = Comparison()

    def run(self, tick: Callable[[int], None] = lambda _: None) -> Comparison:
        """Search until the calls are spent or everything was tried."""
        singles = self._author.singles()
        self._noise(singles)
        try:
            for programme in singles:
                tick(self._spent)
                self._compare(programme, single=True)
            explore(self._author.sequences(), self._one_sequence(tick), examples=self._max_calls, seed_with=self._seed)
        except BudgetSpent:
            tick(self._spent)
        self._latency()
        self.result.differences = list(self._found.values())
        self.result.calls = (self.ours.calls, self.theirs.calls)
        return self.result

    def _one_sequence(self, tick: Callable[[int], None]) -> Callable[[Programme], None]:
        def one(programme: Programme) -> None:
            tick(self._spent)
            self._compare(programme, single=False)

        return one

    @property
    def _spent(self) -> int:
        return max(self.ours.calls, self.theirs.calls)

    # -- noise ------------------------------------------------------------------------------------------------------

    def _noise(self, singles: Sequence[Programme]) -> None:
        """Every few programmes of the first server twice: what differs is its mood, or a fault of the normalisers."""
        limit = self._max_calls * NOISE_SHARE
        for programme in [*singles[::5], *singles[1::5]]:
            if self.ours.calls > limit:
                return
            first, second = self._traced(self.ours, programme), self._traced(self.ours, programme)
            if first is not None and second is not None:
                self.result.noise += [contrast for contrast, _ in self._told(programme, first, second) if contrast not in self.result.noise]

    def _traced(self, rival: Rival, programme: Programme) -> Trace | None:
        return rival.play(programme, self.ours.place) if rival.set_up(self._holdings(programme, rival)) else None

    def _holdings(self, programme: Programme, rival: Rival) -> list[set[str]]:
        """What the campaigns must hold: as written, and on both sides what can't be removed on either."""
        wanted = [set(programme.held), set(programme.held[:2])]
        for place, _ in enumerate(rival.campaigns):
            for side in (self.ours, self.theirs):
                wanted[place] |= side.stuck.get(side.campaigns[place], set())
        return wanted[: len(rival.campaigns)]

    # -- comparing --------------------------------------------------------------------------------------------------

    def _compare(self, programme: Programme, *, single: bool) -> None:
        if self._spent > self._max_calls - RESERVE:
            raise BudgetSpent("the calls of the comparison are used up")
        traces = self._both(programme)
        if traces is None:
            self.result.not_set_up += 1
            return
        told = [each for each in self._told(programme, *traces) if each[0] not in self.result.noise]
        self._count(programme, told, single=single)
        for contrast, at in told:
            self._take(contrast, at, programme, traces)

    def _both(self, programme: Programme) -> tuple[Trace, Trace] | None:
        """Play on both, set up alike; a second try where a number turned out to be stuck on one side."""
        for _ in range(2):
            alike = [rival.set_up(self._holdings(programme, rival)) for rival in (self.ours, self.theirs)]
            if all(alike):
                pair = self.ours.play(programme, self.ours.place), self.theirs.play(programme, self.ours.place)
                for times, trace in zip(self._times, pair, strict=True):
                    times += [(exchange.end - exchange.start) * 1000 for exchange in trace.exchanges]
                return pair
        return None

    def _told(self, programme: Programme, ours: Trace, theirs: Trace) -> list[tuple[Contrast, int]]:
        """The contrasts of the first call that differs, with its place; then of what the campaigns hold."""
        for at, (mine, their) in enumerate(zip(ours.exchanges, theirs.exchanges, strict=True)):
            if found := [(contrast, at) for contrast in contrasts(seen(mine), seen(their)) if contrast not in self.result.noise]:
                if any(contrast.kind == "success" for contrast, _ in found):
                    return found
                return found + self._states(programme, ours, theirs)
        return self._states(programme, ours, theirs)

    def _states(self, programme: Programme, ours: Trace, theirs: Trace) -> list[tuple[Contrast, int]]:
        last, found = len(programme.steps) - 1, []
        for place, (mine, their) in enumerate(zip(ours.left, theirs.left, strict=True)):
            if mine is not None and their is not None:
                contrast = state_contrast(("the campaign", "the other campaign")[place], mine, their)
                found += [(contrast, last)] if contrast is not None else []
        return found

    def _count(self, programme: Programme, told: Sequence[tuple[Contrast, int]], *, single: bool) -> None:
        if single:
            self.result.compared.add(programme.steps[0].deed)
        else:
            self.result.sequences += 1
            self.result.unequal_sequences += any(contrast.kind not in {"text", "time"} for contrast, _ in told)

    # -- differences ------------------------------------------------------------------------------------------------

    def _take(self, contrast: Contrast, at: int, programme: Programme, traces: tuple[Trace, Trace]) -> None:
        deed = programme.steps[at].deed
        if self._known(contrast, deed, single=_alone(programme, traces)):
            return
        if len(programme.steps) > 1 and self._shrunk < MOST_SHRUNK:
            self._shrunk += 1
            programme, traces, steady = self._shortened(contrast, deed, _until(programme, at), traces)
            deed = programme.steps[-1].deed
        else:
            steady = self._again(contrast, deed, programme) is not None
        single = _alone(programme, traces)
        if self._known(contrast, deed, single=single):
            return
        key = _key(contrast, deed, single=single)
        deeds = tuple(step.deed for step in programme.steps)
        self._found[key] = Difference(
            contrast=contrast,
            behaviours=[deed],
            held=programme.held,
            deeds=deeds,
            ours=traces[0].exchanges[: len(deeds)],
            theirs=traces[1].exchanges[: len(deeds)],
            steady=steady,
        )

    def _known(self, contrast: Contrast, deed: str, *, single: bool) -> bool:
        """Whether this difference has been found; a deed that shows it alone is then named beside it."""
        known = self._found.get(_key(contrast, deed, single=single))
        if known is not None and deed not in known.behaviours:
            known.behaviours.append(deed)
        return known is not None

    def _again(self, contrast: Contrast, deed: str, programme: Programme) -> tuple[Trace, Trace] | None:
        """Play a programme once more: the traces where the same difference shows."""
        if self._spent > self._max_calls - RESERVE // 2 or (traces := self._both(programme)) is None:
            return None
        told = self._told(programme, *traces)
        same = (_is_same(each, contrast) and (each.kind == "state" or programme.steps[at].deed == deed) for each, at in told)
        return traces if any(same) else None

    def _shortened(
        self, contrast: Contrast, deed: str, programme: Programme, traces: tuple[Trace, Trace]
    ) -> tuple[Programme, tuple[Trace, Trace], bool]:
        """Leave out one call after another as long as the difference shows."""
        steady = (again := self._again(contrast, deed, programme)) is not None
        traces, at = again or traces, 0
        kept = 0 if contrast.kind == "state" else 1
        while steady and len(programme.steps) > 1 and at < len(programme.steps) - kept:
            fewer = Programme(held=programme.held, steps=programme.steps[:at] + programme.steps[at + 1 :])
            if shorter := self._again(contrast, deed, fewer):
                programme, traces = fewer, shorter
            else:
                at += 1
        return programme, traces, steady

    def _latency(self) -> None:
        mine, their = (quantile(times, 0.5) for times in self._times)
        if abs(mine - their) > NOTICEABLE_MS and max(mine, their) > SLOWER * min(mine, their):
            contrast = Contrast(kind="time", what="median", ours=f"{mine:.0f} ms", theirs=f"{their:.0f} ms")
            self._found["time",] = Difference(contrast=contrast, behaviours=[], held=(), deeds=(), ours=(), theirs=())


def _key(contrast: Contrast, deed: str, *, single: bool) -> tuple[str, ...]:
    """What is one difference: a shape, a text or a status wherever it shows; anything else with the deed that shows it.

    The many ways to name numbers are one, and what campaigns hold after a sequence is the work of no single deed.
    """
    told = () if contrast.what == "num" else _told(contrast)
    if contrast.kind in {"shape", "text", "status"}:
        return (contrast.kind, contrast.what, *told)
    if contrast.kind == "state" and not single:
        return (contrast.kind, contrast.what, *told)
    return (contrast.kind, contrast.what, *told, "naming" if deed.startswith("naming") else deed)


def _told(contrast: Contrast) -> tuple[str, ...]:
    """Both sides; of a state only who keeps something, since how many numbers is a matter of the programme."""
    if contrast.kind != "state":
        return (contrast.ours, contrast.theirs)
    return tuple("keeps" if "keeps" in side.partition("that")[0] else "removes" for side in (contrast.ours, contrast.theirs))


def _is_same(one: Contrast, other: Contrast) -> bool:
    return (one.kind, one.what) == (other.kind, other.what) and _told(one) == _told(other)


def _alone(programme: Programme, traces: tuple[Trace, Trace]) -> bool:
    """Whether one deed shows a state of its own: what was served on both sides left what every served deed would have left."""
    if len(programme.steps) > 1:
        return False
    return any(seen(trace.exchanges[0]).result != "served" for trace in traces)


def _until(programme: Programme, at: int) -> Programme:
    return Programme(held=programme.held, steps=programme.steps[: at + 1])


def place_of(ground: Ground) -> Place:
    """Where a ground's campaigns are."""
    other = ground.keys[1] if len(ground.keys) > 1 else None
    return Place(key=ground.keys[0], base_path=ground.base_path, other=other, foreign=ground.foreign)


def alike(ours: Place, theirs: Place) -> tuple[Place, Place]:
    """Both places without what only one of them has."""
    other = ours.other is not None and theirs.other is not None
    foreign = ours.foreign is not None and theirs.foreign is not None
    made = [
        Place(key=each.key, base_path=each.base_path, other=each.other if other else None, foreign=each.foreign if foreign else None)
        for each in (ours, theirs)
    ]
    return made[0], made[1]
