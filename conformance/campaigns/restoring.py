"""Putting back what the campaigns held: seen, not believed.

Where looks show a campaign whole, what is missing is added and what the run left over is deleted,
until a look shows what the first one did, in its order and with its priorities. Elsewhere replies
must tell. Each campaign gets a sentence for what could not be put back, and one for what had to be
left there.
"""

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from conformance.campaigns.campaign_set import CampaignSet, chunks
from conformance.campaigns.put_back import add_in_order
from conformance.campaigns.spelling import respelt
from conformance.campaigns.unseen import put_back_by_replies
from conformance.errors import SuiteError
from conformance.exchange import CampaignKey, Contents, Exchange, NoAnswer
from conformance.finding import counted
from conformance.oracle import Look, answer_of, digit_runs

SETTLING = 1.0
"""Seconds after which a call that was cut off has surely done what it does."""
MAX_LOOKS = 3
"""Looks at a campaign of a target that does not answer, or does not do as it is told."""
ROUNDS = 4
"""Times that a campaign is mended and looked at before what is wrong with it is told."""
_LISTED = 10


class Restoration(Struct, frozen=True, kw_only=True):
    """How one campaign came out: what is wrong (`problem`), and what was left there on purpose.

    `added`, `removed`: what was done; `looked_at`: the end was seen, not told by replies.
    """

    campaign: CampaignKey
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    left_over: frozenset[str] = frozenset()
    strangers: frozenset[str] = frozenset()
    looked_at: bool = True
    settled_before: bool = False
    forgotten: bool = False
    problem: str = ""
    damage: tuple[str, ...] = ()
    """What the journals have lost: what could be read was put back, and nobody knows of the rest.
    """


def restore(
    campaign_set: CampaignSet, keys: Collection[CampaignKey] | None = None
) -> dict[CampaignKey, Restoration]:
    """Give every campaign, or these, what it held before the run.

    One campaign that can't be restored, whatever the reason, keeps no other from being.
    """
    if any(campaign_set.uncertain.values()):
        campaign_set.sleep(SETTLING)
    result: dict[CampaignKey, Restoration] = {}
    errors: list[Exception] = []
    for key in [key for key in campaign_set.original if keys is None or key in keys]:
        try:
            result[key] = _attempt(campaign_set, key)
        # a mistake of the suite's own: the other campaigns first
        except Exception as error:  # noqa: BLE001
            errors.append(error)
    if errors:
        raise errors[0]
    return result


def _attempt(campaign_set: CampaignSet, key: CampaignKey) -> Restoration:
    campaign_set.settled.discard(key)
    try:
        result = _restore(campaign_set, key)
        if not result.problem:
            campaign_set.log.restored(key, kept=result.kept)
            campaign_set.settled.add(key)
    except SuiteError as reason:
        return _given_up(campaign_set, key, str(reason))
    return result


def _given_up(campaign_set: CampaignSet, key: CampaignKey, reason: str) -> Restoration:
    """What is known of a campaign that could not be looked at to the end: what may be missing, and
    what may be left over.
    """
    missing, left_over = _away(campaign_set, key), _left_over(campaign_set, key)
    parts = [reason.rstrip(".")]
    if missing:
        parts.append(
            f"{counted(len(missing), 'number')} that it held may be missing: {some(missing)}"
        )
    if left_over:
        parts.append(
            f"{counted(len(left_over), 'number')} of this run may be left in it: {some(left_over)}"
        )
    return Restoration(campaign=key, problem="; ".join(parts), missing=missing, left_over=left_over)


def _left_over(campaign_set: CampaignSet, key: CampaignKey) -> frozenset[str]:
    """Own numbers that are not known to be gone."""
    doubtful = campaign_set.uncertain.get(key, set()) & campaign_set.announced
    there = campaign_set.held[key].numbers & campaign_set.announced
    return frozenset((there | doubtful) - campaign_set.original[key].numbers)


def _restore(campaign_set: CampaignSet, key: CampaignKey) -> Restoration:
    in_sight = campaign_set.shows == "all" and campaign_set.original[key].complete
    if not in_sight and _untouched(campaign_set, key):
        return Restoration(campaign=key, looked_at=False)
    if not campaign_set.opened:
        return _without_rehearsal(campaign_set, key)
    look, silence = look_or_silence(campaign_set, key, whole=in_sight)
    if silence:
        return _given_up(campaign_set, key, silence)
    if not in_sight:
        return _by_replies(campaign_set, key)
    if look is not None and look.whole:
        return _in_sight(campaign_set, key, look)
    # better than nothing, and no proof where a look could tell
    result = _by_replies(campaign_set, key)
    return replace(
        result, problem="; ".join(part for part in (_UNREADABLE, result.problem) if part)
    )


