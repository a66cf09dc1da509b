"""The lies, each with the clause that it breaks and how, and the calls that show it."""

from collections.abc import Callable
from typing import Any

from conformance.exchange import OMITTED, Reply
from conformance.generation.bodies import filled
from conformance.generation.calls import (
    add,
    body_of,
    changed,
    delete,
    delete_as_in_the_example,
    items,
    with_body,
    with_header,
)
from conformance.selftest.oracle.histories import FOREIGN, ONE, TWO
from conformance.selftest.oracle.liars import (
    ABSENT,
    WIDE,
    A,
    B,
    C,
    D,
    Lie,
    answering,
    by_campaign_id,
    calls,
    coding,
    come_back,
    keep_two,
    let_in_silently,
    move_away,
    never_full,
    of_any_vdn,
    one_of_two,
    put_deletes,
    refused_and_taken,
    refusing,
    remove_everywhere,
    remove_more,
    remove_once,
    replying,
    spoilt,
    then_drain,
    together,
    with_locale,
)
from conformance.selftest.oracle.server import SUCCESS

BAD = with_body(ONE, body_of({"callerNo": [*items([A]), {"accessCode": "52x"}]}))
BAD_ONLY = with_body(ONE, body_of({"callerNo": [{"accessCode": "52x"}]}))
GOOD = delete(ONE, [A])
UNSIGNED = changed(GOOD, credential=OMITTED)
PUT = changed(GOOD, method="PUT")
_ALWAYS = {"may_go": lambda _self, _held, _named: True}
_DESCRIPTION = "Traceback (most recent call last)"


