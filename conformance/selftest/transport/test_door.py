import itertools
import socket
import threading
import time

import pytest

from conformance.errors import BudgetSpent, CannotJudge
from conformance.exchange import Call, Exchange, NoAnswer, Reply
from conformance.selftest.transport.conftest import Connect, Serve
from conformance.selftest.transport.servers import (
    OK,
    ReceivedRequest,
    answering,
    once,
    requests_of,
    reset,
)
from conformance.transport import AuthV2, Budget, Keys, Pace
from conformance.transport.auth import Parts, authorization

CALL = Call(
    method="DELETE",
    target="/rest/x?b=1&a=%C3%BC",
    headers=(("Content-Type", "application/json; charset=UTF-8"),),
    body=b'{"a":1}',
)
KEYS = Keys(access_key="ak", secret_key="the-secret-key")


def kind_of(exchange: Exchange) -> str:
    return (
        exchange.outcome.kind
        if isinstance(exchange.outcome, NoAnswer)
        else f"reply {exchange.outcome.status}"
    )


def test_what_is_signed_is_what_is_sent(serve: Serve, connect: Connect) -> None:
    seen: list[ReceivedRequest] = []
    server = serve(answering(OK, seen=seen))
    transport = connect(
        server, authorizer=AuthV2(KEYS, signed_headers=("content-length", "content-type", "host"))
    )
    exchange = transport.send(CALL)
    assert isinstance(exchange.outcome, Reply)
    assert (exchange.outcome.status, exchange.outcome.body) == (200, b"{}")
    [request] = seen
    assert request.first_line == "DELETE /rest/x?b=1&a=%C3%BC HTTP/1.1"
    assert request.values("host") == [f"127.0.0.1:{server.port}"]
    [header] = request.values("authorization")
    when = header.split("/")[2]
    signed = tuple(
        (name, request.values(name)[0]) for name in ("host", "content-length", "content-type")
    )
    assert header == authorization(
        KEYS, when, Parts(method="DELETE", target=CALL.target, headers=signed, body=request.body)
    )


def test_one_connection_carries_many_calls_and_every_exchange_counts(
    serve: Serve, connect: Connect
) -> None:
    server = serve(answering(OK))
    transport = connect(server)
    exchanges = [transport.send(CALL) for _ in range(20)]
    assert server.connections == 1
    assert [exchange.number for exchange in exchanges] == list(range(1, 21))
    assert all(
        before.start <= before.end <= after.start for before, after in itertools.pairwise(exchanges)
    )


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "closed"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-", "protocol"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "protocol"),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", "reply 200"),
        (
            (
                b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.invalid/\r\nContent-Length:"
                b" 0\r\n\r\n"
            ),
            "reply 302",
        ),
    ],
)
def test_what_comes_of_odd_replies(serve: Serve, connect: Connect, data: bytes, kind: str) -> None:
    assert kind_of(connect(serve(once(data))).send(CALL)) == kind


def test_a_reset_connection(serve: Serve, connect: Connect) -> None:
    def behave(sock: socket.socket, index: int) -> None:
        next(requests_of(sock), None)
        reset(sock)

    assert kind_of(connect(serve(behave)).send(CALL)) == "reset"


def test_a_server_that_dribbles_hits_the_limit_of_the_whole_call(
    serve: Serve, connect: Connect
) -> None:
    stop = threading.Event()

    def behave(sock: socket.socket, index: int) -> None:
        next(requests_of(sock), None)
        for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1000:
            sock.sendall(bytes((byte,)))
            if stop.wait(0.02):
                return

    exchange = connect(serve(behave), timeout_seconds=0.3).send(CALL)
    stop.set()
    assert kind_of(exchange) == "timeout"
    assert 0.25 <= exchange.end - exchange.start < 1.0


def test_a_server_that_says_nothing(serve: Serve, connect: Connect) -> None:
    def behave(sock: socket.socket, index: int) -> None:
        for _ in requests_of(sock):
            pass

    assert kind_of(connect(serve(behave), timeout_seconds=0.2).send(CALL)) == "timeout"