def _by_replies(campaign_set: CampaignSet, key: CampaignKey) -> Restoration:
    """Where looks do not tell: what replies said is away is added, what they said is there goes."""
    away = [
        number for number, _ in campaign_set.in_order[key] if number in _away(campaign_set, key)
    ]
    there = campaign_set.own(key) | (
        campaign_set.uncertain.get(key, set()) & campaign_set.announced
    )
    result = put_back_by_replies(
        campaign_set, key, away, sorted(there | shown_own(campaign_set, key))
    )
    last = _last_shown(campaign_set, key) - result.kept
    was_empty = not campaign_set.original[
        key
    ].numbers  # nothing but own numbers was ever seen in it
    words = f"{some(last)} is still shown" if last and not was_empty else ""
    problem = "; ".join(part for part in (result.problem, words) if part)
    return Restoration(
        campaign=key,
        added=result.added,
        removed=result.removed - last,
        kept=result.kept | last if was_empty else result.kept,
        missing=result.missing,
        left_over=(there | last) - result.removed - result.kept if problem else frozenset(),
        looked_at=False,
        problem=problem,
    )


def _last_shown(campaign_set: CampaignSet, key: CampaignKey) -> frozenset[str]:
    """Own numbers that looks still show once all were deleted: the last of a campaign nobody can
    delete.
    """
    # a short run may be a priority
    last = frozenset(filter(campaign_set.guard.own.is_own, shown_own(campaign_set, key)))
    for number in sorted(last):
        campaign_set.delete(key, [number])
    return last & shown_own(campaign_set, key) if last else last


def _untouched(campaign_set: CampaignSet, key: CampaignKey) -> bool:
    changed = campaign_set.added.get(key) or campaign_set.uncertain.get(key)
    return not changed and key not in campaign_set.borrowed and not campaign_set.lost.get(key)


def _away(campaign_set: CampaignSet, key: CampaignKey) -> frozenset[str]:
    """Originals that the campaign is not known to hold."""
    return campaign_set.original[key].numbers - campaign_set.held[key].numbers


_UNREADABLE = "what it holds now could not be looked at"


def look_or_silence(
    campaign_set: CampaignSet, key: CampaignKey, *, whole: bool = False
) -> tuple[Look | None, str]:
    """Look at a campaign; gives what it shows (None: nothing to read), and words for a target that
    does not answer. A restoration need not hammer at one that is silent.

    `whole`: looks have shown it whole, so that one that does not is asked for again.
    """
    silence, look = "", None
    for attempt in range(1 if campaign_set.silent else MAX_LOOKS):
        if attempt and not silence:
            campaign_set.sleep(SETTLING)
        exchange = campaign_set.ask(key)
        if not isinstance(exchange.outcome, NoAnswer):
            campaign_set.silent, silence = False, ""
            look = _readable(campaign_set, exchange)
            if not whole or (look is not None and look.whole):
                return look, ""
            continue
        silence = f"the target does not answer ({_kind(exchange.outcome)})"
    campaign_set.silent = bool(silence)
    return look, silence


def _kind(outcome: NoAnswer) -> str:
    return f"{outcome.kind}: {outcome.detail}"


def _readable(campaign_set: CampaignSet, exchange: Exchange) -> Look | None:
    """A look that tells all that a campaign holds."""
    return campaign_set.read(exchange) if campaign_set.shows == "all" else None


# -- where looks show a campaign whole -------------------------------------------------------------


def _in_sight(campaign_set: CampaignSet, key: CampaignKey, first: Look) -> Restoration:
    look: Look | None = first
    for attempt in range(ROUNDS):
        if look is None or not look.whole or _is_back(campaign_set, key, look):
            break
        if attempt > 1:
            # a server may show late what it did, or refuse now and then
            campaign_set.sleep(SETTLING)
        _mend(campaign_set, key, look, attempt=attempt)
        look, silence = look_or_silence(campaign_set, key, whole=True)
        if silence:
            return _given_up(campaign_set, key, silence)
    if look is None or not look.whole:
        return _given_up(campaign_set, key, _UNREADABLE)
    return _outcome(campaign_set, key, first, look)


def _is_back(campaign_set: CampaignSet, key: CampaignKey, look: Look) -> bool:
    if _keeps_a_short_one(campaign_set, key, look):
        return False
    return not (
        _missing(campaign_set, key, look) or _surplus(campaign_set, key, look)
    ) and _in_order(campaign_set, key, look)


def _keeps_a_short_one(campaign_set: CampaignSet, key: CampaignKey, look: Look) -> bool:
    """Whether only short numbers of the run are left in a campaign that was empty."""
    own = [number for number in look.numbers if number in campaign_set.announced]
    return (
        bool(own)
        and not campaign_set.original[key].numbers
        and not any(map(campaign_set.guard.own.is_own, own))
    )


