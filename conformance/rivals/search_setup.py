"""The numbers that programmes are played with: a family that is easily taken for each other, the
same on both servers.
"""

from conformance.campaigns import CampaignSet
from conformance.generation.named_calls import CallContext
from conformance.generation.sizes import LARGE
from conformance.rivals.programme import Author
from conformance.rivals.rival import Rival
from conformance.rivals.searching import Search, alike, place_of

ABSENT = 12


def search(ours: CampaignSet, theirs: CampaignSet, *, max_calls: int, seed: int) -> Search:
    """A search over two campaign sets that are open."""
    places = alike(place_of(ours), place_of(theirs))
    rivals = Rival(ours, places[0]), Rival(theirs, places[1])
    for rival in rivals:
        rival.sees = ours.shows == theirs.shows == "all"
    context = context_for(ours, theirs, rivals[0])
    crowd = ours.fresh(LARGE - len(context.present))
    theirs.announce(crowd)
    return Search(*rivals, Author(context, crowd), max_calls=max_calls, seed=seed)


def context_for(ours: CampaignSet, theirs: CampaignSet, first: Rival) -> CallContext:
    """The context in the terms of the first server. Numbers are fresh on both, and in both
    journals.
    """
    numbers, absent = cast(ours), ours.fresh(ABSENT)
    theirs.announce([*numbers, *absent])
    priority = ours.priority if ours.priority is not None else theirs.priority
    return CallContext(
        key=first.place.key,
        present=tuple(numbers),
        absent=tuple(absent),
        other=first.place.other,
        foreign=first.place.foreign,
        base_path=first.place.base_path,
        priority=priority,
        authenticated=ours.authenticated and theirs.authenticated,
    )


def cast(campaign_set: CampaignSet) -> list[str]:
    """Eight numbers: an ordinary one, one it begins with, one that begins with it, two of 24 digits
    that differ in the last, others.
    """
    first, second, third, fourth = campaign_set.fresh(4)
    long = campaign_set.of_length(24)
    near = long[:-1] + str((int(long[-1]) + 1) % 10)
    family = [first[:-1], first + "0", near]
    campaign_set.announce(family)
    return [first, second, family[0], long, near, third, family[1], fourth]
