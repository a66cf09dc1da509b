"""Sections *Method* and *URI*: only DELETE deletes; vdnId and campaignId name one campaign and
nothing else does.
"""

import pytest

from conformance.campaigns import leased_foreign
from conformance.exchange import Call, CampaignKey
from conformance.generation.calls import changed, delete, with_header
from conformance.generation.drawing import batched
from conformance.generation.paths import path_targets
from conformance.session.run import Run

METHODS = ("PUT", "PATCH", "GET", "HEAD", "OPTIONS")
UNUSUAL_METHODS = ("PURGE", "TRACE", "UNLINK")
"""A server that takes every method that it does not know for the one that it supports takes these.
"""


@pytest.mark.check("method.others")
def test_other_methods(run: Run) -> None:
    """The URI is called with every other method, naming numbers that the campaign holds, for each
    method another one.
    """
    with run.episode() as episode:
        methods = METHODS + UNUSUAL_METHODS[: 1 if run.amounts.promised == 1 else None]
        held = episode.hold_at_least(len(methods) + 2)
        for index, method in enumerate(methods):
            one = held[index % len(held)]
            episode.send(
                changed(
                    delete(episode.key, [one], base_path=run.campaign_set.base_path), method=method
                )
            )
            run.glance(episode)
            if run.amounts.promised > 1:
                held = episode.hold_at_least(len(methods) + 2)
                episode.send(
                    changed(
                        delete(episode.key, held[:2], base_path=run.campaign_set.base_path),
                        method=method,
                    )
                )
                episode.look()
        overridden = changed(
            delete(episode.key, held[-1:], base_path=run.campaign_set.base_path), method="GET"
        )
        episode.send(with_header(overridden, "X-HTTP-Method-Override", "DELETE"))
        episode.look()
        episode.delete(episode.held()[-1:])


PATH_DEFECTS = (
    "vdn-id.not-integer",
    "vdn-id.out-of-range",
    "vdn-id.very-long",
    "campaign-id.not-integer",
    "campaign-id.out-of-range",
    "campaign-id.unknown",
    "campaign-id.other-vdn",
)

_FORMS: dict[str, dict[str, int]] = {
    "quick": {
        "vdn-id.out-of-range": 5,
        "campaign-id.out-of-range": 3,
        "campaign-id.unknown": 1,
        "vdn-id.very-long": 1,
    },
    "standard": {},
    "thorough": {},
}


@pytest.mark.check("uri.ids")
def test_ids(run: Run) -> None:
    """Every way to get an id wrong, in a call that is faultless otherwise and names numbers that
    the campaign holds.
    """
    targets = [
        target
        for defect in PATH_DEFECTS
        for target in _targets(run, defect)[
            : _FORMS[run.amounts.name].get(defect, run.amounts.forms)
        ]
    ]
    for batch in batched(targets, run.amounts.batch):
        with run.episode() as episode:
            held = episode.hold_at_least(3)
            for target in batch:
                episode.send(_aimed(run, target, held[:1]))
            run.glance(episode)
            episode.delete(held[-1:])
    _odd_ids(run)
    _foreign(run)


def _targets(run: Run, defect: str) -> tuple[str, ...]:
    vdn_id = run.campaign_set.keys[0][0]
    others = tuple(
        vdn for vdn in (vdn_id + 1, 9999, vdn_id - 1, 2) if vdn != vdn_id and 1 <= vdn <= 9999
    )
    if run.campaign_set.foreign_vdn is not None:
        others = (run.campaign_set.foreign_vdn, *others)
    return path_targets(
        defect,
        run.campaign_set.keys[0],
        base_path=run.campaign_set.base_path,
        unknown=run.safe_unknown,
        other_vdn=tuple(dict.fromkeys(others)),
    )


def _aimed(run: Run, target: str, numbers: list[str]) -> Call:
    return changed(
        delete(run.campaign_set.keys[0], numbers, base_path=run.campaign_set.base_path),
        target=target,
    )


def _odd_ids(run: Run) -> None:
    """Spellings that some readers take for the integer: recorded, since the document does not
    say.
    """
    vdn_id, campaign_id = run.campaign_set.keys[0]
    odd = (
        (f"0{vdn_id}", campaign_id),
        (f"%2B{vdn_id}", campaign_id),
        (vdn_id, f"0{campaign_id}"),
        (f"{vdn_id}.0", campaign_id),
    )
    with run.episode() as episode:
        for vdn, campaign in odd[: run.amounts.forms]:
            held = episode.hold_at_least(3)
            path = delete(episode.key, held[:1], base_path=run.campaign_set.base_path).target
            head, _, _ = path.rpartition(f"/{vdn_id}/callerNo/")
            episode.send(_aimed(run, f"{head}/{vdn}/callerNo/{campaign}", held[:1]))


def _foreign(run: Run) -> None:
    """A campaign of another VDN, called under ours and ours under its: both are unknown there, and
    both stay whole.
    """
    with leased_foreign(run.campaign_set) as foreign:
        if foreign is not None:
            _across_vdns(run, foreign)


def _across_vdns(run: Run, foreign: CampaignKey) -> None:
    with run.episode(watch=(run.campaign_set.keys[0], foreign)) as episode:
        shared = episode.hold_at_least(3)[:2]
        episode.hold([*episode.held(foreign), *shared], foreign)
        crossed = (
            (run.campaign_set.keys[0][0], foreign[1]),
            (foreign[0], run.campaign_set.keys[0][1]),
        )
        for key in crossed:
            episode.send(delete(key, shared[:1], base_path=run.campaign_set.base_path))
        run.glance(episode, foreign)
        episode.delete(shared[:1])
        episode.look(foreign)
