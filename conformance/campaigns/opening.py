"""Taking possession of the campaigns: what they hold, what the query companion shows, how numbers
are added."""

from collections.abc import Iterable, Mapping

from msgspec import to_builtins

from conformance.campaigns.ground import Ground
from conformance.campaigns.measuring import CLEARLY_FEWER, measure_query
from conformance.campaigns.rehearsal import rehearse, rehearse_adding_again
from conformance.campaigns.vital import INTERFACE, advice, misshapen, seen, sign_of
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


def open_ground(
    ground: Ground,
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
    first = {key: _first_look(ground, key) for key in ground.all_keys}
    for key, exchange in first.items():
        usable(key, exchange)
        _reserve(ground, [*digit_runs(answer_of(exchange)), *given.get(key, ())])
        note_originals(ground, key, (), complete=False)
    for key, numbers in given.items():
        note_originals(ground, key, [(number, None) for number in numbers], complete=True)
    key = ground.keys[0]
    rehearse(ground, key, first[key], settle=settle)
    _must_add(ground, first[key])
    shows, limit = _how_far(ground, key, first[key], observe, wide)
    for each in ground.all_keys:
        _settle_original(ground, each, first[each], shows, limit, given=each in given)
    ground.shows = shows
    _note_recoverable(ground, rehearsed=key)
    form = to_builtins(ground.look_form) if ground.look_form else {}
    ground.log.looks(form, settle=ground.settle, shows=ground.shows, priority=ground.priority)
    ground.opened = True


def _how_far(ground: Ground, key: CampaignKey, first: Exchange, observe: str, wide: int) -> tuple[QueryShows, int | None]:
    """How the companion can be read, and the most numbers that it shows."""
    if observe == "none":
        return "nothing", None
    before = ground.read(first)
    if ground.look_form is None or before is None or not before.whole:
        return ("one" if observe == "first" else "nothing"), None
    look = ground.read(ground.ask(key))
    if look is None or not look.whole:
        return "nothing", None
    _must_keep(ground, key, before, look)
    _compare_order(ground, before, look)
    if observe in {"all", "first"}:
        return ("all" if observe == "all" else "one"), 1
    if len(look.numbers) == 1 and not ground.shows_several:
        return "one", 1
    if not wide:
        return "all", None
    return measure_query(ground, key, frozenset(look.numbers), wide)


def _must_keep(ground: Ground, key: CampaignKey, before: Look, look: Look) -> None:
    """Raise CampaignUnusable where numbers vanished while own ones were added and deleted.

    Looks that showed several numbers, and now at most half as many, tell a loss; a few less may be
    cut off. What the first look showed is put back then, as far as the server lets it.
    """
    gone = frozenset(before.numbers) - frozenset(look.numbers)
    if len(before.numbers) < 2 or not gone or 2 * len(look.numbers) > len(before.numbers):
        return
    note_originals(ground, key, before.pairs, complete=True)
    ground.shows, ground.opened = "all", True
    raise CampaignUnusable(
        f"{counted(len(gone), 'number')} of campaign {key[1]} of VDN {key[0]} vanished while the run "
        "added and deleted numbers of its own, so nothing more is tried on this target"
    )


def _first_look(ground: Ground, key: CampaignKey) -> Exchange:
    """Ask again where no answer comes: a server that drops one call in many is to be judged for
    it, not turned away."""
    exchange = ground.ask(key)
    for _ in range(FIRST_TRIES - 1):
        if exchange.reply is not None:
            break
        exchange = ground.ask(key)
    return exchange


def note_originals(
    ground: Ground,
    key: CampaignKey,
    listed: Iterable[tuple[str, int | None]],
    *,
    complete: bool,
) -> None:
    """Write down what a campaign held before the run, in the journal and for the guard."""
    pairs = tuple(listed)
    numbers = frozenset(number for number, _ in pairs)
    ground.in_order[key] = pairs
    ground.original[key] = ground.held[key] = Contents(numbers=numbers, complete=complete)
    ground.guard.originals[key] = numbers
    ground.log.holding(
        key,
        [number for number, _ in pairs],
        priorities=[priority for _, priority in pairs],
        complete=complete,
    )


def _settle_original(
    ground: Ground,
    key: CampaignKey,
    first: Exchange,
    shows: QueryShows,
    limit: int | None,
    *,
    given: bool,
) -> None:
    """Now that it is known how to read the companion: what the campaign held before the run."""
    own = ground.held[key].numbers & ground.added.get(key, set())
    look = ground.read(first)
    readable = look is not None and look.whole
    if look is not None and readable and (shows == "all" or (limit is not None and not given)):
        whole = shows == "all" or len(look.numbers) * CLEARLY_FEWER < (limit or 1)
        note_originals(ground, key, look.pairs, complete=whole)
    elif shows == "one" and not given:
        numbers = sorted(digit_runs(answer_of(first)))
        note_originals(ground, key, [(number, None) for number in numbers], complete=False)
    held = ground.held[key]
    ground.held[key] = Contents(numbers=held.numbers | own, complete=held.complete)


def _compare_order(ground: Ground, first: Look, later: Look) -> None:
    """Whether numbers that nobody touched are still shown in their order."""
    now = [number for number in later.numbers if number in first.numbers]
    before = [number for number in first.numbers if number in later.numbers]
    ground.keeps_order = ground.keeps_order and now == before


def _note_recoverable(ground: Ground, *, rehearsed: CampaignKey) -> None:
    """Campaigns that may be called in ways that a faulty server could take for more than is named:
    their contents are known whole, and what goes can be added again."""
    for key in ground.keys:
        again = ground.adds_again if key == rehearsed else rehearse_adding_again(ground, key, rehearsed)
        if ground.held[key].complete and (again or not ground.original[key].numbers):
            ground.guard.recoverable.add(key)
    if ground.foreign is not None and ground.shows == "all":
        rehearse_adding_again(ground, ground.foreign, rehearsed)
    if ground.deletes_elsewhere:
        ground.guard.recoverable.clear()  # a short number could be that of a campaign nobody listed
    ground.keys = tuple(sorted(ground.keys, key=lambda each: each not in ground.guard.recoverable))


def usable(key: CampaignKey, exchange: Exchange) -> None:
    """Raise TargetUnreachable, CredentialsRefused or CampaignUnusable where the first query of a campaign says so."""
    if isinstance(exchange.outcome, NoAnswer):
        raise TargetUnreachable(
            f"The target did not answer the first query of campaign {key[1]} ({exchange.outcome.kind}: {exchange.outcome.detail}). "
            f"{advice(exchange)}"
        )
    if exchange.outcome.status == 401:
        raise CredentialsRefused(
            "The target answered HTTP 401 to a signed query: it does not accept these credentials. Check access_key and secret_key, "
            "signed_headers, and that this machine's clock agrees with the server's (the signature holds the time)."
        )
    if answer_of(exchange).code == "0200007":
        raise CampaignUnusable(
            f"The target says that campaign {key[1]} of VDN {key[0]} does not exist (0200007). Name campaigns that do under `campaigns` "
            "(and `foreign`) in the target file; they must be disposable."
        )


def _must_add(ground: Ground, shown: Exchange) -> None:
    """Nothing is deleted where nothing can be put back. `shown` is the first query: a target that answers neither as the interface does
    is not one."""
    refusal = ground.refusal
    if ground.can_add or refusal is None:
        return
    if misshapen(refusal):
        raise Unreadable(
            "What the target answers to the call that adds numbers is neither a success nor a failure of the code table "
            f"({seen(refusal)}), so no campaign can be set up, and none could be put back: only the form of the replies can be judged, "
            "with calls that name no number of a campaign."
        )
    if sign_of(refusal) != INTERFACE and sign_of(shown) != INTERFACE:
        raise TargetUnreachable(
            f"What answers at the target is not the interface: the query of campaign {ground.keys[0][1]} got {seen(shown)}, and the call "
            f"that adds numbers got {seen(refusal)}. {advice(refusal)}"
        )
    raise CampaignUnusable(
        f"The target refused to add numbers to campaign {ground.keys[0][1]} ({seen(refusal)}), so nothing that is deleted there could be "
        "put back: the run does not begin. Name a campaign to which numbers can be added (it may be full), set [numbers] prefix and "
        "priority as the server wants them, or ask the vendor to allow adding for the time of the test."
    )


def _reserve(ground: Ground, numbers: Iterable[str]) -> None:
    """Never hand out a number that somebody's campaign holds."""
    for number in numbers:
        ground.pool.reserve(number)
