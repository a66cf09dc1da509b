"""Servers that write all their replies in one place: what is wrong with those to deletions is wrong
with those of the companions too.
"""

from pathlib import Path

import pytest

from conformance.oracle import Answer, shown_numbers
from conformance.selftest.exam.judged import judged

FORM = {
    "response.result-code",
    "response.result-desc",
    "response.return-code",
    "response.return-desc",
}


@pytest.mark.long
@pytest.mark.parametrize(
    ("fault", "clause"),
    [
        ("code.success-0-everywhere", "response.success-code"),
        ("code.pair-zero-everywhere", "response.codes-agree"),
    ],
)
def test_a_success_that_no_reply_reports_rightly(tmp_path: Path, fault: str, clause: str) -> None:
    """Campaigns are set up by what they show, whatever the companions say, and the deletions are
    judged.
    """
    found = judged(tmp_path / "out", f"--fault={fault}")
    assert found.code == 1
    assert {clause, "response.documented-code"} <= found.failed.keys()
    assert not any("put back" in line or "restore" in line for line in found.document.headline)


def test_replies_in_a_form_that_nobody_reads(tmp_path: Path) -> None:
    """Nothing can be set up, so only calls that name no number of a campaign are judged, and the
    rest is said to be untested.
    """
    found = judged(tmp_path / "out", "--fault=reply.other-case-everywhere")
    assert (found.code, set(found.failed)) == (1, FORM)
    assert found.document.requests < 30
    assert any(
        "neither a success nor a failure" in result.reason
        for result in found.document.of("not-tested")
    )


@pytest.mark.parametrize(
    ("outcome", "code", "shows", "read"),
    [
        ("served", "0200000", "1,2", {"1", "2"}),
        ("served", "0200000", "", set()),
        ("refused", "0", "1,2", {"1", "2"}),
        ("unknown", "0200000", "1,2", {"1", "2"}),
        ("refused", "0200001", "1,2", None),
        ("refused", "0", "", None),
        ("nothing", None, "1,2", None),
    ],
)
def test_what_a_query_shows(
    outcome: str, code: str | None, shows: str, read: set[str] | None
) -> None:
    """Numbers count unless the reply says in a documented way that it failed; no numbers count only
    beside a success.
    """
    answer = Answer(
        outcome=outcome,  # type: ignore[arg-type]  # a parameter
        members={"returnObject": {"callerNo": shows}},
        code=code,
        return_code=code,
    )
    assert shown_numbers(answer) == (None if read is None else frozenset(read))
