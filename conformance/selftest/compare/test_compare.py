"""A second server in another stack stands in for production; its liar differs from it in a dozen
ways.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from conformance.campaigns import Episode
from conformance.compare import profile
from conformance.compare.behaviour import Behaviour
from conformance.compare.differences import Difference
from conformance.emulator import load_profile, profile_path
from conformance.plugin.opened_target import opened
from conformance.rivals.search_setup import search
from conformance.rivals.searching import Comparison
from conformance.selftest.compare.scene import campaign_set
from conformance.selftest.long import long
from conformance.selftest.node.production import NODE, Production, start
from conformance.session.questions import ask, context_of, questions

needs_node = pytest.mark.skipif(NODE is None, reason="node is not on PATH")

CAMPAIGNS = {
    "1/1001": ("5245241", "5245242", "5245243"),
    "1/1002": ("5245251", "5245252"),
    "2/2001": ("7001", "7002"),
}
FAULTS = (
    "trimmed",
    "wide-digits",
    "put-deletes",
    "limit-101",
    "batch-empties",
    "stale-count",
    "undocumented-code",
    "return-desc-missing",
    "null-body-500",
    "vdn-ignored",
    "locale-code",
    "error-leak",
)
SHOWN_BY: dict[str, tuple[str, str, str]] = {
    "trimmed": ("success", "refused 02000002", "access-code.invalid-characters #2"),
    "wide-digits": ("success", "refused 02000002", "access-code.invalid-characters #6"),
    "put-deletes": ("success", "refused HTTP 405", "method PUT"),
    "limit-101": ("code", "02000011", "caller-no.too-many"),
    "batch-empties": ("success", "refused 0200001", "naming all numbers"),
    "stale-count": ("success", "refused 0200001", "naming one number"),
    "undocumented-code": ("code", "02000009", "naming a number named twice"),
    "return-desc-missing": ("shape", "text", "body.empty"),
    "null-body-500": ("status", "200", "body.not-object #4"),
    "vdn-ignored": ("success", "refused 0200007", "campaign-id.other-vdn"),
    "locale-code": ("code", "02000002", "refused with locale en_US"),
    "error-leak": ("text", "w: w", "body.not-json"),
}
"""Fault to the class of the difference, what the honest server does, and a behaviour that shows it.
"""


def target(server: Production, path: Path) -> Path:
    path.write_text(
        f'base_url = "{server.base_url}"\nvdn_id = 1\ncampaigns = [1001, 1002]\nforeign = {{ vdn_id'
        f' = 2, campaign_id = 2001 }}\n[auth]\naccess_key = "{server.access_key}"\nsecret_key ='
        f' "{server.secret_key}"\n',
        encoding="utf-8",
    )
    return path


@contextmanager
def two(folder: Path, faults: tuple[str, ...]) -> Iterator[tuple[Path, Path]]:
    with start(campaigns=CAMPAIGNS) as honest, start(campaigns=CAMPAIGNS, faults=faults) as liar:
        yield target(honest, folder / "a.toml"), target(liar, folder / "b.toml")


def compared(files: tuple[Path, Path], folder: Path, max_calls: int) -> Comparison:
    with ExitStack() as stack:
        campaign_sets = [
            stack.enter_context(opened(file, folder, name=file.stem, seed=1))[1] for file in files
        ]
        return search(campaign_sets[0], campaign_sets[1], max_calls=max_calls, seed=1).run()


def shows(difference: Difference, fault: str) -> bool:
    kind, ours, behaviour = SHOWN_BY[fault]
    return (difference.contrast.kind, difference.contrast.ours[: len(ours)]) == (
        kind,
        ours,
    ) and any(behaviour in name for name in difference.behaviours)


@needs_node
def test_a_dozen_planted_differences_are_found(tmp_path: Path) -> None:
    with two(tmp_path, FAULTS) as files:
        result = compared(files, tmp_path, 5000)
    missed = [
        fault for fault in FAULTS if not any(shows(each, fault) for each in result.differences)
    ]
    assert missed == [], [(each.contrast, each.behaviours) for each in result.differences]
    assert max(len(each.named_calls) for each in result.differences) <= 6
    assert max(result.calls) <= 5000
    assert not result.noise
    assert 0 < result.fidelity < 0.9


@needs_node
def test_the_same_server_twice_is_the_same(tmp_path: Path) -> None:
    with two(tmp_path, ()) as files:
        result = compared(files, tmp_path, 1200)
    assert (result.differences, result.noise, result.fidelity) == ([], [], 1.0)


@pytest.mark.parametrize("name", ["query-absent", long("query-first")])
def test_servers_that_hide_their_campaigns_are_compared_by_their_replies(name: str) -> None:
    hidden = profile_path(name)
    with (
        campaign_set(hidden) as one,
        campaign_set(hidden) as other,
        campaign_set(hidden, "last.batch") as liar,
    ):
        assert search(one, other, max_calls=500, seed=1).run().differences == []
        found = search(one, liar, max_calls=700, seed=1).run().differences
    assert {each.contrast.kind for each in found} <= {"state", "success"}
    assert found


def test_a_recorded_profile_of_a_strange_server_is_one_that_the_emulator_takes(
    tmp_path: Path,
) -> None:
    behaviour = Behaviour()
    with (
        campaign_set(
            profile_path("members-further"),
            "code.http-302",
            "auth.200",
            "robust.null",
            behaviour=behaviour,
        ) as made,
        Episode(made) as asked,
    ):
        numbers, absent = made.fresh(4), made.fresh(8)
        for _ in ask(asked, questions(context_of(made, numbers, absent)), numbers, absent):
            pass
    profile.write(tmp_path / "p.toml", profile.tables_of(behaviour, {"base_url": "https://x"}))
    assert load_profile(tmp_path / "p.toml").reply.extra["traceId"] == "7b1f"
