from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.config import load_target

NUMBERS = st.text("0123456789", min_size=1, max_size=24)
IDS = st.integers(1, 2**31 - 1)


def campaigns(ids: list[int], numbers: list[list[str]]) -> list[Any]:
    return [
        one if not held else {"id": one, "numbers": held}
        for one, held in zip(ids, numbers, strict=False)
    ]


CONTENTS = st.fixed_dictionaries(
    {
        "base_url": st.sampled_from(["https://10.0.0.5:28443", "http://[::1]:80/gw"]),
        "vdn_id": st.integers(1, 9999),
        "campaigns": st.builds(
            campaigns,
            st.lists(IDS, min_size=3, max_size=3, unique=True),
            st.lists(st.lists(NUMBERS, max_size=3, unique=True), min_size=1, max_size=3),
        ),
        "auth": st.just({"scheme": "none"}),
    },
    optional={
        "pace": st.fixed_dictionaries(
            {},
            optional={
                "requests_per_second": st.floats(0.001, 1e6),
                "concurrency": st.integers(1, 1000),
                "max_requests": st.integers(1, 10**9),
            },
        ),
        "numbers": st.fixed_dictionaries(
            {},
            optional={
                "prefix": st.text("0123456789", min_size=1, max_size=12),
                "priority": st.integers(1, 5),
            },
        ),
        "triggers": st.lists(
            st.fixed_dictionaries(
                {"name": st.text("abc", min_size=1)},
                optional={"body": st.text(), "query": st.text()},
            ),
            unique_by=lambda row: row["name"],
        ),
    },
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60
)  # the file is written anew each time
@given(CONTENTS)
def test_what_is_written_is_read(tmp_path: Path, content: dict[str, Any]) -> None:
    file = tmp_path / "target.toml"
    file.write_bytes(msgspec.toml.encode(content))
    target = load_target(file, {})
    assert target.vdn_id == content["vdn_id"]
    held = [
        ({"id": row.campaign_id, "numbers": list(row.numbers)} if row.numbers else row.campaign_id)
        for row in target.campaigns
    ]
    assert held == content["campaigns"]
    for section in ("pace", "numbers"):
        for key, value in content.get(section, {}).items():
            assert getattr(getattr(target, section), key) == value
    given_triggers = [
        {"method": "DELETE", "query": "", "body": ""} | row for row in content.get("triggers", [])
    ]
    assert [msgspec.structs.asdict(row) for row in target.triggers] == given_triggers
