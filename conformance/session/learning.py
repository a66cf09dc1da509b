"""Learning how a server behaves from every exchange of a run, whoever caused it.

The learner hears an exchange before the campaign set draws its conclusions, so it knows what the
campaign held when the call was made.
"""

import json
import re
from typing import Any

from conformance.baseline import otherwise
from conformance.campaigns import CampaignSet
from conformance.compare import wording
from conformance.compare.behaviour import Behaviour, brief
from conformance.exchange import OPEN, Call, CampaignKey, Exchange, Reply
from conformance.oracle import Answer, Facts, answer_of, facts_of
from conformance.session.allowance import keep_first
from conformance.session.naming import subject_of
from conformance.session.replystyle import note_query, note_style

SERVED = "served"
COUNT = "open.count"
OLD = {f"{OPEN}hour-old": "an hour old", f"{OPEN}day-old": "a day old"}
"""Credentials that are valid but for their age."""


class Learner:
    """Listens on a campaign set and counts into a behaviour."""

    def __init__(
        self,
        campaign_set: CampaignSet,
        behaviour: Behaviour,
        examples: dict[str, Exchange] | None = None,
    ) -> None:
        self._campaign_set = campaign_set
        self.behaviour = behaviour
        self._examples = {} if examples is None else examples
        """The first exchange that showed a reading that only the learner knows: subject|value."""
        self._now: Exchange | None = None
        self._order: dict[CampaignKey, list[str]] = {}
        campaign_set.listeners.append(self.heard)

    def heard(self, exchange: Exchange) -> None:
        """Take in one exchange."""
        reply, self._now = exchange.reply, exchange
        if reply is None:
            self.behaviour.note("no-answer", "kind", getattr(exchange.outcome, "kind", ""))
            return
        self.behaviour.took((exchange.end - exchange.start) * 1000)
        facts, answer = facts_of(exchange.call, self._campaign_set.setting), answer_of(exchange)
        if call_age := OLD.get(exchange.call.credential):
            self.behaviour.note("auth", call_age, "refused" if reply.status == 401 else "let in")
        elif facts.unauthorised:
            self._refusal(reply, answer)
        elif facts.kind == "other" and not facts.reads:
            self._note("reading", "other_methods", _method_answer(reply, answer))
        elif facts.kind in {"delete", "add", "query"} and not facts.may_be_401:
            self._understood(exchange, reply, facts, answer)

    def _understood(self, exchange: Exchange, reply: Reply, facts: Facts, answer: Answer) -> None:
        call = exchange.call
        if answer.members is not None and answer.code is not None:
            note_style(self.behaviour, reply, answer.members)
            self._texts(call, answer)
        self._keep_order(call, facts, answer)
        if facts.kind == "delete":
            self._deleted(exchange, reply, facts, answer)
        elif facts.kind == "add":
            self._added(facts, answer)
        elif facts.campaign is not None and facts.campaign in self._campaign_set.held:
            note_query(
                self.behaviour, answer, self._known(facts), self._order.get(facts.campaign, [])
            )

    # -- deletions ---------------------------------------------------------------------------------

    def _deleted(self, exchange: Exchange, reply: Reply, facts: Facts, answer: Answer) -> None:
        subject = subject_of(exchange.call, facts, self._known(facts))
        if (
            answer.outcome == "served"
            and not facts.defects
            and "key.duplicate" not in facts.open_points
        ):
            self._counted(exchange, facts, answer)
        if not subject:
            return
        value = _value(reply, answer)
        is_pair = "+" in subject or "&" in subject
        self.behaviour.note("pair" if is_pair else "code", subject, value)
        if is_pair:
            self.behaviour.note("pair-status", subject, str(reply.status))
        if not is_pair and answer.outcome == "refused":
            self._note("status", subject, str(reply.status))
            self.behaviour.note("content-type", subject, reply.header("content-type") or "none")
            self.behaviour.note(
                "shape", subject, wording.shape(str((answer.members or {}).get("resultDesc", "")))
            )

    def _counted(self, exchange: Exchange, facts: Facts, answer: Answer) -> None:
        """What num:N counts: every meaning that this reply allows, where it does not allow them
        all.
        """
        world = self._known(facts)
        if world is None or answer.members is None:
            return
        meanings = {
            "named": facts.items,
            "distinct": len(facts.named),
            "deleted": len(facts.named & world),
        }
        if answer.count is None:
            self._count_means("absent", exchange)
            return
        fitting = [name for name, number in meanings.items() if number == answer.count]
        if len(fitting) < len(meanings):
            self._count_means("|".join(sorted(fitting)) or "other", exchange)

    def _note(self, aspect: str, subject: str, value: str) -> None:
        """Count something that a profile may hold a server to, and keep the first exchange that
        showed it.
        """
        self.behaviour.note(aspect, subject, value)
        if self._now is not None and (name := otherwise(aspect, subject)):
            keep_first(self._examples, f"{name}|{brief(value)}", self._now)

    def _count_means(self, value: str, exchange: Exchange) -> None:
        self.behaviour.note("reading", "num", value)
        keep_first(self._examples, f"{COUNT}|{value}", exchange)

    def _known(self, facts: Facts) -> frozenset[str] | None:
        """What the campaign held before the call, where that is certain."""
        campaign_set, key = self._campaign_set, facts.campaign
        held = campaign_set.held.get(key) if key is not None else None
        if (
            key is None
            or held is None
            or not held.complete
            or campaign_set.uncertain.get(key)
            or campaign_set.bursting
        ):
            return None
        return held.numbers

    # -- companions --------------------------------------------------------------------------------

    def _added(self, facts: Facts, answer: Answer) -> None:
        world, held = (
            self._known(facts),
            self._campaign_set.held.get(facts.campaign) if facts.campaign else None,
        )
        if held is None or facts.defects or answer.outcome not in {"served", "refused"}:
            return
        value = SERVED if answer.outcome == "served" else answer.code or "HTTP"
        priority = (
            "with priority" if self._campaign_set.priority is not None else "without priority"
        )
        if facts.named & held.numbers:
            self.behaviour.note("code", "number.present", value)
        elif world is not None or not facts.named & held.numbers:
            self.behaviour.note(
                "adding", f"{priority}, {_sized(len(held.numbers | facts.named))}", value
            )

    def _keep_order(self, call: Call, facts: Facts, answer: Answer) -> None:
        """In which order the run's numbers came into a campaign: a companion that shows one shows
        the first or the last.
        """
        if answer.outcome != "served" or facts.campaign is None:
            return
        order = self._order.setdefault(facts.campaign, [])
        if facts.kind == "delete":
            order[:] = [number for number in order if number not in facts.named]
        elif facts.kind == "add":
            order += [
                number
                for number in re.findall(r"[0-9]{2,24}", call.body.decode("utf-8", "replace"))
                if number not in order
            ]

    # -- texts and credentials ---------------------------------------------------------------------

    def _texts(self, call: Call, answer: Answer) -> None:
        members: dict[str, Any] = answer.members or {}
        first, second = members.get("resultDesc"), members.get("returnDesc")
        if not isinstance(first, str) or answer.code is None:
            return
        word = "served" if answer.outcome == "served" else "refused"
        if isinstance(second, str):
            self._note(
                "text", f"return_desc when {word}", wording.second(first, second, answer.code)
            )
        self.behaviour.note("text", f"shape when {word}", wording.shape(first))
        self.behaviour.note(
            "text", f"script for {call.header('locale') or 'no locale'}", wording.script(first)
        )

    def _refusal(self, reply: Reply, answer: Answer) -> None:
        if reply.status != 401:
            self.behaviour.note("auth", "scheme", "let in")
            return
        self.behaviour.note("auth", "scheme", "refused")
        self._note("auth", "refusal", _refusal_shape(reply, answer))
        if answer.code is not None:
            self._note("auth", "refusal_code", answer.code)


def _sized(count: int) -> str:
    return f"{count} numbers"


def _value(reply: Reply, answer: Answer) -> str:
    if answer.outcome == "served":
        return SERVED
    return answer.code or f"HTTP {reply.status}"


def _method_answer(reply: Reply, answer: Answer) -> str:
    return f"{reply.status}-code" if reply.status == 200 and answer.code else str(reply.status)


def _refusal_shape(reply: Reply, answer: Answer) -> str:
    if not reply.body:
        return "empty"
    if answer.code is not None:
        return "members"
    kind = (reply.header("content-type") or "").lower()
    if "html" in kind:
        return "html"
    return "error" if _is_json(reply.body) else "text"


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True
