"""Calls at the same time: legal if some order of them explains every reply."""

from collections.abc import Sequence

from conformance.oracle.campaign_worlds import NO_ORDER, RACE, CampaignWorlds
from conformance.oracle.entries import Entry
from conformance.oracle.worlds import TooManyOrdersError, World, after_some_order


def take_together(book: CampaignWorlds, entries: Sequence[Entry]) -> None:
    """Hold overlapping exchanges on this campaign against the worlds: some order of them must
    explain all replies.
    """
    book.chronicle(entries[0].position)
    steps = [
        entry.step for entry in entries if entry.authorised_delete or entry.facts.kind == "add"
    ]
    book.tentative |= {
        number for entry in entries if entry.facts.kind == "add" for number in entry.facts.named
    }
    book.since += entries
    if book.lost or not steps:
        return
    try:
        then = after_some_order(steps, book.worlds, complete=book.complete)
    except TooManyOrdersError:
        book.lose("effect.concurrent", "more concurrent calls than could be put into an order")
        return
    book.raced |= {entry.position for entry in entries}
    if then:
        if book.shows != "all":
            book.finding_log.kept("effect.concurrent")
        book.worlds = then
        book.tentative -= {number for world in then for number in world}
        book.bound()
        return
    _no_order(book, entries)


def _no_order(book: CampaignWorlds, entries: Sequence[Entry]) -> None:
    held = frozenset().union(
        *book.worlds, *(entry.facts.named for entry in entries if entry.facts.kind == "add")
    )
    served = [
        entry for entry in entries if entry.authorised_delete and entry.answer.outcome == "served"
    ]
    removed: World = frozenset().union(*(entry.facts.named for entry in served))
    program = tuple(entry.exchange for entry in entries)
    if removed >= held:
        summary = (
            f"{len(served)} concurrent calls, each served, together named every number of the"
            " campaign."
        )
        book.emptied.append((RACE, summary, program))
        if book.shows != "all":
            book.report_emptied()
    else:
        book.finding_log.find("effect.concurrent", "no-order", NO_ORDER, program)
    book.lost = True
