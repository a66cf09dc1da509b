"""One campaign followed through a history, call by call: every reply held against its possible
worlds.
"""

from conformance.contract import Code
from conformance.oracle.blame import Blame, hidden_cause
from conformance.oracle.calls import Facts
from conformance.oracle.campaign_worlds import CampaignWorlds
from conformance.oracle.entries import Entry, naming
from conformance.oracle.looks import look
from conformance.oracle.replies import special_shape
from conformance.oracle.worlds import World, after

NO_COUNT = "no description of a success carries num:N, which the document leaves open"
ABSENT_CODES = frozenset({Code.WRONG_COMBINATION, Code.WRONG_VALUE})
"""What fits a number that the campaign lacks, beside 0200001, which fits everything."""
LAST_CODES = frozenset(
    {Code.WRONG_COMBINATION, Code.WRONG_VALUE, Code.TOO_SHORT, Code.LENGTH_OUT_OF_RANGE}
)
"""What fits a call that would leave no number."""
_CERTAIN_WHEN_SERVED = ("response.success-code", "header.content-type")


def codes_of_the_state(book: CampaignWorlds, facts: Facts, *, alone: bool) -> frozenset[str]:
    """Codes that fit a call for what the campaign holds: it lacks a number that is named, or has no
    more than are named.
    """
    lacks = book.lost or not alone or any(not facts.named <= world for world in book.worlds)
    exhausts = book.lost or not alone or any(facts.items >= len(world) for world in book.worlds)
    return (ABSENT_CODES if lacks else frozenset()) | (LAST_CODES if exhausts else frozenset())


def take(book: CampaignWorlds, entry: Entry) -> None:
    """Hold one exchange, which overlapped with no other on this campaign, against the worlds."""
    book.chronicle(entry.position)
    if entry.facts.kind == "query":
        look(book, entry)
    elif entry.facts.kind == "add" and not entry.facts.unauthorised:
        _added(book, entry)
    elif entry.authorised_delete:
        _deleted(book, entry)
    if entry.facts.kind != "query":
        book.since.append(entry)
    book.chronicle(entry.position + 0.5)


def notice(book: CampaignWorlds, entry: Entry) -> None:
    """Remember a call on something else: it may turn out to have touched this campaign."""
    if entry.exchange.call.body:
        book.since.append(entry)


def _added(book: CampaignWorlds, entry: Entry) -> None:
    if not book.lost:
        book.worlds = after(entry.step, book.worlds, complete=book.complete)
        book.bound()
    if entry.answer.outcome != "refused":
        book.tentative |= entry.facts.named


def _deleted(book: CampaignWorlds, entry: Entry) -> None:
    if book.lost or (entry.exchange.reply is not None and entry.exchange.reply.status == 401):
        return
    if entry.facts.defects:
        _defective(book, entry)
        return
    then = after(entry.step, book.worlds, complete=book.complete)
    if then:
        _legal(book, entry)
        book.worlds = then
        book.bound()
    elif entry.answer.outcome == "served":
        _served_wrongly(book, entry)
    else:
        _refused_wrongly(book, entry)


def _defective(book: CampaignWorlds, entry: Entry) -> None:
    """A defective call has no legal effect; one that was served nevertheless may have had one."""
    if entry.answer.outcome in {"served", "unknown"} and entry.facts.named:
        book.worlds |= frozenset(world - entry.facts.named for world in book.worlds)
        book.bound()


def finish(book: CampaignWorlds) -> None:
    """The history ends: what no later look contradicts stands."""
    book.report_emptied()
    book.report_deferred()


def _legal(book: CampaignWorlds, entry: Entry) -> None:
    if len(book.worlds) != 1 or entry.answer.outcome not in {"served", "refused"}:
        return
    (world,) = book.worlds
    if entry.answer.outcome == "served":
        _legally_served(book, entry, world)
    else:
        _legally_refused(book, entry, world)


