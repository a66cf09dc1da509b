"""Lies about the text of a number: its characters and its length."""

import re
import unicodedata
from collections.abc import Callable

from conformance.emulator.faults.changes import (
    amending,
    overlook,
    preparing_items,
    preparing_texts,
)
from conformance.emulator.faults.registry import fault
from conformance.emulator.points import Points
from conformance.emulator.request import Request

_DIGITS = "Request, accessCode: digits 0-9 only."
_MOST = "Request, accessCode: at most 24 characters."
_UP_TO = "Request, accessCode: any text of up to 24 digits is a number."


@fault("values.zeros-refused", "Refuses a number of zeros alone: it reads it as nothing.", _UP_TO)
def _zeros_refused(points: Points) -> None:
    def change(request: Request) -> None:
        if any(number and not number.strip("0") for number in request.numbers):
            request.note("access-code.empty")

    amending(points, change)


@fault("values.trims", "Ignores spaces around a number.", _DIGITS)
def _trims(points: Points) -> None:
    preparing_texts(points, str.strip)


@fault("values.full-width", "Reads full-width digits as digits.", _DIGITS)
def _full_width(points: Points) -> None:
    preparing_texts(points, lambda text: unicodedata.normalize("NFKC", text))


@fault("values.other-digits", "Takes the digits of any script for digits.", _DIGITS)
def _other_digits(points: Points) -> None:
    preparing_texts(
        points, lambda text: str(int(text)) if text.isdecimal() and not text.isascii() else text
    )


@fault("values.sign", "Takes a number with a plus or minus sign.", _DIGITS)
def _sign(points: Points) -> None:
    preparing_texts(points, lambda text: text[1:] if re.fullmatch(r"[+-][0-9]+", text) else text)


@fault("values.separators", "Drops hyphens, dots, brackets and spaces from a number.", _DIGITS)
def _separators(points: Points) -> None:
    preparing_texts(points, lambda text: re.sub(r"(?<=[0-9])[-. ()]+(?=[0-9])", "", text))


@fault(
    "values.trailing-newline",
    "Lets a newline pass at the end: `$` in a pattern matches before it.",
    _DIGITS,
)
def _trailing_newline(points: Points) -> None:
    preparing_texts(points, lambda text: text.removesuffix("\n"))


@fault("values.nul-cuts", "Ends a number at U+0000.", _DIGITS)
def _nul_cuts(points: Points) -> None:
    preparing_texts(points, lambda text: text.partition("\0")[0] or text)


@fault("values.any-characters", "Does not look at the characters of a number.", _DIGITS)
def _any_characters(points: Points) -> None:
    overlook(points, "access-code.invalid-characters")


@fault("values.hex", "Takes the letters a-f for digits.", _DIGITS)
def _hexadecimal(points: Points) -> None:
    def is_hex(request: Request) -> bool:
        bad = [text for text in _texts(request) if not text.isdigit()]
        return all(re.fullmatch(r"[0-9a-fA-F]+", text) for text in bad)

    overlook(points, "access-code.invalid-characters", when=is_hex)


def _texts(request: Request) -> list[str]:
    values = [item.get("accessCode") for item in request.items if isinstance(item, dict)]
    return [value for value in values if isinstance(value, str)]


@fault("values.first-character", "Looks at the first character of a number only.", _DIGITS)
def _first_character(points: Points) -> None:
    overlook(
        points,
        "access-code.invalid-characters",
        when=lambda request: all(
            text[:1].isascii() and text[:1].isdigit() for text in _texts(request)
        ),
    )


@fault("values.wildcard", "Takes `*` for all numbers, and deletes all but one.", _DIGITS)
def _wildcard(points: Points) -> None:
    def change(request: Request) -> None:
        if "*" in _texts(request):
            request.found.pop("access-code.invalid-characters", None)
            request.numbers = list(points.look(request) or ())[1:]

    amending(points, change)


@fault("values.comma", "Takes several numbers in one text, separated by commas.", _DIGITS)
def _comma(points: Points) -> None:
    def split(items: list[object]) -> list[object]:
        made: list[object] = []
        for item in items:
            text = item.get("accessCode") if isinstance(item, dict) else None
            if isinstance(text, str) and re.fullmatch(r"[0-9]+(,[0-9]+)+", text):
                made += [{"accessCode": part} for part in text.split(",")]
            else:
                made.append(item)
        return made

    preparing_items(points, split)


@fault("values.25-digits", "Takes 25 digits: the comparison is off by one.", _MOST)
def _digits_25(points: Points) -> None:
    overlook(
        points,
        "access-code.too-long",
        when=lambda request: all(len(text) <= 25 for text in _texts(request)),
    )


@fault("values.any-length", "Does not look at the length of a number.", _MOST)
def _any_length(points: Points) -> None:
    overlook(points, "access-code.too-long", "access-code.very-long")


@fault(
    "values.very-long", "Lets numbers beyond 255 characters pass: their length overflows.", _MOST
)
def _very_long(points: Points) -> None:
    overlook(points, "access-code.very-long")


@fault("values.cuts", "Cuts a number after 24 characters and takes the rest for it.", _MOST)
def _cuts(points: Points) -> None:
    preparing_texts(points, lambda text: text[:24])


def _refusing_numbers(points: Points, defect: str, bad: Callable[[str], bool]) -> None:
    def change(request: Request) -> None:
        if any(bad(number) for number in request.numbers):
            request.note(defect, 0)

    amending(points, change)


@fault("values.24-refused", "Refuses 24 digits.", _UP_TO)
def _digits_24_refused(points: Points) -> None:
    _refusing_numbers(points, "access-code.too-long", lambda number: len(number) == 24)


@fault("values.20-digits", "Refuses numbers of more than 20 digits.", _UP_TO)
def _digits_20(points: Points) -> None:
    _refusing_numbers(points, "access-code.too-long", lambda number: len(number) > 20)


@fault("values.int64", "Refuses numbers beyond the range of a 64-bit integer.", _UP_TO)
def _int64(points: Points) -> None:
    _refusing_numbers(points, "access-code.invalid-characters", lambda number: int(number) >= 2**63)


@fault("values.zero-led-refused", "Refuses numbers with a leading zero.", _UP_TO)
def _zero_led_refused(points: Points) -> None:
    _refusing_numbers(
        points, "access-code.invalid-characters", lambda number: number.startswith("0")
    )
