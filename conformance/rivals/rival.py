"""One of two servers: set up alike, played on, looked at."""

from collections.abc import Collection, Sequence

from msgspec import Struct

from conformance.campaigns import CampaignSet, Episode
from conformance.campaigns.arranging import one_by_one
from conformance.compare.places import Place, moved
from conformance.compare.seen import seen
from conformance.exchange import Call, CampaignKey, Exchange
from conformance.generation.calls import delete
from conformance.oracle.bodies import mentioned
from conformance.rivals.programme import Programme

MOST_PROBED = 8
"""Numbers that are deleted one by one to learn what is left, on a server that does not show it."""


class Trace(Struct, frozen=True, kw_only=True):
    """What came of a programme: its exchanges, and what each campaign held in the end (None: it
    can't be seen).
    """

    exchanges: tuple[Exchange, ...]
    left: tuple[frozenset[str] | None, ...]


class Rival:
    """Plays programmes on a campaign set.

    `stuck` are numbers that nobody gets out again: the other side gets them too. `lacking` are
    those that nobody gets in: the other side does without them.
    """

    def __init__(self, campaign_set: CampaignSet, place: Place) -> None:
        self.campaign_set = campaign_set
        self.place = place
        self.calls = 0
        self.sees = campaign_set.shows == "all"
        """Whether states are read off the query companion: only where both servers show them."""
        self.stuck: dict[CampaignKey, set[str]] = {}
        self.lacking: dict[CampaignKey, set[str]] = {}
        self.refused: Exchange | None = None
        """Why the last set-up was not done."""
        campaign_set.listeners.append(self._count)

    def _count(self, _: Exchange) -> None:
        self.calls += 1

    @property
    def campaigns(self) -> tuple[CampaignKey, ...]:
        """The campaigns that programmes may change, in the order of the place."""
        return tuple(key for key in (self.place.key, self.place.other) if key is not None)

    def set_up(self, holdings: Sequence[Collection[str]]) -> bool:
        """Give each campaign exactly these numbers; False where the server did not do it."""
        complete, self.refused = True, None
        with Episode(self.campaign_set) as episode:
            for key, wanted in zip(self.campaigns, holdings, strict=False):
                if not self._holds(episode, key, wanted):
                    self.stuck.setdefault(key, set()).update(
                        self.campaign_set.own(key) - set(wanted)
                    )
                    self.lacking.setdefault(key, set()).update(
                        set(wanted) - self.campaign_set.own(key)
                    )
                    complete = False
                    self.refused = next(
                        (
                            each
                            for each in reversed(episode.exchanges)
                            if seen(each).result != "served"
                        ),
                        None,
                    )
            episode.exchanges.clear()  # looked at already, and nobody judges it
        return complete

    def _holds(self, episode: Episode, key: CampaignKey, wanted: Collection[str]) -> bool:
        if episode.hold(wanted, key, exact=True):
            return True
        one_by_one(self.campaign_set, key, wanted)
        return self.campaign_set.own(key) == frozenset(wanted)

    def play(self, programme: Programme, source: Place) -> Trace:
        """Send the calls of a programme that was written for a place, then look."""
        calls = [moved(step.call, source, self.place) for step in programme.steps]
        exchanges = [self._send(call) for call in calls]
        return Trace(
            exchanges=tuple(exchanges),
            left=tuple(self._left(key, programme) for key in self.campaigns),
        )

    def _send(self, call: Call) -> Exchange:
        numbers = frozenset(number for number in _added_by(call))
        if numbers:
            self.campaign_set.added.setdefault(self.place.key, set()).update(numbers)
        return self.campaign_set.send(call)

    def _left(self, key: CampaignKey, programme: Programme) -> frozenset[str] | None:
        if self.sees:
            return self.campaign_set.look(key)
        return self._probed(key, programme) if key == self.place.key else None

    def _probed(self, key: CampaignKey, programme: Programme) -> frozenset[str]:
        """Delete what was there number by number: replies to present and to absent numbers tell
        what is left.
        """
        told = set()
        for number in programme.held[:MOST_PROBED]:
            exchange = self.campaign_set.send(
                delete(key, [number], base_path=self.campaign_set.base_path)
            )
            reply = seen(exchange)
            told.add(
                f"{number}: {reply.result} {reply.codes[0]} {dict(reply.shape).get('num', '')}"
            )
        return frozenset(told)


def _added_by(call: Call) -> frozenset[str]:
    return mentioned(call.body.decode("utf-8", "replace")) if call.method == "POST" else frozenset()
