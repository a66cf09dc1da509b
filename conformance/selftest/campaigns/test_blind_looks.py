"""Putting back when looks do not show what they showed: nothing is called restored that was not
seen.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from msgspec.structs import replace

from conformance.campaigns import CampaignSet, restore
from conformance.exchange import Call, Exchange, Reply
from conformance.selftest.compare.scene import campaign_set

KEY = (1, 1001)
BLIND = {
    "429": Reply(status=429, headers=(), body=b""),
    "500": Reply(status=500, headers=(), body=b"<html>Bad luck</html>"),
    "a page": Reply(status=200, headers=(), body=b"<html>Log in</html>"),
    "another form": Reply(
        status=200,
        headers=(),
        body=json.dumps(
            {
                "resultCode": "0200000",
                "returnCode": "0200000",
                "returnObject": {"callerNo": "see page 2"},
            }
        ).encode(),
    ),
}


@contextmanager
def blinded(made: CampaignSet, reply: Reply, times: int) -> Iterator[None]:
    """For so many looks the target answers something else."""
    send, left = made.wire.send, [times]

    def instead(call: Call, *, restoring: bool = False) -> Exchange:
        exchange = send(call, restoring=restoring)
        if call.method != "GET" or not left[0]:
            return exchange
        left[0] -= 1
        return replace(exchange, outcome=reply)

    made.sleep = lambda _: None
    made.wire.send = instead  # type: ignore[method-assign]  # the wire of one test only
    try:
        yield
    finally:
        made.wire.send = send  # type: ignore[method-assign]  # the wire of one test only


def restored(reply: Reply, times: int) -> set[str]:
    """What is said of each campaign that is put back while so many looks fail; all of them are as
    before.
    """
    with campaign_set() as made:
        made.add(KEY, made.fresh(3))
        with blinded(made, reply, times):
            result = restore(made)
        assert made.look(KEY) == made.original[KEY].numbers, (
            "what replies can tell is put back all the same"
        )
        return {each.problem for each in result.values()}


@pytest.mark.parametrize("reply", BLIND.values(), ids=BLIND)
def test_what_can_not_be_looked_at_is_not_called_restored(reply: Reply) -> None:
    assert all("could not be looked at" in problem for problem in restored(reply, 1000))


@pytest.mark.parametrize("reply", BLIND.values(), ids=BLIND)
def test_a_single_look_that_fails_is_asked_for_once_more(reply: Reply) -> None:
    assert restored(reply, 1) == {""}
