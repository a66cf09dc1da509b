"""Calls at the same time: an honest server does what some order of them would have done."""

from collections.abc import Callable
from pathlib import Path

from conformance.emulator import profile_path
from conformance.selftest.emulator.speaking import (
    EmulatorClient,
    RawReply,
    at_once,
    emulating,
    options,
)

NUMBERS = tuple(f"9{position:03}" for position in range(400))
CAMPAIGNS = {(1, 1001): NUMBERS, (1, 1002): ("1", "2", "3", "4", "5", "6", "7", "8")}


def deleting(number: str) -> Callable[[EmulatorClient], RawReply]:
    return lambda client: client.delete(number, key=(1, 1002))


def test_the_last_number_survives_bursts() -> None:
    for profile in (None, profile_path("slow"), profile_path("dribbling")):
        with emulating(options(campaigns=CAMPAIGNS, profile=profile)) as client:
            replies = at_once(client.address, *(deleting(str(number)) for number in range(1, 9)))
            assert sorted(reply.code for reply in replies) == ["0200000"] * 7 + ["0200001"]
            client.connection.timeout = 2
            assert len(client.held((1, 1002))) == 1


def test_no_update_is_lost() -> None:
    def many(first: int) -> Callable[[EmulatorClient], RawReply]:
        def run(client: EmulatorClient) -> RawReply:
            for position in range(first, first + 45):
                assert client.delete(NUMBERS[position]).code == "0200000"
                assert client.add(f"8{position:03}").code == "0200000"
            return client.query()

        return run

    with emulating(options(campaigns=CAMPAIGNS)) as client:
        at_once(client.address, *(many(50 * thread) for thread in range(8)))
        held = client.held()
        assert len(held) == len(set(held)) == 400
        assert sum(number.startswith("8") for number in held) == 8 * 45


def test_the_same_number_is_deleted_once() -> None:
    with emulating(options(campaigns=CAMPAIGNS)) as client:
        replies = at_once(client.address, *[deleting("1")] * 6)
        counts = sorted(str(reply.json["resultDesc"])[-1] for reply in replies)
        assert counts == ["0"] * 5 + ["1"]


def test_latency_does_not_serialise(tmp_path: Path) -> None:
    path = tmp_path / "slow.toml"
    path.write_text("[reply]\ndelay = 0.2\n")
    with emulating(options(campaigns=CAMPAIGNS, profile=path)) as client:
        replies = at_once(client.address, *[deleting("1")] * 8)  # the client's patience is 0.5 s
        assert {reply.status for reply in replies} == {200}
