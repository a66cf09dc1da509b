"""Set-up adds a few numbers more than an episode wants, unless the count matters or the server
allows no more.
"""

from conformance.campaigns.arranging import RESERVE, arrange_count
from conformance.clauses import specs_folder
from conformance.selftest.compare.scene import campaign_set

KEY = (1, 1001)
CAPPED = specs_folder() / "profiles" / "correct" / "cap-small.toml"
"""Ten numbers in a campaign at the most."""


def test_the_next_set_up_needs_no_addition() -> None:
    with campaign_set() as made:
        assert len(arrange_count(made, KEY, 7)) == 7 + RESERVE
        sent: list[str] = []
        made.listeners.append(lambda exchange: sent.append(exchange.call.method))
        made.delete(KEY, sorted(made.own(KEY))[:RESERVE])
        assert len(arrange_count(made, KEY, 7)) == 7
        assert sent == ["DELETE"]


def test_a_count_that_matters_is_exact() -> None:
    with campaign_set() as made:
        assert len(arrange_count(made, KEY, 7, exactly=True)) == 7


def test_a_server_that_allows_few_numbers_gets_as_many_as_are_wanted() -> None:
    with campaign_set(CAPPED) as made:
        assert len(arrange_count(made, KEY, 9)) == 9
        assert len(made.own(KEY)) <= 10
        assert len(arrange_count(made, KEY, 10)) == 10
