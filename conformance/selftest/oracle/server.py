"""A server in a few lines that keeps to the document, in any of the readings that the document
allows.

It shares no line with the oracle. Liars are made from it by overriding one method each.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from conformance.exchange import OPEN, SIGNED, Call, CampaignKey, Reply

SUCCESS = "0200000"
ROOT = "/rest/isales/v1/openapi/campaigns/"
FAILURES = (
    *("0200001", "0200007", "02000001", "02000002", "02000003", "02000004", "02000005"),
    *("02000006", "02000007", "02000008", "02000009", "02000010", "02000011"),
)
# By problem: codes whose text says what is wrong. The first is the natural one.
FITTING: dict[str, tuple[str, ...]] = {
    "vdn-type": ("02000006", "02000008", "02000002", "02000007"),
    "vdn-range": ("02000007", "02000005"),
    "campaign-type": ("02000006", "02000008", "02000002"),
    "campaign-range": ("02000007", "02000005", "0200007"),
    "campaign": ("0200007",),
    "body-empty": ("02000001", "02000004", "02000008"),
    "json": ("02000008",),
    "no-object": ("02000008", "02000006"),
    "list-missing": ("02000001",),
    "list-null": ("02000001", "02000006"),
    "list-type": ("02000006", "02000008"),
    "list-empty": ("02000004", "02000001", "02000005"),
    "too-many": ("02000011", "02000005"),
    "item": ("02000006", "02000008"),
    "item-null": ("02000001", "02000006"),
    "code-missing": ("02000001",),
    "code-null": ("02000001", "02000006"),
    "code-type": ("02000006", "02000008"),
    "code-empty": ("02000004", "02000001", "02000005"),
    "code-long": ("02000003", "02000005"),
    "code-characters": ("02000002", "02000007"),
}
_LAST_CODES = FAILURES


@dataclass(frozen=True, kw_only=True)
class ServerReading:
    """What the document leaves open, decided. `taste` picks among fitting codes and words."""

    absent: Literal["ignored", "refused", "refused-if-none"] = "ignored"
    duplicates: Literal["ignored", "refused"] = "ignored"
    odd: Literal["ignored", "refused"] = "ignored"
    order: tuple[str, ...] = ("ids", "campaign", "body")
    last_item_first: bool = False
    methods: Literal["405", "404", "code"] = "405"
    malformed_ids: Literal["code", "400"] = "code"
    silent: Literal["401", "let-in"] = "401"
    counts: Literal["named", "removed", "nothing"] = "named"
    further_members: bool = False
    pretty: bool = False
    shows: Literal["all", "one", "nothing"] = "all"
    taste: int = 0


class Refusal(Exception):
    """A call is refused with this code or, where HTTP says it all, with a status alone."""

    def __init__(self, code: str, status: int = 200) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass
class ModelServer:
    """Answers calls one at a time."""

    campaigns: dict[CampaignKey, set[str]]
    reading: ServerReading = field(default_factory=ServerReading)
    authenticated: bool = True
    base_path: str = ""

    def answer(self, call: Call) -> Reply:
        """Carry a call out."""
        if not self.lets_in(call):
            return Reply(status=401)
        try:
            return self._routed(call)
        except Refusal as refusal:
            return self.refused(call, refusal)

    # -- what liars override -----------------------------------------------------------------------

    limit = 100

    def lets_in(self, call: Call) -> bool:
        """Whether the caller may."""
        if not self.authenticated or call.credential == SIGNED:
            return True
        return call.credential.startswith(OPEN) and self.reading.silent == "let-in"

    def refused(self, call: Call, refusal: Refusal) -> Reply:
        """The reply to a call that fails."""
        if refusal.status != 200:
            return Reply(
                status=refusal.status, body=b"<html>no</html>" if self.reading.taste % 2 else b""
            )
        return self.says(refusal.code, f"failed: {refusal.code}")

    def says(self, code: str, text: str, **more: Any) -> Reply:
        """A reply in the documented form."""
        members = {
            "resultCode": code,
            "resultDesc": text,
            "returnCode": code,
            "returnDesc": text if self.reading.taste % 3 else "-",
        }
        if self.reading.further_members:
            members["traceId"] = "7f3a"
        body = json.dumps(members | more, indent=2 if self.reading.pretty else None)
        kind = ("application/json", "application/json;charset=UTF-8", "application/problem+json")[
            self.reading.taste % 3
        ]
        return Reply(status=200, headers=(("Content-Type", kind),), body=body.encode())

    def may_go(self, held: set[str], named: set[str]) -> bool:
        """Whether a number would be left."""
        return bool(held - named) or not held & named

    def place(self, key: CampaignKey) -> CampaignKey:
        """The campaign that a URI names."""
        return key

    def remove(self, key: CampaignKey, named: set[str]) -> None:
        """What a call that succeeds does."""
        self.campaigns[key] -= named

    def served(self, call: Call, key: CampaignKey, numbers: list[str]) -> Reply:
        """The reply to a deletion that succeeded."""
        del call, key
        counted = {
            "named": f"delete callerNo success.num:{len(set(numbers))}",
            "removed": "num:{removed}",
            "nothing": "done",
        }
        return self.says(SUCCESS, counted[self.reading.counts].format(removed=self._removed))

    def method(self, call: Call) -> Reply:
        """Any method but DELETE, POST and GET."""
        if self.reading.methods == "code":
            return self.says("0200001", "method")
        return Reply(status=int(self.reading.methods))

    # -- the rules ---------------------------------------------------------------------------------

    _removed = 0

    def _routed(self, call: Call) -> Reply:
        root = self.base_path + ROOT
        parts = call.path.removeprefix(root).split("/") if call.path.startswith(root) else []
        if len(parts) == 2 and call.method == "GET":
            return self.query(_key(parts[0], parts[1]))
        if len(parts) != 3 or parts[1] != "callerNo":
            return Reply(status=404)
        if call.method == "POST":
            return self.add(_key(parts[0], parts[2]), call)
        if call.method != "DELETE":
            return self.method(call)
        return self.delete(call, parts[0], parts[2])

    def delete(self, call: Call, vdn: str, campaign: str) -> Reply:
        """Check in the reading's order, then do it."""
        checks: dict[str, Callable[[], None]] = {
            "ids": lambda: self._ids(vdn, campaign),
            "campaign": lambda: self._campaign(vdn, campaign),
            "body": lambda: self._body(call),
        }
        for name in self.reading.order:
            checks[name]()
        self._odd(call)
        key = self.place(_key(vdn, campaign))
        numbers = [item["accessCode"] for item in json.loads(call.body)["callerNo"]]
        self._state(key, numbers)
        before = len(self.campaigns[key])
        self.remove(key, set(numbers))
        self._removed = before - len(self.campaigns[key])
        return self.served(call, key, numbers)

    def _ids(self, vdn: str, campaign: str) -> None:
        for raw, name, most in ((vdn, "vdn", 9999), (campaign, "campaign", 2**31 - 1)):
            plain = raw.removeprefix("-")
            if not (plain.isascii() and plain.isdigit()) or (
                plain != "0" and plain.startswith("0")
            ):
                raise self.problem(
                    f"{name}-type", 200 if self.reading.malformed_ids == "code" else 400
                )
            if not 1 <= int(raw) <= most:
                raise self.problem(f"{name}-range")

    def _campaign(self, vdn: str, campaign: str) -> None:
        if vdn.isdigit() and campaign.isdigit() and _key(vdn, campaign) not in self.campaigns:
            within = 1 <= int(vdn) <= 9999 and 1 <= int(campaign) < 2**31
            raise self.problem("campaign" if within else "campaign-range")

    def _body(self, call: Call) -> None:
        if not call.body.strip():
            raise self.problem("body-empty")
        try:
            value = json.loads(call.body)
        except ValueError:
            raise self.problem("json") from None
        if not isinstance(value, dict):
            raise self.problem("no-object")
        if "callerNo" not in value:
            raise self.problem("list-missing")
        self._list(value["callerNo"])

    def _list(self, listed: Any) -> None:
        if not isinstance(listed, list):
            raise self.problem("list-null" if listed is None else "list-type")
        if not listed:
            raise self.problem("list-empty")
        numbers = {json.dumps(item) for item in listed}
        if len(numbers) > self.limit and not self.reading.last_item_first:
            raise self.problem("too-many")
        for item in reversed(listed) if self.reading.last_item_first else listed:
            self.item(item)
        if len(numbers) > self.limit:
            raise self.problem("too-many")

    def item(self, item: Any) -> None:
        """Check one item of the list."""
        if not isinstance(item, dict):
            raise self.problem("item-null" if item is None else "item")
        if "accessCode" not in item:
            raise self.problem("code-missing")
        number = item["accessCode"]
        if not isinstance(number, str):
            raise self.problem("code-null" if number is None else "code-type")
        if not number:
            raise self.problem("code-empty")
        if set(number) - set("0123456789"):
            raise self.problem("code-characters")
        if len(number) > 24:
            raise self.problem("code-long")

    def _odd(self, call: Call) -> None:
        value = json.loads(call.body)
        odd_members = value.keys() != {"callerNo"} or any(
            item.keys() != {"accessCode"} for item in value["callerNo"]
        )
        odd_header = call.header(
            "content-type"
        ) != "application/json; charset=UTF-8" or call.header("locale") not in {
            None,
            "zh_CN",
            "en_US",
        }
        if (odd_members or odd_header or call.query) and self.reading.odd == "refused":
            raise Refusal(FAILURES[self.reading.taste % len(FAILURES)])

    def _state(self, key: CampaignKey, numbers: list[str]) -> None:
        held, named = self.campaigns[key], set(numbers)
        if len(named) < len(numbers) and self.reading.duplicates == "refused":
            raise Refusal(self._taste(_LAST_CODES, "duplicates"))
        if named - held and (
            self.reading.absent == "refused"
            or (self.reading.absent == "refused-if-none" and not named & held)
        ):
            raise Refusal(self._taste(_LAST_CODES, "absent"))
        if not self.may_go(held, named):
            raise Refusal(self._taste(_LAST_CODES, "last"))

    def problem(self, name: str, status: int = 200) -> Refusal:
        """The refusal for a problem: always the same code for the same problem."""
        return Refusal(self._taste(FITTING[name], name), status)

    def _taste(self, codes: tuple[str, ...], about: str) -> str:
        return (
            codes[0]
            if self.reading.taste == 0
            else random.Random(f"{self.reading.taste}{about}").choice(codes)
        )

    def query(self, key: CampaignKey) -> Reply:
        """The companion that shows a campaign."""
        if key not in self.campaigns:
            return self.says("0200007", "no campaign")
        shown = sorted(self.campaigns[key])
        text = {"all": ",".join(shown), "one": shown[0] if shown else "", "nothing": ""}[
            self.reading.shows
        ]
        return self.says(
            SUCCESS,
            "ok",
            returnObject={"callerNo": text} if self.reading.shows != "nothing" else {},
        )

    def add(self, key: CampaignKey, call: Call) -> Reply:
        """The companion that adds numbers."""
        if key not in self.campaigns:
            return self.says("0200007", "no campaign")
        self.campaigns[key] |= {item["accessCode"] for item in json.loads(call.body)["callerNo"]}
        return self.says(SUCCESS, "added")


def _key(vdn: str, campaign: str) -> CampaignKey:
    return int(vdn), int(campaign)
