"""For each defect of the body: forms that have exactly this defect, made from numbers that the
campaign really holds.

A form names a present number wherever it can, so that a server which repairs the defect instead of
refusing it would delete something that a look at the campaign then misses.
"""

import itertools
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from conformance.contract import MAX_NUMBER_LENGTH
from conformance.generation.calls import body_of, items
from conformance.generation.numbers import derived

Form = Callable[[list[str]], bytes]
"""Takes numbers that the campaign holds (at least one), gives the bytes of a body."""

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def _value(make: Callable[[str], Any]) -> Form:
    """One item whose accessCode is made from a present number."""
    return lambda present: body_of({"callerNo": [{"accessCode": make(present[0])}]})


def _item(make: Callable[[str], Any]) -> Form:
    return lambda present: body_of({"callerNo": [make(present[0])]})


def _list(make: Callable[[list[str]], Any]) -> Form:
    return lambda present: body_of({"callerNo": make(present)})


def _whole(make: Callable[[list[str]], Any]) -> Form:
    return lambda present: body_of(make(present))


def _bytes(make: Callable[[str], bytes]) -> Form:
    return lambda present: make(body_of({"callerNo": items(present[:1])}).decode())


INVALID_TEXTS: tuple[Callable[[str], str], ...] = (
    lambda n: n[:-1] + "a",
    lambda n: " " + n,
    lambda n: n[:1] + " " + n[1:],
    lambda n: n + " ",
    lambda n: "+" + n,
    lambda n: n.translate(_FULL_WIDTH),
    lambda n: n[:-1] + "%",
    lambda n: n + "\n",
    lambda n: n + "\x00",
    lambda n: n[:1] + "-" + n[1:],
    lambda n: n[:-1] + "*",
    lambda _: "*",
    lambda n: n + ",0",
    lambda n: n.translate(_ARABIC),
    lambda n: "-" + n,
    lambda n: n[:-1] + "_",
    lambda n: "0x" + n[:4],
    lambda n: "\t" + n,
    lambda n: n + "\u00a0",
    lambda n: n + ".0",
    lambda n: "(" + n + ")",
    lambda n: n + "'",
    lambda n: n + '"',
    lambda n: n + "\\",
    lambda n: n + ";",
    lambda n: n + "' --",
    lambda n: n + "\u200b",
    lambda n: n + "é",
    lambda _: "abc",
    lambda n: "²" + n[1:],
    lambda n: n + "😀",
    lambda _: "null",
    lambda _: ".",
    lambda n: f"'{n}'",
)  # fmt: skip
"""Texts that are no number: repairs that servers are known to make (trimming, folding, patterns)
applied to a present one.
"""


def _short(number: str) -> str:
    """Leaves room for what is added, so that the length stays legal and the defect single."""
    return number[: MAX_NUMBER_LENGTH - 4]


def _fits(make: Callable[[str], str]) -> Form:
    return _value(lambda n: made if len(made := make(n)) <= MAX_NUMBER_LENGTH else make(_short(n)))


def _with_text(make: Callable[[str], str], number: str) -> dict[str, object]:
    return {"accessCode": make(_short(number))}


def _many(count: int, present: list[str]) -> list[dict[str, str]]:
    return items(filled(present, count))


