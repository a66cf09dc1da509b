"""What one exchange tells by itself, whatever the campaign holds: shape, credentials, method,
defects and their codes.
"""

import re

from conformance.contract import MAX_NUMBERS_PER_CALL, Code
from conformance.exchange import Reply
from conformance.finding import counted
from conformance.oracle.defects import ANY_FAILURE, DEFECTS, fitting_codes
from conformance.oracle.entries import Entry
from conformance.oracle.finding_log import FindingLog
from conformance.oracle.reply import (
    CLAUSES_OF_EVERY_CALL,
    CLAUSES_OF_EVERY_REPLY,
    tells_failure,
    universal_faults,
)

_SIGNATURE = re.compile(
    r"(?i)(?:sign|expect|hmac|digest|should be).{0,40}?\b[0-9a-f]{64}\b|\(secret removed\)"
)
"""An HMAC-SHA256 in hex, or the mark that the transport puts in the place of a secret that a reply
echoed.
"""

REFUSED_BY_TYPE = {406, 415}
"""Statuses with which HTTP says that it is the type of the content that is not accepted."""


def judge_reply(
    entry: Entry, finding_log: FindingLog, codes_of_the_state: frozenset[str] = frozenset()
) -> None:
    """Judge what can be said of an exchange without knowing the campaign's contents.

    `codes_of_the_state`: codes that fit what the campaign holds, which a server may check before
    the defects of the call.
    """
    if entry.answer.outcome == "nothing":
        return
    _shape(entry, finding_log)
    if entry.exchange.reply is None:
        return
    if entry.facts.unauthorised:
        _credentials(entry, finding_log)
    elif entry.facts.kind == "delete":
        finding_log.kept("auth.valid-accepted")
        _failure_status(entry, finding_log)
        _defects(entry, finding_log, codes_of_the_state)
    elif entry.facts.kind == "other":
        _method(entry, finding_log)


def _shape(entry: Entry, finding_log: FindingLog) -> None:
    broken = set()
    for fault in universal_faults(entry.facts, entry.exchange, entry.answer):
        broken.add(fault.clause)
        summary = f"{_what(entry)} was answered with {fault.seen}."
        finding_log.find(fault.clause, fault.kind, summary, (entry.exchange,), fault.detail)
    judged: tuple[str, ...] = CLAUSES_OF_EVERY_CALL
    if (
        entry.facts.kind == "delete"
        and not entry.facts.unauthorised
        and entry.answer.members is not None
    ):
        judged += CLAUSES_OF_EVERY_REPLY
    finding_log.kept(*(clause for clause in judged if clause not in broken))


def _credentials(entry: Entry, finding_log: FindingLog) -> None:
    reply = entry.exchange.reply
    if reply is None or reply.status >= 500 or entry.facts.kind not in {"delete", "add", "query"}:
        return
    if reply.status == 401:
        finding_log.kept("header.authorization")
        _refusal_text(entry, reply, finding_log)
        return
    how = entry.exchange.call.credential
    summary = (
        f"A call whose Authorization was spoilt ({how}) was answered with HTTP {reply.status}, code"
        f" {entry.answer.code}."
    )
    finding_log.find("header.authorization", "let-in", summary, (entry.exchange,), how)


def _refusal_text(entry: Entry, reply: Reply, finding_log: FindingLog) -> None:
    """What must not stand in a 401: the code of success, or the signature that would have been
    right.
    """
    if Code.SUCCESS in {entry.answer.code, entry.answer.return_code}:
        finding_log.find(
            "response.success-code",
            "in-401",
            "A reply with HTTP 401 carries the code of success.",
            (entry.exchange,),
        )
    if _SIGNATURE.search(reply.body.decode("utf-8", "replace")):
        finding_log.find(
            "reply.no-internals",
            "leak",
            "A reply with HTTP 401 tells a signature.",
            (entry.exchange,),
            "signature",
        )


def _method(entry: Entry, finding_log: FindingLog) -> None:
    method = entry.exchange.call.method
    status = entry.exchange.reply.status if entry.exchange.reply else 0
    finding_log.learn(
        "open.other-methods",
        f"{method}: HTTP {status}{f' {entry.answer.code}' if entry.answer.code else ''}",
        entry,
    )
    if not entry.facts.reads and entry.answer.outcome == "served" and status < 400:
        summary = f"{method} on the URI claims success ({entry.answer.code})."
        finding_log.find("method.delete-only", "claims-success", summary, (entry.exchange,), method)


def _failure_status(entry: Entry, finding_log: FindingLog) -> None:
    reply, answer = entry.exchange.reply, entry.answer
    if reply is None or answer.outcome != "refused" or answer.code is None:
        return
    if reply.status == 200 or tells_failure(reply, answer):
        finding_log.learn("open.failure-status", f"HTTP {reply.status}", entry)


