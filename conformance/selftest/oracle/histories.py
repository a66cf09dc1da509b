"""Histories by hand: a script sends calls to a server of the tests, one after the other or
overlapping, and writes down what came.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from conformance.exchange import (
    Call,
    CampaignKey,
    Contents,
    Exchange,
    History,
    NoAnswer,
    QueryShows,
    Reply,
    Setting,
)
from conformance.generation.calls import delete, query
from conformance.selftest.oracle.server import ModelServer

ONE: CampaignKey = (1, 1001)
TWO: CampaignKey = (1, 1002)
FOREIGN: CampaignKey = (2, 2001)
HELD: dict[CampaignKey, frozenset[str]] = {
    ONE: frozenset({"1", "11", "011", "5245241", "123456789012345678901234"}),
    TWO: frozenset({"1", "5245241", "62"}),
    FOREIGN: frozenset({"1", "72"}),
}


def setting_of(
    server: ModelServer, *, complete: bool = True, shows: QueryShows | None = None
) -> Setting:
    """The setting that observation would have established before the first call."""
    campaigns = tuple(
        (key, Contents(numbers=frozenset(held), complete=complete))
        for key, held in server.campaigns.items()
    )
    return Setting(
        base_path=server.base_path,
        campaigns=campaigns,
        query=shows or server.reading.shows,
        authenticated=server.authenticated,
    )


@dataclass
class Script:
    """Sends calls and keeps the history."""

    server: ModelServer
    setting: Setting
    exchanges: list[Exchange] = field(default_factory=list)
    clock: float = 0.0

    def send(self, call: Call) -> Exchange:
        """One call after the one before."""
        return self._note(call, self.server.answer(call), self.clock, self.clock + 0.5)

    def lost(self, call: Call, answer: NoAnswer, *, happened: bool) -> Exchange:
        """A call without an answer, that was carried out or not."""
        if happened:
            self.server.answer(call)
        return self._note(call, answer, self.clock, self.clock + 0.5)

    def together(self, calls: Sequence[Call], order: Sequence[int] = ()) -> None:
        """Calls that all overlap, carried out in this order."""
        replies = {place: self.server.answer(calls[place]) for place in order or range(len(calls))}
        start = self.clock
        for place, call in enumerate(calls):
            self._note(call, replies[place], start + place / 1000, start + 0.9)

    def _note(self, call: Call, outcome: Reply | NoAnswer, start: float, end: float) -> Exchange:
        exchange = Exchange(
            number=len(self.exchanges) + 1, call=call, outcome=outcome, start=start, end=end
        )
        self.exchanges.append(exchange)
        self.clock = max(self.clock, end) + 0.1
        return exchange

    def delete(self, *numbers: str, key: CampaignKey = ONE) -> Exchange:
        """The faultless call."""
        return self.send(delete(key, numbers, base_path=self.setting.base_path))

    def look(self, *keys: CampaignKey) -> None:
        """Query campaigns."""
        for key in keys or (ONE,):
            self.send(query(key, base_path=self.setting.base_path))

    @property
    def history(self) -> History:
        """What happened."""
        return History(setting=self.setting, exchanges=tuple(self.exchanges))


Programme = Callable[[Script], object]


def held(**more: frozenset[str]) -> dict[CampaignKey, set[str]]:
    """The usual contents, to be changed freely."""
    del more
    return {key: set(numbers) for key, numbers in HELD.items()}


def play(server: ModelServer, programme: Programme, *, shows: QueryShows | None = None) -> History:
    """Run a programme against a server."""
    script = Script(server, setting_of(server, shows=shows))
    programme(script)
    return script.history
