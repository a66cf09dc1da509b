"""A campaign of another VDN counts as missing only where the interface itself says so."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conformance.campaigns import CampaignSet
from conformance.campaigns.elsewhere import may_exist
from conformance.exchange import Call, Exchange, Reply

LISTED, OTHER = (1, 1001), (2, 1001)
OWN, COMPANY = "9912345678901", "5245241"


def showing(number: str) -> Reply:
    members = {"resultCode": "0200000", "returnCode": "0200000"}
    body = json.dumps(members | {"returnObject": {"callerNo": number}})
    return Reply(status=200, headers=(), body=body.encode())


def refusing(code: str) -> Reply:
    body = json.dumps({"resultCode": code, "returnCode": code})
    return Reply(status=200, headers=(), body=body.encode())


PAGE = Reply(status=403, headers=(), body=b"<html>Forbidden</html>")
MISSING = refusing("0200007")


def campaigns(listed: Reply, other: Reply) -> CampaignSet:
    def answer(call: Call) -> Exchange:
        outcome = other if "/2/1001" in call.target else listed
        return Exchange(number=1, call=call, outcome=outcome, start=0.0, end=1.0)

    own = SimpleNamespace(is_own=lambda number: number == OWN)
    made: Any = SimpleNamespace(
        keys=(LISTED,),
        base_path="",
        announced={OWN, "7"},
        guard=SimpleNamespace(own=own),
        send=answer,
        ask=lambda key: answer(Call(method="GET", target="/campaigns/1/1001")),
    )
    return cast(CampaignSet, made)


@pytest.mark.parametrize(
    ("listed", "other", "exists"),
    [
        (showing(OWN), MISSING, False),
        (showing(OWN), showing(OWN), False),
        (showing(OWN), showing(COMPANY), True),
        (showing(OWN), showing("7"), True),
        (showing(OWN), PAGE, True),
        (showing(OWN), refusing("0200001"), True),
        (PAGE, MISSING, True),
        (MISSING, MISSING, True),
    ],
    ids=[
        "the interface says that there is none",
        "the VDN plays no part",
        "another campaign",
        "another campaign with a short number of the run's",
        "something in front",
        "a look that is refused",
        "looks that nobody is let make",
        "a companion that knows no campaign",
    ],
)
def test_what_two_looks_tell(listed: Reply, other: Reply, exists: bool) -> None:
    assert may_exist(campaigns(listed, other), OTHER) is exists
