"""Which clause is broken when what a campaign shows, or how it answers, fits no possible world.

The evidence is what was called since the campaign's contents were last certain. A number that
should be there and is not is laid to the latest call that named it and had no right to remove it; a
number that should be gone, to the call that claimed to have removed it.
"""

from collections.abc import Sequence

from msgspec import Struct

from conformance.exchange import CampaignKey
from conformance.oracle.entries import Entry
from conformance.oracle.worlds import World


class Blame(Struct, frozen=True, kw_only=True):
    """A broken clause: how, what tells it apart, in words, and which numbers show it."""

    clause: str
    kind: str
    says: str
    detail: str = ""
    numbers: World = frozenset()
    suspects: frozenset[int] = frozenset()
    """Positions of calls that may have done it without naming the numbers."""


def missing_number(
    number: str, key: CampaignKey, since: Sequence[Entry], *, raced: bool
) -> Blame | None:
    """Whose doing it is that a number is gone which nobody had the right to remove; None where no
    call explains it.
    """
    if raced:
        return Blame(
            clause="effect.concurrent",
            kind="lost",
            says="after concurrent calls a number is gone that no order of them removes",
        )
    for entry in reversed(since):
        if (number in entry.facts.named or number in entry.mentions) and (
            blame := _wrongful(entry, key)
        ):
            return blame
    took = [
        entry
        for entry in since
        if entry.facts.campaign == key
        and entry.authorised_delete
        and entry.answer.outcome == "served"
    ]
    if took:
        suspects = frozenset(entry.position for entry in took)
        return Blame(
            clause="effect.nothing-else",
            kind="took-more",
            says="a number is gone that the call did not name",
            suspects=suspects,
        )
    return None


def _wrongful(entry: Entry, key: CampaignKey) -> Blame | None:
    """Why this call had no right to remove a number from that campaign; None if it had, or is no
    suspect.
    """
    facts, answer = entry.facts, entry.answer
    if answer.outcome == "nothing" or (facts.reads and facts.kind == "query"):
        return None
    if facts.unauthorised:
        how = entry.exchange.call.credential
        return Blame(
            clause="auth.changes-nothing",
            kind="changed",
            detail=how,
            says=f"a call with a spoilt Authorization ({how}) was carried out",
        )
    if facts.kind == "other":
        method = entry.exchange.call.method
        return Blame(
            clause="method.delete-only",
            kind="deleted",
            detail=method,
            says=f"{method} deleted a calling number",
        )
    if facts.kind != "delete":
        return None
    if facts.campaign != key and answer.outcome != "refused":
        return Blame(
            clause="effect.other-campaigns",
            kind="touched",
            says="a call on another campaign's URI removed a number from this one",
        )
    if answer.outcome == "refused":
        detail = "+".join(facts.defects or facts.open_points) or "restriction"
        return Blame(
            clause="effect.failed-changes-nothing",
            kind="changed",
            detail=detail,
            says=f"a call that failed ({answer.code}) removed a number",
        )
    return None


def extra_number(
    number: str, key: CampaignKey, since: Sequence[Entry], before: Sequence[Entry], *, raced: bool
) -> Blame | None:
    """Whose doing it is that a number is there which should be gone; None where no call explains
    it.
    """
    if raced and any(number in entry.facts.named for entry in since):
        return Blame(
            clause="effect.concurrent",
            kind="kept",
            says="after concurrent calls a number is there that every order of them removes",
        )
    if _served_naming(number, key, since):
        return Blame(
            clause="effect.removes-named",
            kind="still-there",
            says="a call that succeeded left a number that it named",
        )
    if _served_naming(number, key, before):
        return Blame(
            clause="effect.removes-named",
            kind="came-back",
            says="a number that had been deleted came back",
        )
    if _moved_here(number, key, since, before):
        says = "a number that a call deleted from another campaign appeared in this one"
        return Blame(clause="effect.other-campaigns", kind="appeared", says=says)
    return None


def _moved_here(
    number: str, key: CampaignKey, since: Sequence[Entry], before: Sequence[Entry]
) -> bool:
    """Deleted elsewhere since this campaign was certain not to hold it, and never added here."""
    elsewhere = {entry.facts.campaign for entry in since if entry.facts.campaign != key}
    added = any(
        entry.facts.kind == "add" and entry.facts.campaign == key and number in entry.facts.named
        for entry in (*before, *since)
    )
    return not added and any(
        _served_naming(number, other, since) for other in elsewhere if other is not None
    )


def _served_naming(number: str, key: CampaignKey, entries: Sequence[Entry]) -> bool:
    return any(
        number in entry.facts.named
        and entry.facts.campaign == key
        and entry.authorised_delete
        and entry.answer.outcome == "served"
        for entry in entries
    )


def hidden_cause(
    refused: Entry, world: World, key: CampaignKey, since: Sequence[Entry]
) -> Blame | None:
    """An earlier call that had no right to change the campaign, and whose wrongful effect would
    make this refusal legal.
    """
    for entry in reversed(since):
        lost = world - entry.facts.named
        explains = not refused.facts.named <= lost or refused.facts.named >= lost
        if entry.facts.named & world and explains and (blame := _wrongful(entry, key)):
            return blame
    return None
