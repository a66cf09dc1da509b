"""Descriptions by their structure: an edition may word them in any language, so nothing ever
compares their letters.
"""

import re

LONGEST_READ = 2_000
"""Characters of a description whose structure is read."""
_COUNT = re.compile(r"(num\s*[:=：]\s*)\d{1,18}")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_WORDS = re.compile(r"[A-Za-z][A-Za-z'-]*(?:\s+[A-Za-z][A-Za-z'-]*)*")
_DIGITS = re.compile(r"(?<!#)\d+")


def shape(text: str) -> str:
    """The structure of a description: its `num:#`, its punctuation, one word for each run of
    letters or of other scripts.
    """
    counted = _COUNT.sub("\x00", text[:LONGEST_READ])
    plain = _WORDS.sub("w", _FOREIGN.sub("w", counted))
    plain = re.sub(r"w(?:\s*w)+", "w", plain)
    return _DIGITS.sub("9", plain).replace("\x00", "num:#")


def count(text: str) -> int | None:
    """N of `num:N`."""
    found = _COUNT.search(text)
    return int(found[0].removeprefix(found[1])) if found else None


def second(description: str, other: str, code: str) -> str:
    """How returnDesc stands to resultDesc: `same`, `code`, `empty`, `short` (up to the colon), or
    `other`.
    """
    if other == description:
        return "same"
    if not other:
        return "empty"
    if other == code:
        return "code"
    return "short" if other == description.partition(":")[0] else "other"


def script(text: str) -> str:
    """`zh` for a text with Chinese characters, `en` for one without."""
    return "zh" if any("\u4e00" <= sign <= "\u9fff" for sign in text) else "en"
