"""A request to end is heard wherever the program is when it comes."""

import gc
import signal
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conformance.exchange import Call
from conformance.interruption import acknowledge, requests_to_end
from conformance.selftest.transport.conftest import Connect, Serve
from conformance.selftest.transport.servers import OK, answering

CALL = Call(method="GET", target="/", headers=(), body=b"")


def _while_collecting(request: Callable[[], None]) -> None:
    def heard(phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            gc.callbacks.remove(heard)
            request()

    gc.callbacks.append(heard)
    gc.collect()


class _Thing:
    pass


def _while_finalizing(request: Callable[[], None]) -> None:
    thing = _Thing()
    kept = weakref.ref(thing, lambda _: request())
    del thing
    assert kept() is None


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def number(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    """A signal that is heard: under nohup SIGHUP is not."""
    before = signal.signal(request.param, signal.default_int_handler)
    yield request.param
    signal.signal(request.param, before)


@pytest.mark.parametrize("while_", [_while_collecting, _while_finalizing])
def test_where_python_swallows_it_it_comes_before_the_next_call(
    serve: Serve,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    while_: Callable[[Callable[[], None]], None],
) -> None:
    ignored: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    before = signal.getsignal(number)
    server = serve(answering(OK))
    transport = connect(server)
    with requests_to_end():
        while_(lambda: signal.raise_signal(number))
        assert ignored == []
        for send in (
            lambda: transport.send(CALL),
            lambda: transport.burst([CALL, CALL]),
            lambda: transport.send(CALL, restoring=True),
        ):
            with pytest.raises(KeyboardInterrupt):
                send()
        assert server.connections == 0
        acknowledge()
        assert transport.send(CALL, restoring=True).reply is not None
        while_(_fail)
    assert [each.exc_type for each in ignored] == [ValueError]
    assert signal.getsignal(number) == before


def _fail() -> None:
    raise ValueError


def test_what_is_ignored_stays_so_and_what_others_set_too() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with requests_to_end():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    own = signal.getsignal(signal.SIGTERM)
    with requests_to_end():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    assert signal.signal(signal.SIGTERM, own) == signal.SIG_IGN


def test_other_threads_go_on(serve: Serve, connect: Connect) -> None:
    transport = connect(serve(answering(OK)))
    replies: list[object] = []
    with requests_to_end():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        thread = threading.Thread(target=lambda: replies.append(transport.send(CALL).reply))
        thread.start()
        thread.join()
    assert replies
    assert replies[0] is not None
