"""`specs/deleting-calling-numbers.openapi.yaml` is sound, says what the clauses say, and holds the
facts of the contract.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from conformance import contract
from conformance.clauses import all_clauses, specs_folder

FILE = specs_folder() / "deleting-calling-numbers.openapi.yaml"
SOURCE = specs_folder() / "SOURCE"
API: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
NUMBERS_URI = contract.caller_no_path("{vdnId}", "{campaignId}")
CAMPAIGN_URI = contract.campaign_path("{vdnId}", "{campaignId}")
DELETE = API["paths"][NUMBERS_URI]["delete"]
SCHEMAS = API["components"]["schemas"]
PARAMETERS = API["components"]["parameters"]
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
LINTER_CALLS: dict[str, Callable[[Path], list[str]]] = {
    "redocly": lambda _: ["lint", "--extends", "recommended-strict"],
    "spectral": lambda ruleset: ["lint", "--fail-severity", "warn", "--ruleset", str(ruleset)],
}


def objects(node: Any, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the description, with the name that it stands under."""
    if isinstance(node, dict):
        yield name, node
        for key, value in node.items():
            yield from objects(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from objects(value, name)


def operations() -> dict[str, dict[str, Any]]:
    found = [
        operation
        for item in API["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    ]
    return {operation["operationId"]: operation for operation in found}


def placed_clauses() -> set[str]:
    return {clause_id for _, node in objects(API) for clause_id in node.get("x-clauses", ())}


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": API["components"]})


def component(name: str) -> Draft202012Validator:
    return validator({"$ref": f"#/components/schemas/{name}"})


def examples() -> list[Any]:
    """Each example with the schema that it is an example of."""
    cases = []
    for operation_id, operation in operations().items():
        for name, media in objects(operation):
            if name.startswith("application/json"):
                cases += [
                    pytest.param(media["schema"], example["value"], id=f"{operation_id}-{label}")
                    for label, example in media["examples"].items()
                ]
    return cases + [
        pytest.param(row["schema"], row["example"], id=row["name"]) for row in PARAMETERS.values()
    ]


# The file as such


def test_it_is_valid_openapi_3_1() -> None:
    assert API["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(API).iter_errors()] == []


@pytest.mark.parametrize("linter", LINTER_CALLS)
def test_an_independent_linter_finds_nothing(
    linter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = shutil.which(linter)
    if program is None:
        pytest.skip(
            f"{linter} is not on the PATH; it comes with npm: @redocly/cli, @stoplight/spectral-cli"
        )
    monkeypatch.setenv("REDOCLY_TELEMETRY", "off")
    monkeypatch.setenv("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
    ruleset = tmp_path / "ruleset.yaml"
    ruleset.write_text("extends: [spectral:oas]\n")
    arguments = [program, *LINTER_CALLS[linter](ruleset), str(FILE)]
    result = subprocess.run(
        arguments, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("schema", "value"), examples())
def test_examples_fit_their_schemas(schema: dict[str, Any], value: Any) -> None:
    assert [error.message for error in validator(schema).iter_errors(value)] == []


# The clauses


def test_every_clause_that_is_named_exists() -> None:
    assert placed_clauses() - all_clauses().keys() == set()


def test_every_stated_clause_has_a_place() -> None:
    stated = {row.id for row in all_clauses().values() if row.level == "stated"}
    assert stated - placed_clauses() == set()


def test_clauses_stand_where_they_are_about_something() -> None:
    numbers = SCHEMAS["NumbersToDelete"]["properties"]["callerNo"]
    for clause_id, place in {
        "uri.https": API["servers"][0],
        "uri.vdn-id": PARAMETERS["VdnId"],
        "uri.campaign-id": PARAMETERS["CampaignId"],
        "header.locale": PARAMETERS["Locale"],
        "header.content-type": DELETE["requestBody"]["content"][contract.CONTENT_TYPE],
        "header.authorization": API["components"]["securitySchemes"]["authV2"],
        "body.object": SCHEMAS["NumbersToDelete"],
        "body.caller-no": numbers,
        "restriction.limit-100": numbers,
        "body.access-code": SCHEMAS["AccessCode"],
        "restriction.last-number": DELETE,
    }.items():
        assert clause_id in place["x-clauses"]


def test_the_source_says_where_implied_clauses_come_from() -> None:
    implied = {row.id for row in all_clauses().values() if row.level == "implied"}
    assert {
        clause_id for clause_id in implied if f"`{clause_id}`" not in SOURCE.read_text("utf-8")
    } == set()


def test_the_source_names_only_clauses_that_exist() -> None:
    sections = "|".join({clause_id.partition(".")[0] for clause_id in all_clauses()})
    named = set(re.findall(rf"`((?:{sections})\.[a-z0-9-]+)`", SOURCE.read_text("utf-8")))
    assert named
    assert named - all_clauses().keys() == set()


def test_the_source_identifies_the_document() -> None:
    text = SOURCE.read_text("utf-8")
    assert re.search(r"\b[0-9a-f]{64}\b", text)
    assert API["info"]["version"] in text


# The facts of the interface


def test_uris_are_those_of_the_contract() -> None:
    assert list(API["paths"]) == [NUMBERS_URI, CAMPAIGN_URI]


def test_only_deleting_is_no_companion() -> None:
    companions = {
        operation_id: operation.get("x-companion", False)
        for operation_id, operation in operations().items()
    }
    assert companions == {
        "deleteCallingNumbers": False,
        "addCallingNumbers": True,
        "queryCampaign": True,
    }
    tags = {tag["name"]: tag.get("x-companion", False) for tag in API["tags"]}
    assert all(
        tags[tag] == companions[operation["operationId"]]
        for operation in operations().values()
        for tag in operation["tags"]
    )


def test_ids_have_the_documented_range() -> None:
    vdn_id = PARAMETERS["VdnId"]["schema"]
    assert (vdn_id["type"], vdn_id["minimum"], vdn_id["maximum"] + 1) == (
        "integer",
        contract.VDN_ID_RANGE.start,
        contract.VDN_ID_RANGE.stop,
    )
    campaign_id = PARAMETERS["CampaignId"]["schema"]
    assert (campaign_id["type"], campaign_id["maximum"]) == ("integer", 2**63 - 1)


def test_limits_are_those_of_the_contract() -> None:
    for body in ("NumbersToDelete", "NumbersToAdd"):
        numbers = SCHEMAS[body]["properties"]["callerNo"]
        assert (numbers["minItems"], numbers["maxItems"]) == (1, contract.MAX_NUMBERS_PER_CALL)
    assert (SCHEMAS["AccessCode"]["minLength"], SCHEMAS["AccessCode"]["maxLength"]) == (
        1,
        contract.MAX_NUMBER_LENGTH,
    )


def test_the_body_has_the_one_documented_content_type() -> None:
    assert DELETE["requestBody"]["required"]
    assert list(DELETE["requestBody"]["content"]) == [contract.CONTENT_TYPE]


def test_replies_have_the_members_and_codes_of_the_contract() -> None:
    reply = SCHEMAS["Reply"]
    assert tuple(reply["required"]) == tuple(reply["properties"]) == contract.REPLY_MEMBERS
    assert SCHEMAS["ResultCode"]["enum"] == [code.value for code in contract.Code]
    assert SCHEMAS["ResultCode"]["x-enum-varnames"] == [code.name for code in contract.Code]
    assert all(f"| `{code}` |" in SCHEMAS["ResultCode"]["description"] for code in contract.Code)


def test_every_operation_is_signed_and_may_answer_401() -> None:
    scheme = API["components"]["securitySchemes"]["authV2"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "Authorization")
    assert API["security"] == [{"authV2": []}]
    for operation in operations().values():
        assert "security" not in operation
        assert {"200", "401"} <= operation["responses"].keys()


# What the schemas let through


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"callerNo": [{"accessCode": "0"}]}, id="shortest"),
        pytest.param({"callerNo": [{"accessCode": "0" * 24}]}, id="longest"),
        pytest.param(
            {"callerNo": [{"accessCode": str(number)} for number in range(100)]}, id="most"
        ),
        pytest.param(
            {"callerNo": [{"accessCode": "1"}, {"accessCode": "1"}]},
            id="twice the same: not documented",
        ),
        pytest.param(
            {"callerNo": [{"accessCode": "1", "note": 1}], "hour": "1"},
            id="unknown members: not documented",
        ),
    ],
)
def test_faultless_bodies_fit(body: Any) -> None:
    assert component("NumbersToDelete").is_valid(body)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="no list"),
        pytest.param({"callerNo": None}, id="null"),
        pytest.param({"callerNo": []}, id="empty list"),
        pytest.param(
            {"callerNo": [{"accessCode": str(number)} for number in range(101)]}, id="101"
        ),
        pytest.param({"callerNo": ["1"]}, id="item is no object"),
        pytest.param({"callerNo": [{}]}, id="no number"),
        pytest.param({"callerNo": [{"accessCode": 1}]}, id="no text"),
        pytest.param({"callerNo": [{"accessCode": ""}]}, id="empty text"),
        pytest.param({"callerNo": [{"accessCode": "1" * 25}]}, id="25 digits"),
        pytest.param({"callerNo": [{"accessCode": "+1"}]}, id="sign"),
        pytest.param({"callerNo": [{"accessCode": "١٢٣"}]}, id="other digits"),
        pytest.param([], id="no object"),
    ],
)
def test_defective_bodies_do_not_fit(body: Any) -> None:
    assert not component("NumbersToDelete").is_valid(body)


def test_replies_may_have_further_members_but_no_further_codes() -> None:
    reply = {
        "resultCode": "0200000",
        "resultDesc": "",
        "returnCode": "0200000",
        "returnDesc": "",
        "more": 1,
    }
    assert component("Reply").is_valid(reply)
    assert not component("Reply").is_valid({**reply, "resultCode": "0200002"})
    assert not component("Reply").is_valid({**reply, "returnCode": 200000})
    assert not any(
        component("Reply").is_valid({key: reply[key] for key in reply if key != member})
        for member in contract.REPLY_MEMBERS
    )
