"""Calls of an earlier run or of a recording with numbers of this run in the place of theirs.

A long number that somebody drew then may be somebody's now, in a campaign that nobody listed. So
each is exchanged for a fresh one of the same length, in whatever a call names: what was a prefix, a
neighbour or a repetition of it stays one of the new number.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from conformance.campaigns.campaign_set import UNLIKELY_DIGITS, CampaignSet
from conformance.exchange import Call


def renumbering(campaign_set: CampaignSet, numbers: Collection[str]) -> dict[str, str]:
    """Fresh numbers for those of some that are long, or that a campaign of this run holds itself.

    Of numbers that hold one another the shortest is exchanged, in the others too.
    """
    originals = {number for held in campaign_set.original.values() for number in held.numbers}
    for number in numbers:
        campaign_set.pool.reserve(number)  # what is drawn for one must not be another of them
    roots: dict[str, str] = {}
    for number in sorted(numbers, key=lambda each: (len(each), each)):
        long = len(number) >= UNLIKELY_DIGITS
        if (long or number in originals) and not any(root in number for root in _long(roots)):
            roots[number] = campaign_set.pool.of_length(len(number))
    others = [exchanged(number, roots) for number in numbers if number not in roots]
    campaign_set.announce([*roots.values(), *others])
    return roots


def _long(roots: Mapping[str, str]) -> Iterator[str]:
    return (root for root in roots if len(root) >= UNLIKELY_DIGITS)


def exchanged(number: str, renamed: Mapping[str, str]) -> str:
    """What a number of then is now."""
    if number in renamed:
        return renamed[number]
    holding = (root for root in _long(renamed) if root in number)
    return next((number.replace(root, renamed[root]) for root in holding), number)


def renumbered(call: Call, renamed: Mapping[str, str]) -> Call:
    """The call with the numbers of its body exchanged, also where digits are JSON escapes; of short
    ones only whole runs of digits.
    """
    body = call.body
    for number, fresh in renamed.items():
        if number.encode() in body or b"\\u00" in body:
            body = re.sub(_spelt(number), fresh.encode(), body)
    return replace(call, body=body)


def _spelt(number: str) -> bytes:
    signs = "".join(rf"(?:{re.escape(sign)}|\\u(?i:{ord(sign):04x}))" for sign in number)
    return (signs if len(number) >= UNLIKELY_DIGITS else rf"(?<![0-9]){signs}(?![0-9])").encode()
