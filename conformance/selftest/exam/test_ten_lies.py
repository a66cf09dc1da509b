"""The emulator lies in ten ways; each time exactly the right clause is named, with a call that can
be pasted.
"""

from pathlib import Path

import pytest

from conformance.selftest.exam.judged import judged
from conformance.selftest.long import long

LIES = {
    "limit.off-by-one": "restriction.limit-100",
    "last.batch": "restriction.last-number",
    "atomic.valid-part": "effect.failed-changes-nothing",
    "code.pair-differs": "response.codes-agree",
    "robust.null": "reply.no-server-error",
    "auth.none": "header.authorization",
    "state.nothing": "effect.removes-named",
    "state.other-campaign": "effect.other-campaigns",
    "code.undocumented": "response.documented-code",
    "code.unreachable.02000003": "code.02000003",
}
FEW = {"limit.off-by-one"}
"""Those that the usual command tries."""


@pytest.mark.parametrize(
    ("fault", "clause"), [each if each[0] in FEW else long(*each) for each in LIES.items()]
)
def test_a_lie_is_found_under_its_clause(fault: str, clause: str, tmp_path: Path) -> None:
    run = judged(tmp_path / "out", f"--fault={fault}")
    assert run.code == 1
    assert run.document.verdict == "deviates"
    assert clause in run.failed
    deviation = run.failed[clause].deviations[0]
    assert deviation.rerun.startswith("isales-conformance run --fault")
    if deviation.kind != "unreached":
        assert all(call.curl for call in deviation.calls)
        assert sum(call.status is not None for call in deviation.calls) <= 6
        assert "curl -sS" in run.printed


HIDDEN_LIES = {
    "limit.one-campaign": "restriction.limit-100",
    "values.only-ten-checked": "body.access-code",
    "values.zeros-refused": "body.access-code",
    "last.counts-again": "restriction.last-number",
    "last.one-campaign": "restriction.last-number",
    "last.zero-led": "restriction.last-number",
    "auth.unknown-campaign-open": "header.authorization",
    "auth.vdn-not-covered": "header.authorization",
    "robust.byte-order-mark": "reply.no-server-error",
    "state.undone-much-later": "effect.removes-named",
}
"""Lies that show far into a list, in one campaign of several, on numbers of one shape, or without
credentials only.
"""


@pytest.mark.long
@pytest.mark.parametrize(("fault", "clause"), HIDDEN_LIES.items())
def test_a_lie_that_shows_in_a_corner_is_found_under_its_clause(
    fault: str, clause: str, tmp_path: Path
) -> None:
    run = judged(tmp_path / "out", f"--fault={fault}")
    assert run.code == 1
    assert clause in run.failed


def test_five_faults_at_once_are_five_findings(tmp_path: Path) -> None:
    faults = {
        "limit.off-by-one": "restriction.limit-100",
        "last.single": "restriction.last-number",
        "values.trims": "body.access-code",
        "methods.put": "method.delete-only",
        "reply.null-desc": "response.result-desc",
    }
    run = judged(tmp_path / "out", *(f"--fault={name}" for name in faults))
    assert set(faults.values()) <= set(run.failed)
    for clause in faults.values():
        assert any(deviation.calls for deviation in run.failed[clause].deviations)
