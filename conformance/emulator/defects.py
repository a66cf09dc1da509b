"""The things that can be wrong with a call, and what the emulator makes of each when no profile
says otherwise.
"""

from collections.abc import Mapping

from conformance.emulator import answer

ACCEPT = "accept"

# The order is the default order in which defects are looked for.
DEFAULT_CODES: Mapping[str, str] = {
    "content-type.missing": ACCEPT,
    "content-type.other": ACCEPT,
    "locale.unknown": ACCEPT,
    "vdn-id.not-integer": answer.CONVERSION,
    "vdn-id.very-long": answer.LENGTH,
    "vdn-id.out-of-range": answer.VALUE,
    "campaign-id.not-integer": answer.CONVERSION,
    "campaign-id.very-long": answer.LENGTH,
    "campaign-id.out-of-range": answer.VALUE,
    "query.unknown": ACCEPT,
    "body.empty": answer.EMPTY,
    "body.not-json": answer.CONVERSION,
    "body.not-object": answer.CONVERSION,
    "key.duplicate": ACCEPT,
    "member.unknown": ACCEPT,
    "member.hour-without-minute": answer.HOUR_MINUTE,
    "member.minute-without-hour": answer.HOUR_MINUTE,
    "member.hour-and-minute": answer.COMBINATION,
    "caller-no.missing": answer.EMPTY,
    "caller-no.null": answer.EMPTY,
    "caller-no.wrong-type": answer.TYPE,
    "caller-no.empty": answer.TOO_SHORT,
    "caller-no.too-many": answer.TOO_MANY,
    "item.null": answer.EMPTY,
    "item.not-object": answer.TYPE,
    "access-code.missing": answer.EMPTY,
    "access-code.null": answer.EMPTY,
    "access-code.wrong-type": answer.TYPE,
    "access-code.empty": answer.EMPTY,
    "access-code.very-long": answer.TOO_LONG,
    "access-code.too-long": answer.TOO_LONG,
    "access-code.invalid-characters": answer.CHARACTERS,
    "priority.missing": answer.EMPTY,
    "priority.wrong-type": answer.TYPE,
    "priority.out-of-range": answer.VALUE,
    "campaign-id.unknown": answer.NO_CAMPAIGN,
    "campaign-id.other-vdn": answer.NO_CAMPAIGN,
    "number.duplicate": ACCEPT,
    "number.absent": ACCEPT,
    "number.present": answer.COMBINATION,
    "campaign.full": answer.TOO_MANY,
    "campaign.last-number": answer.PARAMETER_ERROR,
    "adding.refused": answer.PARAMETER_ERROR,
}

# What the document leaves open, and a profile may therefore accept. The rest must be failures.
OPEN = frozenset(
    {
        "number.absent",
        "number.duplicate",
        "member.unknown",
        "member.hour-without-minute",
        "member.minute-without-hour",
        "member.hour-and-minute",
        "key.duplicate",
        "content-type.missing",
        "content-type.other",
        "query.unknown",
        "locale.unknown",
    }
)

# Defects of one item, for servers that check item by item.
OF_ITEMS = frozenset(
    name for name in DEFAULT_CODES if name.startswith(("item.", "access-code.", "priority."))
)