def test_a_reply_without_end_is_cut_at_the_limit(serve: Serve, connect: Connect) -> None:
    def behave(sock: socket.socket, index: int) -> None:
        next(requests_of(sock), None)
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            sock.sendall(b"x" * 65536)

    exchange = connect(serve(behave)).send(CALL)
    assert kind_of(exchange) == "protocol"
    assert "larger than" in str(exchange.outcome)


def test_nobody_listens(serve: Serve, connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    server = serve(answering(OK))
    server.port = port
    exchange = connect(server).send(CALL)
    assert kind_of(exchange) == "refused"
    assert isinstance(exchange.outcome, NoAnswer)
    assert not exchange.outcome.may_have_happened


@pytest.mark.parametrize("host", ["nowhere.invalid", "x" * 70])
def test_a_name_that_is_not_known(serve: Serve, connect: Connect, host: str) -> None:
    assert kind_of(connect(serve(answering(OK)), host=host).send(CALL)) == "name"


def test_a_connection_closed_while_idle_costs_no_exchange(serve: Serve, connect: Connect) -> None:
    server = serve(once(OK))
    transport = connect(server)
    seen: list[Exchange] = []
    transport.on_exchange(seen.append)
    for _ in range(3):
        assert kind_of(transport.send(CALL)) == "reply 200"
        time.sleep(0.05)
    assert len(seen) == 3
    assert server.connections == 3


def drops_the_second(sock: socket.socket, index: int) -> None:
    """The first connection answers once and closes on the second call; later ones answer."""
    for number, _ in enumerate(requests_of(sock)):
        if index == 0 and number == 1:
            return
        sock.sendall(OK)


def test_a_stale_connection_shows_both_exchanges(serve: Serve, connect: Connect) -> None:
    transport = connect(serve(drops_the_second))
    seen: list[Exchange] = []
    transport.on_exchange(seen.append)
    transport.send(CALL)
    assert kind_of(transport.send(CALL)) == "reply 200"
    assert [kind_of(exchange) for exchange in seen] == ["reply 200", "stale", "reply 200"]
    assert transport.requests == 3


def test_a_server_that_drops_one_call_in_so_many_can_not_hide_behind_kept_alive_connections(
    serve: Serve, connect: Connect
) -> None:
    asked = itertools.count(1)

    def drops_one_in_five(sock: socket.socket, index: int) -> None:
        for _ in requests_of(sock):
            if next(asked) % 5 == 0:
                return
            sock.sendall(OK)

    transport = connect(serve(drops_one_in_five))
    kinds = [kind_of(transport.send(CALL)) for _ in range(20)]
    assert kinds.count("closed") == 2
    assert set(kinds) == {"reply 200", "closed"}


def test_a_server_that_closes_used_connections_without_a_word_is_answered_for_every_call(
    serve: Serve, connect: Connect
) -> None:
    def two_each(sock: socket.socket, index: int) -> None:
        for number, _ in enumerate(requests_of(sock)):
            if number == 2:
                return
            sock.sendall(OK)

    transport = connect(serve(two_each))
    assert {kind_of(transport.send(CALL)) for _ in range(20)} == {"reply 200"}


def test_without_resending_a_stale_call_stays_stale(serve: Serve, connect: Connect) -> None:
    transport = connect(serve(drops_the_second), resend_stale=False)
    transport.send(CALL)
    assert kind_of(transport.send(CALL)) == "stale"
    assert kind_of(transport.send(CALL)) == "reply 200"


def test_dropped_once_more_on_the_fresh_connection(serve: Serve, connect: Connect) -> None:
    def behave(sock: socket.socket, index: int) -> None:
        for number, _ in enumerate(requests_of(sock)):
            if index > 0 or number == 1:
                return
            sock.sendall(OK)

    transport = connect(serve(behave))
    transport.send(CALL)
    assert kind_of(transport.send(CALL)) == "closed"


def test_a_reply_written_before_the_body_was_read_is_taken(serve: Serve, connect: Connect) -> None:
    def behave(sock: socket.socket, index: int) -> None:
        sock.recv(100)
        sock.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        time.sleep(0.1)

    big = Call(method="POST", target="/", body=b"x" * 3_000_000)
    assert kind_of(connect(serve(behave)).send(big)) in {"reply 413", "reset"}


def test_calls_that_would_become_others_are_withheld(serve: Serve, connect: Connect) -> None:
    seen: list[ReceivedRequest] = []
    transport = connect(serve(answering(OK, seen=seen)))
    for call in (
        Call(method="GET", target="/a b"),
        Call(method="GET", target="/a\r\n\r\nDELETE / HTTP/1.1"),
        Call(method="GE T", target="/"),
        Call(method="GET", target=""),
        Call(method="GET", target="/", headers=(("X", "a\nb"),)),
        Call(method="GET", target="/", headers=(("X ", "a"),)),
        Call(method="GET", target="/", headers=(("Transfer-Encoding", "chunked"),)),
        Call(method="GET", target="/", headers=(("content-length", "3"),)),
        Call(method="GET", target="/\ud800"),
    ):
        assert kind_of(transport.send(call)) == "withheld"
    assert transport.requests == 0
    assert not seen


def test_credentials_are_those_of_the_scheme(serve: Serve, connect: Connect) -> None:
    server = serve(answering(OK))
    assert "signature-changed" in connect(server, authorizer=AuthV2(KEYS)).credentials
    assert "signature-changed" not in connect(server).credentials


def test_non_ascii_goes_out_as_utf_8(serve: Serve, connect: Connect) -> None:
    seen: list[ReceivedRequest] = []
    transport = connect(serve(answering(OK, seen=seen)))
    assert (
        kind_of(transport.send(Call(method="GET", target="/１", headers=(("X", "ü"),))))
        == "reply 200"
    )
    assert seen[0].first_line == "GET /１ HTTP/1.1"
    assert seen[0].values("x") == ["ü"]


def overlapping(exchanges: tuple[Exchange, ...]) -> bool:
    return max(exchange.start for exchange in exchanges) < min(
        exchange.end for exchange in exchanges
    )


def test_a_burst_overlaps_on_connections_of_its_own(serve: Serve, connect: Connect) -> None:
    together = threading.Barrier(5, timeout=5)

    def behave(sock: socket.socket, index: int) -> None:
        for _ in requests_of(sock):
            together.wait()
            sock.sendall(OK)

    server = serve(behave)
    transport = connect(server)
    calls = [Call(method="GET", target=f"/{number}") for number in range(5)]
    for _ in range(10):
        exchanges = transport.burst(calls)
        assert [exchange.call for exchange in exchanges] == calls
        assert {kind_of(exchange) for exchange in exchanges} == {"reply 200"}
        assert overlapping(exchanges)
    assert server.connections == 5


def test_a_burst_never_exceeds_the_concurrency_and_withholds_as_send_does(
    serve: Serve, connect: Connect
) -> None:
    server = serve(answering(OK))
    transport = connect(
        server, pace=Pace(concurrency=2), guard=lambda call: "no" if call.target == "/1" else None
    )
    exchanges = transport.burst([Call(method="GET", target=f"/{number}") for number in range(5)])
    assert [kind_of(exchange) for exchange in exchanges] == [
        "reply 200",
        "withheld",
        "reply 200",
        "reply 200",
        "reply 200",
    ]
    assert server.connections <= 2


def test_many_threads_may_send(serve: Serve, connect: Connect) -> None:
    server = serve(answering(OK))
    transport = connect(server, pace=Pace(concurrency=3))
    numbers: list[int] = []

    def work() -> None:
        numbers.extend(transport.send(CALL).number for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 121))
    assert server.connections <= 3


