"""Putting back where looks show nothing: the number that nobody could delete is named."""

import json

import pytest
from msgspec.structs import replace

from conformance.campaigns import CampaignSet, restore
from conformance.campaigns.restoring import Restoration
from conformance.clauses import specs_folder
from conformance.exchange import Call, CampaignKey, Exchange, Reply
from conformance.selftest.compare.scene import HELD, campaign_set

KEY = (1, 1001)
DARK = specs_folder() / "profiles/correct/query-absent.toml"
EMPTY = {**HELD, KEY: ()}
REFUSAL = json.dumps({"resultCode": "0200001", "returnCode": "0200001"}).encode()


def restored(campaigns: CampaignSet, added: int) -> Restoration:
    campaigns.sleep = lambda _: None
    campaigns.add(KEY, campaigns.fresh(added))
    return restore(campaigns, [KEY])[KEY]


@pytest.mark.parametrize("added", [1, 2, 101])
@pytest.mark.parametrize("listed", [{}, EMPTY], ids=["contents unknown", "contents listed"])
def test_what_stays_in_a_campaign_that_was_empty(
    added: int, listed: dict[CampaignKey, tuple[str, ...]]
) -> None:
    with campaign_set(DARK, holding=EMPTY, listed=listed) as campaigns:
        result = restored(campaigns, added)
        (kept,) = result.kept
        assert not result.problem
        campaigns.delete(KEY, [kept])
        other = campaigns.fresh(1)
        campaigns.add(KEY, other)
        assert campaigns.delete(KEY, [kept]).reply is not None
        assert kept not in campaigns.own(KEY), (
            "it was there, and now that it is not the last it goes"
        )


@pytest.mark.parametrize("added", [1, 101])
def test_nothing_stays_in_a_campaign_that_held_numbers(added: int) -> None:
    with campaign_set(DARK, listed={}) as campaigns:
        result = restored(campaigns, added)
        assert not result.kept
        assert not result.problem
        assert not campaigns.own(KEY)


@pytest.mark.parametrize("stubborn", [1, 3])
def test_numbers_that_a_server_does_not_delete_are_named(stubborn: int) -> None:
    with campaign_set(DARK, listed={}) as campaigns:
        numbers = campaigns.fresh(5)
        send, refused = campaigns.wire.send, Reply(status=200, headers=(), body=REFUSAL)

        def refusing(call: Call, *, restoring: bool = False) -> Exchange:
            exchange = send(call, restoring=restoring)
            named = any(number.encode() in (call.body or b"") for number in numbers[:stubborn])
            return (
                replace(exchange, outcome=refused)
                if call.method == "DELETE" and named
                else exchange
            )

        campaigns.sleep = lambda _: None
        campaigns.add(KEY, numbers)
        campaigns.wire.send = refusing  # type: ignore[method-assign]  # the wire of one test only
        result = restore(campaigns, [KEY])[KEY]
        campaigns.wire.send = send  # type: ignore[method-assign]  # the wire of one test only
        assert all(number in result.problem for number in numbers[:stubborn])
        assert result.left_over == frozenset(numbers[:stubborn])


def test_numbers_that_the_guard_withholds_keep_no_other_from_being_deleted() -> None:
    with campaign_set(DARK, listed={}) as campaigns:
        campaigns.sleep = lambda _: None
        short = campaigns.announce(["7", "07", "007", "77", "0077"])
        mine = campaigns.fresh(3)
        campaigns.add(KEY, mine)
        campaigns.uncertain.setdefault(KEY, set()).update(short)
        result = restore(campaigns, [KEY])[KEY]
        assert not result.problem
        assert result.removed >= set(mine)


@pytest.mark.parametrize("listed", [{}, EMPTY], ids=["contents unknown", "contents listed"])
def test_a_second_control_that_is_refused_is_no_reason_to_call_it_not_put_back(
    listed: dict[CampaignKey, tuple[str, ...]],
) -> None:
    with campaign_set(DARK, holding=EMPTY, listed=listed) as campaigns:
        campaigns.sleep = lambda _: None
        campaigns.add(KEY, campaigns.fresh(1))
        send, posts = campaigns.wire.send, []
        refused = Reply(status=200, headers=(), body=REFUSAL)

        def full(call: Call, *, restoring: bool = False) -> Exchange:
            if call.method != "POST":
                return send(call, restoring=restoring)
            posts.append(call)
            if len(posts) == 2:  # of the two controls, tried one by one, the first is taken
                return send(call, restoring=restoring)
            return Exchange(number=1, call=call, outcome=refused, start=0.0, end=1.0)

        campaigns.wire.send = full  # type: ignore[method-assign]  # the wire of one test only
        result = restore(campaigns, [KEY])[KEY]
        campaigns.wire.send = send  # type: ignore[method-assign]  # the wire of one test only
        assert not result.problem
        assert len(result.kept) == 1
