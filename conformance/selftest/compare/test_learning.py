"""What the learner must not conclude: what a call that overlapped others, or that said two things,
was answered with.
"""

from conformance.campaigns import CampaignSet, Episode
from conformance.compare import profile
from conformance.compare.behaviour import Behaviour
from conformance.exchange import Exchange
from conformance.generation.calls import body_of, delete, items, with_body
from conformance.selftest.compare.scene import campaign_set
from conformance.session.learning import Learner


def held(made: CampaignSet, count: int) -> list[str]:
    numbers = made.fresh(count)
    with Episode(made) as episode:
        episode.hold(numbers)
    return numbers


def test_calls_at_the_same_time_do_not_tell_what_num_counts() -> None:
    behaviour = Behaviour()
    with campaign_set(behaviour=behaviour) as made:
        numbers, absent = held(made, 6), made.fresh(1)
        made.burst(
            [
                delete(made.keys[0], [*numbers[:2], *absent]),
                delete(made.keys[0], [*numbers[1:3], *absent]),
            ]
        )
    assert behaviour.seen("reading", "num") == {}


def test_a_key_that_is_there_twice_does_not_tell_what_num_counts() -> None:
    behaviour = Behaviour()
    with campaign_set(behaviour=behaviour) as made:
        first, second = (body_of(items([number])).decode() for number in held(made, 4)[:2])
        sent = made.send(
            with_body(made.keys[0], f'{{"callerNo":{first},"callerNo":{second}}}'.encode())
        )
        assert sent.reply is not None
    assert behaviour.seen("reading", "num") == {}


def test_what_num_counts_is_learnt_with_a_call_that_shows_it() -> None:
    behaviour, examples = Behaviour(), dict[str, Exchange]()
    with campaign_set() as made:
        numbers = held(made, 4)
        Learner(made, behaviour, examples)
        sent = made.delete(made.keys[0], [numbers[0], *made.fresh(1)])
    assert behaviour.seen("reading", "num") == {"deleted": 1}
    assert examples["open.count|deleted"] == sent
    assert examples["text.return_desc when served|same"] == sent


def test_pairs_are_written_so_that_a_run_can_be_held_to_the_order_of_checks() -> None:
    behaviour = Behaviour(counts={"pair": {"item.null+access-code.empty": {"02000001": 2}}})
    tables = profile.tables_of(
        behaviour, {}, observed={"item.null+access-code.empty": {"02000001": 2}}
    )
    assert tables["learnt"]["pair"] == {"item.null+access-code.empty": {"02000001": 2}}
