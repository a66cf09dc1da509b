"""What an emulator can be told when it is started."""

import dataclasses
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from conformance.emulator.world import DEFAULT_CAMPAIGNS, Key


@dataclass(frozen=True, kw_only=True)
class EmulatorOptions:
    """Everything has a default; `secret_key` is made anew for each."""

    host: str = "127.0.0.1"
    port: int = 0
    http: bool = False
    base_path: str = ""
    campaigns: Mapping[Key, tuple[str, ...]] = field(
        default_factory=lambda: dict(DEFAULT_CAMPAIGNS)
    )
    access_key: str = "emulator"
    secret_key: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    profile: Path | None = None
    faults: tuple[str, ...] = ()
    ca_dir: Path | None = None
    log: bool = False
    latency_ms: float = 0.0

    @property
    def prefix(self) -> str:
        """The base path with one slash before it and none behind; or nothing."""
        path = self.base_path.strip("/")
        return f"/{path}" if path else ""


def to_json(options: EmulatorOptions) -> str:
    """Write options as one line, for the process that will run them."""
    table = {
        **{item.name: getattr(options, item.name) for item in dataclasses.fields(options)},
        "campaigns": [[*key, list(numbers)] for key, numbers in options.campaigns.items()],
        "profile": str(options.profile) if options.profile else None,
        "ca_dir": str(options.ca_dir) if options.ca_dir else None,
    }
    return json.dumps(table)


def from_json(text: str) -> EmulatorOptions:
    """Read what `to_json` wrote."""
    table = json.loads(text)
    table["campaigns"] = {
        (vdn, campaign): tuple(numbers) for vdn, campaign, numbers in table["campaigns"]
    }
    table["faults"] = tuple(table["faults"])
    table["profile"] = Path(table["profile"]) if table["profile"] else None
    table["ca_dir"] = Path(table["ca_dir"]) if table["ca_dir"] else None
    return EmulatorOptions(**table)
