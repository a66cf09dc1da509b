"""Each behaviour of the server on Node: what the plain one shows and what this one does; and what
its control port tells.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest

from conformance.selftest.node.calling import ROOT, SUCCESS, Caller, calling, naming, numbers_path
from conformance.selftest.node.control import Control
from conformance.selftest.node.production import NODE, known_behaviours, start
from conformance.selftest.waiting import until

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not on PATH")

HELD: Final = {
    "1/1001": ("5245241:3", "5245242:1", "0143:2", "7:5"),
    "1/1002": ("5245241:2", "9001:1"),
    "2/1001": ("5245241:4", "6001:1"),
    "1/1004": tuple(f"{number}:{number % 5 + 1}" for number in range(60000, 60120)),
}
LONG: Final = "123456789012345678901234"
SOUND_CALLS: Final = 250


@dataclass(frozen=True, kw_only=True)
class Site:
    """A server with a caller and its control port."""

    caller: Caller
    control: Control

    def shown(self, name: str = "1/1001") -> Any:
        return self.look(name).json()["returnObject"].get("callerNo")

    def look(self, name: str = "1/1001") -> httpx.Response:
        return self.caller.send("GET", f"{ROOT}/{name}")

    def added(
        self, *numbers: str, priority: int | None = None, name: str = "1/1001"
    ) -> httpx.Response:
        extra = {} if priority is None else {"priority": priority}
        body = {"callerNo": [{"accessCode": number, **extra} for number in numbers]}
        return self.caller.send("POST", numbers_path(name), json.dumps(body).encode())

    def add(self, *numbers: str, priority: int | None = None, name: str = "1/1001") -> str:
        return str(self.added(*numbers, priority=priority, name=name).json()["resultCode"])

    def delete(self, *numbers: str, name: str = "1/1001") -> str:
        return self.caller.delete(*numbers, campaign=name)

    def held(self, name: str = "1/1001") -> list[str]:
        return [number for number, _ in self.control.contents()[name]]

    def after(self, body: str, name: str = "1/1001") -> int:
        """How many numbers are left after this deletion."""
        self.caller.raw(body, campaign=name)
        return len(self.held(name))

    def last_of(self, count: int, call: Callable[[], httpx.Response]) -> object:
        """How the last of so many calls ended: status and code, or "gone"."""
        for _ in range(count - 1):
            self.look()
        try:
            reply = call()
        except httpx.TransportError:
            return "gone"
        return reply.status_code if reply.status_code != 200 else reply.json()["resultCode"]


@contextmanager
def site(*names: str) -> Iterator[Site]:
    with (
        start(campaigns=HELD, faults=names, control=True) as server,
        calling(server) as client,
        Control(server) as control,
    ):
        yield Site(caller=Caller(client=client, server=server), control=control)


def _repeat(at: Site, times: int) -> str:
    for _ in range(times):
        at.delete("5245242")
        code = at.add("5245242")
    return code


def _overridden(at: Site) -> int:
    headers = {"X-HTTP-Method-Override": "DELETE"}
    at.caller.send("POST", numbers_path("1/1001"), naming("7").encode(), headers=headers)
    return len(at.held())


def _stale(at: Site) -> bool:
    """Whether one of several additions is not shown at once."""
    return any(at.add(str(88 + place)) and str(88 + place) not in at.shown() for place in range(10))


def _late(at: Site) -> bool:
    """Whether one of several deletions is not made at once."""
    return any(
        at.delete(str(60000 + place), name="1/1004") and str(60000 + place) in at.held("1/1004")
        for place in range(10)
    )


def _fourth(at: Site, place: int = 4) -> object:
    """How a change of this place ended."""
    for number in range(place - 1):
        at.added(str(880 + number))
    try:
        reply = at.added("889")
    except httpx.TransportError:
        return "gone", "889" in at.held()
    return reply.status_code, "889" in at.held()


def _unreadable(at: Site) -> int:
    """How many of several replies to changes are no object."""
    bodies = [at.added(str(880 + number)).text for number in range(10)]
    return sum(not body.startswith("{") or not body.endswith("}") for body in bodies)


def _gone_after_looks(at: Site) -> bool:
    for _ in range(200):
        at.look()
    return len(at.held()) < 4


Probe = Callable[[Site], object]
PROBES: Final[dict[str, tuple[Probe, object, object]]] = {
    "comma-text": (Site.shown, "5245241;5245242;0143;7", "5245241,5245242,0143,7"),
    "colon-priority": (Site.shown, "5245241;5245242;0143;7", "5245241:3,5245242:1,0143:2,7:5"),
    "json-text": (Site.shown, "5245241;5245242;0143;7", '["5245241","5245242","0143","7"]'),
    "object-text": (
        lambda at: at.shown()[:40],
        "5245241;5245242;0143;7",
        '[{"accessCode":"5245241","priority":3},{',
    ),
    "object-list": (lambda at: at.shown()[-1], "7", {"accessCode": "7", "priority": 5}),
    "number-list": (Site.shown, "5245241;5245242;0143;7", ["5245241", "5245242", "0143", "7"]),
    "first-shown": (Site.shown, "5245241;5245242;0143;7", "5245241"),
    "last-shown": (Site.shown, "5245241;5245242;0143;7", "7"),
    "fifty-shown": (lambda at: at.shown("1/1004").count(";") + 1, 120, 50),
    "sorted-look": (Site.shown, "5245241;5245242;0143;7", "0143;5245241;5245242;7"),
    "shuffled-look": (lambda at: len({at.shown("1/1004") for _ in range(3)}), 1, 3),
    "count-shown": (Site.shown, "5245241;5245242;0143;7", "4"),
    "masked-look": (Site.shown, "5245241;5245242;0143;7", "524**41,524**42,****,*"),
    "nothing-shown": (Site.shown, "5245241;5245242;0143;7", None),
    "empty-text-shown": (Site.shown, "5245241;5245242;0143;7", ""),
    "query-missing": (lambda at: at.look().status_code, 200, 404),
    "lag": (_stale, False, True),
    "long-lag": (_stale, False, True),
    "lag-by-turns": (_stale, False, True),
    "deletions-lag": (lambda at: at.delete("7") and "7" in at.shown(), False, True),
    "look-incomplete": (lambda at: len({at.shown() for _ in range(7)}), 1, 2),
    "phantom-shown": (lambda at: at.shown().count(";"), 3, 4),
    "look-elsewhere": (Site.shown, "5245241;5245242;0143;7", "5245241;9001"),
    "never-again": (lambda at: _repeat(at, 1), SUCCESS, "02000009"),
    "again-once": (lambda at: _repeat(at, 2), SUCCESS, "02000009"),
    "priority-mandatory": (lambda at: at.add("88"), SUCCESS, "02000001"),
    "priority-reset": (
        lambda at: at.add("88", priority=4) and at.control.contents()["1/1001"][-1],
        ("88", 4),
        ("88", 1),
    ),
    "priority-unknown": (lambda at: at.add("88", priority=4), SUCCESS, "02000009"),
    "priority-none": (
        lambda at: at.control.contents()["1/1001"][0],
        ("5245241", 3),
        ("5245241", None),
    ),
    "total-155": (
        lambda at: at.add(*(str(each) for each in range(36)), name="1/1004"),
        SUCCESS,
        "02000011",
    ),
    "total-150": (
        lambda at: at.add(*(str(each) for each in range(31)), name="1/1004"),
        SUCCESS,
        "02000011",
    ),
    "zeros-dropped": (lambda at: at.held()[2], "0143", "143"),
    "zeros-dropped-when-added": (
        lambda at: at.add("088") and at.held()[-3:],
        ["0143", "7", "088"],
        ["0143", "7", "88"],
    ),
    "eleven-digits": (lambda at: at.add("1" * 12), SUCCESS, "02000003"),
    "company-range": (lambda at: at.add("88"), SUCCESS, "02000007"),
    "adding-refused": (lambda at: at.add("88"), SUCCESS, "0200001"),
    "adding-missing": (lambda at: at.added("88").status_code, 200, 405),
    "deleting-refused": (lambda at: at.delete("7"), SUCCESS, "0200001"),
    "added-first": (
        lambda at: at.add("88", "89") and at.held()[:3],
        ["5245241", "5245242", "0143"],
        ["88", "89", "5245241"],
    ),
    "absent-uncounted": (
        lambda at: "num:1" in at.caller.raw(naming("7", "404")).json()["resultDesc"],
        False,
        True,
    ),
    "late-effect": (_late, False, True),
    "one-a-call": (lambda at: at.add("88", "89"), SUCCESS, "02000011"),
    "throttled": (lambda at: any(at.look().status_code == 429 for _ in range(200)), False, True),
    "nothing-clears": (lambda at: at.after('{"callerNo":null}'), 4, 0),
    "too-many-clear": (lambda at: at.after(naming(*map(str, range(101))), "1/1004"), 120, 0),
    "wrong-type-clears": (lambda at: at.after('{"callerNo":{}}'), 4, 0),
    "unknown-member-clears": (lambda at: at.after('{"callerNo":[{"accessCode":"7"}],"x":1}'), 3, 0),
    "patterns": (lambda at: at.after(naming("52_52%")), 4, 2),
    "suffix-delete": (lambda at: at.after(naming("41")), 4, 3),
    "part-delete": (lambda at: at.after(naming("4524")), 4, 2),
    "shorter-delete": (lambda at: at.after(naming("9997")), 4, 3),
    "seven-digits": (lambda at: at.after(naming("005245241")), 4, 3),
    "eighteen-digits": (lambda at: at.add(LONG) and at.after(naming(LONG[:19])), 5, 4),
    "every-vdn": (
        lambda at: at.delete("5245241") and at.held("2/1001"),
        ["5245241", "6001"],
        ["6001"],
    ),
    "other-vdns": (
        lambda at: at.delete("5245241") and at.held("2/1001"),
        ["5245241", "6001"],
        ["6001"],
    ),
    "id-alone": (lambda at: at.delete("7", name="9/1001"), "0200007", SUCCESS),
    "next-campaign": (
        lambda at: at.delete("5245241") and (len(at.held()), at.held("1/1002")),
        (3, ["5245241", "9001"]),
        (4, ["9001"]),
    ),
    "add-elsewhere": (lambda at: at.add("88") and at.held("1/1002")[-1], "9001", "88"),
    "fallback": (lambda at: at.delete("7", name="1/9999"), "0200007", SUCCESS),
    "random-loss": (_gone_after_looks, False, True),
    "add-takes": (
        lambda at: [at.add(str(each)) for each in range(80, 90)] and at.held()[0],
        "5245241",
        "5245242",
    ),
    "add-replaces": (lambda at: at.add("88") and len(at.held()), 5, 1),
    "twenty-kept": (lambda at: at.add(LONG) and at.held()[-1], LONG, LONG[:20]),
    "unsigned": (
        lambda at: at.caller.raw(naming("7"), headers={"Authorization": ""}).status_code,
        401,
        200,
    ),
    "override": (_overridden, 4, 3),
    "sloppy-paths": (
        lambda at: at.caller.send("GET", f"{ROOT.upper()}/1/1001").status_code,
        404,
        200,
    ),
    "gone-later": (lambda at: at.last_of(SOUND_CALLS + 1, at.look), SUCCESS, "gone"),
    "refusing-later": (
        lambda at: at.last_of(SOUND_CALLS + 1, lambda: at.added("88")),
        SUCCESS,
        "0200001",
    ),
    "no-adding-later": (
        lambda at: at.last_of(SOUND_CALLS + 1, lambda: at.added("88")),
        SUCCESS,
        "0200001",
    ),
    "failing-later": (lambda at: at.last_of(SOUND_CALLS + 1, at.look), SUCCESS, 503),
    "unauthorised-later": (lambda at: at.last_of(SOUND_CALLS + 1, at.look), SUCCESS, 401),
    "random-codes": (lambda at: len({at.delete("404") for _ in range(30)}) > 3, False, True),
    "garbage": (_unreadable, 0, 2),
    "always-success": (lambda at: (at.delete("7"), len(at.held())), (SUCCESS, 3), (SUCCESS, 4)),
    "always-failure": (lambda at: (at.delete("7"), len(at.held())), (SUCCESS, 3), ("0200001", 3)),
    "silent-effect": (_fourth, (200, True), ("gone", True)),
    "failing-effect": (_fourth, (200, True), (500, True)),
    "moody": (
        lambda at: [at.add(str(each)) for each in range(80, 110)] and len(at.held()) < 34,
        False,
        True,
    ),
}
LATE: Final[dict[str, Callable[[Site], bool]]] = {
    "late-loss": lambda at: len(at.held()) == 2,
    "come-back": lambda at: "0143" in at.held(),
    "slow-loss": lambda at: at.held() == ["0143", "7"],
}
"""What becomes true some time after numbers were deleted."""


def test_every_behaviour_is_listed_and_probed() -> None:
    assert set(known_behaviours()) == {*PROBES, *LATE}
    assert all(known_behaviours().values())
    assert len(known_behaviours()) >= 30


@pytest.fixture(scope="module")
def plain() -> Iterator[Site]:
    with site() as at:
        yield at


@pytest.mark.parametrize("name", PROBES)
def test_a_behaviour_differs_from_the_plain_server(name: str, plain: Site) -> None:
    probe, expected, otherwise = PROBES[name]
    plain.control.reset()
    assert probe(plain) == expected
    with site(name) as at:
        assert probe(at) == otherwise


@pytest.mark.parametrize("name", LATE)
def test_what_happens_late_happens(name: str) -> None:
    with site(name) as at:
        numbers = ["5245242", "7", "0143"] if name == "come-back" else ["5245241"]
        for number in numbers:
            at.delete(number)
        until(lambda: LATE[name](at))


def test_a_server_that_broke_down_can_be_mended() -> None:
    with site("gone-later") as at:
        assert at.last_of(SOUND_CALLS + 1, at.look) == "gone"
        at.control.mend()
        assert at.look().status_code == 200


# --- the control port -----------------------------------------------------------------------------


def test_the_control_port_shows_every_campaign_in_order_with_priorities() -> None:
    with site() as at:
        at.add("88", priority=2)
        at.add("89")
        contents = at.control.contents()
    assert list(contents) == list(HELD)
    assert contents["1/1001"][-3:] == (("7", 5), ("88", 2), ("89", None))


def test_the_control_port_shows_what_was_sent_to_change_something() -> None:
    with site() as at:
        at.look()
        at.delete("7")
        at.caller.send("GET", f"{ROOT}/1/1001", headers={"X-HTTP-Method-Override": "DELETE"})
        at.caller.raw(naming("0143"), campaign="9/1001", headers={"Authorization": ""})
        changes, calls = at.control.changes(), at.control.calls()
    assert calls == 4
    assert [(each.call, each.method, each.target, each.status) for each in changes] == [
        (2, "DELETE", numbers_path("1/1001"), 200),
        (3, "GET", f"{ROOT}/1/1001", 200),
        (4, "DELETE", numbers_path("9/1001"), 401),
    ]
    assert json.loads(changes[0].body) == {"callerNo": [{"accessCode": "7"}]}
    assert changes[1].redirections == {"x-http-method-override": "DELETE"}


@pytest.mark.parametrize(
    ("moment", "is_made_while_held", "is_made"),
    [("before", False, False), ("late", False, True), ("after", True, True)],
)
def test_a_call_is_held(moment: Any, is_made_while_held: bool, is_made: bool) -> None:
    with site() as at:
        at.control.hold(2, moment)
        at.look()
        with pytest.raises(httpx.ReadTimeout):
            at.caller.raw(naming("7"), timeout=0.5)
        assert at.control.held()
        assert ("7" not in at.held()) == is_made_while_held
        at.control.release()
        assert at.look().status_code == 200
        assert ("7" not in at.held()) == is_made
