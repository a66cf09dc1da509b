import json
import threading
import time

import pytest

from conformance.errors import BudgetSpent
from conformance.exchange import Call, Reply
from conformance.transport.barrier_pool import BarrierPool
from conformance.transport.budget import Budget, Spending
from conformance.transport.pace import Pace, Pacer, demanded_wait

GET = Call(method="GET", target="/")


def adding(count: int) -> Call:
    return Call(
        method="POST",
        target="/",
        body=json.dumps(
            {"callerNo": [{"accessCode": str(number)} for number in range(count)]}
        ).encode(),
    )


def test_calls_per_second() -> None:
    pacer = Pacer(Pace(requests_per_second=50))
    start = time.monotonic()
    for _ in range(11):
        with pacer.turn():
            pass
    assert 0.19 <= time.monotonic() - start < 0.5


def test_a_burst_starts_together_and_pays_afterwards() -> None:
    pacer = Pacer(Pace(requests_per_second=50, concurrency=5))
    start = time.monotonic()
    with pacer.turn(5):
        assert time.monotonic() - start < 0.05
    with pacer.turn():
        assert time.monotonic() - start >= 0.09


def test_never_more_in_flight_than_allowed() -> None:
    pacer = Pacer(Pace(concurrency=2))
    lock = threading.Lock()
    now, most = 0, 0

    def work() -> None:
        nonlocal now, most
        for _ in range(20):
            with pacer.turn():
                with lock:
                    now += 1
                    most = max(most, now)
                time.sleep(0.0005)
                with lock:
                    now -= 1

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


@pytest.mark.parametrize(
    ("status", "retry_after", "wait"),
    [
        (200, "5", None),
        (429, "2", 2.0),
        (429, "99999", 99999.0),
        (429, "soon", 2.0),
        (429, "", 2.0),
        (503, "", None),
        (503, "3", 3.0),
    ],
)
def test_what_a_reply_asks_to_wait(status: int, retry_after: str, wait: float | None) -> None:
    assert demanded_wait(Reply(status=status, headers=(("retry-after", retry_after),)), 1) == wait


def test_added_numbers_are_counted_before_they_are_sent() -> None:
    spending = Spending(Budget(max_added_numbers=150))
    spending.spend(adding(100))
    with pytest.raises(BudgetSpent, match="100 numbers have been added and 51 more"):
        spending.spend(adding(51))
    spending.spend(adding(50))
    spending.spend(GET)
    spending.spend(adding(1), restoring=True)
    assert (spending.requests, spending.added_numbers) == (4, 151)


@pytest.mark.parametrize("body", [b"", b"[" * 100_000, b"\xff", b'{"callerNo":5}', b"3"])
def test_odd_bodies_add_nothing(body: bytes) -> None:
    spending = Spending(Budget(max_added_numbers=0))
    spending.spend(Call(method="POST", target="/", body=body))
    assert spending.added_numbers == 0


def test_items_without_the_member_count_too() -> None:
    with pytest.raises(BudgetSpent):
        Spending(Budget(max_added_numbers=0)).spend(
            Call(method="POST", target="/", body=b'{"callerNo":[1]}')
        )


def test_the_time_of_a_run() -> None:
    spending = Spending(Budget(max_seconds=0.05))
    spending.spend(GET)
    time.sleep(0.06)
    with pytest.raises(BudgetSpent, match="max_seconds"):
        spending.spend(GET)


def test_a_barrier_pool_hands_back_what_a_work_raises_and_goes_on() -> None:
    barrier_pool = BarrierPool()

    def bad(ready: object) -> int:
        raise BudgetSpent("over")

    def good(ready: object) -> int:
        assert callable(ready)
        ready()
        return 5

    with pytest.raises(BudgetSpent):
        barrier_pool.together([good, bad])
    assert barrier_pool.together([good, good]) == [5, 5]
    assert barrier_pool.together([]) == []
    barrier_pool.close()
