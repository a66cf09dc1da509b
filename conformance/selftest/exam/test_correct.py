"""Correct servers that read the document differently are never failed, and the same seed makes the
same calls.
"""

from pathlib import Path

import pytest

from conformance.emulator import EmulatorOptions, start
from conformance.exchange import Exchange
from conformance.selftest.exam.judged import Judged, judged
from conformance.selftest.long import long
from conformance.transport import recorder

PROFILES = (
    "absent-refused",
    "duplicate-refused",
    "campaign-first",
    "query-absent",
    "query-first",
    "cap-small",
    "http-1-0",
    "strict",
    "general",
    "tolerant",
)


@pytest.mark.parametrize(
    "profile", [each if each in {"strict"} else long(each) for each in PROFILES]
)
def test_another_reading_conforms(profile: str, tmp_path: Path) -> None:
    run = judged(tmp_path / "out", f"--profile={profile}")
    assert (run.code, run.document.verdict) == (0, "conforms"), run.printed
    assert all(code.reached for code in run.document.codes)


@pytest.mark.long
def test_the_same_seed_makes_the_same_calls(tmp_path: Path) -> None:
    one, other = (judged(tmp_path / name, "-k", "not bursts") for name in ("one", "other"))
    assert sent(one) == sent(other)


def sent(run: Judged) -> list[tuple[str, str, bytes, str]]:
    return [
        (exchange.call.method, exchange.call.target, exchange.call.body, exchange.call.credential)
        for exchange in _traffic(run.out)
    ]


def _traffic(out: Path) -> list[Exchange]:
    return list(recorder.read(out / "traffic.ndjson"))


@pytest.mark.long
def test_a_server_of_ones_own_gets_the_same_verdict(tmp_path: Path) -> None:
    with start(EmulatorOptions(ca_dir=tmp_path)) as server:
        target = tmp_path / "target.toml"
        target.write_text(
            f'base_url = "{server.base_url}"\nvdn_id = 1\ncampaigns = [1001, 1002]\nforeign = {{'
            " vdn_id = 2, campaign_id = 2001 }\n[auth]\naccess_key ="
            f' "{server.access_key}"\nsecret_key = "env:THE_SECRET"\n[tls]\nca_file ='
            f' "{server.ca_file}"\n'
        )
        run = judged(
            tmp_path / "out", f"--target={target}", environment={"THE_SECRET": server.secret_key}
        )
    assert (run.code, run.document.verdict) == (0, "conforms"), run.printed
    assert len([code for code in run.document.codes if code.reached]) == 13


@pytest.mark.long
def test_workers_come_to_the_same_verdict(tmp_path: Path) -> None:
    alone, shared = (
        judged(tmp_path / "alone", "--fault=state.prefix"),
        judged(tmp_path / "shared", "--fault=state.prefix", "-n2"),
    )
    # what else seems broken depends on what a campaign held
    assert "effect.nothing-else" in set(alone.failed) & set(shared.failed)
    assert (alone.code, shared.code) == (1, 1)


@pytest.mark.parametrize("effort", ["standard", "thorough"])
def test_the_longer_efforts_make_the_cases_that_they_promise(tmp_path: Path, effort: str) -> None:
    """Of the clause that a single call serves, so that nothing else fills the number up."""
    found = judged(tmp_path / "out", f"--effort={effort}", "--only=example.exchange")
    assert [
        (result.id, result.verdict)
        for result in found.document.clauses
        if result.id == "example.exchange"
    ] == [("example.exchange", "pass")]


def test_a_code_that_the_document_owes_nobody(tmp_path: Path) -> None:
    """Hour and minute are not parameters of this interface: their code never comes."""
    profile = "--profile=code-02000010-never"
    run = judged(tmp_path / "out", profile)
    assert (run.code, run.document.verdict, run.failed) == (3, "inconclusive", {}), run.printed
    (missed,) = run.document.of("not-reached")
    assert missed.id == "code.02000010"
    assert '[codes] not_applicable = ["02000010"]' in " ".join(run.document.headline)
    signed = judged(
        tmp_path / "signed",
        profile,
        "--set=codes.not_applicable=02000010",
        "--set=codes.reason=The interface has no hour.",
    )
    assert (signed.code, signed.document.verdict) == (0, "conforms"), signed.printed
    (excused,) = signed.document.of("not-applicable")
    assert (excused.id, excused.reason) == ("code.02000010", "The interface has no hour.")
