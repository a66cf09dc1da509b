"""Putting back where nothing can be looked at: what is there, the replies to adding and deleting must tell.

Adding a number that is there and deleting one that is not are read either way by servers, so a refusal alone says nothing. It does
beside a control: a number that is surely new could be added, one that is surely there could be deleted.
"""

from collections.abc import Sequence

from conformance.campaigns.ground import Ground, chunks
from conformance.campaigns.restoring import MAX_LOOKS, look_or_silence, some
from conformance.errors import TargetUnreachable
from conformance.exchange import CampaignKey, Contents
from conformance.oracle import answer_of

MAX_DELETED = 3000
"""Announced numbers that are deleted one by one, the latest first; the earlier ones are the likelier to be gone."""


def put_back_unseen(
    ground: Ground, key: CampaignKey, original: Contents, announced: Sequence[str]
) -> tuple[frozenset[str], frozenset[str], str]:
    """Add again what was there, delete what was announced. Gives what was added, what was removed, and what is wrong."""
    if silence := look_or_silence(ground, key)[1]:
        return frozenset(), frozenset(), silence
    control = ground.fresh(1)[0]
    can_add = _served_add(ground, key, [control])
    added = _add_again(ground, key, sorted(original.numbers))
    late = [number for number in dict.fromkeys(reversed((*announced, control))) if number not in original.numbers]
    removed = _delete(ground, key, late[:MAX_DELETED])
    added |= _add_again(ground, key, sorted(original.numbers - added))
    problems = [
        *_about_adding(original.numbers - added, can_add=can_add),
        *_about_deleting(late, control, removed, can_add=can_add, empty=not original.numbers),
    ]
    return frozenset(added), removed - {control}, "; ".join(problems)


def _served_add(ground: Ground, key: CampaignKey, numbers: Sequence[str]) -> bool:
    return answer_of(ground.add(key, numbers)).outcome == "served"


def _add_again(ground: Ground, key: CampaignKey, numbers: Sequence[str]) -> set[str]:
    """Add numbers, a hundred at a time, one by one where that is refused; gives those that were accepted."""
    accepted: set[str] = set()
    for chunk in chunks(numbers):
        if _served_add(ground, key, chunk):
            accepted |= set(chunk)
        elif len(chunk) > 1:
            accepted |= {number for number in chunk if _served_add(ground, key, [number])}
    return accepted


def _delete(ground: Ground, key: CampaignKey, numbers: Sequence[str]) -> frozenset[str]:
    """Delete one by one: of a batch that is refused nobody knows how much was there."""
    served, unanswered = set(), 0
    for number in numbers:
        outcome = answer_of(ground.delete(key, [number])).outcome
        unanswered = 0 if outcome in {"served", "refused"} else unanswered + 1
        if unanswered == MAX_LOOKS:
            raise TargetUnreachable(f"the target gave {MAX_LOOKS} deletions in a row no answer that tells anything; run this again later")
        if outcome == "served":
            served.add(number)
    return frozenset(served)


def _about_adding(refused: frozenset[str], *, can_add: bool) -> list[str]:
    if not refused or can_add:
        return []
    return [f"no number could be added, so it is not known whether these are there: {some(refused)}"]


def _about_deleting(late: Sequence[str], control: str, removed: frozenset[str], *, can_add: bool, empty: bool) -> list[str]:
    problems = []
    if can_add and control not in removed:
        last = " (it was empty before, and the interface lets nobody delete a last number)" if empty else ""
        problems.append(
            f"number {control}, which this restoration added, could not be deleted{last}; others that were announced may be left"
        )
    if not can_add and not removed:
        problems.append("nothing could be added and nothing deleted, so nothing is known of the announced numbers")
    if len(late) > MAX_DELETED:
        problems.append(f"only the last {MAX_DELETED} of {len(late)} announced numbers were tried")
    return problems
