"""Taking possession of the campaigns: what they hold, what the query companion shows, how numbers
are added."""

from collections.abc import Iterable, Mapping

from msgspec import to_builtins

from conformance.campaigns.campaign_set import CampaignSet
from conformance.campaigns.liveness import INTERFACE, advice, misshapen, seen, sign_of
from conformance.campaigns.measuring import CLEARLY_FEWER, measure_query
from conformance.campaigns.rehearsal import rehearse, rehearse_readding
from conformance.errors import (
    CampaignUnusable,
    CredentialsRefused,
    TargetUnreachable,
    Unreadable,
)
from conformance.exchange import CampaignKey, Contents, Exchange, NoAnswer, QueryShows
from conformance.finding import counted
from conformance.oracle import Look, answer_of, digit_runs

FIRST_TRIES = 3
"""Queries without an answer before the target counts as not reachable."""


def open_campaign_set(
    campaign_set: CampaignSet,
    *,
    given: Mapping[CampaignKey, tuple[str, ...]],
    observe: str = "auto",
    wide: int = 0,
    settle: float | None = None,
) -> None:
    """Establish what each campaign holds and how it can be worked on; it is in the journal first.

    `given` are complete lists from the target file; `observe` is what the user says the query
    companion shows (auto: find out), `settle` how late it shows a change (None: measure). `wide`:
    the most numbers to which the run will grow a campaign. Only own numbers are named.
    Raises TargetUnreachable, CredentialsRefused, CampaignUnusable; Unreadable where calls that
    change nothing can still be judged.
    """
    first = {key: _first_look(campaign_set, key) for key in campaign_set.all_keys}
    for key, exchange in first.items():
        usable(key, exchange)
        _reserve(campaign_set, [*digit_runs(answer_of(exchange)), *given.get(key, ())])
        note_originals(campaign_set, key, (), complete=False)
    for key, numbers in given.items():
        note_originals(campaign_set, key, [(number, None) for number in numbers], complete=True)
    key = campaign_set.keys[0]
    rehearse(campaign_set, key, first[key], settle=settle)
    _must_add(campaign_set, first[key])
    shows, limit = _how_far(campaign_set, key, first[key], observe, wide)
    for each in campaign_set.all_keys:
        _settle_original(campaign_set, each, first[each], shows, limit, given=each in given)
    campaign_set.shows = shows
    _note_recoverable(campaign_set, rehearsed=key)
    form = to_builtins(campaign_set.look_form) if campaign_set.look_form else {}
    campaign_set.log.looks(
        form, settle=campaign_set.settle, shows=campaign_set.shows, priority=campaign_set.priority
    )
    campaign_set.opened = True


def _how_far(
    campaign_set: CampaignSet, key: CampaignKey, first: Exchange, observe: str, wide: int
) -> tuple[QueryShows, int | None]:
    """How the companion can be read, and the most numbers that it shows."""
    if observe == "none":
        return "nothing", None
    before = campaign_set.read(first)
    if campaign_set.look_form is None or before is None or not before.whole:
        return ("one" if observe == "first" else "nothing"), None
    look = campaign_set.read(campaign_set.ask(key))
    if look is None or not look.whole:
        return "nothing", None
    _must_keep(campaign_set, key, before, look)
    _compare_order(campaign_set, before, look)
    if observe in {"all", "first"}:
        return ("all" if observe == "all" else "one"), 1
    if len(look.numbers) == 1 and not campaign_set.shows_several:
        return "one", 1
    if not wide:
        return "all", None
    return measure_query(campaign_set, key, frozenset(look.numbers), wide)


def _must_keep(campaign_set: CampaignSet, key: CampaignKey, before: Look, look: Look) -> None:
    """Raise CampaignUnusable where numbers vanished while own ones were added and deleted.

    Looks that showed several numbers, and now at most half as many, tell a loss; a few less may be
    cut off. What the first look showed is put back then, as far as the server lets it.
    """
    gone = frozenset(before.numbers) - frozenset(look.numbers)
    if len(before.numbers) < 2 or not gone or 2 * len(look.numbers) > len(before.numbers):
        return
    note_originals(campaign_set, key, before.pairs, complete=True)
    campaign_set.shows, campaign_set.opened = "all", True
    raise CampaignUnusable(
        f"{counted(len(gone), 'number')} of campaign {key[1]} of VDN {key[0]} vanished while the"
        " run added and deleted numbers of its own, so nothing more is tried on this target"
    )


def _first_look(campaign_set: CampaignSet, key: CampaignKey) -> Exchange:
    """Ask again where no answer comes: a server that drops one call in many is to be judged for
    it, not turned away."""
    exchange = campaign_set.ask(key)
    for _ in range(FIRST_TRIES - 1):
        if exchange.reply is not None:
            break
        exchange = campaign_set.ask(key)
    return exchange


def note_originals(
    campaign_set: CampaignSet,
    key: CampaignKey,
    listed: Iterable[tuple[str, int | None]],
    *,
    complete: bool,
) -> None:
    """Write down what a campaign held before the run, in the journal and for the guard."""
    pairs = tuple(listed)
    numbers = frozenset(number for number, _ in pairs)
    campaign_set.in_order[key] = pairs
    campaign_set.original[key] = campaign_set.held[key] = Contents(
        numbers=numbers, complete=complete
    )
    campaign_set.guard.originals[key] = numbers
    campaign_set.log.holding(
        key,
        [number for number, _ in pairs],
        priorities=[priority for _, priority in pairs],
        complete=complete,
    )


