"""How a server behaves where the document leaves it the choice: a TOML file.

It names only what differs.

A complete example of the format, with the defaults (every table and key is optional)::

    name = "default"                    # free text, for people
    description = "one line"

    [codes]                             # defect = failure code; "accept" where the document leaves
                                        # the defect open
    "body.empty" = "02000001"           # the names are those of `defects.DEFAULT_CODES`

    [order]
    checks = []                         # looked for first to last; what is not named follows in the
                                        # default order
    items = "first-kind"                # or "first-item": the first bad item wins, whatever is
                                        # wrong with it

    [readings]
    absent = ""                         # a number that the campaign lacks: "ignore", "refuse",
                                        # "refuse-if-none-present"; "" follows the code of
                                        # "number.absent"
    duplicate = ""                      # a number named twice: "ignore", "refuse"; "" as above
    num = "deleted"                     # num:N counts: "deleted", "named" (items), "distinct",
                                        # "absent" (no num at all)
    limit_counts = "items"              # what may be 100 at most: "items", "distinct"
    last_number = "remaining"           # refused when none would remain, or when as many are named
                                        # as there are:
                                        # "named-items", "named-distinct"
    other_methods = "405"               # "404", "200-code" (HTTP 200 with a failure code)
    existing_on_add = "ignore"          # adding a number that is there: "refuse"
    adding = "allowed"                  # "refused": numbers cannot be added
    priority = "optional"               # "mandatory"
    cap = 0                             # the most numbers that a campaign can hold; 0: no limit
    failure_status = 200                # HTTP status of a failure; 400 tells it by HTTP too
    unknown_campaign_status = 0         # of a campaign that does not exist; 0: as other failures
    path_not_integer_status = 200       # HTTP status of the answer to ids that are no integers

    [query]
    shows = "all"                       # "first", "last", "absent" (no query interface: 404)
    separator = ","                     # or "json": the text of a JSON list
    at_most = 0                         # numbers that are shown; 0: no limit
    characters = 0                      # after which the text is cut off; 0: no limit

    [text]
    default = "zh_CN"                   # the language without a `locale` header
    languages = ["zh_CN", "en_US"]
    deleted = {}                        # language = template; {num} is replaced
    added = {}
    queried = {}
    failure = {}                        # {reason} and {name} are replaced
    return_desc = "same"                # "code" (the code), "short" (without the name), "empty"

    [reply]
    extra = {}                          # further members of every reply
    order = []                          # members to put first
    content_type = "application/json; charset=UTF-8"
    header_case = "title"               # "lower", "upper"
    headers = {}                        # further headers
    indent = 0
    ascii = false                       # other characters as \\uXXXX
    framing = "length"                  # "chunked", "close" (the end of the connection ends the
                                        # body)
    gzip = false                        # when the caller accepts it
    connection = "keep-alive"           # "close"
    close_after = 0                     # close, unannounced, an idle connection after so many calls
    http = "1.1"                        # "1.0"
    delay = 0.0                         # seconds
    dribble = 0                         # bytes per piece, a pause before each
    charset = "utf-8"

    [auth]
    scheme = "auth-v2"                  # "none"
    validity_seconds = 0.0              # how far a timestamp may be from now; 0: any
    refusal = "members"                 # body of a 401: "empty", "text", "html", "error"
    refusal_code = "0200001"            # the code in "members"

`[fingerprint]` and `[learnt]` may hold anything and are not looked at.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from conformance.emulator import answer, defects
from conformance.emulator.errors import EmulatorError, nearest
from conformance.emulator.settings import read_table

_IGNORED = frozenset({"fingerprint", "learnt"})
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which defect wins when a call has several."""

    checks: tuple[str, ...] = ()
    items: Literal["first-kind", "first-item"] = "first-kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """The choices that change what a call does."""

    absent: Literal["", "ignore", "refuse", "refuse-if-none-present"] = ""
    duplicate: Literal["", "ignore", "refuse"] = ""
    num: Literal["deleted", "named", "distinct", "absent"] = "deleted"
    limit_counts: Literal["items", "distinct"] = "items"
    last_number: Literal["remaining", "named-items", "named-distinct"] = "remaining"
    other_methods: Literal["405", "404", "200-code"] = "405"
    existing_on_add: Literal["ignore", "refuse"] = "ignore"
    adding: Literal["allowed", "refused"] = "allowed"
    priority: Literal["optional", "mandatory"] = "optional"
    cap: int = 0
    failure_status: int = 200
    unknown_campaign_status: int = 0
    path_not_integer_status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What the companion that shows a campaign tells."""

    shows: Literal["all", "first", "last", "absent"] = "all"
    separator: str = ","
    at_most: int = 0
    characters: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingProfile:
    """The wording of descriptions."""

    default: str = "zh_CN"
    languages: tuple[str, ...] = ("zh_CN", "en_US")
    deleted: Texts = field(default_factory=dict)
    added: Texts = field(default_factory=dict)
    queried: Texts = field(default_factory=dict)
    failure: Texts = field(default_factory=dict)
    return_desc: Literal["same", "code", "short", "empty"] = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyShape:
    """The shape of replies on the wire."""

    extra: Mapping[str, object] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    content_type: str = "application/json; charset=UTF-8"
    header_case: Literal["title", "lower", "upper"] = "title"
    headers: Texts = field(default_factory=dict)
    indent: int = 0
    ascii: bool = False
    framing: Literal["length", "chunked", "close"] = "length"
    gzip: bool = False
    connection: Literal["keep-alive", "close"] = "keep-alive"
    close_after: int = 0
    http: Literal["1.1", "1.0"] = "1.1"
    delay: float = 0.0
    dribble: int = 0
    charset: str = "utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthRules:
    """How callers prove who they are, and what those who can't are told."""

    scheme: Literal["auth-v2", "none"] = "auth-v2"
    validity_seconds: float = 0.0
    refusal: Literal["members", "empty", "text", "html", "error"] = "members"
    refusal_code: str = answer.PARAMETER_ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One way to be a server."""

    name: str = "default"
    description: str = ""
    codes: Texts = field(default_factory=dict)
    order: Order = field(default_factory=Order)
    readings: Readings = field(default_factory=Readings)
    query: Query = field(default_factory=Query)
    text: WordingProfile = field(default_factory=WordingProfile)
    reply: ReplyShape = field(default_factory=ReplyShape)
    auth: AuthRules = field(default_factory=AuthRules)

    def complete_codes(self) -> dict[str, str]:
        """Return the code (or "accept") of every defect, with the readings worked in."""
        codes = {**defects.DEFAULT_CODES, **self.codes}
        for name, reading in (
            ("number.absent", self.readings.absent),
            ("number.duplicate", self.readings.duplicate),
        ):
            if reading == "ignore":
                codes[name] = defects.ACCEPT
            elif reading and codes[name] == defects.ACCEPT:
                codes[name] = answer.COMBINATION
        return codes

    def ranks(self) -> dict[str, int]:
        """Return each defect's place in the order of checks."""
        names = [
            *self.order.checks,
            *(name for name in defects.DEFAULT_CODES if name not in self.order.checks),
        ]
        return {name: rank for rank, name in enumerate(names)}


def load_profile(path: str | Path) -> Profile:
    """Read a profile file."""
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise EmulatorError(
            f"The profile {path} can't be read: {error.strerror}. Check the path."
        ) from error
    except ValueError as error:
        raise EmulatorError(f"The profile {path} is no TOML: {error}.") from error
    profile = read_table(Profile, table, f"The profile {path}", _IGNORED)
    _check_codes(profile, f"The profile {path}")
    return profile


def _check_codes(profile: Profile, where: str) -> None:
    for name, code in profile.codes.items():
        _check_name(name, f"{where}, codes")
        if code == defects.ACCEPT and name not in defects.OPEN:
            raise EmulatorError(
                f"{where}, codes: {name!r} can't be accepted, the document wants it refused."
            )
        if code not in (*answer.FAILURES, defects.ACCEPT):
            raise EmulatorError(
                f"{where}, codes, {name}: {code!r} is no code. {nearest(code, answer.FAILURES)}"
            )
    for name in profile.order.checks:
        _check_name(name, f"{where}, order")


def _check_name(name: str, where: str) -> None:
    if name not in defects.DEFAULT_CODES:
        raise EmulatorError(
            f"{where}: there is no defect {name!r}. {nearest(name, defects.DEFAULT_CODES)}"
        )
