"""For each defect of the path: request targets that have exactly this defect, and that can be
nobody's campaign.
"""

from urllib.parse import quote

from conformance.contract import caller_no_path
from conformance.exchange import CampaignKey

NOT_INTEGER = (
    "null",
    "true",
    "one",
    "-",
    "1,2",
    "[1]",
    "{vdnId}",
    "1 OR 1=1",
    "１2x",
    "0x1",
    "NaN",
    "'",
    "%00",
    "1e400",
    "🙂",
)
VDN_OUT_OF_RANGE = ("0", "10000", "99999", "10001", "65536")
VDN_VERY_LONG = ("9" * 20, "1" * 40, "9" * 300)
CAMPAIGN_OUT_OF_RANGE = (
    "0",
    "2147483648",
    "4294967296",
    "9223372036854775808",
    "9" * 20,
    "1" * 40,
    "9" * 300,
)
UNKNOWN_CAMPAIGNS = (2_000_000_001, 2_147_483_647, 2_100_000_017)
"""Ids so great that they are nobody's; a target file may name others that are safe."""
BOUNDARY_VDN_IDS = (1, 2, 9998, 9999)


def path_targets(
    defect: str,
    key: CampaignKey,
    *,
    base_path: str = "",
    unknown: tuple[int, ...] = (),
    other_vdn: tuple[int, ...] = (),
) -> tuple[str, ...]:
    """The request targets for one defect of the path, the most telling first."""
    ids = _path_ids(defect, key, unknown or UNKNOWN_CAMPAIGNS, other_vdn)
    return tuple(
        caller_no_path(_segment(vdn), _segment(campaign), base_path) for vdn, campaign in ids
    )


_Ids = list[tuple[str | int, str | int]]


def _path_ids(
    defect: str, key: CampaignKey, unknown: tuple[int, ...], other_vdn: tuple[int, ...]
) -> _Ids:
    vdn_id, campaign_id = key
    in_vdn: dict[str, tuple[str | int, ...]] = {
        "vdn-id.not-integer": _not_integer(vdn_id),
        "vdn-id.out-of-range": (
            VDN_OUT_OF_RANGE[0],
            -vdn_id,
            VDN_OUT_OF_RANGE[1],
            vdn_id + 2**16,
            *VDN_OUT_OF_RANGE[2:],
        ),
        "vdn-id.very-long": (vdn_id + 2**32, *VDN_VERY_LONG),
        "campaign-id.other-vdn": other_vdn,
    }
    if defect in in_vdn:
        return [(raw, campaign_id) for raw in in_vdn[defect]]
    in_campaign: dict[str, tuple[str | int, ...]] = {
        "campaign-id.not-integer": _not_integer(campaign_id),
        "campaign-id.out-of-range": (
            CAMPAIGN_OUT_OF_RANGE[0],
            campaign_id + 2**32,
            -campaign_id,
            *CAMPAIGN_OUT_OF_RANGE[1:],
        ),
        "campaign-id.unknown": unknown,
    }
    boundary: _Ids = (
        [(vdn, unknown[0]) for vdn in BOUNDARY_VDN_IDS] if defect == "campaign-id.unknown" else []
    )
    return [*((vdn_id, raw) for raw in in_campaign[defect]), *boundary]


def _not_integer(own: int) -> tuple[str, ...]:
    """Texts that are no integer; first such as a reader of integers or of floats takes for the
    run's own id.
    """
    return ("abc", f"{own}.25", f"{own}a", *NOT_INTEGER)


def _segment(raw: str | int) -> str:
    return "%00" if raw == "%00" else quote(str(raw), safe="-.,~'")
