"""Calls to the server that runs on Node, signed here a third time."""

import hashlib
import hmac
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

import httpx

from conformance.selftest.node.production import Campaigns, Production

ROOT: Final = "/rest/isales/v1/openapi/campaigns"
SUCCESS: Final = "0200000"
# Reading the trusted authorities takes longer than a whole test here, and these calls use plain
# HTTP.
TRUST: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
DIGITS_24: Final = "523456789012345678901234"
HOLDINGS: Final[Campaigns] = {
    "1/1001": ("5245241", "5245242", "5245243", "0123", "123", "12345", DIGITS_24),
    "1/1002": ("5245241", "9001"),
    "1/1003": ("31", "32"),
    "1/1004": tuple(str(number) for number in range(60000, 60120)),
}


def hmac_hex(key: str, message: str) -> str:
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


def signed(
    keys: tuple[str, str],
    method: str,
    path: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    query: str = "",
    timestamp: str | None = None,
) -> str:
    access_key, secret_key = keys
    named = {name.lower(): value.strip() for name, value in headers.items()}
    stamp = timestamp or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    prefix = f"auth-v2/{access_key}/{stamp}/{';'.join(sorted(named))}"
    lines = [
        method,
        path,
        *([query] if query else []),
        ";".join(sorted(named)),
        *sorted(
            f"{quote(name, safe='~')}:{quote(value, safe='~')}" for name, value in named.items()
        ),
        quote(body, safe="~"),
    ]
    return f"{prefix}/{hmac_hex(hmac_hex(secret_key, prefix), chr(10).join(lines))}"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Calls one server over a connection pool and reads what a test compares."""

    client: httpx.Client
    server: Production

    def send(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        *,
        signed_body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 5.0,
    ) -> httpx.Response:
        sent = {"Content-Type": "application/json; charset=UTF-8", **(headers or {})}
        if self.server.access_key is not None and "Authorization" not in sent:
            sent["Authorization"] = self.authorization(
                method, path, content if signed_body is None else signed_body
            )
        return self.client.request(method, path, content=content, headers=sent, timeout=timeout)

    def authorization(self, method: str, target: str, body: bytes) -> str:
        keys = (self.server.access_key or "", self.server.secret_key or "")
        path, _, query = target.partition("?")
        host = {"Host": self.client.base_url.netloc.decode()}
        return signed(keys, method, path, headers=host, body=body, query=query)

    def raw(
        self,
        body: str | bytes,
        *,
        campaign: str = "1/1001",
        query: str = "",
        signed_body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 5.0,
    ) -> httpx.Response:
        content = body.encode() if isinstance(body, str) else body
        path = numbers_path(campaign) + query
        return self.send(
            "DELETE", path, content, signed_body=signed_body, headers=headers, timeout=timeout
        )

    def code(self, body: str | bytes, *, campaign: str = "1/1001", query: str = "") -> str:
        return str(self.raw(body, campaign=campaign, query=query).json()["resultCode"])

    def delete(self, *numbers: object, campaign: str = "1/1001") -> str:
        return self.code(naming(*numbers), campaign=campaign)

    def held(self, campaign: str = "1/1001") -> list[str]:
        reply = self.send("GET", f"{ROOT}/{campaign}").json()
        return [number for number in str(reply["returnObject"]["callerNo"]).split(";") if number]


def numbers_path(campaign: str) -> str:
    vdn_id, campaign_id = campaign.split("/")
    return f"{ROOT}/{vdn_id}/callerNo/{campaign_id}"


def naming(*numbers: object) -> str:
    return json.dumps(
        {"callerNo": [{"accessCode": number} for number in numbers]}, ensure_ascii=False
    )


def calling(server: Production) -> httpx.Client:
    return httpx.Client(base_url=server.base_url, verify=TRUST, trust_env=False)