def _missing(
    campaign_set: CampaignSet, key: CampaignKey, look: Look
) -> list[tuple[str, int | None]]:
    """Originals that are not shown, in their order."""
    return [pair for pair in campaign_set.in_order[key] if pair[0] not in look.numbers]


def _surplus(campaign_set: CampaignSet, key: CampaignKey, look: Look) -> list[str]:
    """The run's numbers that have to go, in whatever spelling: of a campaign that was empty all but
    one, which nobody can delete."""
    originals = campaign_set.original[key].numbers
    own = [number for number in look.numbers if number in campaign_set.announced - originals]
    others = [number for number in look.numbers if number not in campaign_set.announced | originals]
    own += respelt(others, campaign_set.announced, before=originals)
    if originals or not own:
        return own
    kept = next((number for number in own if campaign_set.guard.own.is_own(number)), own[0])
    return [number for number in own if number != kept]


def _in_order(campaign_set: CampaignSet, key: CampaignKey, look: Look) -> bool:
    """Whether originals stand as they did: order and priorities, as far as looks show them."""
    wanted, now = list(campaign_set.in_order[key]), _originals_in(campaign_set, key, look)
    return (
        now == wanted
        if campaign_set.keeps_order
        else sorted(now, key=str) == sorted(wanted, key=str)
    )


def _originals_in(
    campaign_set: CampaignSet, key: CampaignKey, look: Look
) -> list[tuple[str, int | None]]:
    originals = campaign_set.original[key].numbers
    return [pair for pair in look.pairs if pair[0] in originals]


def _mend(campaign_set: CampaignSet, key: CampaignKey, look: Look, *, attempt: int) -> None:
    """Add what is missing, delete what is left over, then put what stands elsewhere in its
    place.
    """
    missing = _missing(campaign_set, key, look)
    add_in_order(campaign_set, key, missing)
    if _keeps_a_short_one(campaign_set, key, look):
        campaign_set.add(key, campaign_set.fresh(1))  # what stays must be nobody's
    remove(campaign_set, key, _surplus(campaign_set, key, look), singly=attempt > 0)
    if missing or _in_order(campaign_set, key, look) or attempt == ROUNDS - 1:
        return  # what putting in order adds beside the originals is removed in the round after it
    if _is_steady(campaign_set, key, look):
        _put_in_order(campaign_set, key, look, backwards=attempt > 1)


def _is_steady(campaign_set: CampaignSet, key: CampaignKey, look: Look) -> bool:
    """Whether a further look shows the originals in the same order: else nobody can put them in
    one, and looks are no longer held to it.
    """
    later = _readable(campaign_set, campaign_set.ask(key))
    if later is None or not later.whole:
        return False
    before, now = _originals_in(campaign_set, key, look), _originals_in(campaign_set, key, later)
    if sorted(before, key=str) == sorted(now, key=str) and before != now:
        campaign_set.keeps_order = False
    return before == now


def _put_in_order(
    campaign_set: CampaignSet, key: CampaignKey, look: Look, *, backwards: bool
) -> None:
    """Take out the originals from the first one that stands elsewhere on, and add them in order
    (`backwards`: one by one from the last, for a server that puts what is added first).

    Only where originals may be borrowed and adding again was rehearsed.
    """
    if (
        campaign_set.policy == "keep"
        or campaign_set.borrowing_ended
        or key not in campaign_set.guard.recoverable
    ):
        return
    wanted, now = list(campaign_set.in_order[key]), _originals_in(campaign_set, key, look)
    places = (place for place, pair in enumerate(wanted) if now[place : place + 1] != [pair])
    moved = wanted if backwards else wanted[next(places, len(wanted)) :]
    numbers = [number for number, _ in moved]
    campaign_set.log.borrowed(key, numbers)
    with campaign_set.guard.naming_originals(key):
        campaign_set.add(key, campaign_set.fresh(1))  # so that no original is the last number
        for chunk in chunks(numbers):
            campaign_set.delete(key, chunk)
    for part in [[pair] for pair in reversed(moved)] if backwards else [moved]:
        add_in_order(campaign_set, key, part)


def remove(
    campaign_set: CampaignSet, key: CampaignKey, numbers: Iterable[str], *, singly: bool = False
) -> None:
    """Delete numbers, a hundred at a time, and those of a call that is refused one by one."""
    for chunk in chunks(list(numbers)):
        if not singly and answer_of(campaign_set.delete(key, chunk)).outcome == "served":
            continue
        for number in chunk if len(chunk) > 1 or singly else ():
            campaign_set.delete(key, [number])


