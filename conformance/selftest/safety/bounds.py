"""What a hostile server can make a run cost: `python -m conformance.selftest.safety.bounds` runs
quick against each hostile reply, in a process of its own, and prints the memory and disk that it
took, how long it went on, and how it ended.
"""

import argparse
import json
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from conformance.emulator import EmulatorOptions, start
from conformance.selftest.safety.between import SIGNED, TARGET, Between, Sickness
from conformance.selftest.safety.scene import CAMPAIGNS, SECRET_VARIABLE, environment
from conformance.selftest.transport.servers import ReceivedRequest, Server

MOST_MEMORY, MOST_DISK = 300, 200
"""Megabytes that a run may take, whatever a server replies."""
LONGEST = 900.0
"""Seconds after which a run has no end."""
_GOOD = {
    "resultCode": "0200000",
    "resultDesc": "num:1",
    "returnCode": "0200000",
    "returnDesc": "num:1",
}


def framed(body: bytes, *lines: bytes, status: bytes = b"200 OK") -> bytes:
    """A reply whose length is right."""
    head = [
        b"HTTP/1.1 " + status,
        b"Content-Type: application/json;charset=UTF-8",
        b"Content-Length: %d" % len(body),
        *lines,
    ]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def saying(**members: object) -> bytes:
    """A body of the documented form."""
    return json.dumps(_GOOD | members, ensure_ascii=False).encode()


def always(data: bytes) -> Sickness:
    """Answer with these bytes."""

    def answer(sock: socket.socket, _: ReceivedRequest) -> bool:
        sock.sendall(data)
        return True

    return answer


def drawn(make: Callable[[random.Random], bytes]) -> Sickness:
    """Answer with other bytes each time."""
    chance, lock = random.Random(1), threading.Lock()

    def answer(sock: socket.socket, _: ReceivedRequest) -> bool:
        with lock:
            data = make(chance)
        sock.sendall(data)
        return True

    return answer


def pouring(head: bytes, piece: bytes) -> Sickness:
    """Never end a reply."""

    def answer(sock: socket.socket, _: ReceivedRequest) -> bool:
        sock.sendall(head)
        while True:  # until the other side goes, which is an OSError
            sock.sendall(piece)

    return answer


def dribbling(seconds: float) -> Sickness:
    """A good reply, in pieces over so many seconds."""

    def answer(sock: socket.socket, _: ReceivedRequest) -> bool:
        data = framed(saying())
        step = len(data) // 8 + 1
        for at in range(0, len(data), step):
            sock.sendall(data[at : at + step])
            time.sleep(seconds / 8)
        return True

    return answer


def _digits(chance: random.Random) -> str:
    return "".join(chance.choices("0123456789", k=8))


def _numbers(chance: random.Random) -> bytes:
    return framed(
        saying(returnObject={"callerNo": ",".join(_digits(chance) for _ in range(20_000))})
    )


def _members(chance: random.Random) -> bytes:
    return framed(saying(**{_digits(chance): chance.randbytes(40).hex() for _ in range(500)}))


def _headers(chance: random.Random) -> bytes:
    return framed(
        saying(),
        *(
            b"X-%s: %s" % (_digits(chance).encode(), chance.randbytes(60).hex().encode())
            for _ in range(240)
        ),
    )


def _bomb() -> bytes:
    """A gibibyte of nothing, compressed in pieces: what this process takes counts as its
    children's.
    """
    packer, piece = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16), bytes(2**20)
    return b"".join(packer.compress(piece) for _ in range(2**10)) + packer.flush()


EVERY, DELETIONS, LOOKS = "every call", "deletions", "looks"


class Hostile(Struct, frozen=True, kw_only=True):
    """A hostile reply: to which calls, and lines of a target file that go with it."""

    reply: Callable[[], Sickness]
    to: str = EVERY
    extra: str = ""

    def befalls(self, seen: ReceivedRequest) -> bool:
        """Whether this call gets it."""
        method = seen.first_line.partition(" ")[0]
        return self.to == EVERY or method == {DELETIONS: "DELETE", LOOKS: "GET"}.get(self.to)


