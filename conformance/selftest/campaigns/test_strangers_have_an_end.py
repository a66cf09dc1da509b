"""A companion that shows other numbers at each look, without end: what is remembered has one, and
nothing of it is taken for ours.
"""

import json
from collections.abc import Callable, Sequence

from conformance.campaigns import CampaignSet
from conformance.campaigns.campaign_set import MOST_STRANGERS
from conformance.contract import PATH_PREFIX
from conformance.exchange import Call, Contents, Exchange, Reply
from conformance.generation.numbers import NumberPool
from conformance.selftest.compare.scene import Silent
from conformance.transport.guard import Guard

KEY = (1, 1001)


class StrangerWire:
    """Answers each query with numbers that nobody has seen before."""

    def __init__(self, size: int) -> None:
        self._size, self._next = size, 10**9
        self._observers: list[Callable[[Exchange], None]] = []

    def send(self, call: Call, *, restoring: bool = False) -> Exchange:
        numbers = ",".join(str(number) for number in range(self._next, self._next + self._size))
        self._next += self._size
        said = {
            "resultCode": "0200000",
            "returnCode": "0200000",
            "returnObject": {"callerNo": numbers},
        }
        exchange = Exchange(
            number=1,
            call=call,
            outcome=Reply(status=200, body=json.dumps(said).encode()),
            start=0,
            end=1,
        )
        for observer in self._observers:
            observer(exchange)
        return exchange

    def on_exchange(self, observer: Callable[[Exchange], None]) -> Callable[[], None]:
        self._observers.append(observer)
        return lambda: None

    def burst(self, calls: Sequence[Call]) -> tuple[Exchange, ...]:
        return tuple(self.send(call) for call in calls)


def test_strangers_have_an_end() -> None:
    wire, guard = StrangerWire(MOST_STRANGERS // 4), Guard(listed=[KEY], path_prefix=PATH_PREFIX)
    campaign_set = CampaignSet(
        wire=wire, log=Silent(), keys=(KEY,), pool=NumberPool(prefix="", seed=1), guard=guard
    )
    campaign_set.held[KEY] = campaign_set.original[KEY] = Contents(
        numbers=frozenset(), complete=True
    )
    campaign_set.shows = "all"
    for look in range(1, 10):
        campaign_set.look(KEY)
        assert campaign_set.held[KEY].complete is (look <= 4)
        assert not campaign_set.own(KEY), "nothing of it is the run's"
    assert len(campaign_set.strangers[KEY]) == MOST_STRANGERS