def _outcome(campaign_set: CampaignSet, key: CampaignKey, first: Look, look: Look) -> Restoration:
    originals = campaign_set.original[key].numbers
    before, now = frozenset(first.numbers), frozenset(look.numbers)
    surplus = _surplus(campaign_set, key, look)
    own = [number for number in look.numbers if number in campaign_set.announced - originals]
    strangers = now - originals - campaign_set.announced - frozenset(surplus)
    missing = originals - now
    campaign_set.held[key] = Contents(numbers=now, complete=True)
    return Restoration(
        campaign=key,
        added=now - before,
        removed=before - now,
        kept=frozenset(own) - frozenset(surplus),
        missing=missing,
        left_over=frozenset(surplus),
        strangers=strangers,
        problem=_problem(campaign_set, key, look, missing, surplus),
    )


def _problem(
    campaign_set: CampaignSet,
    key: CampaignKey,
    look: Look,
    missing: frozenset[str],
    surplus: Sequence[str],
) -> str:
    parts = []
    if missing:
        parts.append(f"{counted(len(missing), 'number')} could not be added again: {some(missing)}")
    if surplus:
        parts.append(f"{counted(len(surplus), 'number')} could not be removed: {some(surplus)}")
    if not parts and not _in_order(campaign_set, key, look):
        parts.append(_order_in_words(campaign_set, key, look))
    return "; ".join(parts)


def _order_in_words(campaign_set: CampaignSet, key: CampaignKey, look: Look) -> str:
    wanted, now = dict(campaign_set.in_order[key]), dict(look.pairs)
    changed = [number for number in wanted if wanted[number] != now[number]]
    if changed:
        return f"{counted(len(changed), 'number')} came back with another priority: " + ", ".join(
            f"{number} ({now[number] or 'none'} instead of {wanted[number] or 'none'})"
            for number in changed[:_LISTED]
        )
    return "its numbers stand in another order than before"


def strangers_in_words(campaign_set: CampaignSet, keys: Collection[CampaignKey]) -> list[str]:
    """A sentence for each of these campaigns in which numbers appeared that no call had named."""
    return [
        f"Somebody else was at work on campaign {key[1]}: {counted(len(others), 'number')} appeared"
        f" that no call of this run had named ({some(others)}). Nothing was done to them."
        for key, numbers in sorted(campaign_set.strangers.items())
        if key in keys
        and (others := numbers - set(respelt(sorted(numbers), campaign_set.announced)))
    ]


def some(numbers: Iterable[str]) -> str:
    """The first of some numbers, for a message."""
    listed = sorted(numbers)
    return ", ".join(listed[:_LISTED]) + (" …" if len(listed) > _LISTED else "")


def _without_rehearsal(campaign_set: CampaignSet, key: CampaignKey) -> Restoration:
    """After an opening that failed or was interrupted half-way, when only own numbers were named.

    How looks are read may not be known yet, and an addition that was cut off may have been carried
    out: what a look holds of them goes, and where looks hold nothing whatever was to be added.
    """
    runs = digit_runs(answer_of(campaign_set.ask(key)))
    own = frozenset(campaign_set.added.get(key, ()))
    left = sorted(runs & own if runs else own)
    kept = frozenset(left[:1]) if runs and runs <= own else frozenset()
    gone = [number for number in left if number not in kept]
    remove(campaign_set, key, gone, singly=not campaign_set.readds)
    last = answer_of(campaign_set.ask(key))
    if remaining := sorted(digit_runs(last).intersection(gone)):
        remove(campaign_set, key, remaining, singly=True)
        last = answer_of(campaign_set.ask(key))
    if left and last.outcome == "nothing":
        words = (
            f"the target does not answer; {counted(len(left), 'number')} of this run may be left in"
            f" it: {some(left)}"
        )
        return Restoration(campaign=key, left_over=frozenset(left), looked_at=False, problem=words)
    still = digit_runs(last) & own - kept if left else frozenset()
    words = f"{counted(len(still), 'number')} could not be removed: {some(still)}" if still else ""
    return Restoration(
        campaign=key, removed=frozenset(left) - kept - still, kept=kept, problem=words
    )


def shown_own(campaign_set: CampaignSet, key: CampaignKey) -> frozenset[str]:
    """Own numbers that a look holds, in whatever form."""
    return digit_runs(answer_of(campaign_set.ask(key))) & frozenset(campaign_set.announced)


CALLS_TO_RESTORE = 12
"""Calls that one campaign takes to be put back, besides those for its numbers one by one."""


def calls_to_restore(campaign_set: CampaignSet) -> int:
    """Calls that putting everything back may take."""
    numbers = sum(len(pairs) for pairs in campaign_set.in_order.values())
    return CALLS_TO_RESTORE * len(campaign_set.original) + numbers