_SHORT = "[pace]\ntimeout_seconds = 5\npatience_seconds = 5\n"
HOSTILE: dict[str, Hostile] = {
    "none: an honest server": Hostile(reply=lambda: always(b""), to="nothing"),
    "100,000 headers": Hostile(
        reply=lambda: always(framed(saying(), *[b"X-A: y"] * 100_000)), to=DELETIONS
    ),
    "240 new headers each time": Hostile(reply=lambda: drawn(_headers), to=DELETIONS),
    "one header of 6 MB": Hostile(
        reply=lambda: always(framed(saying(), b"X-A: " + b"a" * 6_000_000)), to=DELETIONS
    ),
    "6 MB of nested JSON": Hostile(
        reply=lambda: always(framed(b'{"a":' * 1_200_000)), to=DELETIONS
    ),
    "nested 900 deep": Hostile(
        reply=lambda: always(framed(saying()[:-1] + b',"a":' + b"[" * 900 + b"]" * 900 + b"}")),
        to=DELETIONS,
    ),
    "200 kB of a.a.a.": Hostile(
        reply=lambda: always(framed(saying(resultDesc="a." * 100_000))), to=DELETIONS
    ),
    "60 kB of a.a.a.": Hostile(
        reply=lambda: always(framed(saying(resultDesc="a." * 30_000))), to=DELETIONS
    ),
    "60 kB of /usr/a": Hostile(
        reply=lambda: always(framed(saying(resultDesc="/usr/a" * 10_000))), to=DELETIONS
    ),
    "1 MB, each time another": Hostile(
        reply=lambda: drawn(
            lambda chance: framed(saying(resultDesc=chance.randbytes(500_000).hex()))
        ),
        to=DELETIONS,
    ),
    "60 kB, each time another": Hostile(
        reply=lambda: drawn(
            lambda chance: framed(saying(resultDesc=chance.randbytes(30_000).hex()))
        ),
        to=DELETIONS,
    ),
    "60 kB of control characters": Hostile(
        reply=lambda: always(framed(b"\0" * 60_000)), to=DELETIONS
    ),
    "looks of 250 kB, each time other numbers": Hostile(reply=lambda: drawn(_numbers), to=LOOKS),
    "1 MB to every call": Hostile(
        reply=lambda: drawn(
            lambda chance: framed(saying(resultDesc=chance.randbytes(500_000).hex()))
        )
    ),
    "500 new members each time": Hostile(reply=lambda: drawn(_members), to=DELETIONS),
    "random result codes": Hostile(
        reply=lambda: drawn(
            lambda chance: framed(saying(resultCode=_digits(chance), returnCode=_digits(chance)))
        ),
        to=DELETIONS,
    ),
    "a random status": Hostile(
        reply=lambda: drawn(
            lambda chance: framed(saying(), status=b"%d Odd" % chance.randrange(200, 999))
        ),
        to=DELETIONS,
    ),
    "gzip bomb": Hostile(
        reply=lambda: always(framed(_bomb(), b"Content-Encoding: gzip")), to=DELETIONS
    ),
    "endless chunks": Hostile(
        reply=lambda: pouring(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"400\r\n" + b"x" * 1024 + b"\r\n",
        ),
        to=DELETIONS,
    ),
    "endless 1xx": Hostile(
        reply=lambda: pouring(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50), to=DELETIONS
    ),
    "200 kB descriptions": Hostile(
        reply=lambda: always(framed(saying(resultDesc="数" * 66_000, returnDesc="x")))
    ),
    "replies just under the time limit": Hostile(
        reply=lambda: dribbling(0.9),
        extra="[pace]\ntimeout_seconds = 1\nmax_seconds = 20\n[safety]\nrestore_seconds = 10\n",
    ),
    "503, Retry-After 1000000000": Hostile(
        reply=lambda: always(framed(b"{}", b"Retry-After: 1000000000", status=b"503 Busy")),
        extra=_SHORT,
    ),
    "429 to deletions alone": Hostile(
        reply=lambda: always(framed(b"{}", status=b"429 Slow down")), to=DELETIONS, extra=_SHORT
    ),
}


