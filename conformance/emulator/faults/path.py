"""Lies about the two ids of the path."""

import re
from collections.abc import Iterator

from conformance.emulator import answer
from conformance.emulator.answer import Decision
from conformance.emulator.faults.changes import reading_path
from conformance.emulator.faults.registry import fault
from conformance.emulator.points import Numbers, Points
from conformance.emulator.request import Request

_VDN_RANGE = "URI, vdnId: an integer from 1 to 9999; everything else is refused."
_INTEGER = "URI, vdnId and campaignId: integers; everything else is refused."
_CAMPAIGN = "URI, campaignId, and code 0200007: a campaign that does not exist is refused."
_OF_VDN = "URI, vdnId: a campaign is deleted from only under the VDN that it belongs to."


def _campaigns(request: Request) -> Iterator[tuple[int, Numbers]]:
    return ((key[1], held) for key, held in request.world.campaigns.items())


@fault("path.vdn-ignored", "Finds a campaign by its id alone, whatever VDN is named.", _OF_VDN)
def _vdn_ignored(points: Points) -> None:
    look = points.look

    def anywhere(request: Request) -> Numbers | None:
        if request.operation != "delete":
            return look(request)
        return next(
            (held for campaign, held in _campaigns(request) if campaign == request.campaign), None
        )

    points.look = anywhere


@fault("path.vdn-wraps", "Reads vdnId into 16 bits: 65537 is VDN 1.", _VDN_RANGE)
def _vdn_wraps(points: Points) -> None:
    def change(vdn: str, campaign: str) -> tuple[str, str]:
        return (str(int(vdn) % 65536) if re.fullmatch("[0-9]{1,19}", vdn) else vdn, campaign)

    reading_path(points, change)


@fault(
    "path.vdn-defaults", "Takes a vdnId outside its range for the VDN of the campaign.", _VDN_RANGE
)
def _vdn_defaults(points: Points) -> None:
    owners = {str(campaign): str(vdn) for vdn, campaign in points.start.campaigns}

    def change(vdn: str, campaign: str) -> tuple[str, str]:
        is_outside = re.fullmatch("-?[0-9]{1,19}", vdn) and not 1 <= int(vdn) <= 9999
        return (owners.get(campaign, vdn) if is_outside else vdn, campaign)

    reading_path(points, change)


@fault("path.negative", "Drops a minus sign in front of an id.", _VDN_RANGE)
def _negative(points: Points) -> None:
    reading_path(points, lambda vdn, campaign: (vdn.removeprefix("-"), campaign.removeprefix("-")))


@fault(
    "path.lenient-integer",
    "Reads the digits at the start of an id: `1abc` and `1.5` are 1.",
    _INTEGER,
)
def _lenient_integer(points: Points) -> None:
    def read(text: str) -> str:
        digits = re.match(r"\s*([0-9]+)", text)
        return digits[1] if digits else text

    reading_path(points, lambda vdn, campaign: (read(vdn), read(campaign)))


@fault("path.campaign-wraps", "Reads campaignId into 32 bits.", _CAMPAIGN)
def _campaign_wraps(points: Points) -> None:
    def change(vdn: str, campaign: str) -> tuple[str, str]:
        return (
            vdn,
            str(int(campaign) % 2**32) if re.fullmatch("[0-9]{1,19}", campaign) else campaign,
        )

    reading_path(points, change)


@fault("path.zero-is-any", "Takes campaign 0 for the first campaign of the VDN.", _CAMPAIGN)
def _zero_is_any(points: Points) -> None:
    first = {str(vdn): str(campaign) for vdn, campaign in reversed(points.start.campaigns)}
    reading_path(
        points,
        lambda vdn, campaign: (vdn, first.get(vdn, campaign) if campaign == "0" else campaign),
    )


def _succeeding(points: Points, *names: str) -> None:
    """Report success where one of these defects would have been the answer."""
    refuse = points.refuse

    def refusing(request: Request, defect: str) -> Decision:
        if request.operation == "delete" and defect in names:
            return Decision(code=answer.SUCCESS, count=len(request.numbers))
        return refuse(request, defect)

    points.refuse = refusing


@fault("path.unknown-succeeds", "Reports success for a campaign that does not exist.", _CAMPAIGN)
def _unknown_succeeds(points: Points) -> None:
    _succeeding(points, "campaign-id.unknown")


@fault(
    "path.other-vdn-succeeds",
    "Reports success for a campaign of another VDN, and deletes nothing.",
    _OF_VDN,
)
def _other_vdn_succeeds(points: Points) -> None:
    _succeeding(points, "campaign-id.other-vdn")


@fault("path.vdn-range-succeeds", "Reports success for a vdnId outside its range.", _VDN_RANGE)
def _vdn_range_succeeds(points: Points) -> None:
    _succeeding(points, "vdn-id.out-of-range")


@fault("path.not-integer-succeeds", "Reports success for ids that are no integers.", _INTEGER)
def _not_integer_succeeds(points: Points) -> None:
    _succeeding(points, "vdn-id.not-integer", "campaign-id.not-integer")
