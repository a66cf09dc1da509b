"""What a run has found so far: evidence is kept at once, what shows again is counted."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from msgspec import Struct, field

from conformance.compare.behaviour import Behaviour, brief, tally
from conformance.contract import Code
from conformance.exchange import Exchange, History, Setting
from conformance.finding import Finding, Judgement
from conformance.oracle import NAMED_CALLS, Answer, answer_of, contradicts, facts_of
from conformance.session.allowance import MOST_CODES, MOST_DEVIATIONS, cut, keep_first, weight

Key = tuple[str, str, str]
AGAINST, NOT_AGAINST = "against", "not against"
"""How the answer to a call that the document names for a code speaks about it."""
SAMPLES_KEPT = 3
"""Exchanges kept per clause that show on what it was judged."""
MISSED_KEPT = 3
"""Calls that are shown for a code that no call brought about: the most natural ways to ask for it.
"""


NO_CODE = "no code"
"""What came instead of a code where a reply holds none."""


class Deviating(Struct, kw_only=True):
    """One deviation through the run. `program` is the shortest known; `shortened` tells whether
    somebody tried.
    """

    finding: Finding
    check: str
    at_call: int
    seen: int = 1
    shortened: bool = False
    unconfirmed: bool = False
    """Made again from scratch it did not show: its rate is all there is."""

    @property
    def key(self) -> str:
        """Under which the ledger keeps it."""
        return "|".join(self.finding.key)


class Witness(Struct, kw_only=True):
    """A call that was answered with a code, what it tried, and the same call without the defect,
    served.

    Of all such calls the plainest is kept, so that what is shown does not hang on which check,
    or which worker, came first.
    """

    exchange: Exchange
    trigger: str
    control: Exchange | None = None
    open: bool = False
    """Nothing that the document forbids was tried, only what it leaves open."""

    @property
    def plainness(self) -> tuple[bool, int, int, str]:
        """Smaller is plainer: a defect before what is open, few things tried at once, said in
        few words.
        """
        return (self.open, self.trigger.count(","), len(self.trigger), self.trigger)


class Ledger(Struct, kw_only=True):
    """The run's findings, cases, witnesses and observations; can be written down by one process and
    merged by another.
    """

    deviations: dict[str, Deviating] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    samples: dict[str, tuple[Exchange, ...]] = field(default_factory=dict)
    undecided: dict[str, str] = field(default_factory=dict)
    learnt: dict[str, dict[str, int]] = field(default_factory=dict)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    instead: dict[str, dict[str, int]] = field(default_factory=dict)
    missed: dict[str, list[Exchange]] = field(default_factory=dict)
    """The first calls that were meant to bring about a code and did not."""
    named_calls: dict[str, dict[str, int]] = field(default_factory=dict)
    """By code: how the calls were answered that the document names for it, and how often."""
    hunted: list[str] = field(default_factory=list)
    """Codes for which the search was completed."""
    skipped: dict[str, str] = field(default_factory=dict)
    """Checks that could not be made, with the reason."""
    behaviour: Behaviour = field(default_factory=Behaviour)
    """How the server behaved, whatever is demanded of it."""

    made: list[str] = field(default_factory=list)
    """Checks that came to their end; and deviations of earlier nights whose programs were tried
    again.
    """
    learnt_by: dict[str, Exchange] = field(default_factory=dict)
    """The first exchange that taught something: subject|value."""
    further: dict[str, int] = field(default_factory=dict)
    """By clause: how often it was found broken in ways beyond those that are kept apart."""
    evidence_bytes: int = 0
    """Bytes of the replies that are kept."""
    errors: dict[str, str] = field(default_factory=dict)
    """Checks that ended before they were through, by no doing of the target, with the reason: such
    a run never conforms.
    """

    def record(self, judgement: Judgement, history: History, check: str) -> list[Deviating]:
        """Take in one judgement; gives the deviations that were not known before."""
        _add(self.cases, judgement.cases)
        for clause, reason in judgement.undecided:
            self.undecided.setdefault(clause, reason)
        for clause, shown in judgement.samples.items():
            self._sample(clause, shown)
        for seen in judgement.observations:
            tally(self.learnt.setdefault(seen.subject, {}), seen.value)
            keep_first(self.learnt_by, f"{seen.subject}|{brief(seen.value)}", seen.exchange)
        self._codes(history)
        return [new for finding in judgement.findings if (new := self._deviation(finding, check))]

    def _deviation(self, finding: Finding, check: str) -> Deviating | None:
        key = "|".join(finding.key)
        if known := self.deviations.get(key):
            known.seen += 1
            if len(finding.program) < len(known.finding.program) and not known.shortened:
                known.finding = self.evident(finding)
            return None
        if len(self.of_clause(finding.clause)) >= MOST_DEVIATIONS:
            _add(self.further, {finding.clause: 1})
            return None
        self.deviations[key] = Deviating(
            finding=self.evident(finding), check=check, at_call=finding.program[-1].number
        )
        return self.deviations[key]

    def evident(self, finding: Finding) -> Finding:
        """The finding with its exchanges as they are kept."""
        program = tuple(map(self._kept, finding.program))
        return finding if program == finding.program else replace(finding, program=program)

    def _kept(self, exchange: Exchange) -> Exchange:
        """The exchange as it is kept, and counted."""
        kept = cut(exchange, kept=self.evidence_bytes)
        self.evidence_bytes += weight(kept)
        return kept

    def _sample(self, clause: str, more: Iterable[Exchange]) -> None:
        held = self.samples.get(clause, ())
        if len(held) < SAMPLES_KEPT:
            places = {(each.number, each.start) for each in held}
            new = [each for each in more if (each.number, each.start) not in places]
            self.samples[clause] = (*held, *map(self._kept, new[: SAMPLES_KEPT - len(held)]))

    def _codes(self, history: History) -> None:
        told = [
            (exchange, answer_of(exchange))
            for exchange in history.exchanges
            if exchange.call.method == "DELETE"
            and exchange.reply is not None
            and exchange.reply.status != 401
        ]
        # where none came before: after
        control = next((exchange for exchange, answer in told if answer.outcome == "served"), None)
        for exchange, answer in told:
            self._named(exchange, answer, history.setting)
            if answer.outcome == "served":
                control = exchange
            elif answer.code is not None:
                self._reached(answer.code, exchange, control, history.setting)

    def _named(self, exchange: Exchange, answer: Answer, setting: Setting) -> None:
        """Count how a call was answered that the document names for a code and that has no other
        defect.
        """
        facts = facts_of(exchange.call, setting)
        if len(facts.defects) != 1 or facts.open_points or facts.unauthorised:
            return
        served = answer.outcome == "served"
        for code, defects in NAMED_CALLS.items():
            if facts.defects[0] in defects:
                against = contradicts(code, facts.defects, answer.code, served=served)
                word = AGAINST if against else NOT_AGAINST
                tally(self.named_calls.setdefault(code, {}), word)

    def is_contradicted(self, code: str) -> bool:
        """Whether the document names calls that bring the code about, and every one that was made
        was answered with a success, with 0200001, or with a code that does not fit.
        """
        answers = self.named_calls.get(code, {})
        return AGAINST in answers and NOT_AGAINST not in answers

    def _reached(
        self, code: str, exchange: Exchange, control: Exchange | None, setting: Setting
    ) -> None:
        known = self.witnesses.get(code)
        if known is None and code not in set(Code) and len(self.witnesses) >= MOST_CODES:
            return
        facts = facts_of(exchange.call, setting)
        trigger = ", ".join(facts.defects or facts.open_points) or "a restriction"
        held = known.control if known else None
        is_open = bool(facts.open_points) and not facts.defects
        new = Witness(exchange=exchange, trigger=trigger, open=is_open)
        if known is None or new.plainness < known.plainness:
            new.exchange = self._kept(exchange)
            new.control = held if control is None else self._kept(control)
            self.witnesses[code] = new
        elif known.control is None and control is not None:
            known.control = self._kept(control)

    def tried(self, code: str, answered: str, exchange: Exchange | None = None) -> None:
        """Count one call that was meant to bring about a code, and what came; the first few that
        missed are kept.
        """
        _add(self.tries, {code: 1})
        if (
            exchange is not None
            and answered != code
            and len(self.missed.setdefault(code, [])) < MISSED_KEPT
        ):
            self.missed[code].append(self._kept(exchange))
        if answered != code:
            tally(self.instead.setdefault(code, {}), answered)

    def retract(self, known: Deviating) -> None:
        """Take a deviation back that turned out to be another one in disguise."""
        self.deviations.pop(known.key, None)

    def retract_between(self, since: int, until: int | None) -> list[Deviating]:
        """Take back, and give, what was seen only while the target was away: nothing is to blame
        but what took it away.

        What showed again afterwards, made from scratch, stands; so does what takes the whole time
        limit, which is not made again.
        """
        seen = [
            known
            for known in self.deviations.values()
            if since <= known.at_call <= (until or known.at_call)
        ]
        doubtful = [
            known
            for known in seen
            if until is None or (known.unconfirmed and known.finding.kind != "timeout")
        ]
        for known in doubtful:
            self.retract(known)
        return doubtful

    def holds(self, known: Deviating) -> bool:
        """Whether a deviation still stands."""
        return self.deviations.get(known.key) is known

    def readable(self, code: str) -> bool:
        """Whether the search for a code was answered with any failure code at all."""
        return bool(set(self.instead.get(code, {})) - {NO_CODE, Code.SUCCESS.value})

    def of_clause(self, clause: str) -> list[Deviating]:
        """The deviations of one clause, the most seen first."""
        found = [known for known in self.deviations.values() if known.finding.clause == clause]
        return sorted(found, key=lambda known: (-known.seen, known.at_call))

    def merge(self, other: "Ledger", rank: Callable[[str], int] = lambda _: 0) -> None:
        """Take in what another process of the same run found.

        `rank` is a check's place in a run: of two programs as short, the one is shown that a single
        process would have found first.
        """
        for key, theirs in other.deviations.items():
            if (
                key not in self.deviations
                and len(self.of_clause(theirs.finding.clause)) >= MOST_DEVIATIONS
            ):
                _add(self.further, {theirs.finding.clause: theirs.seen})
                continue
            ours = self.deviations.setdefault(key, theirs)
            if ours is not theirs:
                ours.seen += theirs.seen
                ours.at_call = min(ours.at_call, theirs.at_call)
                if (len(theirs.finding.program), rank(theirs.check)) < (
                    len(ours.finding.program),
                    rank(ours.check),
                ):
                    ours.finding, ours.check = theirs.finding, theirs.check
        for mine, their in (
            (self.cases, other.cases),
            (self.tries, other.tries),
            (self.further, other.further),
        ):
            _add(mine, their)
        self.evidence_bytes += other.evidence_bytes
        for nested, more in (
            (self.learnt, other.learnt),
            (self.instead, other.instead),
            (self.named_calls, other.named_calls),
        ):
            for name, counts in more.items():
                for value, times in counts.items():
                    tally(nested.setdefault(name, {}), value, times)
        self.behaviour.merge(other.behaviour)
        for clause, shown in other.samples.items():
            self._sample(clause, shown)
        self.undecided = other.undecided | self.undecided
        self.skipped = other.skipped | self.skipped
        self.errors = other.errors | self.errors
        for name, exchange in other.learnt_by.items():
            keep_first(self.learnt_by, name, exchange)
        self.made = sorted({*self.made, *other.made})
        for code, witness in other.witnesses.items():
            ours_too = self.witnesses.setdefault(code, witness)
            if witness.plainness < ours_too.plainness:
                self.witnesses[code] = witness
        self.missed = other.missed | self.missed
        self.hunted = sorted({*self.hunted, *other.hunted})


def _add(counts: dict[str, int], more: dict[str, int]) -> None:
    total = Counter(counts)
    total.update(more)
    counts.update(total)


def clauses_of(found: Iterable[Deviating]) -> list[str]:
    """The clauses that these deviations break, each once."""
    return list(dict.fromkeys(known.finding.clause for known in found))
