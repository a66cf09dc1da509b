"""What a target makes a run wait, with a clock that only moves when something waits."""

import itertools
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from conformance.errors import BudgetSpent, CannotJudge, RestoringTimeSpent, TargetRefuses
from conformance.exchange import Call, Exchange
from conformance.selftest.transport.conftest import Serve
from conformance.selftest.transport.servers import OK, Behaviour, requests_of
from conformance.transport import (
    Budget,
    Pace,
    Transport,
    TransportOptions,
    parse_address,
    restoring_seconds,
)
from conformance.transport.budget import LEAST_RESTORING
from conformance.transport.guard import everything
from conformance.transport.pace import LONGEST_WAIT, MOST_WAITED
from conformance.transport.patience import LONG_IN_A_ROW, MOST_TOO_MANY

GET, DELETE, POST = (Call(method=method, target="/x") for method in ("GET", "DELETE", "POST"))


class Time:
    """A clock, and how long was slept."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


class Busy:
    """A server that answers some methods with a status and a Retry-After; `calls` counts what
    came.
    """

    def __init__(
        self, status: bytes, after: str | list[str], *methods: str, well_after: int | None = None
    ) -> None:
        """`after` a list: one Retry-After after the other."""
        self._replies = itertools.cycle(
            [busy(status, each) for each in ([after] if isinstance(after, str) else after)]
        )
        self._methods, self._well_after = methods, well_after
        self.calls: Counter[str] = Counter()

    def behave(self) -> Behaviour:
        def answer(sock: socket.socket, _index: int) -> None:
            for request in requests_of(sock):
                method = request.first_line.partition(" ")[0]
                self.calls[method] += 1
                well = self._well_after is not None and self.calls[method] > self._well_after
                sock.sendall(next(self._replies) if method in self._methods and not well else OK)

        return answer


class Limiter:
    """A server that takes one call a second and answers each other one 429 with `Retry-After:
    1`.
    """

    time = Time()
    _free = 0.0

    def behave(self) -> Behaviour:
        def answer(sock: socket.socket, _index: int) -> None:
            for _ in requests_of(sock):
                free = self.time.now >= self._free
                self._free = self.time.now + 1 if free else self._free
                sock.sendall(OK if free else busy(b"429", "1"))

        return answer


def busy(status: bytes, after: str) -> bytes:
    line = f"Retry-After: {after}\r\n" if after else ""
    return b"HTTP/1.1 " + status + b" Busy\r\n" + line.encode() + b"Content-Length: 0\r\n\r\n"


@contextmanager
def calling(
    serve: Serve, server: Busy | Limiter, **options: Any
) -> Iterator[tuple[Transport, Time]]:
    time = Time()
    address = parse_address(f"http://127.0.0.1:{serve(server.behave()).port}")
    made = TransportOptions(address=address, guard=everything, timeout_seconds=5.0, **options)
    with Transport(made, clock=time.clock, sleep=time.sleep) as transport:
        yield transport, time


def status(exchange: Exchange) -> int:
    assert exchange.reply is not None, exchange
    return exchange.reply.status


def send(transport: Transport, *calls: Call, restoring: bool = False) -> None:
    for call in calls:
        transport.send(call, restoring=restoring)


@pytest.mark.parametrize("after", ["1000000000", "9" * 5000, str(int(LONGEST_WAIT) + 1)])
def test_who_asks_for_ages_refuses(serve: Serve, after: str) -> None:
    busy = Busy(b"503", after, "GET", "DELETE", "POST")
    with calling(serve, busy) as (transport, time):
        assert [status(transport.send(DELETE)) for _ in range(LONG_IN_A_ROW - 1)] == [503] * (
            LONG_IN_A_ROW - 1
        )
        with pytest.raises(TargetRefuses, match="Retry-After"):
            transport.send(DELETE)
        for _ in range(50):
            with pytest.raises(TargetRefuses, match="requests_per_second"):
                transport.send(GET)
        with pytest.raises(TargetRefuses):
            transport.burst([GET, GET])
        assert transport.refusal
        assert [status(transport.send(POST, restoring=True)) for _ in range(5)] == [503] * 5, (
            "what puts something back still tries"
        )
    assert busy.calls == {"DELETE": LONG_IN_A_ROW, "POST": 5}
    assert time.slept == 0


def test_one_that_asks_for_ages_may_be_an_answer_to_the_call(serve: Serve) -> None:
    busy = Busy(b"503", "1000000000", "DELETE", well_after=LONG_IN_A_ROW - 1)
    with calling(serve, busy) as (transport, time):
        assert [status(transport.send(DELETE)) for _ in range(10)] == [503, 503] + [200] * 8
    assert time.slept == 0


@pytest.mark.parametrize("after", ["", "2"])
def test_429_to_deletions_alone(serve: Serve, after: str) -> None:
    busy = Busy(b"429", after, "DELETE")
    with calling(serve, busy) as (transport, time):
        assert status(transport.send(GET)) == 200
        with pytest.raises(TargetRefuses, match="429"):
            transport.send(DELETE)
        waited = time.slept
        for call in (GET, DELETE, POST):
            with pytest.raises(TargetRefuses):
                transport.send(call)
        assert status(transport.send(POST, restoring=True)) == 200
        assert [status(transport.send(DELETE, restoring=True)) for _ in range(3)] == [429] * 3, (
            "each is sent twice"
        )
    assert busy.calls == {"GET": 1, "DELETE": MOST_TOO_MANY + 6, "POST": 1}
    assert waited <= 1 + 2 + 4 + 8 + 16


def test_429_with_ages_to_deletions_alone(serve: Serve) -> None:
    busy = Busy(b"429", "86400", "DELETE")
    with calling(serve, busy) as (transport, time), pytest.raises(TargetRefuses, match="in a row"):
        send(transport, *[DELETE, GET] * 100)
    assert busy.calls["DELETE"] == LONG_IN_A_ROW
    assert time.slept == 0


def test_ages_now_and_then_are_no_refusal(serve: Serve) -> None:
    """In a row means that no other reply to the same method stands between, a short wait
    neither.
    """
    busy = Busy(b"429", ["86400", "1"] * 10, "DELETE")
    with calling(serve, busy) as (transport, _):
        assert [status(transport.send(DELETE)) for _ in range(4)] == [429] * 4


def test_putting_back_waits_as_asked_also_after_a_refusal(serve: Serve) -> None:
    """A limiter that made the run wait too often in all lets what is put back through at its
    pace.
    """
    limiter = Limiter()
    with calling(serve, limiter) as (transport, time):
        limiter.time = time
        with pytest.raises(TargetRefuses, match="in all"):
            send(transport, *[POST] * 2000)
        assert [status(transport.send(POST, restoring=True)) for _ in range(5)] == [200] * 5


def test_what_is_waited_in_all_has_an_end(serve: Serve) -> None:
    busy = Busy(b"503", "25", "GET")
    with calling(serve, busy) as (transport, time), pytest.raises(TargetRefuses, match="in all"):
        send(transport, *[GET] * 1000)
    assert busy.calls["GET"] == MOST_WAITED // 25 + 1
    assert time.slept <= MOST_WAITED


def test_a_short_wait_holds_the_next_call_back(serve: Serve) -> None:
    busy = Busy(b"503", "20", "GET", well_after=1)
    with calling(serve, busy) as (transport, time):
        assert status(transport.send(GET)) == 200
        assert time.slept == 20
    assert busy.calls["GET"] == 2


def test_what_is_unavailable_for_good_is_the_answer(serve: Serve) -> None:
    busy = Busy(b"503", "1", "GET")
    with calling(serve, busy) as (transport, _):
        assert status(transport.send(GET)) == 503
        assert busy.calls["GET"] == MOST_TOO_MANY
        assert status(transport.send(DELETE)) == 200


def test_nobody_waits_for_a_call_that_may_not_be_sent_then(serve: Serve) -> None:
    busy = Busy(b"503", "20", "GET")
    with calling(serve, busy, budget=Budget(max_seconds=15)) as (transport, time):
        for _ in range(2):
            with pytest.raises(BudgetSpent, match="max_seconds"):
                transport.send(GET)
            assert transport.overtime == ""
        assert (busy.calls["GET"], time.slept) == (1, 0)
        time.now += 15
        assert "max_seconds" in transport.overtime
        assert status(transport.send(DELETE, restoring=True)) == 200


def test_putting_back_has_a_limit_of_its_own(serve: Serve) -> None:
    busy = Busy(b"200", "")
    with calling(serve, busy, budget=Budget(max_seconds=15), pace=Pace(requests_per_second=1)) as (
        transport,
        time,
    ):
        time.now += 100
        assert status(transport.send(POST, restoring=True)) == 200
        transport.begin_restoring(10)
        with pytest.raises(RestoringTimeSpent, match="restore_seconds"):
            send(transport, *[POST] * 100, restoring=True)
        with pytest.raises(BudgetSpent):
            transport.send(POST)
        with pytest.raises(CannotJudge, match="isales-conformance restore"):
            transport.send(GET, restoring=True)
    assert busy.calls["POST"] == 1 + 9, (
        "at one call a second; the first had taken its second before"
    )


def test_how_long_putting_back_may_take() -> None:
    assert restoring_seconds(0, rate=None, latency=5.0) == LEAST_RESTORING
    assert restoring_seconds(10, rate=None, latency=0.01) == LEAST_RESTORING
    assert restoring_seconds(100, rate=0.5, latency=0.5) == 3 * 100 * 2.5
