"""Lies about the codes."""

from collections.abc import Callable

from conformance.emulator import answer
from conformance.emulator.answer import Decision, EmulatorAnswer, Members
from conformance.emulator.faults.changes import replying, rewording
from conformance.emulator.faults.registry import fault
from conformance.emulator.points import Points
from conformance.emulator.request import Request

_PAIR = "Response, resultCode and returnCode: the same code in both."
_TABLE = "Error codes: only the codes of the table are returned."
_STRING = "Response, resultCode and returnCode: their type is String."
_MEANING = "Error codes: a code is returned for what the table says that it means."
_SUCCESS = "Response, resultCode: 0200000 says success, and nothing else does."
_LOCALE = "Request, locale: it chooses the language of descriptions; codes do not depend on it."
_PASSED = (
    "Authentication: a call whose caller is known is answered with HTTP 200; the code tells the"
    " outcome."
)


def _recoding(
    points: Points,
    change: Callable[[Request, Decision], tuple[object, object]],
    *,
    everywhere: bool = False,
) -> None:
    """Choose the two codes of a reply anew."""

    def reword(request: Request, decision: Decision, made: Members) -> Members:
        made["resultCode"], made["returnCode"] = change(request, decision)
        return made

    rewording(points, reword, everywhere=everywhere)


def _recoding_failures(points: Points, change: Callable[[str, str], tuple[object, object]]) -> None:
    """Choose the two codes of a failure anew, knowing code and defect."""

    def recode(_: Request, decision: Decision) -> tuple[object, object]:
        code = decision.code
        return (code, code) if code == answer.SUCCESS else change(code, decision.defect)

    _recoding(points, recode)


@fault("code.pair-differs", "On failure returnCode is always the general code.", _PAIR)
def _pair_differs(points: Points) -> None:
    _recoding_failures(points, lambda code, _: (code, answer.PARAMETER_ERROR))


@fault("code.pair-success", "On success returnCode is `0`.", _PAIR)
def _pair_success(points: Points) -> None:
    def change(_: Request, decision: Decision) -> tuple[object, object]:
        return (decision.code, "0" if decision.code == answer.SUCCESS else decision.code)

    _recoding(points, change)


@fault("code.return-stays-success", "On failure returnCode still says success.", _PAIR)
def _return_stays_success(points: Points) -> None:
    _recoding_failures(points, lambda code, _: (code, answer.SUCCESS))


@fault("code.pair-ninth", "Every ninth reply carries the returnCode of the one before.", _PAIR)
def _pair_ninth(points: Points) -> None:
    seen: list[str] = []

    def change(_: Request, decision: Decision) -> tuple[object, object]:
        seen.append(decision.code)
        is_mixed = len(seen) % 9 == 0
        others = [code for code in seen if code != decision.code] if is_mixed else []
        return (decision.code, others[-1] if others else decision.code)

    _recoding(points, change)


@fault("code.undocumented", "The last-number rule has a code that the table lacks.", _TABLE)
def _undocumented(points: Points) -> None:
    _recoding_failures(
        points,
        lambda code, defect: (
            ("0200008", "0200008") if defect == "campaign.last-number" else (code, code)
        ),
    )


@fault("code.undocumented-conversion", "Broken JSON has the code 02000099.", _TABLE)
def _undocumented_conversion(points: Points) -> None:
    _recoding_failures(
        points,
        lambda code, defect: (
            ("02000099", "02000099") if defect == "body.not-json" else (code, code)
        ),
    )


@fault("code.zero-lost", "Codes of eight digits lose a zero.", _TABLE)
def _zero_lost(points: Points) -> None:
    def short(code: str) -> str:
        return code if len(code) == 7 else code.replace("0", "", 1)

    _recoding_failures(points, lambda code, _: (short(code), short(code)))


@fault("code.empty", "Failures of a type check carry empty codes.", _TABLE)
def _empty(points: Points) -> None:
    _recoding_failures(points, lambda code, _: ("", "") if code == answer.TYPE else (code, code))


