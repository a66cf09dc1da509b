"""Deviations that are another one in disguise.

A server that takes more than a call names leaves numbers missing that some later, innocent call has
named as well: the history of that moment lays their loss to the wrong call. Made again from scratch
such a deviation does not show, while the one behind it does, and shows far more often. It is told
with that one; its own clause is neither failed nor passed.
"""

from collections.abc import Iterator

from conformance.session.ledger import Deviating, Ledger

READ_OFF_CONTENTS = frozenset(
    {
        "restriction.last-number",
        "effect.removes-named",
        "effect.nothing-else",
        "effect.other-campaigns",
        "effect.failed-changes-nothing",
        "effect.concurrent",
        "auth.changes-nothing",
        "method.delete-only",
    }
)
"""Clauses of which a deviation is laid to a call because of what a campaign held afterwards."""
OFTEN = 20
"""Seen so often, a deviation needs no second showing."""
REFUSED = "refused"
"""Kind of a faultless call that was refused, whatever its clause: that nothing was wrong with it
follows from what the campaign held.
"""
RARER = 10
"""How many times less often than the deviation behind it: one with a rate of its own stands for
itself.
"""


def consequences(ledger: Ledger) -> dict[str, str]:
    """The deviations of a run that are another one in disguise: their keys in the ledger, with the
    clause that is broken in truth.
    """
    certain = [
        known
        for known in _contents(ledger)
        if (known.shortened and not known.unconfirmed) or known.seen >= OFTEN
    ]
    found = {}
    for key, known in ledger.deviations.items():
        if not known.unconfirmed or not (
            known.finding.clause in READ_OFF_CONTENTS or known.finding.kind == REFUSED
        ):
            continue
        behind = [
            other
            for other in certain
            if other.finding.clause != known.finding.clause and known.seen * RARER <= other.seen
        ]
        if behind:
            found[key] = max(behind, key=lambda other: other.seen).finding.clause
    return found


def _contents(ledger: Ledger) -> Iterator[Deviating]:
    return (
        known for known in ledger.deviations.values() if known.finding.clause in READ_OFF_CONTENTS
    )
