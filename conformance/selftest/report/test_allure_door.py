import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.clauses import all_clauses
from conformance.report import allure_door, allure_html, allure_texts
from conformance.selftest.report import documents
from conformance.transport.redaction import Redactor
from conformance.verdict import ClauseResult, VerdictDocument

SECRET = "s3cret-key-of-the-lab"
PLUGIN = f"""
from conformance.report import allure_door
allure_door.install_logger([{SECRET!r}])
"""
ITEMS = f"""
import allure, pytest
from conformance.report import allure_door

@pytest.fixture
def quiet():
    yield

@pytest.mark.parametrize("key", [{SECRET!r}])
def test_leaky(quiet, key):
    allure_door.label_check("state.direct", "State", "A leaky check", ["effect.removes-named"])
    allure_door.parameter("operation", "DELETE /x " + key)
    allure.attach(key, "raw")
    signing = "0123456789abcdef" * 4
    with allure.step("sent auth-v2/AK/2026-11-23T09:15:00Z/host/" + "ab" * 32):
        assert key == signing, "x" * 50000
"""


def results(folder: Path) -> dict[str, dict[str, Any]]:
    read = [json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*-result.json"))]
    return {each["fullName"].removeprefix("clause "): each for each in read}


def labels(result: dict[str, Any], name: str) -> list[str]:
    return [label["value"] for label in result["labels"] if label["name"] == name]


def written(document: VerdictDocument, folder: Path) -> dict[str, dict[str, Any]]:
    allure_door.write_clause_results(document, folder)
    return results(folder)


def test_a_result_per_clause_with_the_status_of_its_verdict(tmp_path: Path) -> None:
    found = written(documents.inconclusive(), tmp_path)
    assert sorted(found) == sorted(result.id for result in documents.inconclusive().clauses)
    status = {name: result["status"] for name, result in found.items()}
    assert status["uri.vdn-id"] == "broken", "binding, and the run could not judge it"
    assert status["header.locale"] == "skipped", "left out by the user"
    assert status["response.event"] == "skipped", "no check can tell"
    assert status["restriction.last-number"] == "passed"
    assert "two are needed" in found["uri.vdn-id"]["statusDetails"]["message"]
    waived = written(documents.waived(), tmp_path / "waived")["response.count"]
    assert waived["status"] == "skipped"
    assert waived["statusDetails"]["message"].startswith("Waived: Known since release 8")


def test_nothing_untested_is_ever_green() -> None:
    for made in (documents.passing, documents.failing, documents.inconclusive, documents.waived):
        for result in made().clauses:
            assert (allure_texts.status(result) == "passed") == (result.verdict == "pass")


def test_a_failed_clause(tmp_path: Path) -> None:
    result = written(documents.failing(), tmp_path)["restriction.last-number"]
    assert result["name"] == "The last calling number can't be deleted"
    assert labels(result, "epic") == ["Usage Description"]
    assert labels(result, "severity") == ["blocker"]
    assert labels(result, "tag") == ["stated", "restriction", "emptied"]
    assert [step["status"] for step in result["steps"]] == ["passed", "failed"], (
        "the decisive call is the red one"
    )
    assert (
        result["steps"][0]["name"]
        == "DELETE …/1/callerNo/1001 naming 99000001 → HTTP 200, 0200000 (12 ms)"
    )
    assert result["statusDetails"]["message"].split("\n\n") == [
        "A call that names all numbers of the campaign was answered 0200000 and left it empty; "
        "the document demands that one number stays. (seen in 37 of 212 cases (17.5 %))",
        f"Demanded: {all_clauses()['restriction.last-number'].demand}",
    ]
    first, curl = result["steps"][0]["attachments"]
    exchange = json.loads((tmp_path / first["source"]).read_text("utf-8"))
    assert first["type"] == allure_texts.HTTP_EXCHANGE
    assert exchange["request"]["body"]["value"] == documents.names("99000001").decode()
    assert exchange["response"]["status"] == 200
    assert (tmp_path / curl["source"]).read_text("utf-8").startswith("BODY=")
    assert "**Given:** Campaign 1001 of VDN 1" in result["description"]
    assert "--only restriction.last-number --seed 4711" in result["description"]
    assert all(parameter["excluded"] for parameter in result["parameters"])


def test_a_passed_clause_shows_cases_bound_and_samples(tmp_path: Path) -> None:
    result = written(documents.passing(), tmp_path)["restriction.limit-100"]
    assert "412 cases; a fault in fewer than 0.728 %" in result["description"]
    assert len(result["steps"][0]["steps"]) == 2


def test_waivers_and_changes_are_a_matrix_of_their_own(tmp_path: Path) -> None:
    written(documents.held(), tmp_path)
    named = {
        each["name"]: each["source"]
        for each in json.loads((tmp_path / "run-globals.json").read_text("utf-8"))["attachments"]
    }
    page = (tmp_path / named["Waivers and changes"]).read_text("utf-8")
    assert "A. Tester, until 2027-01-31" in page
    assert "number.absent</code> gave 02000009" in page
    written(documents.passing(), tmp_path / "other")
    assert "Waivers and changes" not in (tmp_path / "other" / "run-globals.json").read_text("utf-8")


def test_no_rule_of_a_category_hangs_on_a_label_that_is_hidden() -> None:
    settings = allure_html.config(
        documents.failing(), Path("out"), Path("history"), append_history=True
    )
    used = {name for rule in settings["categories"] for name in rule["matchers"].get("labels", {})}
    assert used
    assert not used & set(settings["hideLabels"]), "the generator sorts by what is shown"


def test_the_script_of_a_race() -> None:
    deviation = next(iter(documents.meeting().of("fail")[0].deviations))
    lines = allure_texts.script(deviation, "emulate --again").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == [
        "curl the-set-up",
        "curl -Z one --next two",
        "curl putting-back",
    ]
    assert "#   emulate --again" in lines


def test_attachments_are_there_each_in_one_place(tmp_path: Path) -> None:
    found = written(documents.hostile(), tmp_path)

    def sources(item: dict[str, Any]) -> list[str]:
        return [each["source"] for each in item.get("attachments", [])] + [
            name for step in item.get("steps", []) for name in sources(step)
        ]

    named = [name for result in found.values() for name in sources(result)]
    named += [
        each["source"]
        for each in json.loads((tmp_path / "run-globals.json").read_text("utf-8"))["attachments"]
    ]
    assert len(named) == len(set(named))
    assert set(named) == {file.name for file in tmp_path.glob("*-attachment.*")}


def test_written_once_more_it_replaces_itself_and_history_goes_on(tmp_path: Path) -> None:
    first = written(documents.passing(seed=1), tmp_path)
    files = {file.name for file in tmp_path.iterdir()}
    second = written(documents.passing(seed=2), tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == files
    assert {name: result["historyId"] for name, result in first.items()} == {
        name: result["historyId"] for name, result in second.items()
    }
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 5_000_000


def test_environment_matrices_and_executor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL"):
        monkeypatch.delenv(name, raising=False)
    written(documents.failing(), tmp_path)
    environment = (tmp_path / "environment.properties").read_text("utf-8")
    assert "base_url = https\\://10.0.0.5\\:28443" in environment
    assert not (tmp_path / "executor.json").exists()
    assert "02000010,Hour and minute,no,120" in (tmp_path / "run-2-attachment.csv").read_text(
        "utf-8"
    )
    assert (
        (tmp_path / "run-3-attachment.csv")
        .read_text("utf-8")
        .splitlines()[1]
        .startswith("not-tested,")
    )
    jenkins = allure_texts.executor(
        {
            "JENKINS_URL": "x",
            "JOB_NAME": "nightly",
            "BUILD_NUMBER": "7",
            "BUILD_URL": "javascript:alert(1)",
        }
    )
    assert jenkins == {
        "name": "Jenkins",
        "type": "jenkins",
        "buildName": "nightly #7",
        "reportName": "Deleting Calling Numbers",
        "buildOrder": 7,
    }
    github = allure_texts.executor(
        {
            "GITHUB_ACTIONS": "true",
            "GITHUB_SERVER_URL": "https://g",
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_RUN_ID": "5",
        }
    )
    assert github is not None
    assert github["url"] == "https://g/o/r/actions/runs/5"


def test_no_formula_reaches_a_spreadsheet(tmp_path: Path) -> None:
    document = documents.hostile()
    evil = ClauseResult(
        id="x",
        section="s",
        title="=cmd|' /C calc'!A0",
        demand="d",
        level="stated",
        severity="normal",
        category="code",
        verdict="not-tested",
        reason="+1",
    )
    fields = {name: getattr(document, name) for name in document.__struct_fields__}
    allure_door.write_clause_results(VerdictDocument(**{**fields, "clauses": (evil,)}), tmp_path)
    table = (tmp_path / "run-3-attachment.csv").read_text("utf-8")
    assert "'=cmd" in table
    assert "'+1" in table


def test_secrets_of_a_document_reach_no_result(tmp_path: Path) -> None:
    allure_door.write_clause_results(documents.failing(), tmp_path, Redactor(["99000002"]))
    assert not [file for file in tmp_path.iterdir() if b"99000002" in file.read_bytes()]


def test_the_logger_redacts_and_slims_what_pytest_reports(tmp_path: Path) -> None:
    (tmp_path / "installing.py").write_text(PLUGIN)
    (tmp_path / "test_items.py").write_text(ITEMS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "installing",
        "-p",
        "no:cacheprovider",
        "--alluredir",
        "out",
        "--rootdir",
        ".",
        "-c",
        "/dev/null",
    ]
    root = Path(__file__).parents[3]
    environment = {"PYTHONPATH": f"{tmp_path}:{root}", "PATH": "/usr/bin:/bin"}
    process = subprocess.run(
        [*command, "test_items.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 1, process.stdout + process.stderr
    files = list((tmp_path / "out").iterdir())
    for file in files:
        content = file.read_text("utf-8")
        assert SECRET not in content
        assert "abab" not in content
        assert "0123456789abcdef" * 4 not in content
    assert not [file for file in files if "container" in file.name], (
        "a fixture that passed says nothing"
    )
    item = next(iter(results(tmp_path / "out").values()))
    assert labels(item, "epic") == [allure_texts.CHECKS_EPIC]
    assert labels(item, "area") == ["State"]
    assert "characters kept]" in item["statusDetails"]["message"]
