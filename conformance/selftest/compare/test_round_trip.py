"""Learn an emulator, write what was learnt, let an emulator behave so: given, learnt and behaved
are the same.
"""

import dataclasses
import random
from pathlib import Path

import pytest

from conformance.campaigns import Episode
from conformance.compare import profile as profile_file
from conformance.compare import toml_text
from conformance.compare.behaviour import Behaviour
from conformance.compare.conclusions import FILE_ORDER, MAY_BE_ACCEPTED, winners
from conformance.emulator import Profile, load_profile, profile_names, profile_path
from conformance.emulator.defects import ACCEPT, DEFAULT_CODES, OPEN
from conformance.selftest.compare.random_profiles import drawn
from conformance.selftest.compare.scene import campaign_set
from conformance.session.questions import HELD, ask, context_of, questions

SLOW = {"slow", "old-and-slow", "dribbling"}
"""They wait on purpose: hundreds of calls would take a minute. Their delay is learnt in a test of
its own.
"""
UNUSABLE = {"adding-refused", "adding-refused-and-no-query"}
"""No run begins where nothing that is deleted could be put back."""
NAMES = sorted(set(profile_names()) - SLOW - UNUSABLE)
SAMPLE = sorted(random.Random(6).sample(NAMES, 12))
SEEDS = range(100, 118)

UNSEEN = {
    "reply.http": "the version of HTTP is no part of an exchange",
    "reply.dribble": "in how many pieces a reply came is no part of an exchange",
    "reply.close_after": "a closed idle connection is replaced before the call",
    "text.languages": "a language is seen by its script only",
    "text.default": "a language is seen by its script only",
    "text.deleted": "descriptions are compared by structure, never by their words",
    "text.added": "descriptions are compared by structure, never by their words",
    "text.queried": "descriptions are compared by structure, never by their words",
    "text.failure": "descriptions are compared by structure, never by their words",
    "readings.absent": "told by the code of number.absent",
    "readings.duplicate": "told by the code of number.duplicate",
    "readings.cap": "no campaign is filled only to learn where it ends",
    "auth.validity_seconds": "only signatures of an hour and of a day are tried",
}
"""What can't be observed from outside, or is told of elsewhere, and why."""


def learn(profile: Path | None) -> tuple[Behaviour, list[tuple[str, ...]]]:
    """What one server teaches, and its answers in order."""
    behaviour = Behaviour()
    with campaign_set(profile, behaviour=behaviour) as made:
        if not made.guard.recoverable:
            pytest.skip(
                "what it deletes could not be put back, and calls that may delete anything are"
                " withheld"
            )
        numbers, absent = made.fresh(HELD), made.fresh(8)
        with Episode(made) as episode:
            asked = ask(episode, questions(context_of(made, numbers, absent)), numbers, absent)
            answers = [(named_call.name, *_told(exchange.reply)) for named_call, exchange in asked]
    return behaviour, answers


def _told(reply: object) -> tuple[str, ...]:
    body = getattr(reply, "body", b"")
    return (str(getattr(reply, "status", "none")), body.decode().partition('"resultCode"')[2][:16])


def written(behaviour: Behaviour, path: Path) -> Path:
    profile_file.write(path, profile_file.tables_of(behaviour, {"base_url": "https://somewhere"}))
    return path


def differences(given: Profile, learnt: Profile, behaviour: Behaviour) -> list[str]:
    """Every setting that can be seen from outside, given one way and learnt another."""
    seen = {**given.complete_codes()}
    found = [
        f"{name}: {code} learnt as {learnt.complete_codes()[name]}"
        for name, code in seen.items()
        if not _same(name, given, learnt)
    ]
    learnt = _as_given(given, learnt)
    for table in ("readings", "query", "text", "reply", "auth"):
        ours, theirs = getattr(given, table), getattr(learnt, table)
        for field in dataclasses.fields(ours):
            if f"{table}.{field.name}" not in _unseen(given) and getattr(
                ours, field.name
            ) != getattr(theirs, field.name):
                found.append(
                    f"{table}.{field.name}: {getattr(ours, field.name)!r} learnt as"
                    f" {getattr(theirs, field.name)!r}"
                )
    return found + [
        f"order: {before} before {after}"
        for before, after in winners(behaviour)
        if not _in_order(learnt, before, after)
    ]


