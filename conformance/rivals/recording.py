"""Making a recording of a server, gently; and playing one on another server."""

from collections.abc import Callable, Mapping, Sequence

from conformance.campaigns import CampaignSet, Episode
from conformance.campaigns.renumbering import exchanged, renumbered, renumbering
from conformance.compare.differences import Contrast, Difference, contrasts, state_contrast
from conformance.compare.places import moved
from conformance.compare.recording import Provenance, RecordedExchange, Recording, entries_of
from conformance.compare.seen import seen
from conformance.contract import MAX_NUMBER_LENGTH
from conformance.exchange import CampaignKey, Exchange
from conformance.generation.named_calls import CallContext, NamedCall
from conformance.oracle import answer_of, mentions, shown_numbers
from conformance.rivals.rival import Rival
from conformance.rivals.searching import alike, place_of
from conformance.session import questions

Clean = Callable[[Exchange], Exchange]


def context_for(campaign_set: CampaignSet) -> CallContext:
    """The small campaign on which the gentle plan is played."""
    return questions.context_of(
        campaign_set, campaign_set.fresh(questions.HELD), campaign_set.fresh(8)
    )


def record(
    campaign_set: CampaignSet,
    named_calls: Sequence[NamedCall],
    context: CallContext,
    header: Provenance,
    clean: Clean,
) -> Recording:
    """Make each named call once, look after each, and keep everything that was said."""
    heard: list[Exchange] = []
    steps: dict[int, tuple[str, tuple[str, ...]]] = {}
    looks: set[int] = set()
    campaign_set.listeners.append(heard.append)
    try:
        with Episode(campaign_set) as episode:
            for named_call in named_calls:
                episode.hold(context.present, exact=True)
                steps[episode.send(named_call.make(context)).number] = (
                    named_call.name,
                    context.present,
                )
                episode.look()
                looks |= {heard[-1].number} - steps.keys()
    finally:
        campaign_set.listeners.remove(heard.append)
    return Recording(
        header=header, entries=entries_of([clean(exchange) for exchange in heard], steps, looks)
    )


def replay(recording: Recording, campaign_set: CampaignSet) -> tuple[list[Difference], int]:
    """Do the same on another server: what it does otherwise, and how many behaviours were
    compared.
    """
    source, target = alike(recording.header.place, place_of(campaign_set))
    rival = Rival(campaign_set, target)
    found: dict[tuple[str, ...], Difference] = {}
    named = {number for entry in recording.entries for number in entry.held}
    for entry, _ in recording.steps():
        named |= {
            each for each in mentions(entry.exchange.call.body) if len(each) <= MAX_NUMBER_LENGTH
        }
    renamed = renumbering(campaign_set, named)
    compared = 0
    for entry, look in recording.steps():
        wanted = {exchanged(number, renamed) for number in entry.held}
        if not rival.set_up([wanted | rival.stuck.get(target.key, set())]):
            continue
        compared += 1
        answered = campaign_set.send(
            renumbered(moved(entry.exchange.call, source, target), renamed)
        )
        states = _state(look, campaign_set, target.key, recording, renamed)
        for contrast in [*contrasts(seen(entry.exchange), seen(answered)), *states]:
            _note(found, contrast, entry, answered)
    return list(found.values()), compared


def _state(
    look: Exchange | None,
    campaign_set: CampaignSet,
    key: CampaignKey,
    recording: Recording,
    renamed: Mapping[str, str],
) -> list[Contrast]:
    form = recording.header.setting.look_form
    recorded = shown_numbers(answer_of(look), form) if look is not None else None
    recorded = recorded and frozenset(exchanged(number, renamed) for number in recorded)
    if recorded is None or campaign_set.shows != "all" or (now := campaign_set.look(key)) is None:
        return []
    contrast = state_contrast("the campaign", recorded, now)
    return [contrast] if contrast is not None else []


def _note(
    found: dict[tuple[str, ...], Difference],
    contrast: Contrast,
    entry: RecordedExchange,
    answered: Exchange,
) -> None:
    """One difference for each shape, text or status; else one for each call."""
    wide = contrast.kind in {"shape", "text", "status"}
    key = (
        contrast.kind,
        contrast.what,
        contrast.ours,
        contrast.theirs,
        "" if wide else entry.named_call,
    )
    if key in found:
        found[key].behaviours.append(entry.named_call)
        return
    found[key] = Difference(
        contrast=contrast,
        behaviours=[entry.named_call],
        held=entry.held,
        named_calls=(entry.named_call,),
        ours=(entry.exchange,),
        theirs=(answered,),
    )
