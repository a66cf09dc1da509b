"""The target file as a value."""

from typing import Literal

from msgspec import Struct

from conformance.config.secret import Secret
from conformance.exchange import CampaignKey
from conformance.transport.address import Address
from conformance.transport.tls import Tls

Scheme = Literal["auth-v2", "header", "none"]
Query = Literal["auto", "all", "first", "none"]
Originals = Literal["borrow", "keep"]


class Campaign(Struct, frozen=True, kw_only=True):
    """A disposable campaign. `numbers`: all that it holds, where the server can't be asked;
    None: ask.
    """

    vdn_id: int
    campaign_id: int
    numbers: tuple[str, ...] | None = None

    @property
    def key(self) -> CampaignKey:
        """(vdnId, campaignId)."""
        return (self.vdn_id, self.campaign_id)


class Auth(Struct, frozen=True, kw_only=True):
    """How calls are authorised."""

    scheme: Scheme = "auth-v2"
    access_key: str = ""
    secret_key: Secret | None = None
    signed_headers: tuple[str, ...] = ("host",)
    milliseconds: bool = False
    header: Secret | None = None
    command: tuple[str, ...] = ()


class PaceLimits(Struct, frozen=True, kw_only=True):
    """How fast, how many at once, how much in all; None: no limit."""

    requests_per_second: float | None = None
    concurrency: int = 10
    timeout_seconds: float = 30.0
    patience_seconds: float = 30.0
    """For so long a target that has stopped answering is waited for."""
    max_requests: int | None = None
    max_seconds: float | None = None
    max_added_numbers: int | None = None


class Numbers(Struct, frozen=True, kw_only=True):
    """The numbers that a run adds: their first digits, and the priority that is sent with them
    (None: the member is not sent).

    Without a prefix numbers of every legal shape are tried, leading zeros and single digits among
    them.
    """

    prefix: str = ""
    priority: int | None = None


class Safety(Struct, frozen=True, kw_only=True):
    """What may be done to the numbers that a campaign held before the run, and how long putting
    back may take (None: estimated).

    `borrow`: they are taken out for the checks that need exact contents, and put back. `keep`: no
    call names one.
    """

    originals: Originals = "borrow"
    restore_seconds: float | None = None


class Codes(Struct, frozen=True, kw_only=True):
    """Result codes that somebody has signed not to apply to this server, and why."""

    not_applicable: tuple[str, ...] = ()
    reason: str = ""


class ProxyAddress(Struct, frozen=True, kw_only=True):
    """An HTTP proxy, its credentials apart."""

    url: str
    user: str | None = None
    password: Secret | None = None


class CodeTrigger(Struct, frozen=True, kw_only=True):
    """A call of the user's own that may make the server return a rare code; sent to a campaign's
    calling numbers.
    """

    name: str
    method: str = "DELETE"
    query: str = ""
    body: str = ""


class Target(Struct, frozen=True, kw_only=True):
    """A server under test, and what may be done to it. `warnings` are paragraphs to show before
    a run.
    """

    base_url: str
    address: Address
    vdn_id: int
    campaigns: tuple[Campaign, ...]
    foreign: Campaign | None = None
    auth: Auth = Auth()
    tls: Tls = Tls()
    pace: PaceLimits = PaceLimits()
    numbers: Numbers = Numbers()
    query: Query = "auto"
    settle_seconds: float | None = None
    """Seconds after which a look shows what was changed; None: measured."""
    safety: Safety = Safety()
    codes: Codes = Codes()
    proxy: ProxyAddress | None = None
    safe_unknown_campaigns: tuple[int, ...] = ()
    triggers: tuple[CodeTrigger, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def disposable(self) -> tuple[CampaignKey, ...]:
        """Every campaign in which something may be deleted, the foreign one last."""
        return tuple(
            campaign.key
            for campaign in (*self.campaigns, *((self.foreign,) if self.foreign else ()))
        )

    def secrets(self) -> tuple[str, ...]:
        """Texts that must appear in no output."""
        held = (self.auth.secret_key, self.auth.header, self.proxy.password if self.proxy else None)
        return tuple(secret.reveal() for secret in held if secret is not None)
