"""The vocabulary of traffic: call, reply, no answer, exchange, history. Values only; nothing here
sends anything.

A *call* is kept without its `Authorization` header: how it was authorised is its `credential`, a
word. So no secret can get into a report or a recording, and a call can be sent again later with a
fresh signature.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

CampaignKey: TypeAlias = tuple[int, int]
"""(vdnId, campaignId)."""

SIGNED = "signed"
"""Credential of a call that carries what the target asks for: a valid signature, the user's header,
or nothing where none is needed.
"""
OMITTED = "omitted"
"""Credential of a call that carries no `Authorization` at all. Every other word names how a valid
one was spoilt.
"""


OPEN = "open:"
"""Credentials that begin so name an Authorization on which the documents are silent: to be refused
or let in.
"""


LONGEST_LOOK = 1024 * 1024
"""Bytes that are kept and read of a reply to GET: a look at a campaign of forty thousand numbers.
"""


class Call(Struct, frozen=True, kw_only=True):
    """What is sent: `target` is path and query exactly as on the wire, base path included;
    `headers` without Authorization, Host and Content-Length.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    credential: str = SIGNED

    @property
    def path(self) -> str:
        """The target up to the question mark."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The target after the question mark, undecoded; empty where there is none."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name."""
        return _first(self.headers, name)


class Reply(Struct, frozen=True, kw_only=True, tag="reply"):
    """What came back, complete; `body` after removal of transfer and content codings.

    Of a long body only the beginning is kept: then `size` is the bytes that came in all. 0: the
    body is whole.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    size: int = 0

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name."""
        return _first(self.headers, name)


NoAnswerKind: TypeAlias = Literal[
    "timeout",
    "reset",
    "closed",
    "protocol",
    "stale",
    "refused",
    "tls",
    "name",
    "withheld",
    "interrupted",
]


class NoAnswer(Struct, frozen=True, kw_only=True, tag="no-answer"):
    """No complete reply came.

    `timeout`, `reset`, `closed`, `protocol` (not HTTP, or cut short): the target's doing, and
    nobody knows whether the call took effect. `interrupted`: we stopped waiting, which is no doing
    of the target; the call may take effect. `stale`: a kept-alive connection had been closed before
    the call; the target may or may not have read it. `refused`, `tls`, `name`: no connection came
    about, so nothing happened. `withheld`: the transport did not send it, `detail` says why.
    """

    kind: NoAnswerKind
    detail: str = ""

    @property
    def may_have_happened(self) -> bool:
        """Whether the target can have carried the call out."""
        return self.kind in {"timeout", "reset", "closed", "protocol", "stale", "interrupted"}


class Exchange(Struct, frozen=True, kw_only=True):
    """A call and what came of it. `start` and `end` are seconds of one monotonic clock; `number`
    counts the run's exchanges from 1.
    """

    number: int
    call: Call
    outcome: Reply | NoAnswer
    start: float
    end: float

    @property
    def reply(self) -> Reply | None:
        """The reply, or None where no answer came."""
        return self.outcome if isinstance(self.outcome, Reply) else None


class Contents(Struct, frozen=True, kw_only=True):
    """What a campaign holds: the numbers known to be in it, and whether that is all of them."""

    numbers: frozenset[str] = frozenset()
    complete: bool = True


QueryShows: TypeAlias = Literal["all", "one", "nothing"]


class LookForm(Struct, frozen=True, kw_only=True):
    """How a target's looks write numbers, learnt from own numbers whose place was known.

    `separator` stands between the tokens of a text. `shapes` are what a token may hold before and
    after its number, other runs of digits written as `#`. `number_member` names the member of an
    object that holds the number, `priority_member` the one with its priority; `priority_in_token`:
    the other run of digits is the priority. `absent_is_empty`: where a campaign holds nothing, the
    member is left out of the reply.
    """

    separator: str = ""
    shapes: tuple[tuple[str, str], ...] = (("", ""),)
    number_member: str = ""
    priority_member: str = ""
    priority_in_token: bool = False
    absent_is_empty: bool = False

    @property
    def shows_priority(self) -> bool:
        """Whether looks tell the priority of a number."""
        return bool(self.priority_member) or self.priority_in_token


class Setting(Struct, frozen=True, kw_only=True):
    """The world in which a history takes place, as established by set-up and observation (never
    by wish).

    `query` is how far the target's query interface can be read: all numbers of a campaign, one
    of them, or nothing. `campaigns` are those known to exist, with what they held before the
    first exchange. `authenticated` tells whether the target asks for credentials at all.
    """

    base_path: str = ""
    vdn_id: int = 1
    campaigns: tuple[tuple[CampaignKey, Contents], ...] = ()
    query: QueryShows = "nothing"
    authenticated: bool = True
    look_form: LookForm | None = None
    """How looks write numbers; None: not learnt, every run of digits counts."""

    def contents(self, key: CampaignKey) -> Contents | None:
        """What the campaign held at the start, or None for one that is not known to exist."""
        return next((held for known, held in self.campaigns if known == key), None)


class History(Struct, frozen=True, kw_only=True):
    """Exchanges of one campaign world in order of their start; they overlap where they were
    concurrent.
    """

    setting: Setting
    exchanges: tuple[Exchange, ...] = ()


def _first(headers: tuple[tuple[str, str], ...], name: str) -> str | None:
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)
