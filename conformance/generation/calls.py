"""Builders of calls: faultless ones by name, and any body one likes."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from conformance.contract import CONTENT_TYPE, caller_no_path, campaign_path
from conformance.exchange import Call, CampaignKey

HEADERS = (("Content-Type", CONTENT_TYPE),)


def items(numbers: Iterable[str]) -> list[dict[str, str]]:
    """The items of `callerNo` for these numbers."""
    return [{"accessCode": number} for number in numbers]


def body_of(value: Any) -> bytes:
    """A JSON value as the bytes of a body."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def delete(key: CampaignKey, numbers: Iterable[str], *, base_path: str = "") -> Call:
    """The faultless call that deletes these numbers."""
    listed = '"},{"accessCode":"'.join(numbers)
    body = '{"callerNo":[{"accessCode":"' + listed + '"}]}' if listed else '{"callerNo":[]}'
    return Call(
        method="DELETE", target=caller_no_path(*key, base_path), headers=HEADERS, body=body.encode()
    )


def delete_as_in_the_example(key: CampaignKey, number: str, *, base_path: str = "") -> Call:
    """The call of the document's example: one number, with the example's spaces."""
    body = f'{{"callerNo":[ {{"accessCode":"{number}"}} ]}}'
    return Call(
        method="DELETE", target=caller_no_path(*key, base_path), headers=HEADERS, body=body.encode()
    )


def with_body(key: CampaignKey, body: bytes, *, base_path: str = "") -> Call:
    """A DELETE with these bytes as its body."""
    return Call(method="DELETE", target=caller_no_path(*key, base_path), headers=HEADERS, body=body)


def add(
    key: CampaignKey,
    numbers: Iterable[str],
    *,
    base_path: str = "",
    priority: int | None = None,
    priorities: Mapping[str, int | None] | None = None,
) -> Call:
    """The companion call that adds these numbers.

    A priority is sent only where one is given (edition 2025-11 asks for it): `priority` for all,
    `priorities` by number.
    """
    given = priorities or {}
    listed = []
    for number in numbers:
        own = given.get(number, priority)
        listed.append({"accessCode": number} | ({} if own is None else {"priority": own}))
    target = caller_no_path(*key, base_path)
    return Call(method="POST", target=target, headers=HEADERS, body=body_of({"callerNo": listed}))


def query(key: CampaignKey, *, base_path: str = "") -> Call:
    """The companion call that shows a campaign."""
    return Call(method="GET", target=campaign_path(*key, base_path))


def changed(call: Call, **members: Any) -> Call:
    """The same call with some members replaced (method, target, headers, body, credential)."""
    given = {name: getattr(call, name) for name in call.__struct_fields__}
    return Call(**(given | members))


def with_header(call: Call, name: str, value: str) -> Call:
    """The same call with one header set."""
    kept = tuple((key, held) for key, held in call.headers if key.lower() != name.lower())
    return changed(call, headers=(*kept, (name, value)))


def without_header(call: Call, name: str) -> Call:
    """The same call without a header."""
    return changed(
        call,
        headers=tuple((key, held) for key, held in call.headers if key.lower() != name.lower()),
    )
