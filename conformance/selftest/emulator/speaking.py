"""A small client and an emulator in this process, for the emulator's own tests; real sockets all
the same.
"""

import asyncio
import contextlib
import datetime
import http.client
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from conformance.emulator import EmulatorOptions
from conformance.emulator.call import ReceivedCall
from conformance.emulator.server import listening
from conformance.emulator.signature import canonical_requests, signature_of
from conformance.emulator.world import Key

ROOT = "/rest/isales/v1/openapi/campaigns"
CONTENT_TYPE = "application/json; charset=UTF-8"
KEYS = ("ak", "sk")


@dataclass(frozen=True, kw_only=True)
class RawReply:
    """What came back; status 0 is no answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["resultCode"])

    def __str__(self) -> str:
        kept = {
            name: value for name, value in self.headers.items() if name.lower() not in ("date",)
        }
        return f"{self.status} {sorted(kept.items())} {self.body!r}"


def sign(
    call: ReceivedCall, keys: tuple[str, str] = KEYS, *, timestamp: str = "", names: str = "host"
) -> str:
    """Make the header that a client sends."""
    time = timestamp or f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
    prefix = f"auth-v2/{keys[0]}/{time}/{names}"
    return f"{prefix}/{signature_of(keys[1], prefix, next(canonical_requests(call, names)))}"


@dataclass
class EmulatorClient:
    """Speaks with one emulator over one connection."""

    address: str
    timeout: float = 0.5
    keys: tuple[str, str] = KEYS
    is_fresh: bool = False  # a connection for each call

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(self.address, timeout=self.timeout)

    def close(self) -> None:
        self.connection.close()

    def call(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: Mapping[str, str | None] | None = None,
    ) -> RawReply:
        """Send a signed call; a header that is None is left out."""
        path, _, query = target.partition("?")
        raw = ReceivedCall(
            method=method,
            path=path,
            query=query,
            headers={"host": self.address},
            body=body,
            connection=0,
            sequence=0,
        )
        sent: dict[str, str | None] = {
            "host": self.address,
            "content-type": CONTENT_TYPE,
            "locale": "en_US",
        }
        sent["authorization"] = sign(raw, self.keys)
        sent["content-length"] = (
            str(len(body)) if body or method in ("DELETE", "POST", "PUT", "PATCH") else None
        )
        sent |= headers or {}
        return self.send(
            method, target, body, {name: value for name, value in sent.items() if value is not None}
        )

    def send(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> RawReply:
        """Send exactly this."""
        if self.is_fresh:
            self.connection.close()
        try:
            self.connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                self.connection.putheader(name, value.encode("latin-1"))
            self.connection.endheaders(body or None)
            response = self.connection.getresponse()
            return RawReply(
                status=response.status, headers=dict(response.headers), body=response.read()
            )
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            return RawReply(status=0, body=type(error).__name__.encode())

    def delete(
        self, *numbers: object, key: Key = (1, 1001), query: str = "", **headers: str | None
    ) -> RawReply:
        """Delete numbers; whatever is given stands in the place of a number."""
        items = [{"accessCode": number} for number in numbers]
        return self.delete_body({"callerNo": items}, key=key, query=query, **headers)

    def delete_body(
        self,
        body: object,
        *,
        key: tuple[object, object] = (1, 1001),
        query: str = "",
        **headers: str | None,
    ) -> RawReply:
        """Delete with any body, as bytes or as what JSON is made of."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.call("DELETE", f"{path_of(key)}{query}", raw, headers)

    def add(self, *numbers: object, key: Key = (1, 1001), priority: object = 3) -> RawReply:
        items = [
            {"accessCode": number} | ({} if priority is None else {"priority": priority})
            for number in numbers
        ]
        return self.call("POST", path_of(key), json.dumps({"callerNo": items}).encode())

    def query(self, key: Key = (1, 1001)) -> RawReply:
        return self.call("GET", f"{ROOT}/{key[0]}/{key[1]}")

    def held(self, key: Key = (1, 1001)) -> list[str]:
        text = self.query(key).json["returnObject"]["callerNo"]
        return [number for number in text.split(",") if number]


def path_of(key: tuple[object, object]) -> str:
    return f"{ROOT}/{key[0]}/callerNo/{key[1]}"


@contextlib.contextmanager
def emulating(options: EmulatorOptions) -> Iterator[EmulatorClient]:
    """Run an emulator on a thread of this process, over plain HTTP."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    address: list[str] = []
    started = threading.Event()

    async def run() -> None:
        async with listening(options) as told:
            address.append(told.base_url.partition("//")[2].partition("/")[0])
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    assert started.wait(5)
    client = EmulatorClient(address[0])
    try:
        yield client
    finally:
        client.close()
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def options(**given: Any) -> EmulatorOptions:
    """Options for `emulating`."""
    return EmulatorOptions(**{"http": True, "access_key": KEYS[0], "secret_key": KEYS[1], **given})


def at_once(address: str, *calls: Callable[[EmulatorClient], RawReply]) -> list[RawReply]:
    """Send calls at the same time, each over a connection of its own."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[EmulatorClient], RawReply]) -> RawReply:
        client = EmulatorClient(address)
        barrier.wait()
        try:
            return call(client)
        finally:
            client.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
