"""Looks that show the numbers in another order each time: nobody can put them in one."""

import json
from itertools import count

from msgspec.structs import replace

from conformance.campaigns import CampaignSet, restore
from conformance.exchange import Call, Exchange, Reply
from conformance.selftest.compare.scene import HELD, campaign_set

KEY = (1, 1001)


def turn(exchange: Exchange, place: int) -> Exchange:
    """The look with its numbers turned by so many places."""
    reply = exchange.reply
    assert reply is not None
    document = json.loads(reply.body)
    numbers = document["returnObject"]["callerNo"].split(",")
    first = place % len(numbers)
    document["returnObject"]["callerNo"] = ",".join(numbers[first:] + numbers[:first])
    headers = tuple(each for each in reply.headers if each[0].lower() != "content-length")
    outcome = Reply(status=200, headers=headers, body=json.dumps(document).encode())
    return replace(exchange, outcome=outcome)


def moving(campaigns: CampaignSet, *, turning: bool) -> list[Call]:
    send, sent, places = campaigns.wire.send, [], count()

    def watched(call: Call, *, restoring: bool = False) -> Exchange:
        sent.append(call)
        exchange = send(call, restoring=restoring)
        return turn(exchange, next(places)) if turning and call.method == "GET" else exchange

    campaigns.sleep = lambda _: None
    campaigns.wire.send = watched  # type: ignore[method-assign]  # the wire of one test only
    result = restore(campaigns, [KEY])[KEY]
    campaigns.wire.send = send  # type: ignore[method-assign]  # the wire of one test only
    assert not result.problem
    named = [number.encode() for number in HELD[KEY]]
    return [call for call in sent if any(number in (call.body or b"") for number in named)]


def test_no_original_is_moved_where_looks_are_unsteady() -> None:
    with campaign_set() as campaigns:
        assert moving(campaigns, turning=True) == []
        assert not campaigns.keeps_order


def test_what_stands_elsewhere_is_put_in_its_place_where_looks_are_steady() -> None:
    with campaign_set() as campaigns:
        campaigns.in_order[KEY] = campaigns.in_order[KEY][::-1]
        assert moving(campaigns, turning=False)
        assert campaigns.look(KEY) == frozenset(HELD[KEY])
        assert campaigns.keeps_order
