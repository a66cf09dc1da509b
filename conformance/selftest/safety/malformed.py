"""Replies that no server should send. `python -m conformance.selftest.safety.malformed --times
10000` is the long form.
"""

import argparse
import gzip
import json
import random
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence

from conformance.exchange import Exchange, NoAnswer
from conformance.generation.calls import delete, query
from conformance.oracle import answer_of, shown_numbers
from conformance.selftest.transport.servers import Server, requests_of
from conformance.transport import Transport, TransportOptions, parse_address
from conformance.transport.guard import everything

SEED = 1
_BODY = json.dumps(
    {
        "resultCode": "0200000",
        "resultDesc": "num:1",
        "returnCode": "0200000",
        "returnDesc": "ok",
        "returnObject": {"callerNo": "1,2"},
    }
).encode()


def framed(body: bytes, *lines: bytes, status: bytes = b"HTTP/1.1 200 OK") -> bytes:
    """A reply whose length is right."""
    head = [status, b"Content-Type: application/json", b"Content-Length: %d" % len(body), *lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def _noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice((1, 2, 5, 40, 400, 5000)))


def _damaged(chance: random.Random) -> bytes:
    """A good reply, some bytes changed, left out or doubled."""
    data = bytearray(framed(_BODY))
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data))
        data[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
    return bytes(data)


def _cut(chance: random.Random) -> bytes:
    data = framed(_BODY)
    return data[: chance.randrange(len(data))]


def _chunks(chance: random.Random) -> bytes:
    size = chance.choice((b"5", b"zz", b"-1", b"ffffffffffffffffff", b"0", b"5;x=\x00", b""))
    return (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + size
        + b"\r\n"
        + _BODY[:5]
        + chance.choice((b"\r\n0\r\n\r\n", b"", b"\n\n"))
    )


def _lengths(chance: random.Random) -> bytes:
    length = chance.choice(
        (b"-1", b"1e3", b"99999999999999999999", b" 7", b"7, 8", b"0x10", b"\xff", b"4")
    )
    return b"HTTP/1.1 200 OK\r\nContent-Length: " + length + b"\r\n\r\n" + _BODY


def _codings(chance: random.Random) -> bytes:
    packed = gzip.compress(_BODY * chance.choice((1, 1000)))
    body = chance.choice(
        (packed, packed[:-5], packed[10:], b"", _BODY, gzip.compress(b"\x00" * 2**24))
    )
    return framed(
        body,
        b"Content-Encoding: "
        + chance.choice((b"gzip", b"deflate", b"br", b"gzip, gzip", b"x-\xff", b"")),
    )


def _statuses(chance: random.Random) -> bytes:
    line = chance.choice(
        (
            b"HTTP/1.1 999 ?",
            b"HTTP/1.1 000 ",
            b"HTTP/9.9 200 OK",
            b"HTTP/1.1 20",
            b"ICY 200 OK",
            b"HTTP/1.1 101 Switching",
            b"HTTP/1.1 100 Continue",
            b"HTTP/1.1 204 No Content",
            b"HTTP/1.1 304 Not Modified",
            b"HTTP/1.1 302 Found\r\nLocation: //\x00",
            b"HTTP/1.1 200 \xff\xfe",
        )
    )
    return framed(_BODY, status=line) * chance.choice((1, 1, 3))


def _headers(chance: random.Random) -> bytes:
    line = chance.choice(
        (
            b"X: " + b"a" * 100_000,
            b"\xff\xfe: \xff",
            b"no colon",
            b": no name",
            b"Date: yesterday",
            b"Retry-After: -1",
            b"X: \x00",
            b" folded: line",
            b"Content-Type: text/html; charset=\xff",
            b"Content-Length: 3",
            b"\r\n".join([b"X: y"] * 2000),
        )
    )
    return framed(_BODY, line)


def _bodies(chance: random.Random) -> bytes:
    deep = chance.choice((50, 100_000))
    body = chance.choice(
        (
            b"[" * deep,
            b'{"a":' * deep,
            b"9" * 10_000,
            b'{"resultCode":' + b"9" * 5000 + b"}",
            b'{"resultCode":"\\ud800"}',
            b"NaN",
            b"\xff\xfe{\x00}\x00",
            b'{"resultCode":"0200000","returnObject":{"callerNo":[[[["1"]]]]}}',
            b'{"resultCode":["0200000"]}',
            b"null",
            b"",
            b'"text"',
            b"{} {}",
            b'{"resultCode":"0200000",'
            b'"returnObject":{"callerNo":{"accessCode":{"accessCode":1e999}}}}',
            b"\xef\xbb\xbf{}",
            b'{"resultCode":"0200000","returnObject":{"callerNo":"[' + b"[" * 50_000 + b'"}}',
        )
    )
    return framed(body)


KINDS: tuple[Callable[[random.Random], bytes], ...] = (
    _noise,
    _damaged,
    _cut,
    _chunks,
    _lengths,
    _codings,
    _statuses,
    _headers,
    _bodies,
)


def malformed(place: int, seed: int = SEED) -> bytes:
    """The n-th malformed reply of a seed."""
    return KINDS[place % len(KINDS)](random.Random(f"{seed}/{place}"))


class Mad:
    """A server's behaviour: each request is answered with the next malformed reply, then the
    connection is closed.
    """

    def __init__(self, seed: int = SEED) -> None:
        self._seed = seed
        self._place = 0

    def __call__(self, sock: socket.socket, _index: int) -> None:
        """Answer one request."""
        next(requests_of(sock), None)
        data = malformed(self._place, self._seed)
        self._place += 1
        sock.sendall(data)


def outcomes(times: int, seed: int = SEED) -> Counter[str]:
    """Send so many calls to a mad server; counts what came of them. Whatever is no Exchange gets
    out as the exception that it is.
    """
    seen: Counter[str] = Counter()
    with Server(Mad(seed)) as server:
        options = TransportOptions(
            address=parse_address(f"http://127.0.0.1:{server.port}"),
            guard=everything,
            timeout_seconds=5.0,
        )
        with Transport(options) as transport:
            for place in range(times):
                exchange = transport.send(
                    query((1, 1001)) if place % 2 else delete((1, 1001), ["1"])
                )
                shown_numbers(answer_of(exchange))
                seen[_word(exchange)] += 1
    return seen


def _word(exchange: Exchange) -> str:
    return exchange.outcome.kind if isinstance(exchange.outcome, NoAnswer) else "reply"


def main(arguments: Sequence[str] | None = None) -> int:
    """The long form."""
    parser = argparse.ArgumentParser(
        prog="python -m conformance.selftest.safety.malformed", description=__doc__
    )
    parser.add_argument("--times", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args(arguments)
    began = time.monotonic()
    seen = outcomes(given.times, given.seed)
    told = ", ".join(f"{count} {kind}" for kind, count in seen.most_common())
    sys.stdout.write(
        f"{given.times} malformed replies in {time.monotonic() - began:.0f} s, none raised:"
        f" {told}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
