"""Programs that showed a deviation on an earlier night: taken from a ledger, made to fit this run's
campaigns, tried again.
"""

from collections.abc import Mapping
from itertools import pairwise

from conformance.baseline import Program
from conformance.campaigns import CampaignSet, Episode
from conformance.campaigns.renumbering import exchanged, renumbered, renumbering
from conformance.contract import MAX_NUMBER_LENGTH, caller_no_path
from conformance.exchange import Call, CampaignKey
from conformance.generation.calls import changed
from conformance.oracle import facts_of, mentions
from conformance.session.ledger import Deviating
from conformance.session.run import NEED_EXACT, Run

CHECK = "regression.known"
BYSTANDERS = 2
"""Numbers that the program does not name and that are kept beside those that it names, where nobody
confirmed the exact contents.
"""
MOST_HELD = 500
"""A program that needs a larger campaign is not kept: setting it up would cost more than finding it
anew.
"""


def program_of(known: Deviating) -> Program | None:
    """What shows a deviation, ready to be kept; None where that is too much or was not told."""
    finding = known.finding
    sent = [
        exchange
        for exchange in finding.program
        if facts_of(exchange.call, finding.setting).kind != "query"
    ]
    start = tuple((key, tuple(sorted(numbers))) for key, numbers in _start(known).items())
    if not sent or sum(len(numbers) for _, numbers in start) > MOST_HELD:
        return None
    return Program(
        clause=finding.clause,
        kind=finding.kind,
        detail=finding.detail,
        start=start,
        calls=tuple(exchange.call for exchange in sent),
        base_path=finding.setting.base_path,
        together=any(later.start < earlier.end for earlier, later in pairwise(sent)),
    )


def _start(known: Deviating) -> dict[CampaignKey, frozenset[str]]:
    """What every campaign must hold: exactly what it held where that was confirmed, else the named
    numbers and a few others.
    """
    finding = known.finding
    named = frozenset().union(
        *(facts_of(exchange.call, finding.setting).named for exchange in finding.program)
    )
    exact = known.shortened and not known.unconfirmed
    held = {}
    for key, contents in finding.setting.campaigns:
        others = sorted(contents.numbers - named)
        touched = contents.numbers & named
        held[key] = (
            touched | frozenset(others if exact else others[:BYSTANDERS])
            if touched
            else frozenset()
        )
    return held


def retry(run: Run, program: Program) -> bool:
    """Set up, call and judge as on the night when it was found. False where this run's campaigns
    don't allow it.
    """
    places = _places(program, run.campaign_set)
    start = {key: numbers for key, numbers in program.start if numbers}
    if places is None or not all(_may_add(run.campaign_set, places[key]) for key in start):
        return False
    exact = program.clause in NEED_EXACT
    named = {number for numbers in start.values() for number in numbers}
    named |= {number for call in program.calls for number in mentions(call.body)}
    renamed = renumbering(
        run.campaign_set, {each for each in named if len(each) <= MAX_NUMBER_LENGTH}
    )
    with Episode(run.campaign_set) as set_up:
        for key, numbers in start.items():
            wanted = [exchanged(number, renamed) for number in numbers]
            set_up.hold(
                wanted, places[key], exact=exact or places[key] in run.campaign_set.borrowed
            )
    calls = [
        renumbered(_moved(call, program, places, run.campaign_set.base_path), renamed)
        for call in program.calls
    ]
    with run.episode(watch=list(places.values())) as episode:
        if program.together and run.concurrency > 1:
            episode.burst(calls)
        else:
            for call in calls:
                episode.send(call)
    return True


def _places(
    program: Program, campaign_set: CampaignSet
) -> Mapping[CampaignKey, CampaignKey] | None:
    """This run's campaigns for those of the program: of the target's own VDN in their order, the
    foreign one for the foreign one.
    """
    vdn_ids = [key[0] for key, _ in program.start]
    own = [key for key, _ in program.start if key[0] == vdn_ids[0]]
    foreign = [key for key, _ in program.start if key[0] != vdn_ids[0]]
    here = [campaign_set.foreign] if campaign_set.foreign is not None else []
    needed = {key for key, numbers in program.start if numbers}
    places = dict(zip(own, campaign_set.keys, strict=False)) | dict(
        zip(foreign, here, strict=False)
    )
    return places if places and needed <= places.keys() else None


def _may_add(campaign_set: CampaignSet, key: CampaignKey) -> bool:
    """Whether numbers of an earlier run can be told from somebody's: where all that the campaign
    held is known.
    """
    return campaign_set.original[key].complete


def _moved(
    call: Call, program: Program, places: Mapping[CampaignKey, CampaignKey], base_path: str
) -> Call:
    """The call with its campaign's address as it is in this run; calls to other addresses stay as
    they are.
    """
    for then, now in places.items():
        before = caller_no_path(*then, program.base_path)
        if call.target == before or call.target.startswith(f"{before}?"):
            return changed(
                call, target=caller_no_path(*now, base_path) + call.target.removeprefix(before)
            )
    return call