def _settle_original(
    campaign_set: CampaignSet,
    key: CampaignKey,
    first: Exchange,
    shows: QueryShows,
    limit: int | None,
    *,
    given: bool,
) -> None:
    """Now that it is known how to read the companion: what the campaign held before the run."""
    own = campaign_set.held[key].numbers & campaign_set.added.get(key, set())
    look = campaign_set.read(first)
    readable = look is not None and look.whole
    if look is not None and readable and (shows == "all" or (limit is not None and not given)):
        whole = shows == "all" or len(look.numbers) * CLEARLY_FEWER < (limit or 1)
        note_originals(campaign_set, key, look.pairs, complete=whole)
    elif shows == "one" and not given:
        numbers = sorted(digit_runs(answer_of(first)))
        note_originals(campaign_set, key, [(number, None) for number in numbers], complete=False)
    held = campaign_set.held[key]
    campaign_set.held[key] = Contents(numbers=held.numbers | own, complete=held.complete)


def _compare_order(campaign_set: CampaignSet, first: Look, later: Look) -> None:
    """Whether numbers that nobody touched are still shown in their order."""
    now = [number for number in later.numbers if number in first.numbers]
    before = [number for number in first.numbers if number in later.numbers]
    campaign_set.keeps_order = campaign_set.keeps_order and now == before


def _note_recoverable(campaign_set: CampaignSet, *, rehearsed: CampaignKey) -> None:
    """Campaigns that may be called in ways that a faulty server could take for more than is named:
    their contents are known whole, and what goes can be added again."""
    for key in campaign_set.keys:
        readds = (
            campaign_set.readds
            if key == rehearsed
            else rehearse_readding(campaign_set, key, rehearsed)
        )
        if campaign_set.held[key].complete and (readds or not campaign_set.original[key].numbers):
            campaign_set.guard.recoverable.add(key)
    if campaign_set.foreign is not None and campaign_set.shows == "all":
        rehearse_readding(campaign_set, campaign_set.foreign, rehearsed)
    withdraw_where_deletions_reach_others(campaign_set)
    campaign_set.keys = tuple(
        sorted(campaign_set.keys, key=lambda each: each not in campaign_set.guard.recoverable)
    )


def withdraw_where_deletions_reach_others(campaign_set: CampaignSet) -> None:
    """No campaign may then be called with short numbers: they could be those of one that nobody
    listed.
    """
    if campaign_set.deletes_elsewhere:
        campaign_set.guard.recoverable.clear()


def usable(key: CampaignKey, exchange: Exchange) -> None:
    """Raise TargetUnreachable, CredentialsRefused or CampaignUnusable where the first query of a
    campaign says so.
    """
    if isinstance(exchange.outcome, NoAnswer):
        raise TargetUnreachable(
            f"The target did not answer the first query of campaign {key[1]}"
            f" ({exchange.outcome.kind}: {exchange.outcome.detail}). {advice(exchange)}"
        )
    if exchange.outcome.status == 401:
        raise CredentialsRefused(
            "The target answered HTTP 401 to a signed query: it does not accept these credentials."
            " Check access_key and secret_key, signed_headers, and that this machine's clock agrees"
            " with the server's (the signature holds the time)."
        )
    if answer_of(exchange).code == "0200007":
        raise CampaignUnusable(
            f"The target says that campaign {key[1]} of VDN {key[0]} does not exist (0200007). Name"
            " campaigns that do under `campaigns` (and `foreign`) in the target file; they must be"
            " disposable."
        )


def _must_add(campaign_set: CampaignSet, shown: Exchange) -> None:
    """Nothing is deleted where nothing can be put back. `shown` is the first query: a target that
    answers neither as the interface does is not one.
    """
    refusal = campaign_set.refusal
    if campaign_set.can_add or refusal is None:
        return
    _, campaign_id = campaign_set.keys[0]
    if misshapen(refusal):
        raise Unreadable(
            "What the target answers to the call that adds numbers is neither a success nor a"
            f" failure of the code table ({seen(refusal)}), so no campaign can be set up, and none"
            " could be put back: only the form of the replies can be judged, with calls that name"
            " no number of a campaign."
        )
    if sign_of(refusal) != INTERFACE and sign_of(shown) != INTERFACE:
        raise TargetUnreachable(
            f"What answers at the target is not the interface: the query of campaign {campaign_id}"
            f" got {seen(shown)}, and the call that adds numbers got {seen(refusal)}."
            f" {advice(refusal)}"
        )
    raise CampaignUnusable(
        f"The target refused to add numbers to campaign {campaign_id} ({seen(refusal)}), so nothing"
        " that is deleted there could be put back: the run does not begin. Name a campaign to"
        " which numbers can be added (it may be full), set [numbers] prefix and priority as the"
        " server wants them, or ask the vendor to allow adding for the time of the test."
    )


def _reserve(campaign_set: CampaignSet, numbers: Iterable[str]) -> None:
    """Never hand out a number that somebody's campaign holds."""
    for number in numbers:
        campaign_set.pool.reserve(number)
