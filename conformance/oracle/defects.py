"""The table of defects: what can be wrong with a call, which clause it breaks, and which result
codes fit it.

A code *fits* when its text in the document's table truthfully describes the defect. Where several
do, all are listed: the document does not say which is meant. 0200001 (parameter error, see the
description) fits every defect. A code is left out only where its text would be untrue, so that a
server that swaps two meanings is still seen on some other defect. 02000009 fits every bad value: a
campaign lacks it, and a server may look that up before it looks at the value.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

from conformance.contract import FAILURE_CODES, Code

Place: TypeAlias = Literal["path", "body", "list", "item", "value", "campaign"]


class Defect(Struct, frozen=True, kw_only=True):
    """One row. `codes` are the failure codes that fit. `by_http`: HTTP itself may refuse it (the
    path is then none of the interface's).
    """

    id: str
    place: Place
    clause: str
    codes: frozenset[str]
    says: str
    by_http: bool = False


def _row(
    id_: str, place: Place, clause: str, says: str, *codes: Code, by_http: bool = False
) -> Defect:
    fitting = frozenset({*codes, Code.PARAMETER_ERROR})
    return Defect(id=id_, place=place, clause=clause, codes=fitting, says=says, by_http=by_http)


_ROWS = (
    _row(
        "vdn-id.not-integer",
        "path",
        "uri.vdn-id",
        "vdnId is no integer",
        Code.WRONG_TYPE,
        Code.NOT_CONVERTIBLE,
        Code.INVALID_CHARACTERS,
        Code.WRONG_VALUE,
        Code.LENGTH_OUT_OF_RANGE,
        Code.NO_SUCH_CAMPAIGN,
        by_http=True,
    ),
    _row(
        "vdn-id.out-of-range",
        "path",
        "uri.vdn-id",
        "vdnId is not within 1 to 9999",
        Code.WRONG_VALUE,
        Code.LENGTH_OUT_OF_RANGE,
        Code.TOO_LONG,
        Code.NO_SUCH_CAMPAIGN,
    ),
    _row(
        "vdn-id.very-long",
        "path",
        "uri.vdn-id",
        "vdnId has more digits than an integer can have",
        Code.WRONG_VALUE,
        Code.LENGTH_OUT_OF_RANGE,
        Code.TOO_LONG,
        Code.NOT_CONVERTIBLE,
        Code.WRONG_TYPE,
        Code.NO_SUCH_CAMPAIGN,
    ),
    _row(
        "campaign-id.not-integer",
        "path",
        "uri.campaign-id",
        "campaignId is no integer",
        Code.WRONG_TYPE,
        Code.NOT_CONVERTIBLE,
        Code.INVALID_CHARACTERS,
        Code.WRONG_VALUE,
        Code.LENGTH_OUT_OF_RANGE,
        Code.NO_SUCH_CAMPAIGN,
        by_http=True,
    ),
    _row(
        "campaign-id.out-of-range",
        "path",
        "uri.campaign-id",
        "campaignId is zero, negative, or beyond 32 bits",
        Code.WRONG_VALUE,
        Code.LENGTH_OUT_OF_RANGE,
        Code.TOO_LONG,
        Code.NOT_CONVERTIBLE,
        Code.WRONG_TYPE,
        Code.NO_SUCH_CAMPAIGN,
    ),
    _row(
        "campaign-id.unknown",
        "campaign",
        "prerequisite.campaign",
        "no campaign has this id",
        Code.NO_SUCH_CAMPAIGN,
    ),
    _row(
        "campaign-id.other-vdn",
        "campaign",
        "uri.vdn-id",
        "the campaign belongs to another VDN",
        Code.NO_SUCH_CAMPAIGN,
        Code.WRONG_COMBINATION,
        Code.WRONG_VALUE,
    ),
    _row(
        "body.empty",
        "body",
        "body.object",
        "the body is missing",
        Code.EMPTY,
        Code.NOT_CONVERTIBLE,
        Code.TOO_SHORT,
        Code.LENGTH_OUT_OF_RANGE,
    ),
    _row(
        "body.not-json",
        "body",
        "body.object",
        "the body is no JSON",
        Code.NOT_CONVERTIBLE,
        Code.WRONG_TYPE,
        Code.INVALID_CHARACTERS,
        Code.EMPTY,
    ),
    _row(
        "body.not-object",
        "body",
        "body.object",
        "the body is JSON but no object",
        Code.NOT_CONVERTIBLE,
        Code.WRONG_TYPE,
        Code.EMPTY,
    ),
    _row(
        "caller-no.missing",
        "list",
        "body.caller-no",
        "callerNo is missing",
        Code.EMPTY,
        Code.WRONG_COMBINATION,
    ),
    _row(
        "caller-no.null",
        "list",
        "body.caller-no",
        "callerNo is null",
        Code.EMPTY,
        Code.WRONG_TYPE,
        Code.NOT_CONVERTIBLE,
        Code.WRONG_VALUE,
    ),
    _row(
        "caller-no.wrong-type",
        "list",
        "body.caller-no",
        "callerNo is no list",
        Code.WRONG_TYPE,
        Code.NOT_CONVERTIBLE,
        Code.WRONG_VALUE,
        Code.EMPTY,
        Code.TOO_SHORT,
        Code.LENGTH_OUT_OF_RANGE,
    ),
    _row(
        "caller-no.empty",
        "list",
        "body.caller-no",
        "callerNo holds no item",
        Code.EMPTY,
        Code.TOO_SHORT,
        Code.LENGTH_OUT_OF_RANGE,
        Code.WRONG_VALUE,
    ),
    _row(
        "caller-no.too-many",
        "list",
        "restriction.limit-100",
        "callerNo names more than 100 numbers",
        Code.TOO_MANY,
        Code.TOO_LONG,
        Code.LENGTH_OUT_OF_RANGE,
        Code.WRONG_VALUE,
    ),
    _row(
        "item.null",
        "item",
        "body.caller-no",
        "an item is null",
        Code.EMPTY,
        Code.WRONG_TYPE,
        Code.NOT_CONVERTIBLE,
        Code.WRONG_VALUE,
    ),
    _row(
        "item.not-object",
        "item",
        "body.caller-no",
        "an item is no object",
        Code.WRONG_TYPE,
        Code.NOT_CONVERTIBLE,
        Code.WRONG_VALUE,
        Code.EMPTY,
    ),
    _row(
        "access-code.missing",
        "value",
        "body.access-code",
        "an item has no accessCode",
        Code.EMPTY,
        Code.WRONG_COMBINATION,
    ),
    _row(
        "access-code.null",
        "value",
        "body.access-code",
        "an accessCode is null",
        Code.EMPTY,
        Code.WRONG_TYPE,
        Code.NOT_CONVERTIBLE,
        Code.WRONG_VALUE,
        Code.WRONG_COMBINATION,
    ),
    _row(
        "access-code.wrong-type",
        "value",
        "body.access-code",
        "an accessCode is no text",
        Code.WRONG_TYPE,
        Code.NOT_CONVERTIBLE,
        Code.INVALID_CHARACTERS,
        Code.WRONG_VALUE,
        Code.EMPTY,
        Code.TOO_LONG,
        Code.LENGTH_OUT_OF_RANGE,
        Code.WRONG_COMBINATION,
    ),
    _row(
        "access-code.empty",
        "value",
        "body.access-code",
        "an accessCode is an empty text",
        Code.EMPTY,
        Code.TOO_SHORT,
        Code.LENGTH_OUT_OF_RANGE,
        Code.INVALID_CHARACTERS,
        Code.WRONG_VALUE,
        Code.WRONG_COMBINATION,
    ),
    _row(
        "access-code.too-long",
        "value",
        "body.access-code",
        "an accessCode has more than 24 characters",
        Code.TOO_LONG,
        Code.LENGTH_OUT_OF_RANGE,
        Code.WRONG_VALUE,
        Code.WRONG_COMBINATION,
    ),
    _row(
        "access-code.invalid-characters",
        "value",
        "body.access-code",
        "an accessCode holds something other than the digits 0-9",
        Code.INVALID_CHARACTERS,
        Code.WRONG_VALUE,
        Code.NOT_CONVERTIBLE,
        Code.WRONG_COMBINATION,
    ),
)

DEFECTS: dict[str, Defect] = {row.id: row for row in _ROWS}
"""Every defect by id. One defect: a failure with a fitting code. Several: a code that fits any of
them.
"""

LAST_NUMBER = "campaign.last-number"
"""Not a defect of the call alone: in the campaign's state it would leave no number. Its failure
code is open.
"""

OPEN_POINTS: dict[str, str] = {
    "number.absent": "a number that the campaign lacks",
    "number.duplicate": "a number named twice",
    "member.unknown": "a member that the interface does not have",
    "member.hour-without-minute": "an hour without a minute",
    "member.minute-without-hour": "a minute without an hour",
    "member.hour-and-minute": "an hour and a minute",
    "key.duplicate": "a JSON key given twice",
    "text.encoding": "a body that is not plain UTF-8",
    "json.lenient": "a body that only a lenient JSON reader takes",
    "json.deep": "a deeply nested body",
    "content-type.missing": "no Content-Type",
    "content-type.other": "another Content-Type",
    "query.unknown": "a query that the interface does not have",
    "locale.unknown": "a locale other than zh_CN and en_US",
    "id.odd": "an id written in an unusual way",
    "body.large": "a very large body",
    "credential.open": "an Authorization on which the document is silent",
}
"""What may be refused, with any failure code of the table, or ignored: the document does not say.
"""

ANY_FAILURE: frozenset[str] = frozenset(FAILURE_CODES)


def fitting_codes(defects: tuple[str, ...]) -> frozenset[str]:
    """The codes that fit any of these defects."""
    return frozenset().union(*(DEFECTS[name].codes for name in defects))


NAMED_CALLS: dict[str, frozenset[str]] = {
    Code.NO_SUCH_CAMPAIGN: frozenset({"campaign-id.unknown"}),
    Code.EMPTY: frozenset(
        {
            "body.empty",
            "caller-no.missing",
            "caller-no.null",
            "caller-no.empty",
            "item.null",
            "access-code.missing",
            "access-code.null",
            "access-code.empty",
        }
    ),
    Code.INVALID_CHARACTERS: frozenset({"access-code.invalid-characters"}),
    Code.TOO_LONG: frozenset({"access-code.too-long"}),
    Code.WRONG_TYPE: frozenset(
        {
            "caller-no.wrong-type",
            "item.not-object",
            "access-code.wrong-type",
            "vdn-id.not-integer",
            "campaign-id.not-integer",
        }
    ),
    Code.WRONG_VALUE: frozenset({"vdn-id.out-of-range", "campaign-id.out-of-range"}),
    Code.NOT_CONVERTIBLE: frozenset(
        {"body.not-json", "body.not-object", "vdn-id.not-integer", "campaign-id.not-integer"}
    ),
    Code.TOO_MANY: frozenset({"caller-no.too-many"}),
}
"""By result code: the defects with which the document itself names calls that bring it about.

For the other codes (0200001, 02000004, 05, 09, 10) it names none on this interface: a server that
never gives them contradicts nothing.
"""


def contradicts(code: str, defects: tuple[str, ...], answered: str | None, *, served: bool) -> bool:
    """Whether the answer to a call that the document names for `code` speaks against it: a success,
    0200001, or a code that does not fit. Another fitting code of the table does not, nor does a
    reply without a code (`answered` None), which something in front may have written.
    """
    if served or answered == Code.PARAMETER_ERROR:
        return True
    return answered is not None and answered != code and answered not in fitting_codes(defects)
