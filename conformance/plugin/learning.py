"""`profile.toml` of a run."""

from pathlib import Path

from conformance.compare import profile
from conformance.readable import each_text
from conformance.session.ledger import Ledger
from conformance.transport.redaction import known
from conformance.verdict import VerdictDocument


def write_profile(
    folder: Path, document: VerdictDocument, ledger: Ledger, *, authenticated: bool
) -> None:
    """Leave what the run learnt, with the server's fingerprint, beside the verdict."""
    unreached = tuple(
        each.code for each in document.codes if not each.reached and each.code in ledger.hunted
    )
    tables = profile.tables_of(
        ledger.behaviour,
        fingerprint(document),
        observed=ledger.learnt,
        unreached=unreached,
        authenticated=authenticated,
    )
    profile.write(folder / profile.FILE, each_text(tables, known().text))


def tell(ledger: Ledger) -> None:
    """Let the clauses that leave something open know what was seen of it."""
    for clause, aspect, subject in (
        ("open.count", "reading", "num"),
        ("open.query-shows", "query", "shows"),
    ):
        if seen := ledger.behaviour.seen(aspect, subject):
            ledger.learnt.setdefault(clause, dict(seen))


def fingerprint(document: VerdictDocument) -> dict[str, str]:
    """Which server this was, when it was seen, and what saw it."""
    told = {
        "first_seen": document.started,
        "suite_version": document.suite_version,
        "clause_set": document.clause_set,
    }
    return {**document.target, **told}
