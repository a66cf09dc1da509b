"""What a request target addresses: which of the interface's URIs, which ids, and what is wrong with
them.
"""

import re
from urllib.parse import unquote

from msgspec import Struct

from conformance.contract import PATH_PREFIX, VDN_ID_RANGE

MAX_CAMPAIGN_ID = 2**31 - 1
LONG_DIGITS = 10
"""More digits than a 32-bit integer has."""

_PLAIN = re.compile(r"0|[1-9][0-9]*")
_NEGATIVE = re.compile(r"-[0-9]+")
_ODD = re.compile(r"\s*[+]?0*([0-9]+)(?:\.0*)?(?:[eE]\+?0+)?\s*")


class ResourceAddress(Struct, frozen=True, kw_only=True):
    """`resource` is `caller-no`, `campaign` or `elsewhere`; ids are None where they are no integers
    at all.
    """

    resource: str
    vdn_id: int | None = None
    campaign_id: int | None = None
    defects: tuple[str, ...] = ()
    open_points: tuple[str, ...] = ()


def read_path(path: str, base_path: str) -> ResourceAddress:
    """Judge the path of a request target (undecoded)."""
    prefix = base_path + PATH_PREFIX + "/"
    if not path.startswith(prefix):
        return ResourceAddress(resource="elsewhere")
    parts = path[len(prefix) :].split("/")
    if len(parts) == 3 and parts[1] == "callerNo" and parts[0] and parts[2]:
        return _address("caller-no", parts[0], parts[2])
    if len(parts) == 2 and all(parts):
        return _address("campaign", parts[0], parts[1])
    return ResourceAddress(resource="elsewhere")


def _address(resource: str, vdn: str, campaign: str) -> ResourceAddress:
    if vdn in {".", ".."} or campaign in {".", ".."}:
        return ResourceAddress(resource="elsewhere")
    vdn_id, vdn_defects, vdn_points = _vdn_id(vdn)
    campaign_id, campaign_defects, campaign_points = _campaign_id(campaign)
    return ResourceAddress(
        resource=resource,
        vdn_id=vdn_id,
        campaign_id=campaign_id,
        defects=vdn_defects + campaign_defects,
        open_points=vdn_points or campaign_points,
    )


_Read = tuple[int | None, tuple[str, ...], tuple[str, ...]]


def _vdn_id(raw: str) -> _Read:
    value, odd = _integer(raw)
    if value is None:
        return None, ("vdn-id.not-integer",), ()
    if value in VDN_ID_RANGE:
        return value, (), ("id.odd",) if odd else ()
    wrong = "vdn-id.very-long" if len(raw) >= LONG_DIGITS else "vdn-id.out-of-range"
    return value, (wrong, "vdn-id.not-integer") if odd or value < 0 else (wrong,), ()


def _campaign_id(raw: str) -> _Read:
    value, odd = _integer(raw)
    if value is None:
        return None, ("campaign-id.not-integer",), ()
    if 0 < value <= MAX_CAMPAIGN_ID:
        return value, (), ("id.odd",) if odd else ()
    return (
        value,
        ("campaign-id.out-of-range", "campaign-id.not-integer")
        if odd or value < 0
        else ("campaign-id.out-of-range",),
        (),
    )


def _integer(raw: str) -> tuple[int | None, bool]:
    """The integer that an id is, and whether only a generous reader takes it for one (`01`, `+1`,
    `1.0`, `%31`, `1;v=2`).

    A negative one is an integer, but to a server whose ids are written in digits alone it is none:
    who calls this says so.
    """
    if _PLAIN.fullmatch(raw) and len(raw) < 4000:
        return int(raw), False
    if _NEGATIVE.fullmatch(raw) and len(raw) < 4000:
        return int(raw), False
    text = unquote(raw, errors="replace").partition(";")[0].strip("\x00")
    if (match := _ODD.fullmatch(text)) and len(match[1]) < 4000:
        return int(match[1]), True
    return (
        (int(text), True)
        if text.isdigit() and text.isdecimal() and len(text) < 4000
        else (None, False)
    )