def _replaced(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda members: members.update({name: value})


def _without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda members: members.pop(name)


LIES: dict[str, Lie] = {
    "accepts 101": Lie(
        clause="restriction.limit-100",
        kind="accepted",
        programme=calls(delete(ONE, filled([A], 101))),
        methods={"limit": 1000},
        alone=True,
    ),
    "refuses 100": Lie(
        clause="restriction.limit-100",
        kind="refused",
        programme=calls(delete(ONE, sorted(WIDE)[:100])),
        methods={"limit": 99},
        contents=WIDE,
        alone=True,
    ),
    "one by one": Lie(
        clause="restriction.last-number",
        kind="emptied",
        programme=calls(*(delete(ONE, [number]) for number in (A, B, C, D))),
        methods=_ALWAYS,
        alone=True,
    ),
    "all at once": Lie(
        clause="restriction.last-number",
        kind="emptied",
        programme=calls(delete(ONE, [A, B, C, D])),
        methods=_ALWAYS,
        alone=True,
    ),
    "all, repeated": Lie(
        clause="restriction.last-number",
        kind="emptied",
        programme=calls(delete(ONE, [A, B, C, D, A])),
        methods=_ALWAYS,
        alone=True,
    ),
    "all and an absent one": Lie(
        clause="restriction.last-number",
        kind="emptied",
        programme=calls(delete(ONE, [A, B, C, D, ABSENT])),
        methods=_ALWAYS,
        alone=True,
    ),
    "two at a time": Lie(
        clause="restriction.last-number",
        kind="emptied",
        programme=together(delete(ONE, [A, B]), delete(ONE, [C, D]), look=False),
        methods=_ALWAYS,
        alone=True,
    ),
    "keeps two": Lie(
        clause="restriction.last-number",
        kind="refused",
        programme=calls(GOOD, delete(ONE, [B, C])),
        methods={"may_go": keep_two},
        alone=True,
    ),
    "failed and done": Lie(
        clause="effect.failed-changes-nothing",
        kind="changed",
        programme=then_drain(BAD),
        methods={"refused": refused_and_taken},
        alone=True,
    ),
    "takes more": Lie(
        clause="effect.nothing-else",
        kind="took-more",
        programme=calls(GOOD, look=(ONE,)),
        methods={"remove": remove_more},
    ),
    "deleted again": Lie(
        clause="effect.nothing-else",
        kind="deleted-again",
        programme=calls(GOOD, add(ONE, [A]), look=(ONE,)),
        methods={"add": never_full},
    ),
    "takes nothing": Lie(
        clause="effect.removes-named",
        kind="still-there",
        programme=calls(GOOD, look=(ONE,)),
        methods={"remove": lambda *_: None},
    ),
    "comes back": Lie(
        clause="effect.removes-named",
        kind="came-back",
        programme=calls(GOOD, look=(ONE, ONE)),
        methods={"query": come_back},
    ),
    "other campaign": Lie(
        clause="effect.other-campaigns",
        kind="touched",
        programme=then_drain(GOOD, key=TWO),
        methods={"remove": remove_everywhere},
        alone=True,
    ),
    "moved": Lie(
        clause="effect.other-campaigns",
        kind="appeared",
        programme=calls(delete(ONE, [D]), look=(TWO,)),
        methods={"remove": move_away},
    ),
    "lost update": Lie(
        clause="effect.concurrent",
        kind="kept",
        programme=together(GOOD, delete(ONE, [B])),
        methods={"remove": remove_once},
    ),
    "lost addition": Lie(
        clause="effect.concurrent",
        kind="lost",
        programme=together(delete(ONE, [B]), add(ONE, [ABSENT])),
        methods={"add": lambda self, _key, _call: self.says(SUCCESS, "added")},
    ),
    "one of two": Lie(
        clause="effect.concurrent",
        kind="no-order",
        programme=together(GOOD, delete(ONE, [B])),
        methods={"_state": one_of_two},
        alone=True,
    ),
    "lets in": Lie(
        clause="header.authorization",
        kind="let-in",
        programme=calls(UNSIGNED),
        methods={"lets_in": lambda _self, _call: True},
        alone=True,
    ),
    "unauthorised, done": Lie(
        clause="auth.changes-nothing",
        kind="changed",
        programme=then_drain(UNSIGNED),
        methods={"answer": let_in_silently},
        alone=True,
    ),
    "locks out": Lie(
        clause="auth.valid-accepted",
        kind="locked-out",
        programme=calls(GOOD),
        methods={"lets_in": lambda _self, call: call.method == "GET"},
        alone=True,
    ),
    "401 and success": Lie(
        clause="response.success-code",
        kind="in-401",
        programme=calls(UNSIGNED),
        alone=True,
        methods=spoilt(Reply(status=401, body=b'{"resultCode":"0200000","returnCode":"0200000"}')),
    ),
    "401 with the signature": Lie(
        clause="reply.no-internals",
        kind="leak",
        programme=calls(UNSIGNED),
        alone=True,
        methods=spoilt(Reply(status=401, body=b"expected " + b"0af3" * 16)),
    ),
    "PUT deletes": Lie(
        clause="method.delete-only",
        kind="deleted",
        programme=then_drain(PUT),
        methods={"method": put_deletes},
        alone=True,
    ),
    "PUT succeeds": Lie(
        clause="method.delete-only",
        kind="claims-success",
        programme=calls(PUT),
        alone=True,
        methods={"method": lambda self, _call: self.says(SUCCESS, "done")},
    ),
    "another VDN's": Lie(
        clause="uri.vdn-id",
        kind="accepted",
        programme=calls(delete((1, 2001), ["7245241"]), look=(FOREIGN,)),
        alone=True,
        methods={"_campaign": by_campaign_id, "place": of_any_vdn},
    ),
    "existing, refused": Lie(
        clause="prerequisite.campaign",
        kind="refused",
        programme=calls(GOOD),
        alone=True,
        methods=refusing(lambda _: True, "0200007"),
    ),
    "leading zero": Lie(
        clause="body.access-code",
        kind="refused",
        programme=calls(delete(ONE, ["0123"])),
        contents=frozenset({"0123", A, B}),
        alone=True,
        methods=refusing(lambda call: b'"0' in call.body),
    ),
    "24 digits": Lie(
        clause="body.access-code",
        kind="refused",
        programme=calls(delete(ONE, ["1" * 24])),
        contents=frozenset({"1" * 24, A, B}),
        alone=True,
        methods=refusing(lambda call: b"1" * 24 in call.body),
    ),
    "the example": Lie(
        clause="example.exchange",
        kind="refused",
        programme=calls(delete_as_in_the_example(ONE, A)),
        alone=True,
        methods=refusing(lambda call: b"[ " in call.body),
    ),
    "415": Lie(
        clause="header.content-type",
        kind="refused",
        programme=calls(GOOD),
        alone=True,
        beside=frozenset({"reply.status", "reply.json"}),
        methods=refusing(lambda _: True, status=415),
    ),
    "refuses": Lie(
        clause="response.success-code",
        kind="refused",
        programme=calls(GOOD),
        alone=True,
        methods=refusing(lambda _: True),
    ),
    "locale": Lie(
        clause="header.locale",
        kind="code-differs",
        programme=calls(*(BAD_ONLY, with_header(BAD_ONLY, "locale", "en_US")) * 3),
        alone=True,
        methods={"refused": with_locale},
    ),
    "miscounts": Lie(
        clause="response.count",
        kind="miscounts",
        programme=calls(GOOD, look=(ONE,)),
        alone=True,
        methods=replying(_replaced("resultDesc", "num:7"), served=True),
    ),
    "codes differ": Lie(
        clause="response.codes-agree",
        kind="disagree",
        programme=calls(BAD_ONLY),
        alone=True,
        methods=replying(_replaced("returnCode", "0200001")),
    ),
    "undocumented": Lie(
        clause="response.documented-code",
        kind="undocumented",
        programme=calls(BAD_ONLY),
        alone=True,
        methods=coding("0200008"),
    ),
    "status 302": Lie(
        clause="reply.status",
        kind="status",
        programme=calls(BAD_ONLY),
        alone=True,
        methods={
            "refused": lambda self, _call, refusal: Reply(
                status=302, body=self.says(refusal.code, "").body
            )
        },
    ),
    "no JSON": Lie(
        clause="reply.json",
        kind="not-json",
        programme=calls(BAD_ONLY),
        alone=True,
        methods=answering(lambda: Reply(status=200, body=b"OK")),
    ),
    "HTML": Lie(
        clause="reply.json",
        kind="content-type",
        programme=calls(BAD_ONLY),
        alone=True,
        methods={
            "refused": lambda self, _call, refusal: Reply(
                status=200,
                headers=(("content-type", "text/html"),),
                body=self.says(refusal.code, "").body,
            )
        },
    ),
    "500": Lie(
        clause="reply.no-server-error",
        kind="server-error",
        programme=calls(BAD_ONLY),
        alone=True,
        methods=answering(lambda: Reply(status=500)),
    ),
    "traceback": Lie(
        clause="reply.no-internals",
        kind="leak",
        programme=calls(BAD_ONLY),
        alone=True,
        methods=replying(_replaced("resultDesc", _DESCRIPTION), served=False),
    ),
}
"""By name."""

for _member, _clause in (
    ("resultCode", "response.result-code"),
    ("resultDesc", "response.result-desc"),
    ("returnCode", "response.return-code"),
    ("returnDesc", "response.return-desc"),
):
    LIES[f"{_member} missing"] = Lie(
        clause=_clause,
        kind="missing",
        programme=calls(BAD_ONLY, GOOD),
        methods=replying(_without(_member)),
        alone=True,
    )
    LIES[f"{_member} null"] = Lie(
        clause=_clause,
        kind="null",
        programme=calls(BAD_ONLY, GOOD),
        methods=replying(_replaced(_member, None)),
        alone=True,
    )
    LIES[f"{_member} a number"] = Lie(
        clause=_clause,
        kind="not-text",
        programme=calls(GOOD),
        methods=replying(_replaced(_member, 200000)),
        alone=True,
    )

_PROVOKING = {
    "code-characters": BAD_ONLY,
    "code-long": delete(ONE, ["1" * 25]),
    "list-missing": with_body(ONE, b"{}"),
    "list-empty": delete(ONE, []),
}
# Codes that say something untrue of invalid characters, and three that would be true of them.
for _code, _problem in (
    *(
        (code, "code-characters")
        for code in (
            "0200007",
            "02000001",
            "02000003",
            "02000004",
            "02000005",
            "02000006",
            "02000011",
        )
    ),
    ("02000010", "code-characters"),
    ("02000002", "code-long"),
    ("02000007", "list-missing"),
    ("02000008", "code-long"),
    ("02000009", "list-empty"),
):
    LIES[f"{_code} for {_problem}"] = Lie(
        clause=f"code.{_code}",
        kind="misused",
        programme=calls(_PROVOKING[_problem]),
        methods=coding(_code, _problem),
        alone=True,
    )
