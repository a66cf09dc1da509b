"""Taking possession of the campaigns: what they hold, what the query companion shows, how numbers are added."""

from collections.abc import Mapping

from conformance.campaigns.ground import Ground
from conformance.campaigns.measuring import measure_query
from conformance.campaigns.vital import INTERFACE, advice, misshapen, seen, sign_of
from conformance.errors import CampaignUnusable, CredentialsRefused, TargetUnreachable, Unreadable
from conformance.exchange import CampaignKey, Contents, Exchange, NoAnswer, QueryShows
from conformance.generation.calls import query
from conformance.oracle import answer_of, shown_numbers

DEFAULT_PRIORITY = 3
"""Sent with added numbers only after a server has refused to add without (edition 2025-11: integer 1 to 5)."""

FIRST_TRIES = 3
"""Queries without an answer before the target counts as not reachable."""
WORKED_ON = 2
"""Campaigns that a run works on; further listed ones are for further workers."""
MOST_FOUND_OUT = 40
"""Numbers that are taken away one by one to learn what a campaign holds; a larger one stays partly unknown, which is said."""


def open_ground(ground: Ground, *, given: Mapping[CampaignKey, tuple[str, ...]], observe: str = "auto", wide: int = 0) -> None:
    """Establish what each campaign holds and write it to the journal, before anything is changed.

    `given` are complete lists from the target file; `observe` is what the user says the query companion shows (auto: find out).
    `wide`: the most numbers to which the run will grow a campaign.
    Raises TargetUnreachable, CredentialsRefused, CampaignUnusable; Unreadable where calls that change nothing can still be judged.
    """
    first = {key: _first_query(ground, key) for key in ground.all_keys}
    for key, exchange in first.items():
        usable(key, exchange)
    shown = {key: None if observe == "none" else shown_numbers(answer_of(exchange)) for key, exchange in first.items()}
    for key in ground.all_keys:
        ground.held[key] = ground.original[key] = _first_contents(shown[key], given.get(key))
        ground.log.holding(key, sorted(ground.held[key].numbers), complete=ground.held[key].complete)
    _reserve(ground)
    ground.shows = read_query(ground, shown, observe)
    _must_add(ground, next(iter(first.values())))
    if ground.shows == "all" and observe == "auto" and wide:
        ground.shows = "one"  # so that looking does not overwrite what is known
        ground.shows = measure_query(ground, shown, wide)
    for key in ground.all_keys:
        _settle_original(ground, key, given.get(key), shown[key])
    if ground.shows == "one":
        for key in ground.keys[:WORKED_ON]:
            if key not in given and not ground.held[key].complete:
                _find_out(ground, key)


def _first_query(ground: Ground, key: CampaignKey) -> Exchange:
    """Ask again where no answer comes: a server that drops one call in many is to be judged for it, not turned away."""
    exchange = ground.send(query(key, base_path=ground.base_path))
    for _ in range(FIRST_TRIES - 1):
        if exchange.reply is not None:
            break
        exchange = ground.send(query(key, base_path=ground.base_path))
    return exchange


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


def _find_out(ground: Ground, key: CampaignKey) -> None:
    """Where the companion shows one number at a time: take away what it shows until one is left that can't be taken.

    Every number is in the journal before it is taken; the restoration puts all of them back.
    """
    found: set[str] = set()
    for _ in range(MOST_FOUND_OUT):
        shown = ground.look(key)
        if not shown or not shown.isdisjoint(found):
            return
        found |= shown
        ground.held[key] = Contents(numbers=ground.held[key].numbers | shown, complete=False)
        ground.log.holding(key, sorted(found - ground.added.get(key, set())), complete=False)
        if answer_of(ground.delete(key, sorted(shown))).outcome == "refused":
            ground.held[key] = Contents(numbers=shown, complete=True)
            ground.original[key] = Contents(numbers=frozenset(found - ground.added.get(key, set())), complete=True)
            ground.log.holding(key, sorted(ground.original[key].numbers), complete=True)
            return


def _first_contents(shown: frozenset[str] | None, given: tuple[str, ...] | None) -> Contents:
    if given is not None:
        return Contents(numbers=frozenset(given), complete=True)
    return Contents(numbers=shown or frozenset(), complete=False)


def _reserve(ground: Ground) -> None:
    """Never hand out a number that somebody's campaign holds."""
    for held in ground.held.values():
        for number in held.numbers:
            ground.pool.reserve(number)


def read_query(ground: Ground, shown: Mapping[CampaignKey, frozenset[str] | None], observe: str) -> QueryShows:
    """Find out how far the query companion can be read: add two numbers and look whether both appear."""
    if observe == "none" or all(numbers is None for numbers in shown.values()):
        _try_adding(ground, ground.keys[0])
        return "nothing"
    ground.shows = "one"  # so that looking does not overwrite what is known
    key = ground.keys[0]
    added = _try_adding(ground, key)
    seen = ground.look(key)
    if not added and seen and (there := seen & ground.added[key]):
        ground.can_add, added = True, there  # the addition was carried out, whatever its reply says
    if observe in {"all", "first"}:
        return "all" if observe == "all" else "one"
    if seen is None:
        return "nothing"
    if not added:
        return "all" if len(seen) > 1 else "one"
    part = len(seen) == 1 or seen <= (shown[key] or frozenset()) | added  # a large campaign, of which only so many are shown
    return "all" if added <= seen else "one" if part else "nothing"


def _try_adding(ground: Ground, key: CampaignKey) -> frozenset[str]:
    """Add two fresh numbers, with a priority if the server asks for one; the numbers that the server says it added."""
    numbers = ground.fresh(2)
    priorities = [ground.priority] if ground.priority is not None else [None, DEFAULT_PRIORITY]
    for ground.priority in priorities:
        ground.refusal = ground.add(key, numbers)
        if answer_of(ground.refusal).outcome == "served":
            return frozenset(numbers)
    ground.can_add = False
    return frozenset()


def _settle_original(ground: Ground, key: CampaignKey, given: tuple[str, ...] | None, shown: frozenset[str] | None) -> None:
    """Now that it is known how to read the companion: what the campaign held before the run."""
    if ground.shows == "all" and shown is not None:
        ground.original[key] = ground.held[key] = Contents(numbers=shown, complete=True)
        if ground.added.get(key):
            ground.look(key)
    else:
        known = frozenset(given or shown or ())
        whole = given is not None or (shown is not None and ground.held[key].complete)
        ground.original[key] = Contents(numbers=known, complete=whole)
    ground.log.holding(key, sorted(ground.original[key].numbers), complete=ground.original[key].complete)
