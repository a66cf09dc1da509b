"""The one way to a target: guard, budget, pace, connection, recording, in this order, for every
call.
"""

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from conformance.exchange import Call, Exchange, NoAnswer, Reply
from conformance.interruption import raise_if_requested
from conformance.readable import one_line
from conformance.transport.barrier_pool import BarrierPool
from conformance.transport.budget import Spending
from conformance.transport.failure import Broken
from conformance.transport.options import TransportOptions
from conformance.transport.pace import Pacer
from conformance.transport.patience import MOST_TOO_MANY, TOO_MANY, Patience
from conformance.transport.pool import Pool
from conformance.transport.proxied import ProxiedLine
from conformance.transport.recorder import Recorder
from conformance.transport.redaction import SHORTEST_ON_THE_WIRE, Redactor
from conformance.transport.request import Prepared, prepare, unsendable
from conformance.transport.tls import client_context
from conformance.transport.wire import Line, Wire

Observer = Callable[[Exchange], None]

MOST_STALE = 2
"""So many kept-alive connections that broke after a call was sent on them may be a server's habit
of closing them without a word; from then on each call has a connection of its own, on which nothing
but the call can be the reason.
"""


def _ready() -> None:
    """A call that is sent alone waits for no other."""


class Transport:
    """Sends calls and returns exchanges; safe for several threads. What goes wrong on the way is a
    NoAnswer, never an exception.

    Raises BudgetSpent before a call that the budget does not cover, and TargetRefuses when the
    target keeps answering 429 or asks for longer waits than a run has.
    """

    def __init__(
        self,
        options: TransportOptions,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Opens no connection. Raises ConfigurationError for TLS files or a proxy that can't be
        used.
        """
        self.options = options
        self._context = client_context(options.tls) if options.address.secure else None
        self._pool = Pool(self._new_line)
        self._pacer = Pacer(options.pace, clock=clock, sleep=sleep)
        self._spending = Spending(options.budget, clock)
        self._patience = Patience()
        self._barrier_pool = BarrierPool()
        self._redactor = Redactor(
            (*options.authorizer.secrets, *_proxy_secrets(options)), shortest=SHORTEST_ON_THE_WIRE
        )
        self._numbers = itertools.count(1)
        self._stale = 0
        self._observers: tuple[Observer, ...] = ()
        self._changing_observers = threading.Lock()
        self._recorder = (
            Recorder(options.recorder, shared_by=options.recorders)
            if options.recorder is not None
            else None
        )
        if self._recorder is not None:
            self.on_exchange(self._recorder.record)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def base_path(self) -> str:
        """What every call's target starts with."""
        return self.options.address.base_path

    @property
    def credentials(self) -> frozenset[str]:
        """The credential words that calls may use with this target's scheme of authentication."""
        return self.options.authorizer.credentials

    @property
    def requests(self) -> int:
        """Calls sent so far, sendings of the same call counted each."""
        return self._spending.requests

    @property
    def concurrency(self) -> int:
        """Calls that may be in flight at once."""
        return self._pacer.concurrency

    def on_exchange(self, observer: Observer) -> Callable[[], None]:
        """Tell an observer of every exchange, those hidden behind a resending included. Returns a
        function that ends it.
        """
        with self._changing_observers:
            self._observers = (*self._observers, observer)

        def end() -> None:
            with self._changing_observers:
                self._observers = tuple(known for known in self._observers if known is not observer)

        return end

    def send(self, call: Call, *, restoring: bool = False) -> Exchange:
        """Send a call and wait for what comes of it.

        Sent again are a call answered 429, or 503 with a Retry-After, after the time that the
        target asks for, and once a call whose connection turned out to be stale; the last exchange
        is returned, observers see all. `restoring`: the call puts something back, so neither the
        budget nor a refusal stops it, only the time of `begin_restoring`, after which
        RestoringTimeSpent is raised.
        """
        raise_if_requested()
        reason = self._reason_to_withhold(call)
        if reason is not None:
            return self._withheld(call, reason)
        for attempt in range(MOST_TOO_MANY):
            self._spend(call, restoring=restoring)
            with self._pacer.turn():
                exchange = self._deliver(call, restoring=restoring)
            if not self._must_wait(exchange, attempt, restoring=restoring):
                break
        else:
            if not restoring and exchange.reply is not None and exchange.reply.status == TOO_MANY:
                self._patience.give_up(exchange)
        return exchange

    def burst(self, calls: Sequence[Call]) -> tuple[Exchange, ...]:
        """Send calls at once, each on a connection and a thread of its own, released together;
        exchanges in the order of the calls.

        More calls than `concurrency` allows go in waves. A call answered 429 is not sent again.
        """
        raise_if_requested()
        exchanges: list[Exchange] = []
        for wave in _waves(calls, self._pacer.concurrency):
            exchanges += self._wave(wave)
        return tuple(exchanges)

    @property
    def refusal(self) -> str:
        """Why the target is not called any more; empty while it takes calls."""
        return self._patience.refusal

    @property
    def overtime(self) -> str:
        """Words for the time of the run being over; empty while it is not."""
        return self._spending.overtime

    def begin_restoring(self, seconds: float) -> None:
        """From now on calls with `restoring` have so many seconds in all; without this, as long
        as they take.
        """
        self._spending.begin_restoring(seconds)

    def restore_even_unrecorded(self) -> None:
        """From now on a recording that can't be written stops no call: putting things back matters
        more than evidence.
        """
        if self._recorder is not None:
            self._recorder.tolerant = True

    def close(self) -> None:
        """Close connections and the recording. Raises UsageError when the recording could not be
        written.
        """
        self._pool.close()
        self._barrier_pool.close()
        if self._recorder is not None:
            self._recorder.close()

    def _wave(self, calls: Sequence[Call]) -> list[Exchange]:
        results: dict[int, Exchange] = {}
        sendable: list[int] = []
        for place, call in enumerate(calls):
            reason = self._reason_to_withhold(call)
            if reason is None:
                sendable.append(place)
            else:
                results[place] = self._withheld(call, reason)
        for place in sendable:
            self._spend(calls[place])
        with self._pacer.turn(len(sendable)):
            works = [self._work(calls[place]) for place in sendable]
            results.update(zip(sendable, self._barrier_pool.together(works), strict=True))
        for place in sendable:
            self._must_wait(results[place], 0)
        return [results[place] for place in range(len(calls))]

    def _work(self, call: Call) -> Callable[[Callable[[], None]], Exchange]:
        return lambda ready: self._deliver(call, ready)

    def _deliver(
        self, call: Call, ready: Callable[[], None] = _ready, *, restoring: bool = False
    ) -> Exchange:
        """Send on an idle or new connection, and once more on a new one where the idle one was
        stale. `ready` is called before sending.
        """
        request = self._prepared(call)
        exchange = self._attempt(
            call, request, self._pool.fresh if self._separate else self._pool.take, ready
        )
        if (
            self.options.resend_stale
            and isinstance(exchange.outcome, NoAnswer)
            and exchange.outcome.kind == "stale"
        ):
            self._stale += 1
            self._spending.spend(call, restoring=restoring)
            self._pacer.wait()
            return self._attempt(call, self._prepared(call), self._pool.fresh, _ready)
        return exchange

    @property
    def _separate(self) -> bool:
        """Whether each call has a connection of its own."""
        return self._stale >= MOST_STALE

    def _attempt(
        self, call: Call, request: Prepared, connect: Callable[[], Line], ready: Callable[[], None]
    ) -> Exchange:
        start = time.perf_counter()
        try:
            line = connect()
        except Broken as broken:
            return self._finished(
                call, broken.answer(), next(self._numbers), start, time.perf_counter()
            )
        outcome: Reply | NoAnswer = _INTERRUPTED
        number, end = 0, start
        try:
            ready()
            number, start = next(self._numbers), time.perf_counter()
            outcome = self._outcome(line, request)
        finally:
            end = time.perf_counter()
            if self._separate:
                line.close()
            else:
                self._pool.give_back(line)
            exchange = self._finished(call, outcome, number or next(self._numbers), start, end)
        return exchange

    def _outcome(self, line: Line, request: Prepared) -> Reply | NoAnswer:
        try:
            reply = line.ask(request, self.options.timeout_seconds)
        except Broken as broken:
            if line.used and not broken.begun and broken.kind in {"closed", "reset"}:
                return NoAnswer(
                    kind="stale",
                    detail=f"on a connection that had been used before: {broken.detail}",
                )
            return self._redactor.every(broken.answer())
        return self._redactor.reply(reply, request.authorization)

    def _finished(
        self, call: Call, outcome: Reply | NoAnswer, number: int, start: float, end: float
    ) -> Exchange:
        exchange = Exchange(number=number, call=call, outcome=outcome, start=start, end=end)
        for observer in self._observers:
            observer(exchange)
        return exchange

    def _prepared(self, call: Call) -> Prepared:
        options = self.options
        return prepare(
            call,
            options.address.host_header,
            options.extra_headers,
            options.authorizer,
            length_always=options.length_always,
            type_always=options.type_always,
        )

    def _reason_to_withhold(self, call: Call) -> str | None:
        return unsendable(call) or self.options.guard(call)

    def _withheld(self, call: Call, reason: str) -> Exchange:
        now = time.perf_counter()
        return self._finished(
            call, NoAnswer(kind="withheld", detail=one_line(reason)), next(self._numbers), now, now
        )

    def _spend(self, call: Call, *, restoring: bool = False) -> None:
        """Raise where this call must not be sent any more, or would have to wait until it must
        not.
        """
        if not restoring:
            self._patience.must_serve()
        self._spending.must_last(self._pacer.earliest, restoring=restoring)
        self._spending.spend(call, restoring=restoring)

    def _must_wait(self, exchange: Exchange, attempt: int, *, restoring: bool = False) -> bool:
        """Hold all calls back for as long as the reply asks for; tell whether the call should be
        sent again.

        What puts something back is sent once more only to a target that has refused: others may
        be let through.
        """
        wait = self._patience.wait_after(exchange, attempt, restoring=restoring)
        if wait is None:
            return False
        self._pacer.pause(wait)
        last = restoring and self.refusal and attempt > 0
        return exchange.reply is not None and not last

    def _new_line(self) -> Line:
        options = self.options
        if options.proxy is not None:
            return ProxiedLine(options.address, self._context, options.proxy)
        return Wire(options.address, self._context, options.timeout_seconds)


_INTERRUPTED = NoAnswer(
    kind="interrupted", detail="the run was interrupted while it waited for the reply"
)


def _waves(calls: Sequence[Call], size: int) -> list[Sequence[Call]]:
    return [calls[at : at + size] for at in range(0, len(calls), size)]


def _proxy_secrets(options: TransportOptions) -> tuple[str, ...]:
    return (options.proxy.password,) if options.proxy is not None and options.proxy.password else ()
