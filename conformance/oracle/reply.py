"""What a reply says, and what must hold for every reply whatever was asked."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from conformance.contract import FAILURE_CODES, REPLY_MEMBERS, Code
from conformance.exchange import Exchange, NoAnswer, Reply
from conformance.oracle.calls import REMEMBERED, Facts
from conformance.oracle.internals import internals_in

Outcome: TypeAlias = Literal["served", "refused", "unknown", "nothing"]
"""`unknown`: nobody can tell whether it took effect. `nothing`: it never reached the target."""

TOO_MANY_REQUESTS = 429
"""How often a caller may call is open: such a reply says nothing of the call, which was not looked
at.
"""
UNAVAILABLE, GATEWAY = 503, frozenset({502, 503, 504})
TOO_LARGE = 413
PLENTY = 8 * 1024
"""Bytes of a body from which a gateway may say that it is too large: nearly twice what 100 of the
longest numbers need.
"""
_DOCUMENTED = frozenset({*FAILURE_CODES, Code.SUCCESS})
_MEMBER_CLAUSES = dict(
    zip(
        REPLY_MEMBERS,
        (
            "response.result-code",
            "response.result-desc",
            "response.return-code",
            "response.return-desc",
        ),
        strict=True,
    )
)
_COUNT = re.compile(r"num\s*[:=：]\s*(\d{1,18})")
LONGEST_TYPE = 80
LONGEST_CODE = 60
"""Characters of a result code that are read: those of the table have 7 or 8."""
DEEPEST = 64
"""Levels of JSON in a member that are read: the interface has three, and whatever walks deeper than
a thousand fails.
"""
TOO_DEEP = "(nested too deeply to be read)"
SMALL = 8 * 1024
"""Bytes of a reply up to which what it says is remembered: larger ones would fill the memory, and
are read anew.
"""


class Answer(Struct, frozen=True, kw_only=True):
    """A reply in the terms of the interface: the members that could be read, the codes as texts,
    and what became of the call.
    """

    outcome: Outcome
    members: dict[str, Any] | None = None
    code: str | None = None
    return_code: str | None = None

    @property
    def count(self) -> int | None:
        """N of `num:N`, where a description carries it."""
        texts = ((self.members or {}).get(name) for name in ("resultDesc", "returnDesc"))
        found = next(
            (match for text in texts if isinstance(text, str) and (match := _COUNT.search(text))),
            None,
        )
        return int(found[1]) if found else None


class BrokenRule(Struct, frozen=True, kw_only=True):
    """A rule that a reply breaks: the clause, a word for how, what tells it apart, and what was
    seen in words.
    """

    clause: str
    kind: str
    seen: str
    detail: str = ""


def answer_of(exchange: Exchange) -> Answer:
    """Read an exchange's outcome. Two codes that disagree leave it unknown whether the call was
    served.
    """
    outcome = exchange.outcome
    return (
        _remembered(outcome)
        if isinstance(outcome, NoAnswer) or _size(outcome) <= SMALL
        else _answer(outcome)
    )


def _size(reply: Reply) -> int:
    return len(reply.body) + sum(len(name) + len(value) for name, value in reply.headers)


def _answer(outcome: Reply | NoAnswer) -> Answer:
    if isinstance(outcome, NoAnswer):
        return Answer(outcome="unknown" if outcome.may_have_happened else "nothing")
    members = _members(outcome)
    code, return_code = _code(members, "resultCode"), _code(members, "returnCode")
    return Answer(
        outcome=_outcome(outcome, code, return_code),
        members=members,
        code=code,
        return_code=return_code,
    )


_remembered = lru_cache(maxsize=REMEMBERED)(_answer)


def _outcome(reply: Reply, code: str | None, return_code: str | None) -> Outcome:
    if reply.status >= 500:
        return "unknown"
    if reply.status == TOO_MANY_REQUESTS:
        return "nothing"
    known = {
        Code.SUCCESS if text.lstrip("0") == Code.SUCCESS.lstrip("0") else text
        for text in (code, return_code)
        if text
    }
    if known == {Code.SUCCESS}:
        return "served"
    if known and Code.SUCCESS not in known:
        return (  # two failure codes that differ are a deviation, but a refusal all the same
            "refused"
        )
    return "refused" if not known and reply.status >= 400 else "unknown"


def _members(reply: Reply) -> dict[str, Any] | None:
    try:
        value = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
    return _readable(value) if isinstance(value, dict) else None


def _readable(members: dict[str, Any]) -> dict[str, Any]:
    """The members, without what is nested too deeply to be looked through by anybody else."""
    return {
        name: TOO_DEEP if isinstance(value, list | dict) and _depth(value) > DEEPEST else value
        for name, value in members.items()
    }


def _depth(value: list[Any] | dict[str, Any]) -> int:
    """How many lists and objects lie in each other; counting ends beyond DEEPEST."""
    level: list[Any] = [value]
    for depth in range(DEEPEST + 1):
        inner = [
            item for each in level for item in (each.values() if isinstance(each, dict) else each)
        ]
        level = [item for item in inner if isinstance(item, list | dict)]
        if not level:
            return depth + 1
    return DEEPEST + 1


def _code(members: dict[str, Any] | None, name: str) -> str | None:
    value = None if members is None else members.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        text = str(value)[:LONGEST_CODE]
        # a number has lost its zero: that is found as its type
        return f"0{text}" if f"0{text}" in _DOCUMENTED else text
    return value[:LONGEST_CODE] if isinstance(value, str) else None


def universal_faults(facts: Facts, exchange: Exchange, answer: Answer) -> Iterator[BrokenRule]:
    """What no call may lead to: a server error, a dropped or endless answer, internals in a
    reply.
    """
    if isinstance(exchange.outcome, NoAnswer):
        if exchange.outcome.kind in {"timeout", "reset", "closed", "protocol"}:
            yield BrokenRule(
                clause="reply.answered",
                kind=exchange.outcome.kind,
                seen=f"no complete reply ({exchange.outcome.detail})",
            )
        return
    reply = exchange.outcome
    if reply.status == TOO_MANY_REQUESTS or _asks_to_wait(reply):
        return
    # of companions, which are not under test
    in_front = facts.kind in {"query", "add"} and reply.status in GATEWAY
    if (
        reply.status >= 500
        and not in_front
        and not (facts.kind in {"other", "elsewhere"} and reply.status in {501, 505})
    ):
        yield BrokenRule(
            clause="reply.no-server-error", kind="server-error", seen=f"HTTP {reply.status}"
        )
    if found := internals_in(reply.body):
        yield BrokenRule(
            clause="reply.no-internals", kind="leak", seen=f"the reply holds {found[:80]!r}"
        )
    too_large = reply.status == TOO_LARGE and len(exchange.call.body) > PLENTY
    if facts.kind == "delete" and not facts.unauthorised and reply.status < 500 and not too_large:
        yield from _delete_faults(facts, reply, answer)


def _asks_to_wait(reply: Reply) -> bool:
    """Whether somebody, in front of the interface perhaps, says when to come again: nobody looked
    at the call.
    """
    return reply.status == UNAVAILABLE and bool(reply.header("Retry-After"))


def _delete_faults(facts: Facts, reply: Reply, answer: Answer) -> Iterator[BrokenRule]:
    if facts.by_http and 400 <= reply.status < 500:
        return
    if reply.status == 401:
        if not facts.may_be_401:
            yield BrokenRule(
                clause="auth.valid-accepted",
                kind="locked-out",
                seen="HTTP 401 to a correctly signed call",
            )
        return
    if reply.status != 200 and not tells_failure(reply, answer):
        yield BrokenRule(
            clause="reply.status",
            kind="status",
            detail=str(reply.status),
            seen=f"HTTP {reply.status}",
        )
    if answer.members is None:
        # of a cut one nobody can tell whether it was an object
        if not reply.size or not reply.body.lstrip().startswith(b"{"):
            yield BrokenRule(
                clause="reply.json",
                kind="not-json",
                seen=f"a body that is no JSON object: {reply.body[:60]!r}",
            )
        return
    yield from _shape_faults(reply, answer.members)
    yield from _code_faults(answer)


def tells_failure(reply: Reply, answer: Answer) -> bool:
    """Whether a reply with a status of 4xx tells a failure in the interface's own form: the
    document does not say that each kind of failure can't have a status of its own.
    """
    return (
        400 <= reply.status < 500
        and reply.status != 401
        and answer.outcome == "refused"
        and answer.code in _DOCUMENTED
    )


def _shape_faults(reply: Reply, members: dict[str, Any]) -> Iterator[BrokenRule]:
    content_type = (
        (reply.header("content-type") or "json").partition(";")[0].strip().lower()[:LONGEST_TYPE]
    )
    if not content_type.endswith("json"):
        yield BrokenRule(
            clause="reply.json",
            kind="content-type",
            detail=content_type,
            seen=f"Content-Type {content_type}",
        )
    for name, clause in _MEMBER_CLAUSES.items():
        value = members.get(name)
        if not isinstance(value, str):
            kind = "missing" if name not in members else "null" if value is None else "not-text"
            yield BrokenRule(
                clause=clause,
                kind=kind,
                seen=f"{name} is {json.dumps(value)[:60] if name in members else 'missing'}",
            )


def _code_faults(answer: Answer) -> Iterator[BrokenRule]:
    members = answer.members or {}
    texts = {
        name: members[name]
        for name in ("resultCode", "returnCode")
        if isinstance(members.get(name), str)
    }
    for name, text in texts.items():
        if text not in _DOCUMENTED:
            yield BrokenRule(
                clause="response.documented-code",
                kind="undocumented",
                detail=text[:20],
                seen=f"{name} {text[:40]!r}",
            )
    if len(texts) == 2 and len(set(texts.values())) == 2:
        seen = (
            f"resultCode {texts['resultCode'][:LONGEST_CODE]!r} with returnCode"
            f" {texts['returnCode'][:LONGEST_CODE]!r}"
        )
        yield BrokenRule(clause="response.codes-agree", kind="disagree", seen=seen)


CLAUSES_OF_EVERY_REPLY = (
    *_MEMBER_CLAUSES.values(),
    "response.documented-code",
    "response.codes-agree",
    "reply.status",
    "reply.json",
)
"""Judged on every reply to a DELETE that was let in."""
CLAUSES_OF_EVERY_CALL = ("reply.no-server-error", "reply.answered", "reply.no-internals")
"""Judged on every call that was sent."""
