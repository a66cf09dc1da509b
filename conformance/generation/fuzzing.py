"""The one door to schemathesis: cases drawn from the OpenAPI file, turned into calls of ours.

schemathesis' own checks are not used: on an interface that answers every failure with HTTP 200 they
mis-fire. Its cases are sent through our transport and judged by the oracle. Ids that could be
somebody's campaign are replaced by the run's own, and numbers by such as the campaign holds: the
surprise lies in the shape.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Literal, TypeAlias

import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.transport.requests import REQUESTS_TRANSPORT

from conformance.clauses import specs_folder
from conformance.contract import PATH_PREFIX
from conformance.exchange import Call, CampaignKey

Mode: TypeAlias = Literal["positive", "negative"]
Draft: TypeAlias = Callable[[CampaignKey, list[str], str], Call]
"""Takes the campaign, numbers that it holds and the base path; gives the call."""

FILE = "deleting-calling-numbers.openapi.yaml"
OPERATION = PATH_PREFIX + "/{vdnId}/callerNo/{campaignId}"
_DROPPED = {
    "user-agent",
    "x-schemathesis-testcaseid",
    "authorization",
    "content-length",
    "accept-encoding",
    "connection",
    "host",
    "accept",
}


@cache
def _operation() -> Any:
    config = schemathesis.Config.from_dict(
        {
            "base-url": "https://target.invalid",
            "generation": {"database": "none", "with-security-parameters": False},
            "phases": {"coverage": {"enabled": True, "unexpected-methods": []}},
        }
    )
    schema = schemathesis.openapi.from_path(specs_folder() / FILE, config=config)
    schema.config.phases.coverage.unexpected_methods = set()
    return schema, schema[OPERATION]["DELETE"]


def coverage_drafts() -> Iterator[tuple[str, Draft]]:
    """schemathesis' coverage cases for the DELETE, with their descriptions: always the same."""
    schema, operation = _operation()
    config = schema.config.generation_for(operation=operation, phase="coverage")
    for case in schema.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=config
    ):
        yield f"{case.meta.generation.mode.value}: {case.meta.phase.data.description}", _draft(case)


def drafts(mode: Mode) -> st.SearchStrategy[Draft]:
    """schemathesis' fuzz cases for the DELETE, keeping to the description or violating it
    somewhere.
    """
    _, operation = _operation()
    strategy = operation.as_strategy(generation_mode=GenerationMode(mode))
    return strategy.map(_draft)  # type: ignore[no-any-return]  # schemathesis' own type


def _draft(case: Any) -> Draft:
    parts = REQUESTS_TRANSPORT.serialize_case(case)
    body = json.dumps(parts["json"]).encode() if "json" in parts else _bytes(parts.get("data"))
    headers = tuple(
        (name, str(value))
        for name, value in dict(parts["headers"]).items()
        if name.lower() not in _DROPPED
    )
    target = _target(parts)
    return lambda key, present, base_path: Call(
        method="DELETE",
        target=base_path + _own_ids(target, key),
        headers=_sendable(headers),
        body=_own_numbers(body, present),
    )


def _bytes(data: Any) -> bytes:
    return data if isinstance(data, bytes) else str(data).encode() if data is not None else b""


def _target(parts: dict[str, Any]) -> str:
    # what schemathesis builds its requests with; only here are its rules for URLs wanted
    from requests import Request  # noqa: PLC0415

    prepared = Request("DELETE", parts["url"], params=parts.get("params")).prepare()
    return prepared.path_url


def _sendable(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Headers that HTTP itself can carry; a value with a line break or outside Latin-1 never gets
    as far as the server.
    """
    return tuple(
        (name, value) for name, value in headers if value.isascii() and value.isprintable()
    )


def _own_ids(target: str, key: CampaignKey) -> str:
    """Ids that are plain integers and could exist become the run's own."""
    path, mark, query = target.partition("?")
    parts = path.removeprefix(PATH_PREFIX + "/").split("/")
    if len(parts) == 3 and parts[1] == "callerNo":
        vdn, _, campaign = parts
        vdn = str(key[0]) if vdn.isdigit() and 1 <= int(vdn) <= 9999 else vdn
        campaign = str(key[1]) if campaign.isdigit() and 0 < int(campaign) < 2**31 else campaign
        path = f"{PATH_PREFIX}/{vdn}/callerNo/{campaign}"
    return path + mark + query


def _own_numbers(body: bytes, present: list[str]) -> bytes:
    """The n-th distinct legal number of the body becomes the n-th that the campaign holds, one
    being spared.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    items = value.get("callerNo") if isinstance(value, dict) else None
    if not isinstance(items, list):
        return body
    own: dict[str, str] = {}
    for item in items:
        number = item.get("accessCode") if isinstance(item, dict) else None
        if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) <= 24:
            if number not in own and len(own) < len(present) - 1:
                own[number] = present[len(own)]
            item["accessCode"] = own.get(number, number)
    return json.dumps(value).encode()