def test_the_budget_stops_every_loop_but_not_the_restoration(
    serve: Serve, connect: Connect
) -> None:
    seen: list[ReceivedRequest] = []
    transport = connect(serve(answering(OK, seen=seen)), budget=Budget(max_requests=3))
    for _ in range(3):
        transport.send(CALL)
    with pytest.raises(BudgetSpent, match="max_requests"):
        transport.send(CALL)
    with pytest.raises(BudgetSpent):
        transport.burst([CALL, CALL])
    assert len(seen) == 3
    assert kind_of(transport.send(CALL, restoring=True)) == "reply 200"


TOO_MANY = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"


def test_429_is_waited_for_and_sent_once_more(serve: Serve, connect: Connect) -> None:
    transport = connect(serve(answering(TOO_MANY, TOO_MANY, OK)))
    seen: list[Exchange] = []
    transport.on_exchange(seen.append)
    assert kind_of(transport.send(CALL)) == "reply 200"
    assert [kind_of(exchange) for exchange in seen] == ["reply 429", "reply 429", "reply 200"]


def test_429_for_ever_is_a_clear_stop(serve: Serve, connect: Connect) -> None:
    with pytest.raises(CannotJudge, match="requests_per_second"):
        connect(serve(answering(TOO_MANY))).send(CALL)


