"""What a comparison or a replay found, in words and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from conformance.compare.differences import CLASSES, Difference
from conformance.exchange import Exchange, Reply

NO_ORACLE = (
    "Two servers that are wrong in the same way are equal here: only `run` holds a server to the"
    " document."
)
SHOWN_BODY = 400


def ordered(differences: Sequence[Difference]) -> list[Difference]:
    """The gravest class first, in it the shortest programme."""
    return sorted(
        differences,
        key=lambda each: (
            CLASSES.index(each.contrast.kind),
            len(each.named_calls),
            each.contrast.what,
        ),
    )


def headline(difference: Difference) -> str:
    """One difference in one line."""
    contrast = difference.contrast
    more = (
        f" (and {len(difference.behaviours) - 1} more behaviours)"
        if len(difference.behaviours) > 1
        else ""
    )
    unsteady = "" if difference.steady else " — seen once, not when played again"
    shown_by = f" | {difference.behaviours[0]}" if difference.behaviours else ""
    return (
        f"{contrast.kind}: {contrast.what}: {contrast.ours} →"
        f" {contrast.theirs}{shown_by}{more}{unsteady}"
    )


def programme(difference: Difference) -> Iterator[str]:
    """The calls that show it, each with both replies."""
    if difference.held:
        yield f"given: the campaign holds {', '.join(difference.held)}"
    for ours, theirs in zip(difference.ours, difference.theirs, strict=True):
        yield f"{ours.call.method} {ours.call.target} {_text(ours.call.body)}".rstrip()
        yield f"    A: {_outcome(ours)}"
        yield f"    B: {_outcome(theirs)}"


def _outcome(exchange: Exchange) -> str:
    if isinstance(exchange.outcome, Reply):
        return f"HTTP {exchange.outcome.status} {_text(exchange.outcome.body)}".rstrip()
    return f"no answer ({exchange.outcome.kind})"


def _text(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    return text if len(text) <= SHOWN_BODY else f"{text[:SHOWN_BODY]}… ({len(body)} bytes)"


def as_tree(differences: Sequence[Difference], figures: dict[str, Any]) -> dict[str, Any]:
    """Everything, for another program."""
    listed = [
        {
            **msgspec.to_builtins(each.contrast),
            "behaviours": each.behaviours,
            "deeds": list(each.named_calls),
            "steady": each.steady,
            "counts": each.counts,
            "programme": list(programme(each)),
        }
        for each in ordered(differences)
    ]
    return {**figures, "note": NO_ORACLE, "differences": listed}