def _as_given(given: Profile, learnt: Profile) -> Profile:
    """Readings that can't be told apart on this server are the same: without absent numbers all
    that are named are deleted, …
    """
    codes, alike = given.complete_codes(), []
    if codes["number.absent"] != ACCEPT:
        alike += [{"deleted", "distinct"}, {"remaining", "named-distinct"}]
    if codes["number.duplicate"] != ACCEPT:
        alike += [{"named", "distinct"}, {"named-items", "named-distinct"}]
    changed = {
        name: getattr(given.readings, name)
        for name in ("num", "last_number")
        if {getattr(given.readings, name), getattr(learnt.readings, name)} in alike
    }
    return dataclasses.replace(learnt, readings=dataclasses.replace(learnt.readings, **changed))


def _same(name: str, given: Profile, learnt: Profile) -> bool:
    unseen = name.startswith("priority.") or name in {"campaign.full", "adding.refused"}
    ranks, (kind, _, which) = given.ranks(), name.partition(".")
    # such an id is out of range first
    unseen |= which == "very-long" and ranks.get(f"{kind}.out-of-range", ranks[name]) < ranks[name]
    return (
        unseen
        or given.complete_codes()[name] == learnt.complete_codes()[name]
        or (name == "number.present")
    )


def _in_order(learnt: Profile, before: str, after: str) -> bool:
    return learnt.order.items == "first-item" or learnt.ranks()[before] < learnt.ranks()[after]


def _unseen(given: Profile) -> set[str]:
    """What hides something else: a refused absent number hides which one is the last, a header of
    HTTP/1.0 its own connection.
    """
    hidden = set(UNSEEN)
    refusing = given.complete_codes()
    if ACCEPT not in (refusing["number.absent"], refusing["number.duplicate"]):
        hidden |= (
            {"readings.last_number", "readings.num"}
            if given.readings.num != "absent"
            else {"readings.last_number"}
        )
    if given.query.shows != "all":
        hidden.add("query.separator")
        # without known contents no call names more numbers than are held
        hidden.add("readings.last_number")
    if given.reply.http == "1.0" or given.reply.framing == "close":
        hidden.add("reply.connection")  # it closes in any case
    if given.auth.refusal != "members":
        hidden.add("auth.refusal_code")
    return hidden


def test_the_names_of_the_file_are_the_emulator_s() -> None:
    assert tuple(DEFAULT_CODES) == FILE_ORDER
    assert OPEN == MAY_BE_ACCEPTED


@pytest.mark.parametrize("name", SAMPLE)
def test_learnt_is_given(name: str, tmp_path: Path) -> None:
    behaviour, answers = learn(profile_path(name))
    file = written(behaviour, tmp_path / "profile.toml")
    assert differences(load_profile(profile_path(name)), load_profile(file), behaviour) == []
    # the emulator behaves so: every question again, every answer compared
    if SAMPLE.index(name) % 3 == 0:
        _, repeat = learn(file)
        assert [pair for pair in zip(answers, repeat, strict=True) if pair[0] != pair[1]] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_drawn_is_learnt(seed: int, tmp_path: Path) -> None:
    given = tmp_path / "given.toml"
    given.write_text(toml_text.document(drawn(seed)), encoding="utf-8")
    behaviour, _ = learn(given)
    assert (
        differences(
            load_profile(given),
            load_profile(written(behaviour, tmp_path / "profile.toml")),
            behaviour,
        )
        == []
    )


def test_a_delay_is_learnt(tmp_path: Path) -> None:
    behaviour = Behaviour(milliseconds=[51.0, 52.0, 53.5, 90.0])
    assert load_profile(written(behaviour, tmp_path / "profile.toml")).reply.delay == 0.05


def test_a_profile_is_the_same_file_twice(tmp_path: Path) -> None:
    behaviour, _ = learn(None)
    behaviour.milliseconds = []
    repeat, _ = learn(None)
    repeat.milliseconds = []
    assert (
        written(behaviour, tmp_path / "a").read_text()
        == written(repeat, tmp_path / "b").read_text()
    )
