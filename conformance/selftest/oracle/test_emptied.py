"""A call that names all numbers and is served empties the campaign, unless a look shows that there
were others: those are the deviation.
"""

from conformance.finding import Judgement
from conformance.oracle import judge
from conformance.selftest.oracle.histories import HELD, ONE, Script, held, play, setting_of
from conformance.selftest.oracle.server import ModelServer

BACK = "11"
REST = sorted(HELD[ONE] - {BACK})


def kinds(judgement: Judgement) -> set[tuple[str, str]]:
    return {(found.clause, found.kind) for found in judgement.findings}


def test_a_number_that_came_back_is_not_blamed_on_the_rule_of_the_last_number() -> None:
    server = ModelServer(campaigns=held())
    script = Script(server, setting_of(server))
    script.delete(BACK)
    script.look()
    server.campaigns[ONE].add(BACK)
    script.delete(*REST)
    script.look()
    assert server.campaigns[ONE] == {BACK}
    assert kinds(judge(script.history)) == {("effect.removes-named", "came-back")}


def test_an_emptied_campaign_is_blamed_with_a_look_and_without() -> None:
    for looks in (0, 1):
        server = ModelServer(campaigns=held())
        script = Script(server, setting_of(server))
        server.campaigns[ONE].add("77")  # nobody knows of it, and it is gone when somebody looks
        script.delete(*HELD[ONE])
        server.campaigns[ONE].clear()
        for _ in range(looks):
            script.look()
        assert ("restriction.last-number", "emptied") in kinds(judge(script.history))


def test_an_honest_server_is_not_blamed() -> None:
    def empty(script: Script) -> None:
        script.delete(*HELD[ONE])
        script.look()

    assert not judge(play(ModelServer(campaigns=held()), empty)).findings


def test_a_refusal_is_no_deviation_of_its_own_where_an_earlier_call_took_more_than_it_named() -> (
    None
):
    server = ModelServer(campaigns=held())
    script = Script(server, setting_of(server))
    script.delete(BACK)
    server.campaigns[ONE] = {REST[0]}
    script.delete(REST[0])
    script.look()
    assert server.campaigns[ONE] == {REST[0]}
    assert kinds(judge(script.history)) == {("effect.nothing-else", "took-more")}
