"""Behaviours of the server, and what may be expected of a command on each."""

from typing import Final

from msgspec import Struct


class ServerBehaviour(Struct, frozen=True, kw_only=True):
    """A server.

    `switches`: names of the server on Node. `order`, `priorities`: its looks show them. `faulty`:
    it loses numbers by itself or breaks down, so that something may be missing afterwards if it is
    named. `strays`: calls to listed campaigns reach others. `given`: the target file says what
    campaigns hold. `keep`: originals = "keep". `settles`: seconds after which it has done all that
    it does. `mends`: it can be repaired, and then everything can be restored. `stays`: what was
    added can't be removed.
    """

    name: str
    switches: tuple[str, ...] = ()
    order: bool = True
    priorities: bool = False
    faulty: bool = False
    strays: bool = False
    given: bool = False
    keep: bool = False
    settles: float = 0.0
    mends: bool = False
    stays: bool = False


def _honest(*names: str) -> list[ServerBehaviour]:
    return [ServerBehaviour(name=name, switches=(name,)) for name in names]


def _dark(*names: str) -> list[ServerBehaviour]:
    return [ServerBehaviour(name=name, switches=(name,), order=False) for name in names]


def _given(*names: str) -> list[ServerBehaviour]:
    return [
        ServerBehaviour(name=f"{name}-given", switches=(name,), order=False, given=True)
        for name in names
    ]


def _with_priorities(*names: str) -> list[ServerBehaviour]:
    shown = [name for name in names if name != "object-list"]
    return [
        ServerBehaviour(
            name="+".join((*shown, "object-list")),
            switches=(*shown, "object-list"),
            priorities=True,
        )
    ]


def _faulty(*names: str, settles: float = 0.0) -> list[ServerBehaviour]:
    return [
        ServerBehaviour(name=name, switches=(name,), faulty=True, settles=settles) for name in names
    ]


def _broken(*names: str) -> list[ServerBehaviour]:
    return [ServerBehaviour(name=name, switches=(name,), faulty=True, mends=True) for name in names]


ALL: Final[tuple[ServerBehaviour, ...]] = (
    ServerBehaviour(name="honest"),
    ServerBehaviour(name="honest-given", given=True),
    *_honest("comma-text", "json-text", "number-list", "priority-none", "one-a-call"),
    ServerBehaviour(name="colon-priority", switches=("colon-priority",), priorities=True),
    ServerBehaviour(name="object-text", switches=("object-text",), priorities=True),
    *_with_priorities("object-list"),
    *_with_priorities("priority-mandatory"),
    *_with_priorities("priority-reset"),
    *_with_priorities("priority-unknown"),
    *_with_priorities("added-first"),
    *_with_priorities("total-150"),
    ServerBehaviour(name="keep", switches=("object-list",), priorities=True, keep=True),
    *_dark("first-shown", "last-shown", "fifty-shown", "sorted-look", "shuffled-look"),
    *_dark("count-shown", "masked-look", "nothing-shown", "empty-text-shown", "query-missing"),
    *_given("first-shown", "nothing-shown", "query-missing"),
    ServerBehaviour(name="lag", switches=("lag",)),
    ServerBehaviour(name="long-lag", switches=("long-lag",)),
    *_honest("lag-by-turns", "deletions-lag"),
    ServerBehaviour(name="late-effect", switches=("late-effect",), settles=1.0),
    *_honest("look-incomplete", "absent-ignored", "absent-uncounted", "duplicates-ignored"),
    *_honest("total-155", "total-150", "zeros-dropped", "zeros-dropped-when-added"),
    *_honest("eleven-digits", "company-range", "adding-refused", "adding-missing"),
    ServerBehaviour(name="deleting-refused", switches=("deleting-refused",), stays=True),
    *_honest("never-again", "again-once", "throttled"),
    *_faulty("phantom-shown", "look-elsewhere"),
    *_faulty("empty-list-clears", "nothing-clears", "too-many-clear", "wrong-type-clears"),
    *_faulty("unknown-member-clears", "patterns", "prefix-delete", "suffix-delete", "part-delete"),
    *_faulty("shorter-delete", "seven-digits", "eighteen-digits", "leading-zeros", "parse-int"),
    *_faulty(
        "splice-neighbour",
        "cross-campaign",
        "other-vdns",
        "id-alone",
        "vdn-ignored",
        "next-campaign",
    ),
    *_faulty("fallback", "partial-delete", "late-limit", "batch-empties", "lost-update"),
    ServerBehaviour(name="every-vdn-keep", switches=("every-vdn",), faulty=True, keep=True),
    ServerBehaviour(name="add-elsewhere", switches=("add-elsewhere",), faulty=True, strays=True),
    *_faulty("late-loss", "come-back", "slow-loss", settles=2.5),
    *_faulty("random-loss", "add-takes", "add-replaces", "twenty-kept"),
    *_faulty("unsigned", "authorization-presence", "override", "sloppy-paths", "put-deletes"),
    *_broken(
        "gone-later", "refusing-later", "no-adding-later", "failing-later", "unauthorised-later"
    ),
    *_faulty("random-codes", "garbage", "always-success", "always-failure"),
    *_faulty("silent-effect", "failing-effect", "moody", "flaky-503"),
)
STANDARD: Final = (
    "honest",
    "object-list",
    "first-shown",
    "lag",
    "never-again",
    "nothing-clears",
    "seven-digits",
    "sloppy-paths",
)
"""Where standard effort is tried."""
THOROUGH: Final = ("object-list", "patterns")
EVERY_CLAUSE: Final = ("object-list", "first-shown", "sloppy-paths")
"""Where each clause is judged by a run of its own."""


def behaviour(name: str) -> ServerBehaviour:
    """The behaviour of this name. Raises KeyError."""
    return {each.name: each for each in ALL}[name]
