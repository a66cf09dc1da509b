"""Putting back what the campaigns held."""

import time
from collections.abc import Collection, Iterable

from conformance.campaigns.arranging import arrange, one_by_one
from conformance.campaigns.ground import Ground, chunks
from conformance.errors import SuiteError
from conformance.exchange import CampaignKey, NoAnswer
from conformance.finding import counted
from conformance.generation.calls import query
from conformance.oracle import answer_of, shown_numbers

SETTLING = 1.0
"""Seconds after which a call that was cut off has surely done what it does. Only then does a look tell the truth."""
MAX_LOOKS = 3
"""Looks at a campaign of a target that does not answer, or does not do as it is told, before it is given up."""
_LISTED = 10


def restore(ground: Ground, keys: Collection[CampaignKey] | None = None) -> dict[CampaignKey, str]:
    """Give every campaign, or these, what it held before the run. The result names, per campaign that could not be restored, what is wrong.

    One campaign that can't be restored, whatever the reason, keeps no other from being.
    """
    if any(ground.uncertain.values()):
        time.sleep(SETTLING)
    known = [key for key in ground.all_keys if key in ground.original and (keys is None or key in keys)]
    return {key: problem for key in known if (problem := _attempt(ground, key))}


def abandon(ground: Ground) -> dict[CampaignKey, str]:
    """Put back what an opening that failed or was interrupted half-way has changed.

    It is not known yet what the query shows, and an addition that was cut off may have been carried out: whatever the run was to add
    and has not been seen to be gone is taken out.
    """
    for key in ground.original:
        doubtful = ground.added.get(key, set()) - ground.held[key].numbers
        if doubtful and (shown := ground.look(key)):
            doubtful = doubtful & shown or doubtful
        if doubtful:
            ground.uncertain.setdefault(key, set()).update(doubtful)
    return restore(ground)


def _attempt(ground: Ground, key: CampaignKey) -> str:
    try:
        if problem := _restore(ground, key):
            return problem
        ground.log.restored(key)
    except SuiteError as reason:
        return str(reason)
    return ""


def _restore(ground: Ground, key: CampaignKey) -> str:
    original = ground.original[key]
    if ground.shows != "all" and _untouched(ground, key):
        return ""
    shown, silence = look_or_silence(ground, key)
    if silence:
        return silence
    if ground.shows == "all" and original.complete and shown == original.numbers and not ground.added.get(key):
        return ""
    if original.complete and original.numbers:
        arrange(ground, key, original.numbers)
    else:
        _take_out_own(ground, key, original.numbers)
    if ground.shows == "all" and key not in ground.in_sight and ground.look(key) is None:
        return "what it holds now could not be looked at"
    if _difference(ground, key) and ground.shows == "all" and original.numbers:
        _insist(ground, key, original.numbers)
    return _difference(ground, key)


def _insist(ground: Ground, key: CampaignKey, original: frozenset[str]) -> None:
    """Once more, after a while: a server may show late what it did, refuse a list for one number in it, or refuse now and then."""
    for _ in range(MAX_LOOKS):
        time.sleep(SETTLING)
        ground.look(key)
        if not _difference(ground, key):
            return
        one_by_one(ground, key, original)


def _untouched(ground: Ground, key: CampaignKey) -> bool:
    changed = ground.added.get(key) or ground.uncertain.get(key)
    return not changed and ground.held[key].numbers == ground.original[key].numbers


def look_or_silence(ground: Ground, key: CampaignKey) -> tuple[frozenset[str] | None, str]:
    """Look at a campaign; gives what it shows (None: nothing to read), and words for a target that does not answer.

    A restoration need not hammer at one that is silent.
    """
    silence = ""
    for _ in range(1 if ground.silent else MAX_LOOKS):
        exchange = ground.send(query(key, base_path=ground.base_path))
        if not isinstance(exchange.outcome, NoAnswer):
            ground.silent = False
            return shown_numbers(answer_of(exchange)), ""
        silence = f"the target does not answer ({exchange.outcome.kind}: {exchange.outcome.detail})"
    ground.silent = True
    return None, silence


def _take_out_own(ground: Ground, key: CampaignKey, keep: frozenset[str]) -> None:
    """Where the campaign can't be seen whole, or was empty: remove what the run added, as far as the server lets it."""
    doubtful = ground.uncertain.get(key, set()) & ground.added.get(key, set())
    numbers = sorted((ground.own(key) | doubtful) - keep)
    remove(ground, key, numbers[:-1])
    remove(ground, key, numbers[-1:])


def remove(ground: Ground, key: CampaignKey, numbers: Iterable[str]) -> None:
    """Delete numbers, a hundred at a time, and those of a call that is refused one by one."""
    for chunk in chunks(list(numbers)):
        if answer_of(ground.delete(key, chunk)).outcome != "served" and len(chunk) > 1:
            for number in chunk:
                ground.delete(key, [number])


def _difference(ground: Ground, key: CampaignKey) -> str:
    original, held = ground.original[key], ground.held[key]
    missing, surplus = original.numbers - held.numbers, ground.own(key) - original.numbers
    parts = [f"{len(missing)} number(s) could not be added again: {some(missing)}"] if missing else []
    parts += [f"{len(surplus)} number(s) could not be removed: {some(surplus)}{_reason(original.numbers)}"] if surplus else []
    return "; ".join(parts)


def _reason(original: frozenset[str]) -> str:
    return "" if original else " (the campaign was empty before, and the interface lets nobody delete a last number)"


def strangers_in_words(ground: Ground, keys: Collection[CampaignKey]) -> list[str]:
    """A sentence for each of these campaigns in which numbers appeared that no call of this run had named."""
    return [
        f"Somebody else was at work on campaign {key[1]}: {counted(len(numbers), 'number')} appeared that no call of this run had named "
        f"({some(numbers)}). Nothing was done to them."
        for key, numbers in sorted(ground.strangers.items())
        if key in keys
    ]


def some(numbers: Iterable[str]) -> str:
    """The first of some numbers, for a message."""
    listed = sorted(numbers)
    return ", ".join(listed[:_LISTED]) + (" …" if len(listed) > _LISTED else "")
