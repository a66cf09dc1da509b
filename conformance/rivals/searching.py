"""The search for what tells two servers apart: every named call alone, then drawn sequences, each
difference with a short programme.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from msgspec import Struct, field

from conformance.campaigns import CampaignSet
from conformance.compare.differences import CASUAL, Contrast, Difference, contrasts, state_contrast
from conformance.compare.places import Place
from conformance.compare.seen import seen
from conformance.errors import BudgetSpent
from conformance.generation.exploring import explore
from conformance.rivals.pace import CallTimes
from conformance.rivals.programme import SIZES, Author, Programme
from conformance.rivals.rival import Rival, Trace

NOISE_SHARE = 0.1
"""Share of the calls that is spent on comparing the first server with itself."""
RESERVE = 60
"""Calls that are kept for the way back: what the campaigns held is put back whatever the limit."""
WIDE = frozenset({"shape", "text", "status"})
"""Classes of which one difference is the same wherever it shows."""
LARGEST_CAST = max(SIZES)
MOST_SHRUNK = 40
"""Differences of sequences that are shortened; two servers with more have little in common."""


class Comparison(Struct, kw_only=True):
    """What was compared, and what differs. `noise`: contrasts of the first server with itself,
    which are told of no more.
    """

    differences: list[Difference] = field(default_factory=list)
    noise: list[Contrast] = field(default_factory=list)
    compared: set[str] = field(default_factory=set)
    sequences: int = 0
    shown: list[tuple[str, frozenset[tuple[str, ...]]]] = field(default_factory=list)
    """For each programme in which something differed that counts: the single call, or an empty
    text, and what differed.
    """
    not_set_up: int = 0
    calls: tuple[int, int] = (0, 0)

    @property
    def behaviours(self) -> int:
        """Behaviours that were compared: calls alone, and sequences of them."""
        return len(self.compared) + self.sequences

    @property
    def everywhere(self) -> list[tuple[str, ...]]:
        """What most single calls show alike (one more member, a charset): one thing to tell, and
        not the fault of each behaviour.
        """
        counted = Counter(
            key for named_call, keys in self.shown if named_call for key in keys if key[0] in WIDE
        )
        return [key for key, times in counted.items() if times > len(self.compared) / 2]

    @property
    def unequal(self) -> int:
        """Behaviours that differed in something that counts, besides what differs everywhere."""
        general = frozenset(self.everywhere)
        differing = [named_call for named_call, keys in self.shown if keys - general]
        return len({named_call for named_call in differing if named_call}) + differing.count("")

    @property
    def fidelity(self) -> float:
        """Share of behaviours that are equal."""
        return 1 - self.unequal / self.behaviours if self.behaviours else 0.0


class Search:
    """Drives two rivals with one author's programmes. `ours` plays twice at first: what differs
    then is noise.
    """

    def __init__(
        self, ours: Rival, theirs: Rival, author: Author, *, max_calls: int, seed: int
    ) -> None:
        self.ours, self.theirs = ours, theirs
        self._author = author
        self._max_calls = max_calls
        self._seed = seed
        self._found: dict[tuple[str, ...], Difference] = {}
        self._pace = CallTimes()
        self._pairs: frozenset[str] = frozenset()
        self._shrunk = 0
        self.result = Comparison()

    def run(self, tick: Callable[[int], None] = lambda _: None) -> Comparison:
        """Search until the calls are spent or everything was tried."""
        singles, pairs = self._author.singles(), self._author.pairs()
        self._pairs = frozenset(programme.steps[0].named_call for programme in pairs)
        self._noise(singles)
        self._companions()
        try:
            for programme in [*singles, *self._author.large(), *pairs]:
                tick(self._spent)
                self._compare(programme, single=len(programme.steps) == 1)
            explore(
                self._author.sequences(),
                self._one_sequence(tick),
                examples=self._max_calls,
                seed_with=self._seed,
            )
        except BudgetSpent:
            tick(self._spent)
        for contrast, kind in self._pace.contrasts():
            self._found["time", kind] = Difference(
                contrast=contrast, behaviours=[], held=(), named_calls=(), ours=(), theirs=()
            )
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

    # -- noise -------------------------------------------------------------------------------------

    def _noise(self, singles: Sequence[Programme]) -> None:
        """Every few programmes of the first server twice: what differs is its mood, or a fault of
        the normalisers.
        """
        limit = self._max_calls * NOISE_SHARE
        for programme in [*singles[::5], *singles[1::5]]:
            if self.ours.calls > limit:
                return
            first, second = self._traced(self.ours, programme), self._traced(self.ours, programme)
            if first is not None and second is not None:
                self.result.noise += [
                    contrast
                    for contrast, _ in self._told(programme, first, second)
                    if contrast not in self.result.noise
                ]

    def _traced(self, rival: Rival, programme: Programme) -> Trace | None:
        return (
            rival.play(programme, self.ours.place)
            if rival.set_up(self._holdings(programme, rival))
            else None
        )

    def _holdings(self, programme: Programme, rival: Rival) -> list[set[str]]:
        """What the campaigns must hold: as written, and on both sides what can't be removed on
        either, without what can't be added.
        """
        wanted = [set(programme.held), set(programme.held[:2])]
        for place, _ in enumerate(rival.campaigns):
            for side in (self.ours, self.theirs):
                wanted[place] -= side.lacking.get(side.campaigns[place], set())
                wanted[place] |= side.stuck.get(side.campaigns[place], set())
        return wanted[: len(rival.campaigns)]

    # -- comparing ---------------------------------------------------------------------------------

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
        """Play on both, set up alike; further tries where a number turned out to be stuck or
        refused on one side.
        """
        for _ in range(3):
            alike = [
                rival.set_up(self._holdings(programme, rival)) for rival in (self.ours, self.theirs)
            ]
            self._note_set_up(programme)
            if all(alike):
                pair = (
                    self.ours.play(programme, self.ours.place),
                    self.theirs.play(programme, self.ours.place),
                )
                self._pace.took(*(trace.exchanges for trace in pair))
                return pair
        return None

    def _companions(self) -> None:
        """Servers that do not show the same of a campaign: states are then told by deleting on
        both.
        """
        ours, theirs = self.ours.campaign_set.shows, self.theirs.campaign_set.shows
        if ours != theirs:
            self._without_calls(
                Contrast(
                    kind="shape", what="numbers that the query shows", ours=ours, theirs=theirs
                )
            )

    def _note_set_up(self, programme: Programme) -> None:
        """That one side alone can't be made to hold something is a difference too; both were
        told the same.
        """
        refused = self.ours.refused, self.theirs.refused
        if (refused[0] is None) == (refused[1] is None):
            return
        told = [
            "done"
            if each is None
            else f"{each.call.method} refused: {seen(each).codes[0] or seen(each).result}"
            for each in refused
        ]
        sized = "large" if len(programme.held) > LARGEST_CAST else "small"
        self._without_calls(
            Contrast(
                kind="success",
                what=f"giving a {sized} campaign its numbers",
                ours=told[0],
                theirs=told[1],
            )
        )

    def _without_calls(self, contrast: Contrast) -> None:
        key = (contrast.kind, contrast.what, contrast.ours, contrast.theirs)
        self._found.setdefault(
            key,
            Difference(
                contrast=contrast, behaviours=[], held=(), named_calls=(), ours=(), theirs=()
            ),
        )

    def _told(self, programme: Programme, ours: Trace, theirs: Trace) -> list[tuple[Contrast, int]]:
        """The contrasts of the first call that differs, with its place; then of what the
        campaigns hold.
        """
        for at, (mine, their) in enumerate(zip(ours.exchanges, theirs.exchanges, strict=True)):
            if found := [
                (contrast, at)
                for contrast in contrasts(seen(mine), seen(their))
                if contrast not in self.result.noise
            ]:
                if any(contrast.kind == "success" for contrast, _ in found):
                    return found
                return found + self._states(programme, ours, theirs)
        return self._states(programme, ours, theirs)

    def _states(
        self, programme: Programme, ours: Trace, theirs: Trace
    ) -> list[tuple[Contrast, int]]:
        last, found = len(programme.steps) - 1, []
        for place, (mine, their) in enumerate(zip(ours.left, theirs.left, strict=True)):
            if mine is not None and their is not None:
                contrast = state_contrast(
                    ("the campaign", "the other campaign")[place], mine, their
                )
                found += [(contrast, last)] if contrast is not None else []
        return found

    def _count(
        self, programme: Programme, told: Sequence[tuple[Contrast, int]], *, single: bool
    ) -> None:
        named_call = programme.steps[0].named_call if single else ""
        if single:
            self.result.compared.add(named_call)
        else:
            self.result.sequences += 1
        counted = frozenset(
            (each.kind, each.what, each.ours, each.theirs)
            for each, _ in told
            if each.kind not in CASUAL
        )
        if counted:
            self.result.shown.append((named_call, counted))

    # -- differences -------------------------------------------------------------------------------

    def _take(
        self, contrast: Contrast, at: int, programme: Programme, traces: tuple[Trace, Trace]
    ) -> None:
        named_call = programme.steps[at].named_call
        if named_call in self._pairs and self._follows(contrast, named_call):
            return
        if self._known(contrast, named_call, single=_alone(programme, traces)):
            return
        if len(programme.steps) > 1 and self._shrunk < MOST_SHRUNK:
            self._shrunk += 1
            programme, traces, steady = self._shortened(
                contrast, named_call, _until(programme, at), traces
            )
            named_call = programme.steps[-1].named_call
        else:
            steady = self._repeat(contrast, named_call, programme) is not None
        single = _alone(programme, traces)
        if self._known(contrast, named_call, single=single):
            return
        key = self._key(contrast, named_call, single=single)
        named_calls = tuple(step.named_call for step in programme.steps)
        self._found[key] = Difference(
            contrast=contrast,
            behaviours=[named_call],
            held=programme.held,
            named_calls=named_calls,
            ours=traces[0].exchanges[: len(named_calls)],
            theirs=traces[1].exchanges[: len(named_calls)],
            steady=steady,
        )

    def _follows(self, contrast: Contrast, pair: str) -> bool:
        """Whether one of a pair of defects is answered otherwise alone as well: then the pair shows
        nothing new.
        """
        for known in self._found.values():
            alone = {named_call.partition(" #")[0] for named_call in known.named_calls}
            if (
                len(known.named_calls) == 1
                and known.contrast == contrast
                and any(named_call in pair for named_call in alone)
            ):
                known.behaviours.append(pair)
                return True
        return False

    def _key(self, contrast: Contrast, named_call: str, *, single: bool) -> tuple[str, ...]:
        """Of pairs of defects only which one no longer wins: what is told instead follows from
        the other.
        """
        if named_call in self._pairs and contrast.kind == "code":
            return ("order", re.split(" with | before ", named_call)[0])
        return _key(contrast, named_call, single=single)

    def _known(self, contrast: Contrast, named_call: str, *, single: bool) -> bool:
        """Whether this difference has been found; a call that shows it alone is then named
        beside it.
        """
        known = self._found.get(self._key(contrast, named_call, single=single))
        if known is not None and named_call not in known.behaviours:
            known.behaviours.append(named_call)
        return known is not None

    def _repeat(
        self, contrast: Contrast, named_call: str, programme: Programme
    ) -> tuple[Trace, Trace] | None:
        """Play a programme once more: the traces where the same difference shows."""
        if (
            self._spent > self._max_calls - RESERVE // 2
            or (traces := self._both(programme)) is None
        ):
            return None
        told = self._told(programme, *traces)
        same = (
            _is_same(each, contrast)
            and (each.kind == "state" or programme.steps[at].named_call == named_call)
            for each, at in told
        )
        return traces if any(same) else None

    def _shortened(
        self, contrast: Contrast, named_call: str, programme: Programme, traces: tuple[Trace, Trace]
    ) -> tuple[Programme, tuple[Trace, Trace], bool]:
        """Leave out one call after another as long as the difference shows."""
        steady = (repeat := self._repeat(contrast, named_call, programme)) is not None
        traces, at = repeat or traces, 0
        kept = 0 if contrast.kind == "state" else 1
        while steady and len(programme.steps) > 1 and at < len(programme.steps) - kept:
            fewer = Programme(
                held=programme.held, steps=programme.steps[:at] + programme.steps[at + 1 :]
            )
            if shorter := self._repeat(contrast, named_call, fewer):
                programme, traces = fewer, shorter
            else:
                at += 1
        return programme, traces, steady


def _key(contrast: Contrast, named_call: str, *, single: bool) -> tuple[str, ...]:
    """What is one difference: a shape, a text or a status wherever it shows; anything else with the
    named call that shows it.

    The forms of one behaviour are one, the many ways to name numbers too, and what campaigns hold
    after a sequence is the work of no single call.
    """
    told = () if contrast.what == "num" else _told(contrast)
    if contrast.kind in WIDE:
        return (contrast.kind, contrast.what, *told)
    if contrast.kind == "state" and not single:
        return (contrast.kind, contrast.what, *told)
    return (
        contrast.kind,
        contrast.what,
        *told,
        "naming" if "naming" in named_call else named_call.partition(" #")[0],
    )


def _told(contrast: Contrast) -> tuple[str, ...]:
    """Both sides; of a state only who keeps something, since how many numbers is a matter of the
    programme.
    """
    if contrast.kind != "state":
        return (contrast.ours, contrast.theirs)
    return tuple(
        "keeps" if "keeps" in side.partition("that")[0] else "removes"
        for side in (contrast.ours, contrast.theirs)
    )


def _is_same(one: Contrast, other: Contrast) -> bool:
    return (one.kind, one.what) == (other.kind, other.what) and _told(one) == _told(other)


def _alone(programme: Programme, traces: tuple[Trace, Trace]) -> bool:
    """Whether one call shows a state of its own: what was served on both sides left what every
    served call would have left.
    """
    if len(programme.steps) > 1:
        return False
    return any(seen(trace.exchanges[0]).result != "served" for trace in traces)


def _until(programme: Programme, at: int) -> Programme:
    return Programme(held=programme.held, steps=programme.steps[: at + 1])


def place_of(campaign_set: CampaignSet) -> Place:
    """Where the campaigns of a set are."""
    other = campaign_set.keys[1] if len(campaign_set.keys) > 1 else None
    return Place(
        key=campaign_set.keys[0],
        base_path=campaign_set.base_path,
        other=other,
        foreign=campaign_set.foreign,
    )


def alike(ours: Place, theirs: Place) -> tuple[Place, Place]:
    """Both places without what only one of them has."""
    other = ours.other is not None and theirs.other is not None
    foreign = ours.foreign is not None and theirs.foreign is not None
    made = [
        Place(
            key=each.key,
            base_path=each.base_path,
            other=each.other if other else None,
            foreign=each.foreign if foreign else None,
        )
        for each in (ours, theirs)
    ]
    return made[0], made[1]