@fault("code.padded", "Codes have a space at the end: a column of fixed width.", _TABLE)
def _padded(points: Points) -> None:
    _recoding(points, lambda _, decision: (f"{decision.code} ", f"{decision.code} "))


@fault("code.numbers", "Codes are JSON numbers.", _STRING)
def _numbers(points: Points) -> None:
    _recoding(points, lambda _, decision: (int(decision.code), int(decision.code)))


@fault("code.failure-numbers", "Codes of failures are JSON numbers.", _STRING)
def _failure_numbers(points: Points) -> None:
    _recoding_failures(points, lambda code, _: (int(code), int(code)))


def _swapping(points: Points, one: str, other: str) -> None:
    pairs = {one: other, other: one}
    _recoding_failures(points, lambda code, _: (pairs.get(code, code), pairs.get(code, code)))


@fault("code.swapped-lengths", "Too long and too short have each other's code.", _MEANING)
def _swapped_lengths(points: Points) -> None:
    _swapping(points, answer.TOO_LONG, answer.TOO_SHORT)


@fault("code.swapped-empty", "Empty values and too many values have each other's code.", _MEANING)
def _swapped_empty(points: Points) -> None:
    _swapping(points, answer.EMPTY, answer.TOO_MANY)


@fault(
    "code.swapped-campaign",
    "An unknown campaign and invalid characters have each other's code.",
    _MEANING,
)
def _swapped_campaign(points: Points) -> None:
    _swapping(points, answer.NO_CAMPAIGN, answer.CHARACTERS)


@fault(
    "code.type-as-campaign",
    "Values of a wrong type are reported as a campaign that does not exist.",
    _MEANING,
)
def _type_as_campaign(points: Points) -> None:
    _recoding_failures(
        points, lambda code, _: (answer.NO_CAMPAIGN,) * 2 if code == answer.TYPE else (code, code)
    )


@fault(
    "code.type-as-too-short",
    "Values of a wrong type are reported as shorter than allowed.",
    _MEANING,
)
def _type_as_too_short(points: Points) -> None:
    _recoding_failures(
        points, lambda code, _: (answer.TOO_SHORT,) * 2 if code == answer.TYPE else (code, code)
    )


@fault(
    "code.characters-as-length",
    "Invalid characters are reported as a length out of range.",
    _MEANING,
)
def _characters_as_length(points: Points) -> None:
    _recoding_failures(
        points, lambda code, _: (answer.LENGTH,) * 2 if code == answer.CHARACTERS else (code, code)
    )


@fault(
    "code.conversion-as-combination",
    "What can't be converted is reported as a wrong combination.",
    _MEANING,
)
def _conversion_as_combination(points: Points) -> None:
    _recoding_failures(
        points,
        lambda code, _: (answer.COMBINATION,) * 2 if code == answer.CONVERSION else (code, code),
    )


@fault("code.all-hour-minute", "Every failure is reported as an hour without its minute.", _MEANING)
def _all_hour_minute(points: Points) -> None:
    _recoding_failures(points, lambda _, __: (answer.HOUR_MINUTE, answer.HOUR_MINUTE))


@fault("code.success-for-last", "Refuses to empty a campaign and calls it success.", _SUCCESS)
def _success_for_last(points: Points) -> None:
    _recoding_failures(
        points,
        lambda code, defect: (
            (answer.SUCCESS,) * 2 if defect == "campaign.last-number" else (code, code)
        ),
    )


@fault(
    "code.success-for-bad-number",
    "Refuses a number with invalid characters and calls it success.",
    _SUCCESS,
)
def _success_for_bad_number(points: Points) -> None:
    _recoding_failures(
        points,
        lambda code, _: (
            (answer.SUCCESS, answer.SUCCESS) if code == answer.CHARACTERS else (code, code)
        ),
    )


