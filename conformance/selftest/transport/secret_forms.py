"""Secrets, and the ways in which somebody may write one; made apart from the tables of the
suite.
"""

import html
import json
import shlex
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from urllib.parse import quote, quote_plus

from hypothesis import strategies as st

SIGNS = "'\"\\/ %&<>;=+~#@é€中😀aBcXyZ019._-"


def secrets() -> st.SearchStrategy[str]:
    """Eight characters at least; the first make sure that it stands in no ordinary text."""
    return (
        st.text(st.sampled_from(SIGNS), min_size=5, max_size=24)
        .map(lambda rest: f"Zq7{rest}".strip())
        .filter(lambda text: len(text) >= 8)
    )


def _unicode(text: str) -> str:
    data = text.encode("utf-16-be")
    return "".join(f"\\u{data[at]:02x}{data[at + 1]:02x}" for at in range(0, len(data), 2))


FORMS: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "shell": lambda text: shlex.quote(text).removeprefix("'").removesuffix("'"),
    "other shell": lambda text: text.replace("'", "'\\''"),
    "json": lambda text: json.dumps(text)[1:-1],
    "json of other letters": lambda text: json.dumps(text, ensure_ascii=False)[1:-1].replace(
        "/", "\\/"
    ),
    "python": lambda text: repr(text)[1:-1],
    "python bytes": lambda text: repr(text.encode())[2:-1],
    "xml": html.escape,
    "percent": lambda text: quote(text, safe=""),
    "percent in small letters": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "form": quote_plus,
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 for addresses": lambda text: urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hexadecimal": lambda text: text.encode().hex(),
    "hexadecimal in capitals": lambda text: text.encode().hex().upper(),
    "reversed": lambda text: text[::-1],
    "capitals": str.upper,
    "small letters": str.lower,
    "unicode": _unicode,
    "entity": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "hexadecimal entity": lambda text: "".join(f"&#x{ord(sign):X};" for sign in text),
}
