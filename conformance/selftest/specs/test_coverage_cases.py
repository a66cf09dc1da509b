"""schemathesis reads the OpenAPI file and derives calls from both sides of every limit."""

from typing import Any

import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.generation.meta import CoverageScenario

from conformance import contract
from conformance.clauses import specs_folder

FILE = specs_folder() / "deleting-calling-numbers.openapi.yaml"


@pytest.fixture(scope="module")
def operation() -> Any:
    config = schemathesis.Config.from_dict(
        {"seed": 1, "generation": {"with-security-parameters": False}}
    )
    api = schemathesis.openapi.from_path(FILE, config=config)
    return api[contract.caller_no_path("{vdnId}", "{campaignId}")]["DELETE"]


def coverage(operation: Any, mode: GenerationMode) -> list[Any]:
    generation = operation.schema.config.generation_for(operation=operation, phase="coverage")
    return list(
        operation.schema.iter_coverage_cases(
            operation, generation_modes=[mode], generation_config=generation
        )
    )


@pytest.fixture(scope="module")
def valid(operation: Any) -> list[Any]:
    return coverage(operation, GenerationMode.POSITIVE)


@pytest.fixture(scope="module")
def invalid(operation: Any) -> list[Any]:
    return coverage(operation, GenerationMode.NEGATIVE)


def ids(cases: list[Any], name: str) -> set[str]:
    return {case.path_parameters[name] for case in cases}


def lists(cases: list[Any]) -> list[list[Any]]:
    bodies = [case.body for case in cases if isinstance(case.body, dict)]
    return [body["callerNo"] for body in bodies if isinstance(body.get("callerNo"), list)]


def test_valid_calls_go_up_to_the_limits(valid: list[Any]) -> None:
    assert {len(numbers) for numbers in lists(valid)} >= {1, 2, 99, 100}
    assert {len(item["accessCode"]) for numbers in lists(valid) for item in numbers} >= {
        1,
        2,
        23,
        24,
    }
    assert ids(valid, "vdnId") >= {"1", "2", "9998", "9999"}


def test_valid_calls_are_faultless(valid: list[Any]) -> None:
    assert len(lists(valid)) == len(valid)
    assert all(1 <= len(numbers) <= contract.MAX_NUMBERS_PER_CALL for numbers in lists(valid))
    codes = [item["accessCode"] for numbers in lists(valid) for item in numbers]
    assert all(
        code.isascii() and code.isdigit() and len(code) <= contract.MAX_NUMBER_LENGTH
        for code in codes
    )
    assert all(int(vdn_id) in contract.VDN_ID_RANGE for vdn_id in ids(valid, "vdnId"))
    assert all(0 < int(campaign_id) < 2**63 for campaign_id in ids(valid, "campaignId"))


def test_valid_calls_carry_the_documented_content_type(valid: list[Any]) -> None:
    assert {case.media_type for case in valid} == {contract.CONTENT_TYPE}


def test_invalid_calls_go_beyond_the_limits(invalid: list[Any]) -> None:
    assert {len(numbers) for numbers in lists(invalid)} >= {0, 101}
    assert ids(invalid, "vdnId") >= {"0", "10000"}
    assert ids(invalid, "campaignId") >= {"0", str(2**63)}


def test_a_number_that_is_too_long_has_no_other_defect(invalid: list[Any]) -> None:
    """Holds only while the pattern of `accessCode` does not repeat the length."""
    assert [{"accessCode": "0" * 25}] in lists(invalid)


def test_silence_of_the_document_is_no_defect(invalid: list[Any]) -> None:
    """No invalid call is one just for a member that the interface does not have."""
    assert not [
        case
        for case in invalid
        if case.meta.phase.data.scenario is CoverageScenario.OBJECT_UNEXPECTED_PROPERTIES
    ]
