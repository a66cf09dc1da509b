"""Traces of a server's inside in what it answers: stack traces, class names, database errors, paths
of source files.

A reply may be made to be slow to search. So each pattern reads a run of characters once, not once
from each of its characters: it is entered where the run begins, or takes a bounded number of them.
And of a long body only the two ends are searched.
"""

import re
from functools import lru_cache

HEAD, TAIL = 24 * 1024, 8 * 1024
"""Bytes of a body that are searched, from its beginning and from its end: a stack trace begins or
ends an error page.
"""
SMALL = 8 * 1024
"""Bytes of a body up to which what was found in it is remembered."""
_REMEMBERED = 256

_ROOT = r"/(?:usr|opt|home|var|srv|etc|root|app)/[\w.-]++/"
_PACKAGE = (
    r"\b(?:java|javax|jakarta|org\.springframework|org\.apache|org\.hibernate|com\.mysql"
    r"|com\.fasterxml|com\.huawei|sun|kotlin)\."
)
_PATTERNS = (
    r"Traceback \(most recent call last\)",
    r'File "[^"]++", line \d',
    r"\bat [\w$.<>]++\([\w$]++\.(?:java|kt|scala):\d++\)",
    # A name with spaces ("async Promise.all [index 0]"): bounded, because "at at at …" is one run
    # with many beginnings.
    r"\bat [\w$.<> \[\]]{1,120}\((?:file://)?[\w./\\:@-]{1,240}\.[cm]?[jt]s:\d{1,7}:\d{1,7}\)",
    r"\bat /[\w./-]+\.[cm]?js:\d+:\d",
    r"node:internal/",
    # From the beginning of a dotted word to the first package in it that is known, then to its end.
    rf"(?<![\w.$])(?>(?:(?!{_PACKAGE})[\w.$])*+){_PACKAGE}[\w.$]*(?:Exception|Error)\b",
    r"\bNullPointerException\b|\bORA-\d{5}\b|\bSQLSTATE\b|SQLException|SQL syntax",
    r"\bdelete\s++from\s++\w++\s++where\b",
    r"\bselect\b.{1,80}\bfrom\s++\w++\s++where\b",
    r"\binsert\s++into\s++\w+\s*+(?:\(|values)",
    r"\bupdate\s++\w++\s++set\b",
    r"goroutine \d++ \[|panic: runtime error",
    # Likewise, from the beginning of a path.
    rf"(?<![\w./-])(?>(?:(?!{_ROOT})[\w./-])*+){_ROOT}"
    r"[\w./-]+\.(?:py|js|mjs|ts|java|jar|class|go|rb|php|xml|conf|properties|ya?ml)\b",
    (
        r"\b(?:TypeError|ValueError|KeyError|AttributeError|ReferenceError|RangeError"
        r"|RuntimeError|IndexError|SyntaxError): "
    ),
    # A class in a package. Of a longer package six parts are shown.
    r"(?-i:\b(?:[a-z][a-z0-9_]*+\.){2,6}[A-Z][A-Za-z0-9_$]*\b)",
    r"\bpymysql\.|\bpsycopg2?\.|\bsqlite3\.|\bsqlalchemy\.",
)
TRACES = re.compile("|".join(_PATTERNS), re.IGNORECASE)


def internals_in(body: bytes) -> str | None:
    """The first trace of a server's inside. Most replies are word for word like others, and the
    search is what costs most.
    """
    return _remembered(body) if len(body) <= SMALL else _search(body)


def _search(body: bytes) -> str | None:
    ends = (body,) if len(body) <= HEAD + TAIL else (body[:HEAD], body[-TAIL:])
    found = (TRACES.search(end.decode("utf-8", "replace")) for end in ends)
    return next((match[0] for match in found if match), None)


_remembered = lru_cache(maxsize=_REMEMBERED)(_search)
