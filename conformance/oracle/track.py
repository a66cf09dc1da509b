"""One campaign followed through a history: its possible worlds, and every reply held against them."""

from collections.abc import Sequence

from msgspec.structs import replace

from conformance.contract import Code
from conformance.exchange import CampaignKey, Contents, Exchange, QueryShows
from conformance.finding import counted
from conformance.oracle.blame import Blame, extra_number, hidden_cause, missing_number
from conformance.oracle.calls import Facts
from conformance.oracle.docket import Docket
from conformance.oracle.entries import Entry, naming
from conformance.oracle.replies import special_shape, unjust_refusal
from conformance.oracle.reply import shown_numbers
from conformance.oracle.worlds import MAX_WORLDS, TooManyOrdersError, World, after, after_some_order

NO_COUNT = "no description of a success carries num:N, which the document leaves open"
UNTRUE = frozenset({"0200007", "02000010"})
"""No such campaign; hour and minute: of a faultless call on an existing campaign neither can be true."""
ABSENT_CODES = frozenset({Code.WRONG_COMBINATION, Code.WRONG_VALUE})
"""What fits a number that the campaign lacks, beside 0200001, which fits everything."""
LAST_CODES = frozenset({Code.WRONG_COMBINATION, Code.WRONG_VALUE, Code.TOO_SHORT, Code.LENGTH_OUT_OF_RANGE})
"""What fits a call that would leave no number."""
_RACE = "race"
_NO_ORDER = "No order of these concurrent calls explains their replies."
_CERTAIN_WHEN_SERVED = ("response.success-code", "header.content-type")


