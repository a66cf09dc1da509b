"""Putting back where looks do not show a campaign whole: what is there, the replies to adding and
deleting must tell.

Adding a number that is there and deleting one that is not are read either way by servers, so a
refusal alone says nothing. It does beside a control: a number that is surely new could be added,
one that is surely there could be deleted.
"""

from collections.abc import Collection, Sequence

from msgspec import Struct

from conformance.campaigns.campaign_set import CampaignSet
from conformance.campaigns.put_back import add_in_order
from conformance.errors import TargetUnreachable
from conformance.exchange import CampaignKey, NoAnswer
from conformance.finding import counted
from conformance.oracle import answer_of

MAX_UNANSWERED = 3
"""Deletions in a row without an answer that tells anything, after which it is given up."""
MAX_DELETED = 3000
"""Announced numbers that are deleted one by one, the latest first; earlier ones are the likelier to
be gone."""
_LISTED = 10


class PutBack(Struct, frozen=True, kw_only=True):
    """What replies tell of a campaign: what was added and deleted, what stays, what is wrong."""

    added: frozenset[str]
    removed: frozenset[str]
    kept: frozenset[str]
    missing: frozenset[str]
    problem: str


def put_back_by_replies(
    campaign_set: CampaignSet, key: CampaignKey, away: Sequence[str], left_over: Sequence[str]
) -> PutBack:
    """Add `away`, which the campaign held, and delete `left_over`, which the run may have added.

    Two new numbers are the controls: one goes first, so that it is known whether deleting works,
    the other last. If that one is refused it is alone: the campaign was empty, and keeps it.
    """
    first, last = campaign_set.fresh(2)
    controls = add_in_order(campaign_set, key, [(first, None), (last, None)])
    can_add = controls == {first, last}
    priorities = dict(campaign_set.in_order.get(key, ()))
    added = add_in_order(campaign_set, key, [(number, priorities.get(number)) for number in away])
    originals = campaign_set.original[key].numbers
    surely_there = campaign_set.own(key) - campaign_set.uncertain.get(key, set())
    latest = [each for each in dict.fromkeys(reversed(left_over)) if each not in originals]
    late = [*dict.fromkeys([first, *latest, last])]
    stays = frozenset([last]) if can_add and _was_empty(campaign_set, key) else frozenset()
    tried = [*[each for each in late if each != last][: MAX_DELETED - 1], last]
    removed = _delete(campaign_set, key, [number for number in tried if number not in stays])
    refused_once = [(number, priorities.get(number)) for number in away if number not in added]
    added |= add_in_order(campaign_set, key, refused_once)
    stays |= _last_one(surely_there - removed, last, can_add=can_add)
    refused = frozenset(away) - added
    problems = [
        *_about_adding(refused, can_add=can_add),
        *_about_deleting(late, first, removed | stays, can_add=can_add),
        *_about_staying(surely_there - removed - stays),
    ]
    return PutBack(
        added=frozenset(added),
        removed=removed - {first, last},
        kept=stays,
        missing=frozenset() if can_add else refused,
        problem="; ".join(problems),
    )


def _last_one(there: frozenset[str], last: str, *, can_add: bool) -> frozenset[str]:
    """The number that could not be deleted when all others were: nobody can delete the last."""
    return there if len(there) == 1 and (last in there or not can_add) else frozenset()


def _was_empty(campaign_set: CampaignSet, key: CampaignKey) -> bool:
    """A campaign that held nothing keeps one number: the last one nobody can delete."""
    return campaign_set.original[key].complete and not campaign_set.original[key].numbers


def _delete(campaign_set: CampaignSet, key: CampaignKey, numbers: Sequence[str]) -> frozenset[str]:
    """Delete one by one: of a batch that is refused nobody knows how much was there.

    A call that the guard withholds is passed over: the number could not be added there either.
    """
    served, unanswered = set(), 0
    for number in numbers:
        exchange = campaign_set.delete(key, [number])
        if isinstance(exchange.outcome, NoAnswer) and exchange.outcome.kind == "withheld":
            continue
        outcome = answer_of(exchange).outcome
        unanswered = 0 if outcome in {"served", "refused"} else unanswered + 1
        if unanswered == MAX_UNANSWERED:
            raise TargetUnreachable(
                f"the target gave {MAX_UNANSWERED} deletions in a row no answer that tells"
                " anything; run this again later"
            )
        if outcome == "served":
            served.add(number)
    return frozenset(served)


def _about_adding(refused: Collection[str], *, can_add: bool) -> list[str]:
    if not refused or can_add:
        return []
    listed = sorted(refused)
    more = " …" if len(listed) > _LISTED else ""
    return [
        "no number could be added, so it is not known whether these are there:"
        f" {', '.join(listed[:_LISTED])}{more}"
    ]


def _about_deleting(
    late: Sequence[str], control: str, removed: Collection[str], *, can_add: bool
) -> list[str]:
    problems = []
    if can_add and control not in removed:
        problems.append(
            f"number {control}, which this restoration added, could not be deleted; others that"
            " were announced may be left"
        )
    if not can_add and not removed and late:
        problems.append(
            "nothing could be added and nothing deleted, so nothing is known of the announced"
            " numbers"
        )
    if len(late) > MAX_DELETED:
        problems.append(f"only the last {MAX_DELETED} of {len(late)} announced numbers were tried")
    return problems


def _about_staying(numbers: Collection[str]) -> list[str]:
    """Numbers whose addition was served and whose deletion was not."""
    if not numbers:
        return []
    listed = sorted(numbers)
    more = " …" if len(listed) > _LISTED else ""
    return [
        f"{counted(len(listed), 'number')} of this run could not be deleted:"
        f" {', '.join(listed[:_LISTED])}{more}"
    ]