BODY_FORMS: dict[str, tuple[Form, ...]] = {
    "body.empty": (lambda _: b"", lambda _: b" ", lambda _: b"\r\n\t "),
    "body.not-json": (
        _bytes(lambda text: text[:-1].encode()),
        _bytes(lambda text: text[: len(text) // 2].encode()),
        lambda _: b"{",
        lambda present: f"callerNo={present[0]}".encode(),
        lambda present: f"<callerNo><accessCode>{present[0]}</accessCode></callerNo>".encode(),
        lambda _: b"not json",
        lambda _: b"{]",
        lambda _: b"\xff\xfe\xfa{",
        lambda _: b'{"callerNo":[{"accessCode":"',
    ),
    "body.not-object": (
        _whole(lambda present: items(present[:1])),
        _whole(lambda present: present[0]),
        _whole(lambda present: int(present[0])),
        _whole(lambda _: None),
        _whole(lambda _: True),
        _whole(lambda _: []),
        _whole(lambda present: [{"callerNo": items(present[:1])}]),
        _whole(lambda present: body_of({"callerNo": items(present[:1])}).decode()),
    ),
    "caller-no.missing": (
        _whole(lambda _: {}),
        _whole(lambda present: {"accessCode": present[0]}),
        _whole(lambda _: {"": []}),
    ),
    "caller-no.null": (_list(lambda _: None),),
    "caller-no.wrong-type": (
        _list(lambda present: present[0]),
        _list(lambda present: body_of(items(present[:1])).decode()),
        _list(lambda present: {"accessCode": present[0]}),
        _list(lambda present: int(present[0])),
        _list(lambda _: True),
        _list(lambda _: ""),
        _list(lambda _: {}),
        _list(lambda present: {"0": {"accessCode": present[0]}}),
        _list(lambda _: 1.5),
    ),
    "caller-no.empty": (_list(lambda _: []),),
    "item.null": (_item(lambda _: None), _list(lambda present: [None, *items(present[:1])])),
    "item.not-object": (
        _item(lambda n: n),
        _item(int),
        _item(lambda n: [n]),
        _item(lambda n: [{"accessCode": n}]),
        _item(lambda _: True),
        _item(lambda _: []),
        _list(lambda present: [*items(present[:1]), present[-1]]),
    ),
    "access-code.missing": (
        _item(lambda _: {}),
        _item(lambda _: {"": ""}),
        _list(lambda present: [*items(present[:1]), {}]),
    ),
    "access-code.null": (
        _value(lambda _: None),
        _list(lambda present: [*items(present[:1]), {"accessCode": None}]),
    ),
    "access-code.wrong-type": (
        _value(lambda n: int(n[:15])),
        _value(lambda n: [n]),
        _value(lambda n: float(n[:9])),
        _value(lambda n: {"accessCode": n}),
        _value(lambda _: True),
        _value(lambda _: False),
        _value(lambda _: 0),
        _value(lambda _: []),
        _value(lambda _: {}),
        _value(lambda _: -1),
        _value(lambda _: 10**400),
        _value(lambda _: 12.5),
        _value(lambda n: -int(n[:15])),
    ),
    "access-code.empty": (
        _value(lambda _: ""),
        _list(lambda present: [*items(present[:1]), {"accessCode": ""}]),
    ),
    "access-code.too-long": (
        _value(lambda n: n + "5" * (25 - len(n))),
        _value(lambda n: "0" * (25 - len(n)) + n),
        _value(lambda n: n + "0" * (26 - len(n))),
        _value(lambda _: "1" * 32),
        _value(lambda _: "1" * 255),
        _value(lambda _: "9" * 300),
        _value(lambda n: "0" * 1000 + n),
        _value(lambda _: "7" * 5000),
    ),
    "access-code.invalid-characters": tuple(_fits(make) for make in INVALID_TEXTS),
    "caller-no.too-many": tuple(
        _list(partial(_many, count)) for count in (101, 102, 150, 200, 1000)
    ),
}
"""By defect: the forms, the most telling first; further ones are added at the end, since profiles
name a form by its place.
"""


def filled(present: Sequence[str], count: int) -> list[str]:
    """`count` distinct numbers: the present ones first, the rest derived from the longest of them,
    so that they are nobody's.
    """
    listed = list(present[:count])
    absent = (
        number for number in derived(max(listed, key=len), 2 * count) if number not in set(listed)
    )
    return [*listed, *itertools.islice(absent, count - len(listed))]


def among_good(bad: Any, present: list[str], position: int) -> bytes:
    """A list in which one bad item stands among good ones, at a position."""
    good: list[Any] = items(present)
    return body_of({"callerNo": [*good[:position], bad, *good[position:]]})


BAD_ITEMS: dict[str, tuple[Callable[[str], Any], ...]] = {
    "item.null": (lambda _: None,),
    "item.not-object": (lambda n: n, lambda n: [n], lambda _: 5),
    "access-code.missing": (lambda _: {}, lambda _: {"": None}),
    "access-code.null": (lambda _: {"accessCode": None},),
    "access-code.wrong-type": (
        lambda n: {"accessCode": int(n[:15])},
        lambda _: {"accessCode": True},
        lambda n: {"accessCode": [n]},
    ),
    "access-code.empty": (lambda _: {"accessCode": ""},),
    "access-code.too-long": (
        lambda n: {"accessCode": n + "5" * (25 - len(n))},
        lambda _: {"accessCode": "8" * 40},
    ),
    "access-code.invalid-characters": tuple(partial(_with_text, make) for make in INVALID_TEXTS),
}
"""By defect of an item: bad items to stand among good ones."""
