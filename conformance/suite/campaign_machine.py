"""A state machine over two campaigns: hypothesis chooses the calls, the oracle judges the history
afterwards.

A thin adapter: it keeps no model of its own. What the campaigns hold is asked of the campaign set,
which knows it from replies and looks; every rule draws one integer and picks from that, which is
faster than bundles and never inconsistent.
"""

import random
from collections.abc import Callable
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from conformance.campaigns import Episode
from conformance.contract import MAX_NUMBERS_PER_CALL
from conformance.errors import CannotJudge
from conformance.exchange import Call, CampaignKey
from conformance.generation.bodies import BODY_FORMS, filled
from conformance.generation.calls import delete, with_body, with_header
from conformance.oracle import answer_of
from conformance.session.run import Run

picks = st.integers(0, 2**32 - 1)
MOST_HELD = 16
"""Numbers a campaign of the machine grows to; larger ones have a check of their own."""


class CampaignMachine(RuleBasedStateMachine):
    """The rules. Each draws one integer, from which its step picks.

    `stopped` holds the limit that was reached: the rest of the machine then does nothing.
    """

    run: ClassVar[Run]
    stopped: ClassVar[list[CannotJudge]]

    def __init__(self) -> None:
        super().__init__()
        self.context = self.run.episode(watch=self.run.campaign_set.keys[:2])
        self.episode: Episode = self.context.__enter__()
        self.key: CampaignKey = self.episode.key
        self.last: Call | None = None

    def _do(self, step: Callable[[random.Random], Call | None], pick: int) -> None:
        if self.stopped:
            return
        try:
            call = step(random.Random(pick))
            if call is not None:
                self.last = call
                self.episode.send(call)
        except CannotJudge as reason:
            self.stopped.append(reason)

    def _delete(self, numbers: list[str]) -> Call:
        return delete(self.key, numbers, base_path=self.run.campaign_set.base_path)

    @initialize(pick=picks)
    def set_up(self, pick: int) -> None:
        """Both campaigns hold a few numbers, some of them the same."""
        self._do(self._set_up, pick)

    def _set_up(self, chance: random.Random) -> None:
        size = chance.randrange(2, 9)
        exact = self.episode.may_be_exact()
        held = self.episode.hold_exactly(size) if exact else self.episode.hold_at_least(size)
        if len(self.run.campaign_set.keys) > 1 and chance.random() < 0.5:
            other = self.run.campaign_set.keys[1]
            self.episode.hold({*self.episode.held(other), *held[:2]}, other)

    @rule(pick=picks)
    def delete_some(self, pick: int) -> None:
        """One to all but one."""
        self._do(lambda chance: self._delete(self._some(chance)), pick)

    def _some(self, chance: random.Random) -> list[str]:
        held = self.episode.held(self.key)
        size = min(len(held), chance.randint(1, max(1, len(held) - 1)), MAX_NUMBERS_PER_CALL)
        return chance.sample(held, size) or self.run.campaign_set.fresh(1)

    @rule(pick=picks)
    def delete_one(self, pick: int) -> None:
        """Exactly one."""
        self._do(lambda chance: self._delete(self._some(chance)[:1]), pick)

    @rule(pick=picks)
    def delete_all(self, pick: int) -> None:
        """All that the campaign is known to hold."""
        self._do(
            lambda _: self._delete(
                self.episode.held(self.key)[:MAX_NUMBERS_PER_CALL] or self.run.campaign_set.fresh(1)
            ),
            pick,
        )

    @rule(pick=picks)
    def delete_all_but_one(self, pick: int) -> None:
        """The most that may go."""
        self._do(
            lambda _: self._delete(
                self.episode.held(self.key)[1 : MAX_NUMBERS_PER_CALL + 1]
                or self.run.campaign_set.fresh(1)
            ),
            pick,
        )

    @rule(pick=picks)
    def delete_with_repetition(self, pick: int) -> None:
        """A number named twice."""

        def step(chance: random.Random) -> Call:
            some = self._some(chance)[:20]
            return self._delete([*some, chance.choice(some)])

        self._do(step, pick)

    @rule(pick=picks)
    def delete_absent(self, pick: int) -> None:
        """Numbers that the campaign lacks, alone or beside present ones."""
        self._do(
            lambda chance: self._delete(
                [*self.run.campaign_set.fresh(1), *self._some(chance)[: chance.randrange(3)]]
            ),
            pick,
        )

    @rule(pick=picks)
    def delete_too_many(self, pick: int) -> None:
        """101 and more, all but one of the campaign among them."""

        def step(chance: random.Random) -> Call:
            some = self.episode.held(self.key)[1:] or self.run.campaign_set.fresh(1)
            return self._delete(filled(some, chance.choice((101, 101, 102, 150))))

        self._do(step, pick)

    @rule(pick=picks)
    def delete_broken(self, pick: int) -> None:
        """A defect of the body."""

        def step(chance: random.Random) -> Call:
            defect = chance.choice(sorted(BODY_FORMS))
            form = chance.choice(BODY_FORMS[defect])
            return with_body(
                self.key, form(self._some(chance)), base_path=self.run.campaign_set.base_path
            )

        self._do(step, pick)

    @rule(pick=picks)
    def delete_of_the_other(self, pick: int) -> None:
        """Numbers of one campaign named on the other's URI."""

        def step(chance: random.Random) -> Call | None:
            if len(self.run.campaign_set.keys) < 2:
                return None
            other = (
                self.run.campaign_set.keys[1]
                if self.key == self.run.campaign_set.keys[0]
                else self.run.campaign_set.keys[0]
            )
            held = self.episode.held(other)
            return self._delete(chance.sample(held, min(2, len(held)))) if held else None

        self._do(step, pick)

    @rule(pick=picks)
    def repeat(self, pick: int) -> None:
        """The last call once more, perhaps with a locale."""

        def step(chance: random.Random) -> Call | None:
            if self.last is None or chance.random() < 0.5:
                return self.last
            return with_header(self.last, "locale", chance.choice(("zh_CN", "en_US")))

        self._do(step, pick)

    @rule(pick=picks)
    def add(self, pick: int) -> None:
        """Fresh numbers, or some that were there before."""

        def step(chance: random.Random) -> None:
            held = self.episode.held(self.key)
            gone = sorted(self.run.campaign_set.added.get(self.key, set()) - set(held))[-6:]
            if len(held) < MOST_HELD:
                new = (
                    gone[: chance.randint(1, 3)]
                    if gone and chance.random() < 0.6
                    else self.run.campaign_set.fresh(chance.randint(1, 6))
                )
                # without the look of a set-up: when to look is drawn as well
                added = self.run.campaign_set.add(self.key, new)
                if answer_of(added).outcome != "served":
                    self.episode.look(self.key)

        self._do(step, pick)

    @rule(pick=picks)
    def look(self, pick: int) -> None:
        """Look at the campaign."""
        self._do(lambda _: self.episode.look(self.key), pick)

    @rule(pick=picks)
    def turn_to_the_other(self, pick: int) -> None:
        """Go on with the other campaign."""
        self.key = self.run.campaign_set.keys[pick % min(2, len(self.run.campaign_set.keys))]

    def teardown(self) -> None:
        """Observe, and have the history judged."""
        try:
            self.context.__exit__(None, None, None)
        except CannotJudge as reason:
            self.stopped.append(reason)


def machine_of(run: Run, stopped: list[CannotJudge]) -> type[RuleBasedStateMachine]:
    """The machine class for one run; a limit that is reached is put into `stopped`."""
    return type("Campaigns", (CampaignMachine,), {"run": run, "stopped": stopped})