class Cost(Struct, frozen=True, kw_only=True):
    """What a run cost: megabytes of memory at most, megabytes on disk, seconds, calls that reached
    the server, and its exit code.
    """

    memory: float
    disk: float
    seconds: float
    calls: int
    code: int
    verdict: str
    said: str

    @property
    def fits(self) -> bool:
        """Within what a run may take, and with a verdict."""
        return (
            self.memory < MOST_MEMORY
            and self.disk < MOST_DISK
            and self.code in {0, 1, 3}
            and bool(self.verdict)
        )


def cost_of(hostile: Hostile, folder: Path, *more: str) -> Cost:
    """Run quick against an emulator before which something answers so, from the 40th call on."""
    with start(EmulatorOptions(http=True, campaigns=dict(CAMPAIGNS), access_key="lab")) as running:
        between, sickness = Between(int(running.base_url.rpartition(":")[2])), hostile.reply()
        between.sick = lambda number, seen: (
            sickness if number > WELL and hostile.befalls(seen) else None
        )
        with Server(between) as server:
            target = folder / "target.toml"
            target.write_text(
                TARGET.format(scheme="http", host="127.0.0.1", port=server.port, base_path="")
                + SIGNED
                + hostile.extra
            )
            target.chmod(0o600)
            variables = environment(folder) | {SECRET_VARIABLE: running.secret_key}
            arguments = [
                "run",
                "--target",
                str(target),
                "--effort",
                "quick",
                "--out",
                str(folder / "out"),
                "--seed",
                "1",
                *more,
            ]
            return _measured(folder, arguments, variables, between)


WELL = 12
"""Calls that are answered well: a server that is hostile from the first on is turned away before
there is a run.
"""


LAUNCHER = """
import json, os, subprocess, sys
child = subprocess.Popen(json.loads(sys.argv[1]))
_, status, usage = os.wait4(child.pid, 0)
print(json.dumps([usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)]))
"""
"""Starts a run and tells its memory: a child's may count from that of the process that starts it,
so that one is small.
"""


def _measured(
    folder: Path, arguments: Sequence[str], variables: dict[str, str], between: Between
) -> Cost:
    began = time.monotonic()
    command = json.dumps([sys.executable, "-m", "conformance.cli", *arguments])
    result = subprocess.run(
        [sys.executable, "-c", LAUNCHER, command],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=LONGEST,
        check=True,
    )
    *said, last = result.stdout.splitlines()
    memory, code = json.loads(last)
    verdict = folder / "out" / "verdict.json"
    return Cost(
        memory=memory,
        disk=sum(file.stat().st_size for file in (folder / "out").rglob("*") if file.is_file())
        / 2**20,
        seconds=time.monotonic() - began,
        calls=len(between.seen),
        code=code,
        verdict=json.loads(verdict.read_text())["verdict"] if verdict.exists() else "",
        said="\n".join(said) + result.stderr,
    )


def costs(names: Sequence[str], *more: str) -> Iterator[tuple[str, Cost]]:
    """One run for each."""
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            yield name, cost_of(HOSTILE[name], Path(folder), *more)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each hostile reply; 1 where one costs more than it may."""
    parser = argparse.ArgumentParser(
        prog="python -m conformance.selftest.safety.bounds", description=__doc__
    )
    parser.add_argument(
        "names", nargs="*", help="words in the names of the replies to try; without any all are"
    )
    parser.add_argument("--html", action="store_true", help="with report.html, which needs Node")
    given, failed = parser.parse_args(arguments), 0
    wanted = [
        name for name in HOSTILE if not given.names or any(word in name for word in given.names)
    ]
    sys.stdout.write(
        f"{'hostile reply':42} {'memory':>8} {'disk':>8} {'time':>7} {'calls':>6}  end\n"
    )
    for name, cost in costs(wanted, *([] if given.html else ["--no-html"])):
        failed += not cost.fits
        end = f"{cost.verdict or 'no verdict'}, exit {cost.code}{'' if cost.fits else '  TOO MUCH'}"
        sys.stdout.write(
            f"{name:42} {cost.memory:5.0f} MB {cost.disk:5.1f} MB {cost.seconds:5.0f} s"
            f" {cost.calls:6}  {end}\n"
        )
        sys.stdout.write("" if cost.fits else f"{cost.said[-3000:]}\n")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
