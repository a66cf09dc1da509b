"""The words in which programmes of calls are written down, and the campaigns that they are made
on.
"""

from collections.abc import Callable, Mapping

from conformance.emulator.call import ReceivedCall
from conformance.emulator.world import Key
from conformance.selftest.emulator.speaking import EmulatorClient, RawReply, at_once, path_of, sign

Programme = Callable[[EmulatorClient], object]

LONG = "123456789012345678901234"
CAMPAIGNS: Mapping[Key, tuple[str, ...]] = {
    (1, 1001): (
        *(
            "5245241",
            "5245242",
            "5245243",
            "777",
            "7775",
            "9777",
            "97775",
            "0777",
            "05245249",
            "100",
            "4294967396",
        ),
        *(
            "1234567890123456",
            "1234567890123457",
            "12345678901234567890123",
            "12345678901234567890124",
            LONG,
        ),
    ),
    (1, 1002): ("6245241", "6245242", "5245241"),
    (1, 1003): ("8000001",),
    (1, 1012): tuple(f"81{position:03}" for position in range(12)),
    (1, 1100): tuple(f"82{position:03}" for position in range(100)),
    (1, 1300): tuple(f"83{position:03}" for position in range(300)),
    (2, 2001): ("7245241", "5245241"),
    (3, 3001): ("9000001", "9000002"),
    (3, 3002): ("9100001",),
}
EXAMPLE = b'{"callerNo":[{"accessCode":"5245241"}]}'


def state(client: EmulatorClient) -> object:
    """Read every campaign."""
    return {key: client.query(key).body for key in CAMPAIGNS}


def judged(*steps: Callable[[EmulatorClient], RawReply]) -> Programme:
    """Take the replies of some calls, and the state after them."""
    return lambda client: ([str(step(client)) for step in steps], state(client))


def delete(
    *numbers: object, key: Key = (1, 1001), query: str = "", **headers: str | None
) -> Callable[[EmulatorClient], RawReply]:
    return lambda client: client.delete(*numbers, key=key, query=query, **headers)


def body(
    content: object, key: tuple[object, object] = (1, 1001)
) -> Callable[[EmulatorClient], RawReply]:
    return lambda client: client.delete_body(content, key=key)


def add(*numbers: str, key: Key = (1, 1001)) -> Callable[[EmulatorClient], RawReply]:
    return lambda client: client.add(*numbers, key=key)


def items(*listed: object, key: Key = (1, 1001)) -> Callable[[EmulatorClient], RawReply]:
    return body({"callerNo": list(listed)}, key)


def deleted(*numbers: object, key: Key = (1, 1001)) -> Programme:
    return judged(delete(*numbers, key=key))


def some(count: int, key: Key = (1, 1300), first: int = 0) -> Callable[[EmulatorClient], RawReply]:
    return delete(*CAMPAIGNS[key][first : first + count], key=key)


def racing(*calls: Callable[[EmulatorClient], RawReply], key: Key) -> Programme:
    """Send calls at the same time; what is told is how much they leave and whether all were
    answered well.
    """

    def run(client: EmulatorClient) -> object:
        replies = at_once(client.address, *calls)
        return sorted(reply.status for reply in replies), len(client.held(key))

    return run


def altered(
    change: Callable[[str], str | None], method: str = "DELETE", target: str = path_of((1, 1001))
) -> Programme:
    """Send a call whose Authorization was altered after signing; or none."""
    return lambda client: (
        str(client.call(method, target, EXAMPLE, {"authorization": change(signed(client))})),
        state(client),
    )


def signed(
    client: EmulatorClient,
    *,
    method: str = "DELETE",
    target: str = path_of((1, 1001)),
    **given: str,
) -> str:
    """Make a header for one call, to be used for another."""
    path, _, query = target.partition("?")
    host = given.pop("host", client.address)
    call = ReceivedCall(
        method=method,
        path=path,
        query=query,
        headers={"host": host},
        body=EXAMPLE,
        connection=0,
        sequence=0,
    )
    return sign(call, (given.pop("key", client.keys[0]), client.keys[1]), **given)


def forged(method: str, target: str, content: bytes = EXAMPLE, /, **signed_as: str) -> Programme:
    """Send a call under a signature made for another."""

    def run(client: EmulatorClient) -> object:
        client.query()  # so that the server has seen a right call
        header = signed(client, **signed_as)
        return str(client.call(method, target, content, {"authorization": header})), state(client)

    return run


def with_method(method: str, content: bytes = EXAMPLE, **headers: str) -> Programme:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return judged(lambda client: client.call(method, path_of((1, 1001)), content, named))


def repeated(count: int, key: Key = (1, 1300)) -> Programme:
    """Delete numbers one by one."""
    numbers = CAMPAIGNS[key]
    return lambda client: (
        [str(client.delete(numbers[position], key=key)) for position in range(count)],
        client.query(key).body,
    )


def late(client: EmulatorClient) -> object:
    reply = client.delete("5245241")
    return str(reply), client.held()


def earlier_call(client: EmulatorClient) -> object:
    """Use a right signature again, for another body."""
    header = signed(client)
    first = client.call("DELETE", path_of((1, 1001)), EXAMPLE, {"authorization": header})
    other = EXAMPLE.replace(b"5245241", b"5245242")
    return (
        str(first),
        str(client.call("DELETE", path_of((1, 1001)), other, {"authorization": header})),
        state(client),
    )


def same_connection(client: EmulatorClient) -> object:
    client.query()
    return str(client.delete("5245241", authorization=None))


def flip(header: str) -> str:
    return header[:-1] + ("0" if header[-1] != "0" else "1")


def other_tail(header: str) -> str:
    return header[:-20] + "0123456789abcdef0123"


def other_time(header: str) -> str:
    scheme, key, time, *rest = header.split("/")
    return "/".join([scheme, key, f"2020{time[4:]}", *rest])


def transcript(programme: Programme, client: EmulatorClient) -> str:
    """Run a programme."""
    return repr(programme(client))
