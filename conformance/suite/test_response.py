"""Section *Response Description*: the shape of every reply."""

import json

import pytest

from conformance.generation.calls import body_of, delete, with_body
from conformance.session.run import Run


@pytest.mark.check("response.shape")
def test_shape(run: Run) -> None:
    """Served and refused calls in turn. The rules of every reply are applied to all other exchanges
    of the run as well.
    """
    if run.unusable:
        _form_alone(run)
        return
    with run.episode() as episode:
        held = episode.hold_at_least(6)
        bodies: tuple[dict[str, object], ...] = (
            {"callerNo": []},
            {},
            {"callerNo": [{"accessCode": held[0] + "a"}]},
            {"callerNo": [{"accessCode": "1" * 25}]},
        )
        for body in bodies:
            exchange = episode.send(
                with_body(episode.key, body_of(body), base_path=run.campaign_set.base_path)
            )
            _learn_shape(run, exchange.reply.body if exchange.reply else b"", "refused")
            exchange = episode.delete([held.pop()])
            _learn_shape(run, exchange.reply.body if exchange.reply else b"", "served")
            if exchange.reply is not None:
                learnt = run.ledger.learnt.setdefault("open.reply-headers", {})
                learnt[f"Content-Type: {exchange.reply.header('content-type')}"] = 1
                bucket = run.ledger.learnt.setdefault("open.latency", {})
                word = f"under {10 ** len(str(int((exchange.end - exchange.start) * 1000)))} ms"
                bucket[word] = bucket.get(word, 0) + 1


def _form_alone(run: Run) -> None:
    """Calls that must fail whatever the campaign holds, and one for a number that nobody has."""
    key, base_path = run.campaign_set.keys[0], run.campaign_set.base_path
    number = run.campaign_set.of_length(23)
    run.from_outside([
        with_body(key, body_of({"callerNo": [{"accessCode": f"{number}a"}]}), base_path=base_path),
        with_body(key, body_of({"callerNo": [{"accessCode": f"{number}55"}]}), base_path=base_path),
        delete((key[0], run.safe_unknown[0]), [number], base_path=base_path),
        delete(key, [number], base_path=base_path),
    ])  # fmt: skip


def answered(body: bytes) -> dict[str, object]:
    """The members of a reply, or none where it is no JSON object."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _learn_shape(run: Run, body: bytes, what: str) -> None:
    members = answered(body)
    further = sorted(members.keys() - {"resultCode", "resultDesc", "returnCode", "returnDesc"})
    run.ledger.learnt.setdefault("open.further-members", {})[", ".join(further) or "none"] = 1
    alike = members.get("resultDesc") == members.get("returnDesc")
    run.ledger.learnt.setdefault("open.description-wording", {})[
        f"{what}: {'alike' if alike else 'different'}"
    ] = 1
