"""What a look at a campaign tells: which worlds it rules out, whose doing it is that a number is
there or gone, what it confirms.
"""

from msgspec.structs import replace

from conformance.oracle.blame import Blame, extra_number, missing_number
from conformance.oracle.campaign_worlds import NO_ORDER, RACE, CampaignWorlds
from conformance.oracle.entries import Entry
from conformance.oracle.look_form import shown_numbers
from conformance.oracle.worlds import World


def look(book: CampaignWorlds, entry: Entry) -> None:
    """Hold what a query shows against the worlds; afterwards the contents are certain again, where
    the query shows them whole.
    """
    shown = shown_numbers(entry.answer, book.look_form)
    if shown is None or book.shows == "nothing":
        return
    if book.shows == "one":
        _look_at_one(book, shown, entry)
        return
    if not book.lost:
        _compare(book, shown, entry)
    else:
        _look_after_a_race(book, shown)
    book.worlds, book.complete, book.lost, book.raced = frozenset({shown}), True, False, frozenset()
    book.tentative.clear()
    book.deferred.clear()
    book.emptied.clear()
    book.miscounts.clear()
    book.before += book.since
    book.since = []


def _look_after_a_race(book: CampaignWorlds, shown: World) -> None:
    """Calls at the same time that were all served must have emptied the campaign: else it is not
    the last number that suffered.
    """
    if shown:
        for detail, _, program in book.emptied:
            if detail == RACE:
                book.finding_log.find("effect.concurrent", "no-order", NO_ORDER, program)
    else:
        book.report_emptied()


def _look_at_one(book: CampaignWorlds, shown: World, entry: Entry) -> None:
    fitting = frozenset(world for world in book.worlds if shown <= world)
    if fitting or book.lost or not book.complete:
        book.worlds = fitting or book.worlds
        return
    _explain_extra(book, shown - frozenset().union(*book.worlds), entry)
    book.lost = True


def _compare(book: CampaignWorlds, shown: World, entry: Entry) -> None:
    fitting = [
        world for world in book.worlds if world == shown or (not book.complete and world <= shown)
    ]
    if fitting:
        _confirmed(book, fitting[0])
        return
    world = min(book.worlds, key=lambda possible: (len(possible ^ shown), sorted(possible)))
    if not shown - world:
        # else an earlier deletion had not done what it said, and the campaign held more than it
        # should have
        book.report_emptied()
    if world - shown and world - shown <= frozenset().union(
        *(entry.facts.named for entry, _ in book.deferred)
    ):
        # what is missing was taken by the calls that say they failed: no earlier one made them fail
        book.report_deferred()
    _explain_missing(book, world - shown - book.tentative, entry)
    _deleted_twice(book, world & book.tentative - shown, entry)
    _explain_extra(book, shown - world, entry)


def _explain_missing(book: CampaignWorlds, numbers: World, entry: Entry) -> None:
    blames: dict[tuple[str, str, str], Blame] = {}
    for number in sorted(numbers):
        if _taken_by_an_accepted(book, number):
            continue
        blame = missing_number(
            number, book.key, book.since, raced=bool(book.raced)
        ) or missing_number(number, book.key, book.before, raced=False)
        if blame:
            _merge(blames, blame, number)
        else:
            book.finding_log.undecided.setdefault(
                "effect.nothing-else",
                "a number vanished that no call of this run explains: is somebody else at work?",
            )
    _report_all(book, blames, entry)


def _deleted_twice(book: CampaignWorlds, numbers: World, entry: Entry) -> None:
    """A number that was deleted, then added again by a call of its own that succeeded, and is not
    there.
    """
    for number in sorted(numbers):
        added = any(
            past.facts.kind == "add"
            and past.facts.named == {number}
            and past.answer.outcome == "served"
            for past in book.since
        )
        past = (*book.before, *book.since)
        deleted = any(
            each.authorised_delete
            and number in each.facts.named
            and each.facts.campaign == book.key
            and each.answer.outcome == "served"
            for each in past
        )
        if added and deleted:
            says = "a number that had been deleted was deleted again after it had been added back"
            book.report(
                Blame(
                    clause="effect.nothing-else",
                    kind="deleted-again",
                    says=says,
                    numbers=frozenset({number}),
                ),
                entry,
            )


def _taken_by_an_accepted(book: CampaignWorlds, number: str) -> bool:
    """A call that should have been refused and was served may have taken it: that is one deviation,
    already found.
    """
    return any(
        past.position in book.finding_log.accepted and number in past.mentions
        for past in book.since
    )


def _explain_extra(book: CampaignWorlds, numbers: World, entry: Entry) -> None:
    blames: dict[tuple[str, str, str], Blame] = {}
    for number in sorted(numbers):
        if blame := extra_number(number, book.key, book.since, book.before, raced=bool(book.raced)):
            _merge(blames, blame, number)
    _report_all(book, blames, entry)


def _merge(blames: dict[tuple[str, str, str], Blame], blame: Blame, number: str) -> None:
    key = (blame.clause, blame.kind, blame.detail)
    seen = blames[key].numbers if key in blames else frozenset()
    blames[key] = replace(blame, numbers=seen | {number})


def _report_all(
    book: CampaignWorlds, blames: dict[tuple[str, str, str], Blame], entry: Entry
) -> None:
    for blame in blames.values():
        if not (
            blame.clause == "effect.other-campaigns" and _accepted_elsewhere(book, blame.numbers)
        ):
            book.report(blame, entry)


def _accepted_elsewhere(book: CampaignWorlds, numbers: World) -> bool:
    """A call that should have been refused for its ids, and was served, is one deviation, not
    two.
    """
    return any(
        past.position in book.finding_log.accepted and past.facts.named & numbers
        for past in book.since
    )


def _confirmed(book: CampaignWorlds, world: World) -> None:
    book.report_emptied()
    book.report_deferred()
    if len(book.served()) == 1:
        book.report_miscounts()
    for past in book.since:
        _kept_by(book, past, world)
    if book.raced:
        book.finding_log.kept("effect.concurrent")


def _kept_by(book: CampaignWorlds, past: Entry, world: World) -> None:
    kept = book.finding_log.kept
    if past.facts.unauthorised:
        kept("auth.changes-nothing")
    elif past.facts.kind == "other":
        kept("method.delete-only")
    elif past.facts.kind != "delete":
        return
    elif past.facts.campaign != book.key:
        if past.facts.named & world:
            kept("effect.other-campaigns")
    elif past.answer.outcome == "served":
        kept("effect.removes-named", "effect.nothing-else")
    elif past.answer.outcome == "refused":
        kept("effect.failed-changes-nothing")