@fault("code.success-200", "Success has the code 200.", _SUCCESS)
def _success_200(points: Points) -> None:
    _recoding(
        points,
        lambda _, decision: (
            ("200",) * 2 if decision.code == answer.SUCCESS else (decision.code,) * 2
        ),
    )


@fault(
    "code.success-0-everywhere",
    "Success has the code 0, in the replies to adding and querying too.",
    _SUCCESS,
)
def _success_0_everywhere(points: Points) -> None:
    _recoding(
        points,
        lambda _, decision: ("0",) * 2 if decision.code == answer.SUCCESS else (decision.code,) * 2,
        everywhere=True,
    )


@fault(
    "code.pair-zero-everywhere",
    "On success returnCode is `0`, in the replies to adding and querying too.",
    _PAIR,
)
def _pair_zero_everywhere(points: Points) -> None:
    _recoding(
        points,
        lambda _, decision: (
            decision.code,
            "0" if decision.code == answer.SUCCESS else decision.code,
        ),
        everywhere=True,
    )


@fault("code.locale", "With locale en_US every failure has the general code.", _LOCALE)
def _locale(points: Points) -> None:
    def change(request: Request, decision: Decision) -> tuple[object, object]:
        code = decision.code
        if code != answer.SUCCESS and request.call.headers.get("locale") == "en_US":
            code = answer.VALUE if code == answer.PARAMETER_ERROR else answer.PARAMETER_ERROR
        return (code, code)

    _recoding(points, change)


@fault("code.locale-success", "With locale en_US a success has the code OK.", _LOCALE)
def _locale_success(points: Points) -> None:
    def change(request: Request, decision: Decision) -> tuple[object, object]:
        is_ok = request.call.headers.get("locale") == "en_US" and decision.code == answer.SUCCESS
        return ("OK", "OK") if is_ok else (decision.code, decision.code)

    _recoding(points, change)


@fault("code.http-202", "Success is HTTP 202.", _PASSED)
def _http_202(points: Points) -> None:
    _with_status(points, 202, lambda decision: decision.code == answer.SUCCESS)


@fault("code.http-302", "Failures are HTTP 302.", _PASSED)
def _http_302(points: Points) -> None:
    _with_status(points, 302, lambda decision: decision.code != answer.SUCCESS)


def _with_status(points: Points, status: int, when: Callable[[Decision], bool]) -> None:
    def change(_: Request, decision: Decision, made: EmulatorAnswer) -> EmulatorAnswer:
        if when(decision):
            made.status = status
        return made

    replying(points, change)


_ALSO: dict[str, tuple[str, ...]] = {
    answer.EMPTY: ("caller-no.empty",),
    answer.TYPE: ("vdn-id.not-integer", "campaign-id.not-integer", "body.not-json"),
    answer.VALUE: ("vdn-id.very-long", "campaign-id.very-long", "campaign-id.unknown"),
}
"""Defects with which the document names the code too, and that usually have another that fits."""


def _unreachable(code: str) -> None:
    """Register the fault that never returns one of the codes, but the general one in its place."""

    @fault(
        f"code.unreachable.{code}",
        f"Never returns {code}, nor another code that fits the calls which the document names for"
        f" it; {answer.PARAMETER_ERROR} takes its place.",
        f"Error codes, {code}: the table promises it, so there is a call that gets it.",
    )
    def change(points: Points) -> None:
        for defect, usual in points.codes.items():
            if usual == code or defect in _ALSO.get(code, ()):
                points.codes[defect] = answer.PARAMETER_ERROR


_PROMISED = (
    answer.NO_CAMPAIGN, answer.EMPTY, answer.CHARACTERS, answer.TOO_LONG, answer.TYPE,
    answer.VALUE, answer.CONVERSION, answer.TOO_MANY,
)  # fmt: skip
"""Codes for which the document names calls of this interface; of the others none is owed."""

for _code in _PROMISED:
    _unreachable(_code)
