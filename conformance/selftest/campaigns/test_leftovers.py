"""What journals of a run say of its campaigns, put together."""

from conformance.campaigns import Leftover, leftovers
from conformance.transport.journal import (
    Borrowed,
    Fact,
    Forgotten,
    Header,
    Holding,
    JournalContents,
    Restored,
    WillAdd,
)

KEY, OTHER = (1, 1001), (1, 1002)


def _contents(*facts: Fact, damage: tuple[str, ...] = (), sure_from: int = 0) -> JournalContents:
    return JournalContents(
        header=Header(base_url="https://a"),
        facts=facts,
        damage=damage,
        end_known=True,
        sure_from=sure_from,
    )


def _holding(
    *numbers: str, complete: bool = True, priorities: tuple[int | None, ...] = ()
) -> Holding:
    return Holding(campaign=KEY, numbers=numbers, complete=complete, priorities=priorities)


def _one(*contents: JournalContents) -> Leftover:
    (found,) = leftovers(contents)
    return found


def test_originals_keep_their_order_and_priority() -> None:
    left = _one(
        _contents(
            _holding("3", complete=False),
            _holding("2", "3", "1", priorities=(5, None, 1)),
            _holding("4", complete=False),
            Borrowed(campaign=KEY, numbers=("2",)),
        )
    )
    assert left.order == ("2", "3", "1", "4")
    assert left.priorities == (5, None, 1, None)
    assert left.borrowed == ("2",)
    assert left.original.numbers == frozenset("1234")
    assert left.original.complete
    assert not left.settled


def test_what_one_worker_announced_and_another_saw_is_no_original() -> None:
    left = _one(
        _contents(_holding("1"), WillAdd(campaign=KEY, numbers=("9",)), Restored(campaign=KEY)),
        _contents(_holding("1", "9"), WillAdd(campaign=KEY, numbers=("8",))),
    )
    assert (left.order, left.announced, left.settled) == (("1",), ("9", "8"), False)


def test_what_was_put_back_before_is_no_original_of_a_later_run() -> None:
    left = _one(_contents(_holding("1", "2"), Restored(campaign=KEY)), _contents(_holding("1")))
    assert left.order == ("1",)


def test_restored_and_forgotten() -> None:
    assert _one(_contents(_holding("1"), Restored(campaign=KEY))).settled
    seen_to = _one(_contents(_holding("1"), Forgotten()))
    assert (seen_to.settled, seen_to.forgotten) == (True, True)
    lost = _one(_contents(_holding("1"), Restored(campaign=KEY), damage=("x",), sure_from=2))
    assert (lost.settled, lost.damage) == (False, ("x",))


def test_a_campaign_whose_contents_nobody_wrote_down() -> None:
    (left,) = leftovers([_contents(WillAdd(campaign=OTHER, numbers=("9",)))])
    assert left.damage == ("what campaign 1002 of VDN 1 held before is not known",)
    assert (left.original.complete, left.announced) == (False, ("9",))
