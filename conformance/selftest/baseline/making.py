"""Waivers, deviations and files for the tests of this room."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from conformance.baseline import Circumstances, Occurrence, Waiver
from conformance.baseline.drafting import quoted

TODAY = date(2026, 11, 23)
SERVER = {"base_url": "https://10.0.0.5:28443", "vdn_id": "1", "server": "CC-iSales 8.1.2"}
CLAUSE = "method.delete-only"


def waiver(**given: object) -> Waiver:
    usual: dict[str, object] = {
        "clause": CLAUSE,
        "kind": "deleted",
        "detail": "PUT",
        "server": "CC-iSales 8.*",
        "reason": "Ticket 7",
        "owner": "A. Tester",
        "expires": date(2027, 1, 31),
    }
    return Waiver(**{**usual, **given})  # type: ignore[arg-type]  # fields are given by name


def occurrence(
    kind: str = "deleted", detail: str = "PUT", *, clause: str = CLAUSE, seen: int = 1, of: int = 1
) -> Occurrence:
    return Occurrence(clause=clause, kind=kind, detail=detail, seen=seen, of=of)


def run(**given: object) -> Circumstances:
    # fields are given by name
    return Circumstances(**{"target": SERVER, "today": TODAY, **given})  # type: ignore[arg-type]


def written(path: Path, waivers: Iterable[Waiver]) -> Path:
    """A waivers file that holds these."""
    lines = []
    for each in waivers:
        texts = [
            f"{name} = {quoted(getattr(each, name))}"
            for name in ("clause", "kind", "detail", "server", "reason", "owner")
        ]
        rate = [f"intermittent = true\nrate = {each.rate}"] if each.intermittent else []
        lines += ["[[waiver]]", *texts, f"expires = {each.expires.isoformat()}", *rate, ""]
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    return path
