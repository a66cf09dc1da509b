"""What a campaign held before each call of traffic that nobody set up: followed from looks that
show all of it, and from replies.
"""

from collections.abc import Sequence

from msgspec import Struct, field

from conformance.exchange import CampaignKey, Exchange, Setting
from conformance.oracle import Answer, Facts, answer_of, facts_of, shown_numbers
from conformance.session.naming import subject_of

MOST_HELD = 300
"""Numbers beyond which setting a campaign up for one call costs more than the call tells."""


class Followed(Struct, frozen=True, kw_only=True):
    """Calls that can be made again, by the numbers of their exchanges: what each asks about, and
    what the campaign held before.

    `looks` are those that show what the call right before them left.
    """

    steps: dict[int, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    looks: set[int] = field(default_factory=set)


def followed(
    exchanges: Sequence[Exchange],
    setting: Setting,
    key: CampaignKey,
    held: frozenset[str] | None = None,
) -> Followed:
    """Follow one campaign. `held`: what it held at first, where somebody knows."""
    told = Followed()
    shows_all = any(len(shown_numbers(answer_of(each)) or ()) > 1 for each in exchanges)
    overlapping = _overlapping(exchanges)
    world, stepped = held, False
    for exchange in exchanges:
        facts, answer = facts_of(exchange.call, setting), answer_of(exchange)
        if facts.kind == "query":
            shown = shown_numbers(answer) if shows_all and facts.campaign == key else None
            if shown is not None:
                told.looks.update({exchange.number} if stepped else ())
                world = shown
            stepped = False
            continue
        if exchange.number in overlapping:
            world = None  # nobody knows in which order they were carried out
        stepped = (
            bool(world) and len(world or ()) <= MOST_HELD and _repeatable(exchange, facts, key)
        )
        if stepped and world is not None:
            told.steps[exchange.number] = (_name(exchange, facts, world), tuple(sorted(world)))
        world = _after(world, facts, answer, key)
    return told


def _overlapping(exchanges: Sequence[Exchange]) -> set[int]:
    """Calls that were under way while another one was."""
    found, last = set[int](), None
    for exchange in exchanges:
        if last is not None and exchange.start < last.end:
            found |= {last.number, exchange.number}
        last = exchange if last is None or exchange.end > last.end else last
    return found


def _repeatable(exchange: Exchange, facts: Facts, key: CampaignKey) -> bool:
    """Calls on the campaign, and calls on nobody's; not those that were refused for who sent
    them.
    """
    return (
        exchange.reply is not None
        and exchange.reply.status != 401
        and facts.campaign in {key, None}
    )


def _after(
    world: frozenset[str] | None, facts: Facts, answer: Answer, key: CampaignKey
) -> frozenset[str] | None:
    """What the campaign holds then; None where nobody knows."""
    if world is None or facts.campaign != key or answer.outcome in {"refused", "nothing"}:
        return world
    if answer.outcome != "served" or facts.defects or facts.kind not in {"add", "delete"}:
        return None
    return world | facts.named if facts.kind == "add" else world - facts.named


def _name(exchange: Exchange, facts: Facts, world: frozenset[str]) -> str:
    """What the call asks about, as profiles name it; else what it is."""
    if facts.kind == "delete" and (subject := subject_of(exchange.call, facts, world)):
        return subject
    count = len(facts.named)
    plain = {"add": f"adding {count} number(s)", "delete": f"naming {count} number(s)"}
    return plain.get(facts.kind, f"method {exchange.call.method}")
