"""The campaigns that the server holds."""

from collections.abc import Iterable, Mapping

from conformance.emulator.errors import EmulatorError

Key = tuple[int, int]
DEFAULT_PRIORITY = 3

DEFAULT_CAMPAIGNS: Mapping[Key, tuple[str, ...]] = {
    (1, 1001): ("5245241", "5245242", "5245243"),
    (1, 1002): ("6245241", "6245242"),
    (2, 2001): ("7245241", "7245242"),
}


class World:
    """Numbers per campaign, in the order in which they were added, each with its priority."""

    def __init__(self, campaigns: Mapping[Key, Iterable[str]]) -> None:
        self.campaigns: dict[Key, dict[str, int]] = {
            key: dict.fromkeys(numbers, DEFAULT_PRIORITY) for key, numbers in campaigns.items()
        }
        self.owners: dict[int, int] = {}
        """By campaign id: the VDN that has it, the first where several have one of their own."""
        for vdn, campaign in self.campaigns:
            self.owners.setdefault(campaign, vdn)

    def copy(self) -> "World":
        """Return a world of its own with the same numbers."""
        return World(self.campaigns)


def parse_campaign(text: str) -> tuple[Key, tuple[str, ...]]:
    """Read `VDN/CAMPAIGN=COUNT` (numbers are made up) or `VDN/CAMPAIGN=NUMBER,NUMBER`.

    A single text of up to four digits is a count; a campaign with one short number is written
    `1/1001=123,`.
    """
    place, equals, held = text.partition("=")
    vdn, slash, campaign = place.partition("/")
    if not (equals and slash and _is_digits(vdn) and _is_digits(campaign)):
        raise _bad_campaign(text)
    key = (int(vdn), int(campaign))
    if not (1 <= key[0] <= 9999 and 1 <= key[1] < 2**63):
        raise _bad_campaign(text)
    if _is_digits(held) and len(held) <= 4:
        return key, made_numbers(key, int(held))
    return key, _parse_numbers(held, text)


def made_numbers(key: Key, count: int) -> tuple[str, ...]:
    """Make up numbers that differ from those made up for other campaigns."""
    return tuple(
        f"5{key[0] % 100:02}{key[1] % 10000:04}{position:05}" for position in range(1, count + 1)
    )


def _parse_numbers(held: str, text: str) -> tuple[str, ...]:
    numbers = tuple(number.strip() for number in held.split(",") if number.strip())
    if not all(_is_digits(number) and len(number) <= 24 for number in numbers) or len(
        set(numbers)
    ) != len(numbers):
        raise _bad_campaign(text)
    return numbers


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _bad_campaign(text: str) -> EmulatorError:
    return EmulatorError(
        f"The campaign {text!r} can't be read. Write VDN/CAMPAIGN=COUNT (as in 1/1001=150) or"
        " VDN/CAMPAIGN=NUMBER,NUMBER (as in 1/1001=5245241,5245242): VDN from 1 to 9999, numbers"
        " of at most 24 digits, none twice."
    )
