"""Characters that are obeyed instead of read, told without the suite's own table."""

import unicodedata

_KINDS = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def obeyed(text: str) -> list[str]:
    """Controls, directions, surrogates and what stands for nothing; lines and tabs are layout."""
    return [sign for sign in text if sign not in "\n\t" and unicodedata.category(sign) in _KINDS]
