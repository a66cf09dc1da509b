"""Where the target is: the parts of its base URL, and the Host header exactly as it is sent and
signed.
"""

import re

import httpx
from msgspec import Struct

from conformance.errors import ConfigurationError

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Address(Struct, frozen=True, kw_only=True):
    """A base URL taken apart. `host` without brackets; `base_path` without a slash at its end,
    empty where there is none.
    """

    scheme: str
    host: str
    port: int
    base_path: str = ""

    @property
    def secure(self) -> bool:
        """Whether TLS is spoken."""
        return self.scheme == "https"

    @property
    def host_header(self) -> str:
        """Value of the Host header; a default port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port as a URL."""
        return f"{self.scheme}://{self.host_header}"

    @property
    def url(self) -> str:
        """The base URL, written uniformly."""
        return self.origin + self.base_path


def parse_address(base_url: str) -> Address:
    """Take a base URL apart. Raises ConfigurationError when it is none, or carries a user name,
    query or fragment.
    """
    try:
        url = httpx.URL(base_url.strip())
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ConfigurationError(
            _complaint(base_url, f"it can't be read as a URL ({error})")
        ) from None
    if url.userinfo:
        raise ConfigurationError(
            _complaint("(not shown: it holds credentials)", "credentials belong into [auth]")
        )
    if url.scheme not in _DEFAULT_PORTS or not url.host:
        raise ConfigurationError(
            _complaint(base_url, "it must start with https:// or http:// and name a host")
        )
    if url.query or url.fragment or "?" in base_url or "#" in base_url:
        raise ConfigurationError(_complaint(base_url, "it must end with the path, without ? and #"))
    if url.port is not None and not 1 <= url.port <= 65535:
        raise ConfigurationError(_complaint(base_url, "the port must lie in 1..65535"))
    return Address(
        scheme=url.scheme,
        host=url.raw_host.decode("ascii").strip("[]"),
        port=url.port or _DEFAULT_PORTS[url.scheme],
        base_path=re.sub(r"/+$", "", url.raw_path.decode("ascii")),
    )


def _complaint(base_url: str, reason: str) -> str:
    return (
        f"base_url = {base_url!r} can't be used: {reason}. An example: https://10.0.0.5:28443, or"
        " https://gateway/isales behind a gateway."
    )
