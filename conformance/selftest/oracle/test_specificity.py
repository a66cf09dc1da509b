"""Whatever a correct server does, in any reading and any order of events, nothing is found."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from conformance.exchange import (
    OMITTED,
    SIGNED,
    Call,
    CampaignKey,
    Contents,
    Exchange,
    History,
    NoAnswer,
    Setting,
)
from conformance.finding import Judgement
from conformance.generation.bodies import BODY_FORMS, filled
from conformance.generation.calls import (
    add,
    body_of,
    changed,
    delete,
    items,
    query,
    with_body,
    with_header,
    without_header,
)
from conformance.generation.paths import path_targets
from conformance.oracle import judge
from conformance.selftest.oracle.histories import FOREIGN, HELD, ONE, TWO
from conformance.selftest.oracle.server import ModelServer, ServerReading

KEYS = (ONE, TWO, FOREIGN)
UNIVERSE = (
    "1",
    "11",
    "011",
    "62",
    "72",
    "5245241",
    "52452410",
    "123456789012345678901234",
    "000000000000000000000000",
)

readings = st.builds(
    ServerReading,
    absent=st.sampled_from(("ignored", "refused", "refused-if-none")),
    duplicates=st.sampled_from(("ignored", "refused")),
    odd=st.sampled_from(("ignored", "refused")),
    order=st.permutations(("ids", "campaign", "body")).map(tuple),
    last_item_first=st.booleans(),
    methods=st.sampled_from(("405", "404", "code")),
    malformed_ids=st.sampled_from(("code", "400")),
    silent=st.sampled_from(("401", "let-in")),
    counts=st.sampled_from(("named", "removed", "nothing")),
    further_members=st.booleans(),
    pretty=st.booleans(),
    shows=st.sampled_from(("all", "one", "nothing")),
    taste=st.integers(0, 50),
)
keys = st.sampled_from((ONE, ONE, TWO, FOREIGN))
lists = st.lists(st.sampled_from(UNIVERSE), min_size=1, max_size=6)


def _odd(key: CampaignKey, numbers: list[str], which: int) -> Call:
    call = delete(key, numbers)
    spellings = (
        with_header(call, "Content-Type", "text/plain"),
        without_header(call, "Content-Type"),
        with_header(call, "locale", "xx_YY"),
        changed(call, target=f"{call.target}?hour=10"),
        with_body(key, body_of({"callerNo": items(numbers), "hour": "10", "unknown": None})),
        with_body(
            key,
            body_of({"callerNo": [{"accessCode": number, "priority": 3} for number in numbers]}),
        ),
        with_body(key, b" \n" + call.body + b"\n"),
        with_body(key, call.body[:-1] + b',"callerNo":[{"accessCode":"62"}]}'),
        with_body(key, call.body.decode().encode("utf-16")),
        with_body(key, call.body[:-2] + b",]}"),
        changed(call, target=call.target.replace("/callerNo/", "/callerNo/0")),
    )
    return spellings[which % len(spellings)]


def _with_defect(key: CampaignKey, defect: str, form: int, numbers: list[str]) -> Call:
    if defect in BODY_FORMS:
        return with_body(key, BODY_FORMS[defect][form % len(BODY_FORMS[defect])](numbers))
    targets = path_targets(defect, key, other_vdn=(3, 4))
    return changed(delete(key, numbers), target=targets[form % len(targets)])


LOCALES = st.sampled_from(("zh_CN", "en_US"))
CREDENTIALS = st.sampled_from((OMITTED, "signature-changed", "open:other-order"))
_DEFECTS = (
    *sorted(BODY_FORMS),
    *(
        "vdn-id.not-integer",
        "vdn-id.out-of-range",
        "campaign-id.not-integer",
        "campaign-id.out-of-range",
    ),
    *("campaign-id.unknown", "campaign-id.other-vdn"),
)
deletions = st.builds(delete, keys, lists)
calls: st.SearchStrategy[Call] = st.one_of(
    deletions,
    deletions,
    st.builds(delete, keys, st.sets(st.sampled_from(UNIVERSE), min_size=5).map(sorted)),
    st.builds(
        lambda key, locale, number: with_header(delete(key, [number]), "locale", locale),
        keys,
        LOCALES,
        st.sampled_from(UNIVERSE),
    ),
    st.builds(
        lambda key, size: delete(key, filled(list(UNIVERSE), size)),
        keys,
        st.sampled_from((99, 100, 101, 150)),
    ),
    st.builds(_with_defect, keys, st.sampled_from(_DEFECTS), st.integers(0, 40), lists),
    st.builds(_odd, keys, lists, st.integers(0, 10)),
    st.builds(lambda call, word: changed(call, credential=word), deletions, CREDENTIALS),
    st.builds(
        lambda call, method: changed(call, method=method),
        deletions,
        st.sampled_from(("PUT", "PATCH", "GET", "HEAD", "OPTIONS")),
    ),
    st.builds(add, keys, lists),
    st.builds(query, keys),
)


class Event(Struct, frozen=True, kw_only=True):
    """A call that is carried out at a moment, was sent so long before and ends so long after; or
    gets no answer.
    """

    call: Call
    before: float
    after: float
    silent: str = ""
    happened: bool = True


moments = st.sampled_from((0.1, 0.2, 0.3, 0.4))
long_moments = st.sampled_from((0.1, 0.6, 1.7, 3.2))
in_turn = st.builds(Event, call=calls, before=moments, after=moments)
overlapping = st.builds(Event, call=calls, before=long_moments, after=long_moments)
kept_silent = st.builds(
    Event,
    call=calls,
    before=moments,
    after=moments,
    silent=st.sampled_from(("stale", "refused", "withheld", "tls")),
    happened=st.booleans(),
)


def carry_out(server: ModelServer, events: Sequence[Event]) -> tuple[Exchange, ...]:
    """One event per second, in this order; times may overlap, and then no order can be told from
    outside.
    """
    exchanges = []
    for second, planned in enumerate(events):
        reaches = not planned.silent or (planned.happened and planned.silent == "stale")
        reply = server.answer(planned.call) if reaches else None
        # one of the kinds above
        silence = NoAnswer(kind=planned.silent)  # type: ignore[arg-type]
        outcome = silence if planned.silent or reply is None else reply
        exchanges.append(
            Exchange(
                number=second + 1,
                call=planned.call,
                outcome=outcome,
                start=second - planned.before,
                end=second + planned.after,
            )
        )
    return tuple(exchanges)


def world(
    reading: ServerReading, *, complete: bool = True, authenticated: bool = True
) -> tuple[ModelServer, Setting]:
    """A server with the usual contents, and what is known of them: all, or all but one number in
    each campaign.
    """
    server = ModelServer({key: set(held) for key, held in HELD.items()}, reading, authenticated)
    known = tuple(
        (
            key,
            Contents(numbers=held if complete else frozenset(sorted(held)[1:]), complete=complete),
        )
        for key, held in HELD.items()
    )
    return server, Setting(campaigns=known, query=reading.shows, authenticated=authenticated)


def told(judgement: Judgement) -> list[str]:
    return [
        f"{finding.clause} {finding.kind} {finding.detail}: {finding.summary}"
        for finding in judgement.findings
    ]


def judged(server: ModelServer, setting: Setting, events: Sequence[Event]) -> Judgement:
    looks = [Event(call=query(key), before=0.1, after=0.1) for key in KEYS]
    quiet = Event(call=Call(method="GET", target="/"), before=0.1, after=0.1)
    return judge(
        History(setting=setting, exchanges=carry_out(server, [*events, *[quiet] * 4, *looks]))
    )


many = settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@many
@given(readings, st.lists(in_turn, max_size=14), st.booleans(), st.booleans())
def test_one_after_another(
    reading: ServerReading, events: list[Event], complete: bool, authenticated: bool
) -> None:
    server, setting = world(reading, complete=complete, authenticated=authenticated)
    assert not told(judged(server, setting, events))


@many
@given(readings, st.lists(overlapping, max_size=12), st.booleans())
def test_at_the_same_time(reading: ServerReading, events: list[Event], complete: bool) -> None:
    server, setting = world(reading, complete=complete)
    judgement = judged(server, setting, events)
    event(f"raced and confirmed: {'effect.concurrent' in judgement.cases}")
    assert not told(judgement)


@many
@given(readings, st.lists(st.one_of(in_turn, kept_silent), max_size=14), st.booleans())
def test_without_answers(reading: ServerReading, events: list[Event], complete: bool) -> None:
    server, setting = world(reading, complete=complete)
    assert not told(judged(server, setting, events))


@many
@given(readings, st.lists(st.one_of(overlapping, kept_silent), max_size=10))
def test_at_the_same_time_and_without_answers(reading: ServerReading, events: list[Event]) -> None:
    server, setting = world(reading)
    assert not told(judged(server, setting, events))


@many
@given(
    readings,
    st.lists(st.one_of(in_turn, in_turn, kept_silent), min_size=1, max_size=10),
    st.sampled_from(("timeout", "reset", "closed", "protocol")),
)
def test_a_lost_answer_is_all_that_is_found(
    reading: ServerReading, events: list[Event], kind: str
) -> None:
    """Whether it happened or not, only the missing answer is a deviation."""
    server, setting = world(reading)
    lost = [
        Event(
            call=each.call,
            before=0.1,
            after=0.1,
            silent=each.silent and kind,
            happened=each.happened,
        )
        for each in events
    ]
    reached = _carry_out_lost(server, lost, kind)
    judgement = judge(History(setting=setting, exchanges=reached))
    assert {finding.clause for finding in judgement.findings} <= {"reply.answered"}


def _carry_out_lost(
    server: ModelServer, events: Sequence[Event], kind: str
) -> tuple[Exchange, ...]:
    exchanges = []
    for second, planned in enumerate(
        [*events, *(Event(call=query(key), before=0.1, after=0.1) for key in KEYS)]
    ):
        reply = server.answer(planned.call) if not planned.silent or planned.happened else None
        silence = NoAnswer(kind=kind)  # type: ignore[arg-type]  # one of the kinds
        outcome = silence if planned.silent or reply is None else reply
        exchanges.append(
            Exchange(
                number=second + 1,
                call=planned.call,
                outcome=outcome,
                start=second - 0.1,
                end=second + 0.1,
            )
        )
    return tuple(exchanges)


@pytest.mark.parametrize("shows", ["all", "one", "nothing"])
def test_a_drained_campaign(shows: str) -> None:
    """Everything goes but one, then the one is refused."""
    # one of the three
    server, setting = world(ServerReading(shows=shows))  # type: ignore[arg-type]
    plan = [delete(ONE, sorted(HELD[ONE])[:-1]), delete(ONE, sorted(HELD[ONE])[-1:])]
    judgement = judged(server, setting, [Event(call=call, before=0.1, after=0.1) for call in plan])
    assert not told(judgement)
    assert judgement.cases["restriction.last-number"] == 1


def test_signed_is_the_usual_credential() -> None:
    assert delete(ONE, ["1"]).credential == SIGNED
