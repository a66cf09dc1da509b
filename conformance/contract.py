"""The interface's facts that every room may rely on: path, limits, members, result codes.

Source: the document and its Table 4, see specs/SOURCE.
"""

from enum import StrEnum

PATH_PREFIX = "/rest/isales/v1/openapi/campaigns"
MAX_NUMBERS_PER_CALL = 100
MAX_NUMBER_LENGTH = 24
VDN_ID_RANGE = range(1, 10000)
CONTENT_TYPE = "application/json; charset=UTF-8"
REPLY_MEMBERS = ("resultCode", "resultDesc", "returnCode", "returnDesc")


class Code(StrEnum):
    """The result codes of the document's table; failure codes have two lengths."""

    SUCCESS = "0200000"
    PARAMETER_ERROR = "0200001"
    NO_SUCH_CAMPAIGN = "0200007"
    EMPTY = "02000001"
    INVALID_CHARACTERS = "02000002"
    TOO_LONG = "02000003"
    TOO_SHORT = "02000004"
    LENGTH_OUT_OF_RANGE = "02000005"
    WRONG_TYPE = "02000006"
    WRONG_VALUE = "02000007"
    NOT_CONVERTIBLE = "02000008"
    WRONG_COMBINATION = "02000009"
    HOUR_AND_MINUTE = "02000010"
    TOO_MANY = "02000011"


FAILURE_CODES: tuple[Code, ...] = tuple(code for code in Code if code is not Code.SUCCESS)


def caller_no_path(vdn_id: int | str, campaign_id: int | str, base_path: str = "") -> str:
    """The URI that deletes (DELETE) and adds (POST) calling numbers; ids are inserted as they
    are.
    """
    return f"{base_path}{PATH_PREFIX}/{vdn_id}/callerNo/{campaign_id}"


def campaign_path(vdn_id: int | str, campaign_id: int | str, base_path: str = "") -> str:
    """The URI of the companion that queries a campaign (GET)."""
    return f"{base_path}{PATH_PREFIX}/{vdn_id}/{campaign_id}"
