"""What a call asks for and what is wrong with it, found in the call itself, never in what somebody
meant to send.
"""

import re
from functools import lru_cache
from urllib.parse import parse_qsl

from msgspec import Struct

from conformance.exchange import OPEN, SIGNED, Call, CampaignKey, Setting
from conformance.oracle.bodies import read_body, unknown_members
from conformance.oracle.defects import DEFECTS
from conformance.oracle.paths import read_path

LONG_TARGET = 2000
"""Characters of a request target from which HTTP software may refuse it by length."""

REMEMBERED = 256
"""Calls whose facts are kept: a call is looked at when it is answered, when its history is judged,
and when it is written down.
"""
SMALL = 16 * 1024
"""Bytes of a call up to which its facts are kept; larger ones are read anew."""

_PLAIN_PATH = re.compile(r"[A-Za-z0-9\-._~/]*")
_PLAIN_QUERY = re.compile(r"[A-Za-z0-9\-._~=&]*")
_READING_METHODS = {"GET", "HEAD", "OPTIONS"}


class Facts(Struct, frozen=True, kw_only=True):
    """A call as the oracle sees it.

    `kind`: delete, add, query, other (another method on the URI), elsewhere. `removals`: the sets
    of numbers that a server which serves the call may take out of `campaign`; several where the
    document leaves the reading open. `by_http`: HTTP itself may refuse it with a status of 4xx.
    `unauthorised`: it must be answered 401. `may_be_401`: what exactly is signed can be read in two
    ways, so that 401 is no deviation.
    """

    kind: str
    campaign: CampaignKey | None = None
    defects: tuple[str, ...] = ()
    open_points: tuple[str, ...] = ()
    named: frozenset[str] = frozenset()
    items: int = 0
    removals: tuple[frozenset[str], ...] = (frozenset(),)
    by_http: bool = False
    unauthorised: bool = False
    may_be_401: bool = False
    reads: bool = False

    @property
    def faultless(self) -> bool:
        """No defect, and nothing that the document leaves open."""
        return not self.defects and not self.open_points


def facts_of(call: Call, setting: Setting) -> Facts:
    """Judge a call in its setting (which campaigns exist; their contents play no part here)."""
    small = len(call.body) + len(call.target) <= SMALL
    return (_remembered if small else _facts)(
        call, setting.base_path, setting.authenticated, tuple(key for key, _ in setting.campaigns)
    )


def _facts(
    call: Call, base_path: str, authenticated: bool, campaigns: tuple[CampaignKey, ...]
) -> Facts:
    address = read_path(call.path, base_path)
    kind = _kind(call.method, address.resource)
    unauthorised = authenticated and call.credential != SIGNED
    silent = call.credential.startswith(OPEN)
    body = read_body(call.body)
    defects = address.defects + _campaign_defects(
        address.vdn_id, address.campaign_id, address.defects, campaigns
    )
    points = (
        *address.open_points,
        *_header_points(call),
        *_query_points(call.query),
        *(("credential.open",) if silent else ()),
    )
    malformed_path = any(DEFECTS[name].by_http for name in address.defects) or bool(
        address.open_points
    )
    return Facts(
        kind=kind,
        campaign=_campaign(address.vdn_id, address.campaign_id),
        defects=defects + body.defects,
        open_points=points + body.open_points,
        named=body.named,
        items=body.items,
        removals=body.removals,
        by_http=malformed_path or _refusable_by_http(call, points),
        unauthorised=unauthorised and not silent,
        may_be_401=authenticated and (silent or _ambiguous_to_sign(call, body.open_points)),
        reads=call.method in _READING_METHODS,
    )


_remembered = lru_cache(maxsize=REMEMBERED)(_facts)


def _kind(method: str, resource: str) -> str:
    if resource == "caller-no":
        return {"DELETE": "delete", "POST": "add"}.get(method, "other")
    return "query" if resource == "campaign" and method == "GET" else "elsewhere"


def _campaign(vdn_id: int | None, campaign_id: int | None) -> CampaignKey | None:
    return None if vdn_id is None or campaign_id is None else (vdn_id, campaign_id)


def _campaign_defects(
    vdn_id: int | None,
    campaign_id: int | None,
    seen: tuple[str, ...],
    campaigns: tuple[CampaignKey, ...],
) -> tuple[str, ...]:
    if seen or vdn_id is None or campaign_id is None or (vdn_id, campaign_id) in campaigns:
        return ()
    elsewhere = any(campaign == campaign_id for _, campaign in campaigns)
    return ("campaign-id.other-vdn",) if elsewhere else ("campaign-id.unknown",)


def _header_points(call: Call) -> tuple[str, ...]:
    points = []
    content_type = call.header("content-type")
    if content_type is None:
        points.append("content-type.missing")
    elif content_type.replace(" ", "").lower() != "application/json;charset=utf-8":
        points.append("content-type.other")
    locale = call.header("locale")
    if locale is not None and locale not in {
        "zh_CN",
        "en_US",
    }:  # an empty one is there, and none of the two
        points.append("locale.unknown")
    return tuple(points)


def _query_points(query: str) -> tuple[str, ...]:
    if not query:
        return ()
    return unknown_members(
        dict(parse_qsl(query, keep_blank_values=True, errors="replace")), set()
    ) or ("query.unknown",)


def _refusable_by_http(call: Call, points: tuple[str, ...]) -> bool:
    by_header = "content-type.other" in points or "content-type.missing" in points
    return (
        by_header
        or not _PLAIN_QUERY.fullmatch(call.query)
        or len(call.target) > LONG_TARGET
        or len(call.body) > 64 * 1024
    )


def _ambiguous_to_sign(call: Call, body_points: tuple[str, ...]) -> bool:
    """Decoded or not, text or bytes: the authentication document does not say it for anything but
    plain ones.
    """
    plain = _PLAIN_PATH.fullmatch(call.path) and _PLAIN_QUERY.fullmatch(call.query)
    return not plain or "text.encoding" in body_points or b"\x00" in call.body
