"""Wrong ids: each target has the defect that it is made for, and the guard lets it go out."""

import pytest

from conformance.contract import PATH_PREFIX
from conformance.exchange import CampaignKey, Contents, Setting
from conformance.generation.calls import changed, delete
from conformance.generation.paths import path_targets
from conformance.oracle import facts_of
from conformance.transport import Guard, OwnNumbers

OWN_ID_READ_LENIENTLY = ("vdn-id.not-integer", "campaign-id.not-integer")
DEFECTS = (
    *OWN_ID_READ_LENIENTLY,
    "vdn-id.out-of-range",
    "vdn-id.very-long",
    "campaign-id.out-of-range",
    "campaign-id.unknown",
)
KEYS: tuple[CampaignKey, ...] = ((1, 1001), (7, 1002))


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("defect", DEFECTS)
def test_a_target_has_its_defect(defect: str, key: CampaignKey) -> None:
    setting = Setting(campaigns=((key, Contents()),))
    for target in path_targets(defect, key):
        assert defect in facts_of(changed(delete(key, ["1"]), target=target), setting).defects, (
            target
        )


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("defect", OWN_ID_READ_LENIENTLY)
def test_texts_that_a_lenient_reader_takes_for_the_own_id_are_sent(
    defect: str, key: CampaignKey
) -> None:
    guard = Guard(listed=[key], path_prefix=PATH_PREFIX, own=OwnNumbers())
    guard.own.announce(["8947689449409"])
    targets = path_targets(defect, key)[:3]
    first = [changed(delete(key, ["8947689449409"]), target=target) for target in targets]
    assert [guard(call) for call in first] == [None, None, None]
    own = str(key[0] if defect.startswith("vdn") else key[1])
    assert sum(own + tail in call.target for call in first for tail in (".25", "a")) == 2


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("defect", ["vdn-id.out-of-range", "campaign-id.out-of-range"])
def test_the_own_id_with_a_minus_is_among_them(defect: str, key: CampaignKey) -> None:
    own = key[0] if defect.startswith("vdn") else key[1]
    assert any(f"/-{own}" in target for target in path_targets(defect, key)[:3])
