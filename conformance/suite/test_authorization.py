"""Authorization: a valid signature lets in, everything else is answered 401 and changes nothing."""

from collections import deque
from collections.abc import Sequence

import pytest

from conformance.exchange import OMITTED
from conformance.generation.bodies import filled
from conformance.generation.calls import changed, delete, with_body
from conformance.generation.drawing import batched
from conformance.session.run import Run


@pytest.mark.check("auth.tampering")
def test_tampering(run: Run) -> None:
    """One component of a valid Authorization is spoilt at a time, in a call that would delete a
    number the campaign holds.
    """
    if not run.campaign_set.authenticated:
        pytest.skip("the target file says that this target asks for no credentials")
    words = sorted(run.tamperings, key=_telling)[: run.amounts.tamperings]
    for batch in batched(words, run.amounts.batch):
        _tampered(run, batch)
    _in_another_campaign(run)
    _defective_and_unauthorised(run)


def _tampered(run: Run, words: Sequence[str]) -> None:
    """Each call names other numbers, so that what is missing at the end tells which of them was
    let in.
    """
    with run.episode() as episode:
        held = deque(episode.hold_at_least(len(words) + 2))
        for index, word in enumerate(words):
            call = delete(
                episode.key, list(held)[: 1 + index % 2], base_path=run.campaign_set.base_path
            )
            target = f"{call.target}?trace=1" if word.startswith("query-") else call.target
            episode.send(changed(call, credential=word, target=target))
            held.rotate(-1 - index % 2)
        episode.look()
        episode.delete(episode.held()[-1:])


def _in_another_campaign(run: Run) -> None:
    """A campaign may be protected, and the next one not."""
    for key in run.campaign_set.keys[1:]:
        with run.episode() as episode:
            held = episode.hold_at_least(3, key)
            for number, word in zip(held, ["signature-changed", OMITTED], strict=False):
                call = delete(key, [number], base_path=run.campaign_set.base_path)
                episode.send(changed(call, credential=word if word in run.tamperings else OMITTED))
            episode.look(key)
            episode.delete(held[-1:], key)


_TELLING = (
    OMITTED,
    "body-changed",
    "replayed",
    "signature-changed",
    "path-changed",
    "unknown-key",
    "key-of-nobody",
    "campaign-changed",
    "vdn-changed",
    "query-unsigned",
    "method-changed",
    "wrong-secret",
    "random-text",
    "signature-shortened",
    "timestamp-changed",
    "body-unsigned",
    "host-changed",
    "query-changed",
    "signature-empty",
    "signature-zero",
    "access-key-changed",
    "empty",
    "signature-lengthened",
    "signed-headers-empty",
    "signed-headers-changed",
    "version-changed",
    "key-not-derived",
)
"""What servers are known to forget, first."""


def _telling(word: str) -> int:
    return _TELLING.index(word) if word in _TELLING else len(_TELLING)


def _defective_and_unauthorised(run: Run) -> None:
    """An unauthorised call that is wrong besides, or very long, must not be looked into: it is
    answered 401 all the same.
    """
    with run.episode() as episode:
        held = episode.hold_at_least(3)
        broken = with_body(
            episode.key, b'{"callerNo":[{"accessCode":"', base_path=run.campaign_set.base_path
        )
        unknown = delete(
            (episode.key[0], run.safe_unknown[0]), held[:1], base_path=run.campaign_set.base_path
        )
        many, all_of_them = (
            delete(episode.key, filled(held, count), base_path=run.campaign_set.base_path)
            for count in (101, len(held))
        )
        for call in (broken, unknown, many, all_of_them):
            episode.send(changed(call, credential=OMITTED))
        long = delete(episode.key, filled(held[:1], 90), base_path=run.campaign_set.base_path)
        episode.send(
            changed(
                long,
                credential="signature-changed"
                if "signature-changed" in run.tamperings
                else "random-text",
            )
        )
        run.glance(episode)
        episode.delete(held[-1:])
