"""For every fault the calls that show it: what they get from a lying server differs from what an honest one says."""

import threading
from collections.abc import Callable, Mapping

from conformance.emulator.call import Call
from conformance.emulator.world import Key
from conformance.selftest.emulator.speaking import Client, Reply, at_once, path_of, sign

Programme = Callable[[Client], object]

LONG = "123456789012345678901234"
CAMPAIGNS: Mapping[Key, tuple[str, ...]] = {
    (1, 1001): (
        *("5245241", "5245242", "5245243", "777", "7775", "9777", "97775", "0777", "05245249", "100", "4294967396"),
        *("1234567890123456", "1234567890123457", "12345678901234567890123", "12345678901234567890124", LONG),
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


def state(client: Client) -> object:
    """Read every campaign."""
    return {key: client.query(key).body for key in CAMPAIGNS}


def judged(*steps: Callable[[Client], Reply]) -> Programme:
    """Take the replies of some calls, and the state after them."""
    return lambda client: ([str(step(client)) for step in steps], state(client))


def delete(*numbers: object, key: Key = (1, 1001), query: str = "", **headers: str | None) -> Callable[[Client], Reply]:
    return lambda client: client.delete(*numbers, key=key, query=query, **headers)


def body(content: object, key: tuple[object, object] = (1, 1001)) -> Callable[[Client], Reply]:
    return lambda client: client.delete_body(content, key=key)


def add(*numbers: str, key: Key = (1, 1001)) -> Callable[[Client], Reply]:
    return lambda client: client.add(*numbers, key=key)


def items(*listed: object, key: Key = (1, 1001)) -> Callable[[Client], Reply]:
    return body({"callerNo": list(listed)}, key)


def deleted(*numbers: object, key: Key = (1, 1001)) -> Programme:
    return judged(delete(*numbers, key=key))


def some(count: int, key: Key = (1, 1300), first: int = 0) -> Callable[[Client], Reply]:
    return delete(*CAMPAIGNS[key][first : first + count], key=key)


def racing(*calls: Callable[[Client], Reply], key: Key) -> Programme:
    """Send calls at the same time; what is told is how much they leave and whether all were answered well."""

    def run(client: Client) -> object:
        replies = at_once(client.address, *calls)
        return sorted(reply.status for reply in replies), len(client.held(key))

    return run


def altered(change: Callable[[str], str | None], method: str = "DELETE", target: str = path_of((1, 1001))) -> Programme:
    """Send a call whose Authorization was altered after signing; or none."""
    return lambda client: (
        str(client.call(method, target, EXAMPLE, {"authorization": change(signed(client))})),
        state(client),
    )


def signed(client: Client, *, method: str = "DELETE", target: str = path_of((1, 1001)), **given: str) -> str:
    """Make a header for one call, to be used for another."""
    path, _, query = target.partition("?")
    host = given.pop("host", client.address)
    call = Call(method=method, path=path, query=query, headers={"host": host}, body=EXAMPLE, connection=0, sequence=0)
    return sign(call, (given.pop("key", client.keys[0]), client.keys[1]), **given)


def forged(method: str, target: str, content: bytes = EXAMPLE, /, **signed_as: str) -> Programme:
    """Send a call under a signature made for another."""

    def run(client: Client) -> object:
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


def late(client: Client) -> object:
    reply = client.delete("5245241")
    return str(reply), client.held()


def earlier_call(client: Client) -> object:
    """Use a right signature again, for another body."""
    header = signed(client)
    first = client.call("DELETE", path_of((1, 1001)), EXAMPLE, {"authorization": header})
    other = EXAMPLE.replace(b"5245241", b"5245242")
    return str(first), str(client.call("DELETE", path_of((1, 1001)), other, {"authorization": header})), state(client)


def same_connection(client: Client) -> object:
    client.query()
    return str(client.delete("5245241", authorization=None))


def flip(header: str) -> str:
    return header[:-1] + ("0" if header[-1] != "0" else "1")


def upper(header: str) -> str:
    prefix, _, signature = header.rpartition("/")
    return f"{prefix}/{signature.upper()}"


def other_tail(header: str) -> str:
    return header[:-20] + "0123456789abcdef0123"


def other_time(header: str) -> str:
    scheme, key, time, *rest = header.split("/")
    return "/".join([scheme, key, f"2020{time[4:]}", *rest])


BAD = "52A5241"
PUT_BACK = judged(delete("5245241"), add("5245249"))
ONE = (1, 1003)
TWO = (3, 3001)
PLACE = path_of((1, 1001))
OTHER_PLACE = path_of((1, 1002))
REFUSED = judged(delete(BAD), delete("5245241"))
RACE_TWO = racing(delete("9000001", key=TWO), delete("9000002", key=TWO), key=TWO)
RACE_MANY = racing(*(delete(f"81{position:03}", key=(1, 1012)) for position in range(6)), key=(1, 1012))


def add_and_delete(client: Client) -> object:
    """Delete while an addition is on its way."""

    def soon(other: Client) -> Reply:
        threading.Event().wait(0.015)
        return other.delete("5245241")

    at_once(client.address, add("5245299"), soon)
    return sorted(client.held())


def nested(depth: int) -> bytes:
    return b'{"callerNo":' + b"[" * depth + b"]" * depth + b"}"


NATURAL: Mapping[str, Programme] = {
    "0200001": deleted("8000001", key=ONE),
    "0200007": deleted("1", key=(1, 4711)),
    "02000001": judged(body(b"")),
    "02000002": deleted(BAD),
    "02000003": deleted("1" * 25),
    "02000004": judged(items()),
    "02000005": judged(body(EXAMPLE, (1, "1" * 30))),
    "02000006": deleted(5245241),
    "02000007": judged(body(EXAMPLE, (0, 1001))),
    "02000008": judged(body(b"{")),
    "02000009": judged(delete("5245241", query="?hour=1&minute=2")),
    "02000010": judged(delete("5245241", query="?hour=1")),
    "02000011": judged(some(101)),
}

PROGRAMMES: Mapping[str, Programme] = {
    "limit.none": judged(some(150)),
    "limit.off-by-one": judged(some(101)),
    "limit.hundred-refused": judged(some(100)),
    "limit.byte-counter": judged(some(256)),
    "limit.truncates": judged(some(101)),
    "limit.partial": judged(some(101)),
    "limit.counts-held": judged(delete(*(str(10**6 + position) for position in range(101)))),
    "limit.fifty": judged(some(60)),
    "limit.body-size": judged(some(100)),
    "limit.per-page": judged(some(21)),
    "last.none": deleted("8000001", key=ONE),
    "last.single": deleted("8000001", key=ONE),
    "last.batch": deleted("9000001", "9000002", key=TWO),
    "last.by-duplicates": deleted("8000001", "8000001", key=ONE),
    "last.by-absent": deleted("8000001", "1", key=ONE),
    "last.race": RACE_TWO,
    "last.stale-count": judged(delete("9000001", key=TWO), delete("9000002", key=TWO)),
    "last.counter-drifts": judged(
        delete("6245241", "6245242", key=(1, 1002)),
        delete("5245241", key=(1, 1002)),
    ),
    "last.large": judged(some(12, (1, 1012))),
    "last.pair": deleted("9000001", "9000002", key=TWO),
    "last.hundred": judged(some(100, (1, 1100))),
    "last.second-try": judged(delete("8000001", key=ONE), delete("8000001", key=ONE)),
    "last.vdn-count": deleted("8000001", key=ONE),
    "last.keeps-two": deleted("9000001", key=TWO),
    "last.keeps-tenth": judged(some(11, (1, 1012))),
    "last.applied": deleted("8000001", key=ONE),
    "last.all-but-one": deleted("9000001", "9000002", key=TWO),
    "state.nothing": deleted("5245241"),
    "state.first-only": deleted("5245241", "5245242"),
    "state.all-but-last": deleted("5245241", "5245242"),
    "state.every-other": deleted("5245241", "5245242"),
    "state.by-position": deleted("5245242"),
    "state.tenth-lost": repeated(11),
    "state.long-number-kept": deleted(LONG),
    "state.zero-led-kept": deleted("05245249"),
    "state.twice-restores": deleted("5245241", "5245241"),
    "state.adds-absent": deleted("1"),
    "state.absent-clears": deleted("1"),
    "state.prefix": deleted("777"),
    "state.suffix": deleted("777"),
    "state.contains": deleted("777"),
    "state.leading-zeros": deleted("777"),
    "state.column-truncates": deleted("1234567890123456"),
    "state.float": deleted("12345678901234567890123"),
    "state.int32": deleted("100"),
    "state.neighbour": deleted("5245241"),
    "state.batch-clears": judged(some(11)),
    "state.other-campaign": deleted("5245241"),
    "state.other-vdn": deleted("5245241"),
    "state.moves": deleted("5245243"),
    "state.undone-later": judged(delete("5245241"), *[delete("1")] * 6),
    "state.undone-by-add": PUT_BACK,
    "state.undone-by-refusal": judged(delete("5245241"), delete(BAD)),
    "state.redelivered": judged(delete("5245241"), add("5245241"), delete("1")),
    "state.lost-update": RACE_MANY,
    "state.add-overwrites": add_and_delete,
    "state.one-at-a-time": RACE_MANY,
    "state.long-use": repeated(62),
    "state.late": late,
    "state.per-instance": deleted("5245241"),
    "atomic.valid-part": deleted("5245241", BAD),
    "atomic.before-bad-item": deleted("5245241", BAD),
    "atomic.after-bad-item": deleted(BAD, "5245241"),
    "atomic.broken-json": judged(body(EXAMPLE[:-1])),
    "atomic.hour-applied": judged(delete("5245241", query="?hour=1")),
    "atomic.other-vdn": deleted("5245241", key=(2, 1001)),
    "atomic.refusal-costs-one": deleted(BAD),
    "atomic.error-after-commit": deleted("5245241", "5245242", "5245243"),
    "atomic.error-one-in-twelve": repeated(12),
    "atomic.unauthorised-applied": altered(lambda _: None),
    "values.trims": deleted(" 5245241"),
    "values.full-width": deleted("５245241"),
    "values.other-digits": deleted("٥٢٤٥٢٤١"),
    "values.sign": deleted("+5245241"),
    "values.separators": deleted("524-5241"),
    "values.trailing-newline": deleted("5245241\n"),
    "values.nul-cuts": deleted("5245241\0x"),
    "values.any-characters": deleted(BAD),
    "values.hex": deleted(BAD),
    "values.first-character": deleted("5x"),
    "values.wildcard": deleted("*"),
    "values.comma": deleted("5245241,5245242"),
    "values.25-digits": deleted("1" * 25),
    "values.any-length": deleted("1" * 40),
    "values.very-long": deleted("1" * 300),
    "values.cuts": deleted(LONG + "5"),
    "values.24-refused": deleted(LONG),
    "values.20-digits": deleted(LONG),
    "values.int64": deleted(LONG),
    "values.zero-led-refused": deleted("0777"),
    "values.integer-coerced": deleted(5245241),
    "values.float-coerced": deleted(5245241.0),
    "values.list-coerced": deleted(["5245241"]),
    "values.wrong-type-skipped": deleted("5245241", {}),
    "values.boolean-accepted": deleted(True),
    "values.null-number-skipped": deleted("5245241", None),
    "values.missing-skipped": judged(items({"accessCode": "5245241"}, {})),
    "values.empty-skipped": deleted("5245241", ""),
    "values.member-case": judged(items({"accesscode": "5245241"})),
    "values.null-item-skipped": judged(items(None)),
    "values.bare-texts": judged(items("5245241")),
    "values.odd-item-skipped": judged(items(7)),
    "values.bad-items-skipped": deleted(BAD, "5245241"),
    "values.only-first-checked": deleted("5245241", BAD),
    "values.object-for-list": judged(body({"callerNo": {"accessCode": "5245241"}})),
    "values.text-for-list": judged(body({"callerNo": '[{"accessCode":"5245241"}]'})),
    "values.list-type-unchecked": judged(body({"callerNo": "x"})),
    "values.empty-list": judged(items()),
    "values.null-list": judged(body({"callerNo": None})),
    "values.missing-list": judged(body({})),
    "values.bare-list": judged(body([{"accessCode": "5245241"}])),
    "values.empty-body": judged(body(b"")),
    "values.trailing-garbage": judged(body(EXAMPLE + b"x")),
    "values.lenient-json": judged(body(EXAMPLE.replace(b'"', b"'"))),
    "values.cut-json": judged(body(EXAMPLE[:-1])),
    "path.vdn-ignored": deleted("5245241", key=(2, 1001)),
    "path.vdn-wraps": deleted("5245241", key=(65537, 1001)),
    "path.vdn-defaults": deleted("5245241", key=(10000, 1001)),
    "path.negative": deleted("5245241", key=(-1, 1001)),
    "path.lenient-integer": judged(body(EXAMPLE, (1, "1001x"))),
    "path.campaign-wraps": deleted("5245241", key=(1, 1001 + 2**32)),
    "path.zero-is-any": deleted("5245241", key=(1, 0)),
    "path.unknown-succeeds": NATURAL["0200007"],
    "path.other-vdn-succeeds": deleted("5245241", key=(2, 1001)),
    "path.vdn-range-succeeds": deleted("5245241", key=(0, 1001)),
    "path.not-integer-succeeds": judged(body(EXAMPLE, ("x", 1001))),
    "code.pair-differs": deleted(BAD),
    "code.pair-success": deleted("5245241"),
    "code.return-stays-success": deleted(BAD),
    "code.pair-ninth": judged(delete(BAD), *[delete("5245241")] * 8),
    "code.undocumented": NATURAL["0200001"],
    "code.undocumented-conversion": NATURAL["02000008"],
    "code.zero-lost": deleted(BAD),
    "code.empty": deleted(1),
    "code.padded": deleted("5245241"),
    "code.numbers": deleted("5245241"),
    "code.failure-numbers": deleted(BAD),
    "code.swapped-lengths": NATURAL["02000003"],
    "code.swapped-empty": NATURAL["02000001"],
    "code.swapped-campaign": NATURAL["0200007"],
    "code.type-as-campaign": deleted(1),
    "code.all-hour-minute": deleted(BAD),
    "code.last-as-unknown": NATURAL["0200001"],
    "code.success-for-last": NATURAL["0200001"],
    "code.success-for-bad-number": deleted(BAD),
    "code.success-200": deleted("5245241"),
    "code.locale": deleted(BAD),
    "code.locale-success": deleted("5245241"),
    "code.http-400": deleted(BAD),
    "code.http-404": NATURAL["0200007"],
    **{f"code.unreachable.{code}": programme for code, programme in NATURAL.items()},
    "reply.no-return-desc": deleted("5245241"),
    "reply.no-return-code": deleted(BAD),
    "reply.no-result-members": deleted("5245241"),
    "reply.other-case": deleted("5245241"),
    "reply.nested": deleted("5245241"),
    "reply.null-desc": deleted(BAD),
    "reply.desc-number": deleted("5245241"),
    "reply.desc-object": deleted(BAD),
    "reply.num-wrong": deleted("5245241"),
    "reply.html": deleted(BAD),
    "reply.not-json": deleted("5245241"),
    "reply.trailing-comma": deleted(BAD),
    "reply.list": deleted("5245241"),
    "reply.text-in-json": deleted("5245241"),
    "reply.guard": deleted("5245241"),
    "reply.empty": deleted("5245241"),
    "reply.two-objects": deleted(BAD),
    "reply.gbk": judged(delete("5245241", locale="zh_CN")),
    "reply.text-plain": deleted("5245241"),
    "reply.201": deleted("5245241"),
    "reply.202": judged(some(10)),
    "reply.stack-trace": NATURAL["02000008"],
    "reply.sql": NATURAL["02000003"],
    "reply.file-path": NATURAL["0200007"],
    "reply.class-name": NATURAL["02000006"],
    "reply.echo-breaks": deleted('52"45'),
    "reply.truncated": deleted("5245241", "5245242"),
    "reply.stalls": deleted(BAD, BAD),
    "reply.previous": judged(delete(BAD), *[delete("5245241")] * 7),
    "robust.null": deleted(None),
    "robust.boolean": deleted(True),
    "robust.deep-nesting": judged(body(nested(100))),
    "robust.huge-integer": deleted(10**30),
    "robust.broken-utf8": judged(body(EXAMPLE.replace(b"4", b"\xff"))),
    "robust.quote": deleted("' OR 1=1"),
    "robust.backslash": deleted('\\"'),
    "robust.emoji": deleted("\U0001f600"),
    "robust.nul": deleted("\0"),
    "robust.broken-json": NATURAL["02000008"],
    "robust.not-object": judged(body([])),
    "robust.empty-body": judged(body(b"")),
    "robust.empty-list": judged(items()),
    "robust.long-value": deleted("1" * 2000),
    "robust.long-id": NATURAL["02000005"],
    "robust.odd-id": judged(body(EXAMPLE, ("x", 1001))),
    "robust.unknown-campaign": NATURAL["0200007"],
    "robust.query": judged(delete("5245241", query="?a=%25")),
    "robust.locale": judged(delete("5245241", locale="de_DE")),
    "robust.absent-number": deleted("1"),
    "robust.one-in-20": repeated(20),
    "robust.pool": repeated(122),
    "robust.poisoned": REFUSED,
    "robust.locked-out": judged(*[delete(BAD)] * 5, delete("5245241")),
    "robust.two-at-once": RACE_MANY,
    "robust.deadlock": RACE_MANY,
    "robust.hangs-on-empty": judged(body(b"")),
    "robust.resets-large": judged(body(b" " * 9000 + EXAMPLE)),
    "robust.drops-non-ascii": judged(body('{"callerNo":[{"accessCode":"ü"}]}'.encode())),
    "robust.drop-in-25": repeated(25),
    "robust.slow-pattern": deleted("1" * 24 + "x"),
    "auth.none": altered(lambda _: None),
    "auth.delete-open": altered(lambda _: None),
    "auth.missing-header": altered(lambda _: None),
    "auth.empty-header": altered(lambda _: ""),
    "auth.other-scheme": altered(lambda _: "Basic eDp5"),
    "auth.any-signature": altered(flip),
    "auth.unknown-key": forged("DELETE", PLACE, key="stranger"),
    "auth.foreign-key": altered(lambda header: header.replace("/ak/", "/stranger/")),
    "auth.truncated": altered(lambda header: header[:-10]),
    "auth.first-half": altered(other_tail),
    "auth.empty-signature": altered(lambda header: header.rpartition("/")[0] + "/"),
    "auth.longer": altered(lambda header: header + "00"),
    "auth.case": altered(upper),
    "auth.method-not-covered": forged("DELETE", PLACE, method="POST"),
    "auth.path-not-covered": forged("DELETE", PLACE, target=OTHER_PLACE),
    "auth.query-not-covered": forged("DELETE", f"{PLACE}?a=1"),
    "auth.host-not-covered": lambda client: (client.delete("1"), str(other_host(client)))[1],
    "auth.body-not-covered": forged("DELETE", PLACE, EXAMPLE.replace(b"5245241", b"5245242")),
    "auth.timestamp-not-covered": altered(other_time),
    "auth.cached": earlier_call,
    "auth.connection": same_connection,
    "auth.200": altered(flip),
    "auth.403": altered(flip),
    "auth.302": altered(flip),
    "auth.malformed-500": altered(lambda _: "x"),
    "auth.unknown-key-500": altered(lambda header: header.replace("/ak/", "/stranger/")),
    "auth.success-in-401": altered(flip),
    "auth.tells-signature": altered(flip),
    "auth.valid-one-in-30": repeated(30),
    "methods.put": with_method("PUT"),
    "methods.get": with_method("GET"),
    "methods.patch": with_method("PATCH"),
    "methods.head": with_method("HEAD"),
    "methods.any": with_method("TRACE"),
    "methods.options": with_method("OPTIONS"),
    "methods.override": with_method("PUT", x_http_method_override="DELETE"),
    "methods.success": with_method("PUT"),
    "methods.500": with_method("PUT"),
    "methods.hang": with_method("PUT"),
}


def other_host(client: Client) -> Reply:
    """Send to another host name what was signed for this one."""
    header = signed(client)
    return client.call("DELETE", PLACE, EXAMPLE, {"authorization": header, "host": "other.example"})


def transcript(programme: Programme, client: Client) -> str:
    """Run a programme."""
    return repr(programme(client))