def _legally_served(book: CampaignWorlds, entry: Entry, world: World) -> None:
    facts, finding_log = entry.facts, book.finding_log
    finding_log.kept(*_CERTAIN_WHEN_SERVED, *special_shape(entry))
    if facts.named <= world and facts.faultless:
        _judge_count(book, entry)
        if book.complete and len(world - facts.named) == 1:
            _proven_present(book, world - facts.named)
    elif not facts.named <= world and facts.faultless:
        finding_log.learn("number.absent", "served", entry)


def _legally_refused(book: CampaignWorlds, entry: Entry, world: World) -> None:
    facts, finding_log = entry.facts, book.finding_log
    if book.complete and facts.named >= world and world:
        finding_log.kept("restriction.last-number")
        if facts.named == world and facts.faultless:
            finding_log.learn("campaign.last-number", entry.answer.code or "HTTP", entry)
            finding_log.kept(
                *("effect.removes-named" for past in book.since if past.answer.outcome == "served")
            )
    elif not facts.named <= world and facts.faultless:
        finding_log.learn("number.absent", entry.answer.code or "HTTP", entry)


def _proven_present(book: CampaignWorlds, last: World) -> None:
    """Serving this call was legal only because the one number left is there: earlier calls have not
    taken it.
    """
    for past in book.since:
        if not past.facts.named & last:
            continue
        if past.facts.unauthorised:
            book.finding_log.kept("auth.changes-nothing")
        elif past.facts.kind == "other":
            book.finding_log.kept("method.delete-only")
        elif past.facts.campaign != book.key:
            book.finding_log.kept("effect.other-campaigns")
        elif past.answer.outcome == "refused":
            book.finding_log.kept("effect.failed-changes-nothing")
    if any(past.answer.outcome == "served" for past in book.since):
        book.finding_log.kept("effect.nothing-else")


def _judge_count(book: CampaignWorlds, entry: Entry) -> None:
    said = entry.answer.count
    if said is None:
        book.finding_log.undecided.setdefault("response.count", NO_COUNT)
    if said is None or any(
        past.facts.kind != "add" and past.mentions & entry.facts.named for past in book.since
    ):
        # an earlier call may already have taken some of them: that is judged elsewhere, and decides
        # what to count
        return
    if said == len(entry.facts.named):
        book.finding_log.kept("response.count")
    elif not book.served():
        book.miscounts.append((entry, said))
        if book.shows != "all":
            book.report_miscounts()


def _served_wrongly(book: CampaignWorlds, entry: Entry) -> None:
    named, items = len(entry.facts.named), entry.facts.items
    held = max(len(world) for world in book.worlds)
    how = (
        "single"
        if items == 1
        else "repeated"
        if items > named
        else "absent"
        if named > held
        else "batch"
    )
    all_held = "the one number" if held == 1 else f"every one of the {held} numbers"
    summary = (
        f"A call naming {all_held} that the campaign still held was served ({entry.answer.code})."
    )
    book.emptied.append((how, summary, naming(book.since, entry.facts.named, entry)))
    if book.shows != "all":
        book.report_emptied()
    book.worlds |= frozenset(world - entry.facts.named for world in book.worlds)
    book.bound()
    book.lost = book.lost or book.shows != "all"


def _refused_wrongly(book: CampaignWorlds, entry: Entry) -> None:
    (world, *_) = sorted(book.worlds, key=len)
    if book.raced:
        book.report(_RACED, entry)
    elif book.shows == "all":
        # an earlier call may have left less than it should have
        book.deferred.append((entry, world))
        return
    elif blame := hidden_cause(entry, world, book.key, book.since):
        book.report(blame, entry)
    else:
        book.report_unjust(entry, world)
    book.lost = book.shows != "all"


_RACED = Blame(
    clause="effect.concurrent",
    kind="lost",
    says="after concurrent calls a faultless call is refused, which no order of them explains",
)
