"""What the server on Node holds and was sent, asked past the interface under test."""

from dataclasses import dataclass
from typing import Any, Final, Literal, Self

import httpx

from conformance.selftest.node.calling import TRUST
from conformance.selftest.node.production import Production

Entry = tuple[str, int | None]
"""A number and its priority."""
Contents = dict[str, tuple[Entry, ...]]
"""Every campaign, listed or not, by "vdnId/campaignId": its numbers in order."""
Moment = Literal["before", "late", "after"]
"""A call that is held is never made, is made when it is released, or was made already."""
SECONDS: Final = 30.0


@dataclass(frozen=True, kw_only=True)
class NodeChange:
    """A call that could have changed something, as it reached the server."""

    call: int
    method: str
    target: str
    body: str
    redirections: dict[str, str]
    status: int | None
    code: str | None


class Control:
    """The control port of a server."""

    def __init__(self, server: Production) -> None:
        self._client = httpx.Client(
            base_url=server.control_url, verify=TRUST, trust_env=False, timeout=SECONDS
        )

    def contents(self) -> Contents:
        held = self._client.get("/contents").json()
        return {name: tuple((number, rank) for number, rank in rows) for name, rows in held.items()}

    def changes(self) -> list[NodeChange]:
        return [_change(each) for each in self._client.get("/changes").json()]

    def calls(self) -> int:
        return int(self._client.get("/progress").json()["calls"])

    def held(self) -> bool:
        """Whether the call that was to be held has come."""
        return bool(self._client.get("/progress").json()["held"])

    def hold(self, at: int, moment: Moment) -> None:
        """Hold the call of this number, counted from the server's start."""
        accepted = self._client.post("/hold", params={"at": at, "moment": moment}).json()
        assert accepted == {"accepted": True}

    def release(self) -> None:
        self._client.post("/release")

    def reset(self) -> None:
        """As if the server had been started anew."""
        self._client.post("/reset")

    def mend(self) -> None:
        """A server that broke down is sound again."""
        self._client.post("/mend")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()


def _change(row: dict[str, Any]) -> NodeChange:
    return NodeChange(
        call=row["call"],
        method=row["method"],
        target=row["target"],
        body=row["body"],
        redirections=row["redirections"],
        status=row.get("status"),
        code=row.get("code"),
    )
