"""Hostile input: whatever is sent, one complete reply in the documented form, no server error,
nothing leaked.
"""

from collections.abc import Callable

import pytest

from conformance.generation.calls import body_of, changed, delete, with_body, with_header
from conformance.generation.drawing import batched, json_values
from conformance.generation.exploring import explore
from conformance.session.run import Run

# more than the 4,000 of a database's longest plain text
HOSTILE: tuple[Callable[[str], bytes], ...] = (
    lambda _: b"null",
    lambda _: body_of({"callerNo": [{"accessCode": "1" * 5000}]}),
    lambda _: body_of({"callerNo": [{"accessCode": "1" * 40 + "x"}]}),
    lambda _: b"[" * 3000,
    lambda n: body_of({"callerNo": [{"accessCode": n[:6] + "\\"}]}),
    lambda n: body_of({"callerNo": [{"accessCode": n[:6] + "😀"}]}),
    lambda _: body_of({"callerNo": [{"accessCode": True}]}),
    lambda _: body_of({"callerNo": [{"accessCode": "\x00"}]}),
    lambda n: b"\xef\xbb\xbf" + body_of({"callerNo": [{"accessCode": n}]}),
    lambda n: b'{"callerNo":[{"accessCode":"' + n.encode() + b"\xff\xfe" + b'"}]}',
    lambda _: b'{"callerNo":' + b"[" * 200 + b"]" * 200 + b"}",
    lambda n: body_of({"callerNo": [{"accessCode": n + "'\"--"}]}),
    lambda _: b'{"callerNo":[{"accessCode":' + b"9" * 400 + b"}]}",
    lambda _: b'{"callerNo":[{"accessCode":"\\ud800"}]}',
    lambda _: b'{"callerNo":[{"accessCode":1e999}]}',
    lambda _: b'{"callerNo":[{"accessCode":NaN}]}',
    lambda _: body_of({"callerNo": [{"accessCode": "${jndi:x}"}]}),
    lambda n: body_of({"callerNo": [{"accessCode": n}]}).decode().encode("utf-16"),
    lambda n: body_of({"callerNo": [{"accessCode": f"{n}%"}]}),
    lambda _: body_of({"callerNo": [None, [], {}, "", 0]}),
    lambda _: body_of({"callerNo": [{"accessCode": {"$gt": ""}}]}),
    lambda n: body_of({"callerNo": [{"accessCode": f"<script>{n}"}]}),
    lambda _: body_of({"callerNo": [{"accessCode": "1" * 60_000}]}),
    lambda _: body_of({"callerNo": [{}] * 101}),
    lambda _: body_of({"callerNo": {"length": 1, "0": {"accessCode": "1"}}}),
    lambda _: b'{"callerNo":[{"accessCode":"1\\u0000"}]}',
    lambda _: b'{"callerNo":[{"accessCode":-0}]}',
    lambda _: body_of({"__proto__": {"callerNo": []}, "constructor": {"prototype": {}}}),
    lambda _: body_of({"callerNo": [{"accessCode": "%s%n%x"}]}),
    lambda _: b'{"callerNo":[{"accessCode":"' + "é".encode("latin-1") + b'"}]}',
    lambda _: b'\x00{"callerNo":[]}',
    lambda _: body_of({"callerNo": [[[[[]]]]]}),
    lambda _: body_of({"callerNo": [{"accessCode": [[]]}]}),
    lambda _: b'{"callerNo":[{"accessCode":"' + b"A" * 20_000 + b'"}]}',
    lambda _: body_of({"callerNo": [{"accessCode": "١٢٣"}]}),
    lambda _: b'{"a":' * 100 + b"1" + b"}" * 100,
    lambda _: body_of({"callerNo": [{"accessCode": "\u202e12345"}]}),
    lambda _: body_of({"callerNo": [{"accessCode": "12345\r\nX-Injected: 1"}]}),
)


@pytest.mark.check("robustness.hostile")
def test_hostile(run: Run) -> None:
    """Bodies that are known to upset servers, then drawn JSON of any shape in the place of the
    body, the list and the number.
    """
    for makers in batched(HOSTILE[: run.amounts.hostile], PER_EPISODE):
        with run.episode() as episode:
            held = episode.hold_at_least(4)
            for make in makers:
                episode.send(
                    with_body(episode.key, make(held[0]), base_path=run.campaign_set.base_path)
                )
            run.glance(episode)
            episode.delete(held[-1:])
    _locale(run)
    _queries(run)
    if run.amounts.promised > 1:
        explore(
            json_values,
            lambda value: _anything(run, value),
            examples=run.amounts.hostile,
            seed_with=f"{run.seed}{run.check}",
        )


PER_EPISODE = 20

QUERIES = (
    "x=%25",
    "%",
    "x=%27%20OR%20%271%27=%271",
    "=",
    "callerNo=1",
    "x=" + "1" * 1500,
    "a[b]=c",
    "x=%00",
    "x=%C3%28",
)


def _locale(run: Run) -> None:
    """A locale that the document does not list, behind a call that is faultless otherwise."""
    with run.episode() as episode:
        held = episode.hold_at_least(3)
        episode.send(
            with_header(
                delete(episode.key, held[:1], base_path=run.campaign_set.base_path),
                "locale",
                "fr_FR",
            )
        )


def _queries(run: Run) -> None:
    """Queries that nobody reads, behind a call that is faultless otherwise."""
    with run.episode() as episode:
        for query in QUERIES[: max(2, run.amounts.hostile // 5)]:
            held = episode.hold_at_least(3)
            call = delete(episode.key, held[:1], base_path=run.campaign_set.base_path)
            episode.send(changed(call, target=f"{call.target}?{query}"))


def _anything(run: Run, value: object) -> None:
    with run.episode() as episode:
        held = episode.hold_at_least(3)
        for body in (
            value,
            {"callerNo": value},
            {"callerNo": [value]},
            {"callerNo": [{"accessCode": value}]},
        ):
            episode.send(
                with_body(episode.key, body_of(body), base_path=run.campaign_set.base_path)
            )
        episode.delete(held[-1:])
