"""Numbers that are surely nobody else's."""

import pytest

from conformance.transport import OwnNumbers

LONG = "8947689449409"


def registry(*numbers: str, prefix: str = "") -> OwnNumbers:
    own = OwnNumbers(prefix)
    own.announce(numbers)
    return own


NEIGHBOURS = (LONG[:-1], LONG[:-1] + "0", LONG + "0", LONG + "5" * 11, LONG[:9] + "000")
OTHERS = (LONG[:-2], LONG[1:], "1" + LONG, LONG[:8] + "00000", LONG + "5" * 12, "000000000012")


@pytest.mark.parametrize("number", [LONG, *NEIGHBOURS, "0" + LONG, LONG.zfill(24)])
def test_an_announced_number_and_its_neighbours_are_own(number: str) -> None:
    assert registry(LONG).is_own(number)


@pytest.mark.parametrize("number", ["", *OTHERS, "５" + LONG, LONG + "a", "-" + LONG])
def test_what_could_be_somebodys_is_not(number: str) -> None:
    assert not registry(LONG, "7", "12").is_own(number)


@pytest.mark.parametrize("number", ["7", "00000000000000000143865", "12345678901"])
def test_short_numbers_are_announced_and_not_own(number: str) -> None:
    own = registry(number)
    assert own.announced(number)
    assert not own.is_own(number)


def test_the_random_digits_follow_the_prefix() -> None:
    own = registry("0108613123456789", prefix="0108613")
    assert own.is_own("0108613123456789")
    assert own.is_own("108613123456789")  # in a store that drops leading zeros
    assert not own.is_own("0108613123456788")
    assert not registry("861012345678", prefix="8610").is_own("861012345678")