class Track:
    """The judge's notebook of one campaign. `lost`: what it holds is unknown until it is looked at."""

    def __init__(self, key: CampaignKey, held: Contents, shows: QueryShows, docket: Docket) -> None:
        self.key = key
        self.worlds: frozenset[World] = frozenset({held.numbers})
        self.complete = held.complete
        self.shows = shows
        self.docket = docket
        self.lost = False
        self.raced: frozenset[int] = frozenset()
        """Positions of overlapping calls since the last look."""
        self.tentative: set[str] = set()
        self.before: list[Entry] = []
        self.since: list[Entry] = []
        self.deferred: list[Entry] = []
        self.emptied: list[tuple[str, str, tuple[Exchange, ...]]] = []
        """Calls served that named all that should be left, until the next look: detail, summary, program."""
        self.miscounts: list[tuple[Entry, int]] = []

    def codes_of_the_state(self, facts: Facts, *, alone: bool) -> frozenset[str]:
        """Codes that fit a call for what the campaign holds: it lacks a number that is named, or has no more than are named."""
        lacks = self.lost or not alone or any(not facts.named <= world for world in self.worlds)
        exhausts = self.lost or not alone or any(facts.items >= len(world) for world in self.worlds)
        return (ABSENT_CODES if lacks else frozenset()) | (LAST_CODES if exhausts else frozenset())

    # -- one exchange after another ---------------------------------------------------------------------------------

    def take(self, entry: Entry) -> None:
        """Hold one exchange, which overlapped with no other on this campaign, against the worlds."""
        self._chronicle(entry.position)
        if entry.facts.kind == "query":
            self._look(entry)
        elif entry.facts.kind == "add" and not entry.facts.unauthorised:
            self._added(entry)
        elif entry.authorised_delete:
            self._deleted(entry)
        if entry.facts.kind != "query":
            self.since.append(entry)
        self._chronicle(entry.position + 0.5)

    def _chronicle(self, position: float) -> None:
        if len(self.worlds) == 1:
            (world,) = self.worlds
            self.docket.held(self.key, position, Contents(numbers=world, complete=self.complete and not self.lost))

    def notice(self, entry: Entry) -> None:
        """Remember a call on something else: it may turn out to have touched this campaign."""
        if entry.exchange.call.body:
            self.since.append(entry)

    def _added(self, entry: Entry) -> None:
        self.worlds = after(entry.step, self.worlds, complete=self.complete)
        if entry.answer.outcome != "refused":
            self.tentative |= entry.facts.named

    def _deleted(self, entry: Entry) -> None:
        if self.lost or (entry.exchange.reply is not None and entry.exchange.reply.status == 401):
            return
        if entry.facts.defects:
            self._defective(entry)
            return
        then = after(entry.step, self.worlds, complete=self.complete)
        if then:
            self._legal(entry)
            self.worlds = then
            self._bound()
        elif entry.answer.outcome == "served":
            self._served_wrongly(entry)
        else:
            self._refused_wrongly(entry)

    def _defective(self, entry: Entry) -> None:
        """A defective call has no legal effect; one that was served nevertheless may have had one."""
        if entry.answer.outcome in {"served", "unknown"} and entry.facts.named:
            self.worlds |= frozenset(world - entry.facts.named for world in self.worlds)
            self._bound()

    def _bound(self) -> None:
        if len(self.worlds) > MAX_WORLDS:
            self._lose("effect.failed-changes-nothing", "too many calls without an answer to follow what the campaign holds")

    def _lose(self, clause: str, reason: str) -> None:
        self.lost = True
        self.docket.undecided.setdefault(clause, reason)

    # -- legal replies ----------------------------------------------------------------------------------------------

    def _legal(self, entry: Entry) -> None:
        if len(self.worlds) != 1 or entry.answer.outcome not in {"served", "refused"}:
            return
        (world,) = self.worlds
        if entry.answer.outcome == "served":
            self._legally_served(entry, world)
        else:
            self._legally_refused(entry, world)

    def _legally_served(self, entry: Entry, world: World) -> None:
        facts, docket = entry.facts, self.docket
        docket.kept(*_CERTAIN_WHEN_SERVED, *special_shape(entry))
        if facts.named <= world and facts.faultless:
            self._count(entry)
            if self.complete and len(world - facts.named) == 1:
                self._proven_present(world - facts.named)
        elif not facts.named <= world and facts.faultless:
            docket.learn("number.absent", "served", entry)

    def _legally_refused(self, entry: Entry, world: World) -> None:
        facts, docket = entry.facts, self.docket
        if self.complete and facts.named >= world and world:
            docket.kept("restriction.last-number")
            if facts.named == world and facts.faultless:
                docket.learn("campaign.last-number", entry.answer.code or "HTTP", entry)
                docket.kept(*("effect.removes-named" for past in self.since if past.answer.outcome == "served"))
        elif not facts.named <= world and facts.faultless:
            docket.learn("number.absent", entry.answer.code or "HTTP", entry)
        self._untrue(entry, world)

    def _untrue(self, entry: Entry, world: World) -> None:
        """Which failure code a restriction or an absent number has is open; but not one whose text is plainly untrue."""
        code, facts = entry.answer.code, entry.facts
        if code in UNTRUE and facts.faultless:
            why = "naming its last numbers" if facts.named >= world else "naming a number that it lacks"
            summary = f"A call {why} on an existing campaign was refused with {code}, which says something else."
            self.docket.find(f"code.{code}", "misused", summary, naming(self.since, facts.named, entry), "campaign.last-number")

    def _proven_present(self, last: World) -> None:
        """Serving this call was legal only because the one number left is there: earlier calls have not taken it."""
        for past in self.since:
            if not past.facts.named & last:
                continue
            if past.facts.unauthorised:
                self.docket.kept("auth.changes-nothing")
            elif past.facts.kind == "other":
                self.docket.kept("method.delete-only")
            elif past.facts.campaign != self.key:
                self.docket.kept("effect.other-campaigns")
            elif past.answer.outcome == "refused":
                self.docket.kept("effect.failed-changes-nothing")
        if any(past.answer.outcome == "served" for past in self.since):
            self.docket.kept("effect.nothing-else")

    def _count(self, entry: Entry) -> None:
        counted = entry.answer.count
        if counted is None:
            self.docket.undecided.setdefault("response.count", NO_COUNT)
        if counted is None or any(past.facts.kind != "add" and past.mentions & entry.facts.named for past in self.since):
            return  # an earlier call may already have taken some of them: that is judged elsewhere, and decides what to count
        if counted == len(entry.facts.named):
            self.docket.kept("response.count")
        elif not self._served():
            self.miscounts.append((entry, counted))
            if self.shows != "all":
                self._miscounted()

    def _served(self) -> list[Entry]:
        """The deletions on this campaign that were served since the last look."""
        return [
            past for past in self.since if past.authorised_delete and past.facts.campaign == self.key and past.answer.outcome == "served"
        ]

    def _miscounted(self) -> None:
        """Counts that are wrong, now that it is certain what the campaign held.

        Only of a deletion that stands alone between two looks: a wrong count beside another one may be the true count of a deletion
        that took more than it named.
        """
        for entry, said in self.miscounts:
            summary = f"A call that deleted {counted(len(entry.facts.named), 'number')} says num:{said}."
            self.docket.find("response.count", "miscounts", summary, (entry.exchange,))
        self.miscounts.clear()

    # -- replies that are legal in no world -------------------------------------------------------------------------

    def _served_wrongly(self, entry: Entry) -> None:
        named, items = len(entry.facts.named), entry.facts.items
        held = max(len(world) for world in self.worlds)
        how = "single" if items == 1 else "repeated" if items > named else "absent" if named > held else "batch"
        all_held = "the one number" if held == 1 else f"every one of the {held} numbers"
        summary = f"A call naming {all_held} that the campaign still held was served ({entry.answer.code})."
        self.emptied.append((how, summary, naming(self.since, entry.facts.named, entry)))
        if self.shows != "all":
            self._report_emptied()
        self.worlds |= frozenset(world - entry.facts.named for world in self.worlds)
        self.lost = self.shows != "all"

    def _report_emptied(self) -> None:
        for how, summary, program in self.emptied:
            self.docket.find("restriction.last-number", "emptied", summary, program, how)
        self.emptied.clear()

    def _refused_wrongly(self, entry: Entry) -> None:
        (world, *_) = sorted(self.worlds, key=len)
        if self.raced:
            self._report(_RACED, entry)
        elif blame := hidden_cause(entry, world, self.key, self.since):
            if self.shows == "all":
                self.deferred.append(entry)
                return
            self._report(blame, entry)
        else:
            self._unjust(entry, world)
        self.lost = self.shows != "all"

    def _unjust(self, entry: Entry, world: World) -> None:
        clause, why = unjust_refusal(entry)
        if self.complete and len(world - entry.facts.named) == 1 and clause == "response.success-code" and self._served_before():
            clause, why = "restriction.last-number", "although one number would be left"
        summary = f"A call naming {counted(entry.facts.items, 'number')} of the campaign was refused ({entry.answer.code}) {why}."
        self.docket.find(clause, "refused", summary, naming(self.since, entry.facts.named, entry), entry.answer.code or "")

    def _served_before(self) -> bool:
        return any(past.authorised_delete and past.answer.outcome == "served" for past in (*self.before, *self.since))

    def _report(self, blame: Blame, entry: Entry) -> None:
        summary = f"{blame.says[0].upper()}{blame.says[1:]}."
        suspects = blame.suspects | (self.raced if blame.clause == "effect.concurrent" else frozenset())
        program = naming((*self.before, *self.since), blame.numbers or entry.facts.named, entry, suspects)
        self.docket.find(blame.clause, blame.kind, summary, program, blame.detail)

    # -- looking ----------------------------------------------------------------------------------------------------

    def _look(self, entry: Entry) -> None:
        shown = shown_numbers(entry.answer)
        if shown is None or self.shows == "nothing":
            return
        if self.shows == "one":
            self._look_at_one(shown, entry)
            return
        if not self.lost:
            self._compare(shown, entry)
        else:
            self._look_after_a_race(shown)
        self.worlds, self.complete, self.lost, self.raced = frozenset({shown}), True, False, frozenset()
        self.tentative.clear()
        self.deferred.clear()
        self.emptied.clear()
        self.miscounts.clear()
        self.before += self.since
        self.since = []

    def _look_after_a_race(self, shown: World) -> None:
        """Calls at the same time that were all served must have emptied the campaign: else it is not the last number that suffered."""
        if shown:
            for detail, _, program in self.emptied:
                if detail == _RACE:
                    self.docket.find("effect.concurrent", "no-order", _NO_ORDER, program)
        else:
            self._report_emptied()

    def _look_at_one(self, shown: World, entry: Entry) -> None:
        fitting = frozenset(world for world in self.worlds if shown <= world)
        if fitting or self.lost or not self.complete:
            self.worlds = fitting or self.worlds
            return
        self._explain_extra(shown - frozenset().union(*self.worlds), entry)
        self.lost = True

    def _compare(self, shown: World, entry: Entry) -> None:
        fitting = [world for world in self.worlds if world == shown or (not self.complete and world <= shown)]
        if fitting:
            self._confirmed(fitting[0])
            return
        world = min(self.worlds, key=lambda possible: (len(possible ^ shown), sorted(possible)))
        if not shown - world:
            self._report_emptied()  # else an earlier deletion had not done what it said, and the campaign held more than it should have
        self._explain_missing(world - shown - self.tentative, entry)
        self._deleted_again(world & self.tentative - shown, entry)
        self._explain_extra(shown - world, entry)

    def _explain_missing(self, numbers: World, entry: Entry) -> None:
        blames: dict[tuple[str, str, str], Blame] = {}
        for number in sorted(numbers):
            if self._taken_by_an_accepted(number):
                continue
            blame = missing_number(number, self.key, self.since, raced=bool(self.raced)) or missing_number(
                number, self.key, self.before, raced=False
            )
            if blame:
                self._merge(blames, blame, number)
            else:
                self.docket.undecided.setdefault(
                    "effect.nothing-else", "a number vanished that no call of this run explains: is somebody else at work?"
                )
        self._report_all(blames, entry)

    def _deleted_again(self, numbers: World, entry: Entry) -> None:
        """A number that was deleted, then added again by a call of its own that succeeded, and is not there."""
        for number in sorted(numbers):
            added = any(
                past.facts.kind == "add" and past.facts.named == {number} and past.answer.outcome == "served" for past in self.since
            )
            past = (*self.before, *self.since)
            deleted = any(
                each.authorised_delete
                and number in each.facts.named
                and each.facts.campaign == self.key
                and each.answer.outcome == "served"
                for each in past
            )
            if added and deleted:
                says = "a number that had been deleted was deleted again after it had been added back"
                self._report(Blame(clause="effect.nothing-else", kind="deleted-again", says=says, numbers=frozenset({number})), entry)

    def _taken_by_an_accepted(self, number: str) -> bool:
        """A call that should have been refused and was served may have taken it: that is one deviation, already found."""
        return any(past.position in self.docket.accepted and number in past.mentions for past in self.since)

    def _explain_extra(self, numbers: World, entry: Entry) -> None:
        blames: dict[tuple[str, str, str], Blame] = {}
        for number in sorted(numbers):
            if blame := extra_number(number, self.key, self.since, self.before, raced=bool(self.raced)):
                self._merge(blames, blame, number)
        self._report_all(blames, entry)

    @staticmethod
    def _merge(blames: dict[tuple[str, str, str], Blame], blame: Blame, number: str) -> None:
        key = (blame.clause, blame.kind, blame.detail)
        seen = blames[key].numbers if key in blames else frozenset()
        blames[key] = replace(blame, numbers=seen | {number})

    def _report_all(self, blames: dict[tuple[str, str, str], Blame], entry: Entry) -> None:
        for blame in blames.values():
            if not (blame.clause == "effect.other-campaigns" and self._accepted_elsewhere(blame.numbers)):
                self._report(blame, entry)

    def _accepted_elsewhere(self, numbers: World) -> bool:
        """A call that should have been refused for its ids, and was served, is one deviation, not two."""
        return any(past.position in self.docket.accepted and past.facts.named & numbers for past in self.since)

    def _confirmed(self, world: World) -> None:
        self._report_emptied()
        for entry in self.deferred:
            self._unjust(entry, world)
        if len(self._served()) == 1:
            self._miscounted()
        for past in self.since:
            self._kept_by(past, world)
        if self.raced:
            self.docket.kept("effect.concurrent")

    def _kept_by(self, past: Entry, world: World) -> None:
        kept = self.docket.kept
        if past.facts.unauthorised:
            kept("auth.changes-nothing")
        elif past.facts.kind == "other":
            kept("method.delete-only")
        elif past.facts.kind != "delete":
            return
        elif past.facts.campaign != self.key:
            if past.facts.named & world:
                kept("effect.other-campaigns")
        elif past.answer.outcome == "served":
            kept("effect.removes-named", "effect.nothing-else")
        elif past.answer.outcome == "refused":
            kept("effect.failed-changes-nothing")

    # -- calls at the same time -------------------------------------------------------------------------------------

    def take_together(self, entries: Sequence[Entry]) -> None:
        """Hold overlapping exchanges on this campaign against the worlds: some order of them must explain all replies."""
        self._chronicle(entries[0].position)
        steps = [entry.step for entry in entries if entry.authorised_delete or entry.facts.kind == "add"]
        self.tentative |= {number for entry in entries if entry.facts.kind == "add" for number in entry.facts.named}
        self.since += entries
        if self.lost or not steps:
            return
        try:
            then = after_some_order(steps, self.worlds, complete=self.complete)
        except TooManyOrdersError:
            self._lose("effect.concurrent", "more concurrent calls than could be put into an order")
            return
        self.raced |= {entry.position for entry in entries}
        if then:
            if self.shows != "all":
                self.docket.kept("effect.concurrent")
            self.worlds = then
            self.tentative -= {number for world in then for number in world}
            self._bound()
            return
        self._no_order(entries)

    def _no_order(self, entries: Sequence[Entry]) -> None:
        held = frozenset().union(*self.worlds, *(entry.facts.named for entry in entries if entry.facts.kind == "add"))
        served = [entry for entry in entries if entry.authorised_delete and entry.answer.outcome == "served"]
        removed: World = frozenset().union(*(entry.facts.named for entry in served))
        program = tuple(entry.exchange for entry in entries)
        if removed >= held:
            summary = f"{len(served)} concurrent calls, each served, together named every number of the campaign."
            self.emptied.append((_RACE, summary, program))
            if self.shows != "all":
                self._report_emptied()
        else:
            self.docket.find("effect.concurrent", "no-order", _NO_ORDER, program)
        self.lost = True

    def finish(self) -> None:
        """The history ends: what no later look contradicts stands."""
        self._report_emptied()


_RACED = Blame(
    clause="effect.concurrent", kind="lost", says="after concurrent calls a faultless call is refused, which no order of them explains"
)
