"""A companion that shows other numbers at each look, without end: what is remembered has one, and nothing of it is taken for ours."""

import json
from collections.abc import Callable, Iterable, Sequence

from conformance.campaigns import Ground
from conformance.campaigns.ground import MOST_STRANGERS
from conformance.exchange import Call, CampaignKey, Contents, Exchange, Reply
from conformance.generation.numbers import NumberPool

KEY = (1, 1001)


class Wire:
    """Answers each query with numbers that nobody has seen before."""

    def __init__(self, size: int) -> None:
        self._size, self._next = size, 10**9
        self._observers: list[Callable[[Exchange], None]] = []

    def send(self, call: Call, *, restoring: bool = False) -> Exchange:
        numbers = ",".join(str(number) for number in range(self._next, self._next + self._size))
        self._next += self._size
        said = {"resultCode": "0200000", "returnCode": "0200000", "returnObject": {"callerNo": numbers}}
        exchange = Exchange(number=1, call=call, outcome=Reply(status=200, body=json.dumps(said).encode()), start=0, end=1)
        for observer in self._observers:
            observer(exchange)
        return exchange

    def on_exchange(self, observer: Callable[[Exchange], None]) -> Callable[[], None]:
        self._observers.append(observer)
        return lambda: None

    def burst(self, calls: Sequence[Call]) -> tuple[Exchange, ...]:
        return tuple(self.send(call) for call in calls)


class NoLog:
    def holding(self, campaign: CampaignKey, numbers: Iterable[str], *, complete: bool) -> None: ...

    def will_add(self, campaign: CampaignKey, numbers: Iterable[str]) -> None: ...

    def restored(self, campaign: CampaignKey) -> None: ...


def test_strangers_have_an_end() -> None:
    ground = Ground(wire=Wire(MOST_STRANGERS // 4), log=NoLog(), keys=(KEY,), pool=NumberPool(prefix="", seed=1), base_path="")
    ground.held[KEY] = ground.original[KEY] = Contents(numbers=frozenset(), complete=True)
    ground.shows = "all"
    for look in range(1, 10):
        ground.look(KEY)
        assert ground.held[KEY].complete is (look <= 4)
        assert not ground.own(KEY), "nothing of it is the run's"
    assert len(ground.strangers[KEY]) == MOST_STRANGERS
