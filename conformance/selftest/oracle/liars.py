"""How a server of the tests is made to lie, and programmes of calls that show it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.exchange import OMITTED, Call, CampaignKey, NoAnswer, Reply
from conformance.generation.calls import delete
from conformance.selftest.oracle.histories import FOREIGN, ONE, TWO, Programme, Script
from conformance.selftest.oracle.server import SUCCESS, ModelServer, Refusal

A, B, C, D = "5245241", "5245242", "5245243", "5245244"
ABSENT = "9999999"
CONTENTS: dict[CampaignKey, frozenset[str]] = {
    ONE: frozenset({A, B, C, D}),
    TWO: frozenset({A, "6245242"}),
    FOREIGN: frozenset({"7245241", "7245242"}),
}
WIDE = frozenset(str(number) for number in range(5245000, 5245104))


@dataclass(frozen=True, kw_only=True)
class Lie:
    """`methods` replace those of the honest server. `alone`: the replies tell it, without any look
    at the campaign.
    """

    clause: str
    kind: str
    programme: Programme
    methods: dict[str, Any]
    alone: bool = False
    beside: frozenset[str] = frozenset()
    """Clauses that can't but be broken with it."""
    contents: frozenset[str] = CONTENTS[ONE]

    def server(self) -> ModelServer:
        """The liar."""
        liar: type[ModelServer] = type("Liar", (ModelServer,), self.methods)
        return liar(self.campaigns())

    def campaigns(self) -> dict[CampaignKey, set[str]]:
        """What the campaigns hold."""
        return {key: set(held) for key, held in CONTENTS.items()} | {ONE: set(self.contents)}


def numbers_of(call: Call) -> set[str]:
    """The legal numbers that a body names somehow."""
    try:
        listed = json.loads(call.body)["callerNo"]
    except (ValueError, KeyError, TypeError):
        return set()
    return {
        item["accessCode"]
        for item in listed
        if isinstance(item, dict) and str(item.get("accessCode")).isdigit()
    }


def take(server: ModelServer, call: Call, key: CampaignKey = ONE) -> None:
    """Remove what a call names, rightly or not."""
    server.campaigns[key] -= numbers_of(call)


def calls(*made: Call, look: tuple[CampaignKey, ...] = ()) -> Programme:
    """These calls, then a look."""

    def programme(script: Script) -> None:
        for call in made:
            script.send(call)
        if look:
            script.look(*look)

    return programme


def then_drain(*made: Call, key: CampaignKey = ONE, keep: str = A) -> Programme:
    """These calls, a look, then everything goes but the number that should still be there, and last
    that one.
    """

    def programme(script: Script) -> None:
        calls(*made, look=(key,))(script)
        held = sorted(CONTENTS[key] - {keep})
        for number in held:
            script.delete(number, key=key)
        script.delete(keep, key=key)

    return programme


def together(*made: Call, look: bool = True) -> Programme:
    """Calls at the same time, then a look."""

    def programme(script: Script) -> None:
        script.together(made)
        if look:
            script.look()

    return programme


def replying(
    change: Callable[[dict[str, Any]], None], *, served: bool | None = None
) -> dict[str, Any]:
    """A liar that changes the members of its replies to deletions: of served ones, of refused ones,
    or of both.
    """

    def says(self: ModelServer, code: str, text: str, **more: Any) -> Reply:
        reply = ModelServer.says(self, code, text, **more)
        if served is not None and served != (code == SUCCESS):
            return reply
        members = json.loads(reply.body)
        change(members)
        return Reply(status=200, headers=reply.headers, body=json.dumps(members).encode())

    return {"says": says}


def answering(reply: Callable[[], Reply]) -> dict[str, Any]:
    """A liar that refuses with one fixed reply."""
    return {"refused": lambda _self, _call, _refusal: reply()}


def coding(code: str, problem: str = "code-characters") -> dict[str, Any]:
    """A liar that has another code for one problem, or for the last number."""

    def named(self: ModelServer, name: str, status: int = 200) -> Refusal:
        return Refusal(code) if name == problem else ModelServer.problem(self, name, status)

    return {"problem": named}


def refused_and_taken(self: ModelServer, call: Call, refusal: Refusal) -> Reply:
    take(self, call)
    return ModelServer.refused(self, call, refusal)


def remove_more(self: ModelServer, key: CampaignKey, named: set[str]) -> None:
    self.campaigns[key] -= named | {B}


def remove_everywhere(self: ModelServer, _key: CampaignKey, named: set[str]) -> None:
    for held in self.campaigns.values():
        held.difference_update(named)


def move_away(self: ModelServer, key: CampaignKey, named: set[str]) -> None:
    self.campaigns[key] -= named
    self.campaigns[TWO] |= named


def remove_once(self: ModelServer, key: CampaignKey, named: set[str]) -> None:
    """Of deletions in a row on one campaign only the first has an effect."""
    if self.campaigns[key] == CONTENTS[key]:
        self.campaigns[key] -= named


def come_back(self: ModelServer, key: CampaignKey) -> Reply:
    reply = ModelServer.query(self, key)
    self.campaigns[key].add(A)
    return reply


def let_in_silently(self: ModelServer, call: Call) -> Reply:
    if call.credential == OMITTED:
        take(self, call)
    return ModelServer.answer(self, call)


def spoilt(reply: Reply) -> dict[str, Any]:
    return {
        "answer": lambda self, call: (
            reply if call.credential == OMITTED else ModelServer.answer(self, call)
        )
    }


def put_deletes(self: ModelServer, call: Call) -> Reply:
    take(self, call)
    return Reply(status=405)


def keep_two(_self: ModelServer, held: set[str], named: set[str]) -> bool:
    return len(held - named) > 1 or not held & named


def by_campaign_id(self: ModelServer, vdn: str, campaign: str) -> None:
    if not any(str(key[1]) == campaign for key in self.campaigns):
        ModelServer._campaign(self, vdn, campaign)


def of_any_vdn(self: ModelServer, key: CampaignKey) -> CampaignKey:
    return next(known for known in self.campaigns if known[1] == key[1])


def refusing(
    when: Callable[[Call], bool], code: str = "0200001", status: int = 200
) -> dict[str, Any]:
    """A liar that refuses faultless deletions of a kind."""

    def body(self: ModelServer, call: Call) -> None:
        if when(call):
            raise Refusal(code, status)
        ModelServer._body(self, call)

    return {"_body": body}


def with_locale(self: ModelServer, call: Call, refusal: Refusal) -> Reply:
    other = call.header("locale") == "en_US"
    return ModelServer.refused(
        self, call, Refusal("02000007") if other and refusal.code == "02000002" else refusal
    )


def one_of_two(self: ModelServer, key: CampaignKey, numbers: list[str]) -> None:
    if self.campaigns[key] != CONTENTS[key]:
        raise Refusal("0200001")
    ModelServer._state(self, key, numbers)


def never_full(self: ModelServer, key: CampaignKey, call: Call) -> Reply:
    return (
        self.says(SUCCESS, "added") if numbers_of(call) == {A} else ModelServer.add(self, key, call)
    )


def silent(kind: str) -> Programme:
    """A call to which nothing comes back."""

    def programme(script: Script) -> None:
        # one of the kinds of no answer
        script.lost(delete(ONE, [A]), NoAnswer(kind=kind), happened=False)  # type: ignore[arg-type]

    return programme