def _defects(entry: Entry, finding_log: FindingLog, codes_of_the_state: frozenset[str]) -> None:
    facts, answer = entry.facts, entry.answer
    if entry.exchange.reply is not None and entry.exchange.reply.status == 401:
        return
    if answer.outcome == "served" and facts.defects:
        _accepted(entry, finding_log)
    elif answer.outcome == "refused":
        if facts.defects:
            _refused(entry, finding_log, codes_of_the_state)
        elif len(facts.open_points) == 1:
            finding_log.learn(facts.open_points[0], answer.code or "HTTP", entry)
    elif answer.outcome == "served" and len(facts.open_points) == 1:
        finding_log.learn(facts.open_points[0], "served", entry)


def _accepted(entry: Entry, finding_log: FindingLog) -> None:
    finding_log.accepted.add(entry.position)
    for clause, name in {
        DEFECTS[name].clause: name for name in reversed(entry.facts.defects)
    }.items():
        row = DEFECTS[name]
        summary = f"{_what(entry)} was served ({entry.answer.code}) although {row.says}."
        finding_log.find(clause, "accepted", summary, (entry.exchange,), name)


def _refused(entry: Entry, finding_log: FindingLog, codes_of_the_state: frozenset[str]) -> None:
    facts, code = entry.facts, entry.answer.code
    finding_log.controlled.update({DEFECTS[name].clause for name in facts.defects})
    if code is None:
        finding_log.learn(
            facts.defects[0],
            f"HTTP {entry.exchange.reply.status if entry.exchange.reply else 0}",
            entry,
        )
        return
    fitting = (
        ANY_FAILURE if facts.open_points else fitting_codes(facts.defects) | codes_of_the_state
    )
    if len(facts.defects) == 1 and not facts.open_points:
        finding_log.learn(facts.defects[0], code, entry)
    elif len(facts.defects) == 2 and not facts.open_points:
        finding_log.learn("+".join(facts.defects), code, entry)
    if code in fitting:
        finding_log.kept(f"code.{code}")
    elif code in ANY_FAILURE:
        says = " and ".join(DEFECTS[name].says for name in facts.defects)
        summary = (
            f"{_what(entry)}, in which {says}, was refused with {code}, which says something else."
        )
        finding_log.find(
            f"code.{code}", "misused", summary, (entry.exchange,), "+".join(facts.defects)
        )


def unjust_refusal(entry: Entry) -> tuple[str, str]:
    """Clause and words for a refusal of a call that nothing is wrong with, from what is special
    about the call.
    """
    code, facts, reply = entry.answer.code, entry.facts, entry.exchange.reply
    lengths = {len(number) for number in facts.named}
    if code == "0200007":
        return "prerequisite.campaign", "although the campaign exists"
    if reply is not None and reply.status in REFUSED_BY_TYPE:
        return (
            "header.content-type",
            f"(HTTP {reply.status}) although its Content-Type is the documented one",
        )
    if facts.items == MAX_NUMBERS_PER_CALL or (code == "02000011" and facts.items > 1):
        return (
            "restriction.limit-100",
            f"although it names {facts.items} numbers, within the limit of 100",
        )
    if _in_example_form(entry):
        return "example.exchange", "although it has the form of the documented example"
    special = any(number.startswith("0") or len(number) in {1, 2, 23, 24} for number in facts.named)
    if special or code in {"02000002", "02000003", "02000004", "02000005", "02000006"}:
        return (
            "body.access-code",
            (
                "although each of its numbers is a text of 1 to 24 digits (lengths"
                f" {min(lengths)}-{max(lengths)})"
            ),
        )
    return "response.success-code", "although nothing is wrong with it"


def _in_example_form(entry: Entry) -> bool:
    return entry.facts.items == 1 and entry.exchange.call.body.startswith(
        b'{"callerNo":[ {"accessCode":"'
    )


def special_shape(entry: Entry) -> tuple[str, ...]:
    """The clauses of which a served call is a boundary case."""
    clauses = []
    if entry.facts.items == MAX_NUMBERS_PER_CALL:
        clauses.append("restriction.limit-100")
    if any(number.startswith("0") or len(number) in {1, 24} for number in entry.facts.named):
        clauses.append("body.access-code")
    if _in_example_form(entry):
        clauses.append("example.exchange")
    return tuple(clauses)


def _what(entry: Entry) -> str:
    return (
        f"{entry.exchange.call.method} naming {counted(entry.facts.items, 'number')}"
        if entry.facts.items
        else entry.exchange.call.method
    )