def test_a_signed_type_goes_with_a_query_too(serve: Serve, connect: Connect) -> None:
    seen: list[ReceivedRequest] = []
    signed = ("content-length", "content-type", "host")
    transport = connect(
        serve(answering(OK, OK, seen=seen)),
        authorizer=AuthV2(KEYS, signed_headers=signed),
        length_always=True,
        type_always="application/json",
    )
    transport.send(Call(method="GET", target="/"))
    transport.send(Call(method="DELETE", target="/", body=b"{}"))
    assert [request.values("content-type") for request in seen] == [
        ["application/json"],
        [],
    ], "a DELETE is sent as it was meant"
    assert "/content-length;content-type;host/" in seen[0].values("authorization")[0]


def test_secrets_that_come_back_are_removed(serve: Serve, connect: Connect) -> None:
    def behave(sock: socket.socket, index: int) -> None:
        for request in requests_of(sock):
            [header] = request.values("authorization")
            body = f'{{"echo":"{header}","key":"{KEYS.secret_key}"}}'.encode()
            head = f"HTTP/1.1 200 OK\r\nX-Echo: {header}\r\nContent-Length: {len(body)}\r\n\r\n"
            sock.sendall(head.encode() + body)

    exchange = connect(serve(behave), authorizer=AuthV2(KEYS)).send(CALL)
    assert exchange.reply is not None
    assert exchange.reply.body == b'{"echo":"[secret removed]","key":"[secret removed]"}'
    assert exchange.reply.header("X-Echo") == "[secret removed]"


def test_an_interrupted_call_is_still_an_exchange(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = connect(serve(answering(OK)))
    seen: list[Exchange] = []
    end = transport.on_exchange(seen.append)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("conformance.transport.wire.ReplyReader.feed", interrupted)
        with pytest.raises(KeyboardInterrupt):
            transport.send(CALL)
    assert [kind_of(exchange) for exchange in seen] == ["interrupted"]
    end()
    assert kind_of(transport.send(CALL)) == "reply 200"
    assert len(seen) == 1


def test_base_path_and_ipv6(serve: Serve, connect: Connect) -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    seen: list[ReceivedRequest] = []
    try:
        server = serve(answering(OK, seen=seen), host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    transport = connect(server, host="[::1]", base_path="/isales/")
    assert transport.base_path == "/isales"
    assert kind_of(transport.send(Call(method="GET", target="/isales/x"))) == "reply 200"
    assert seen[0].values("host") == [f"[::1]:{server.port}"]


def test_no_proxy_is_taken_from_the_environment(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert kind_of(connect(serve(answering(OK))).send(CALL)) == "reply 200"
