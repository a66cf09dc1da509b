"""Every fault starts, and the calls meant for it get something else than from an honest server."""

import asyncio
import dataclasses
import json
import re

import pytest

from conformance.emulator import FAULTS, EmulatorError
from conformance.emulator.call import ReceivedCall
from conformance.emulator.faults import SUBJECTS
from conformance.emulator.server import make_service
from conformance.selftest.emulator.programmes import CAMPAIGNS, Programme, transcript
from conformance.selftest.emulator.provocations import NATURAL, PLACE, PROGRAMMES
from conformance.selftest.emulator.speaking import emulating, options, sign

TRIES = 5  # a race needs calls that really overlap, which a busy machine may deny once
HONEST: dict[int, str] = {}


def run(programme: Programme, *faults: str) -> str:
    with emulating(options(campaigns=CAMPAIGNS, faults=faults)) as client:
        return without_port(transcript(programme, client), client.address)


def without_port(text: str, address: str) -> str:
    return text.replace(address, "HOST")


def honest(programme: Programme) -> str:
    if id(programme) not in HONEST:
        HONEST[id(programme)] = run(programme)
    return HONEST[id(programme)]


def test_every_fault_has_its_programme() -> None:
    assert FAULTS.keys() == PROGRAMMES.keys()
    assert len(FAULTS) >= 95
    assert len(SUBJECTS) == 15


@pytest.mark.parametrize("name", PROGRAMMES)
def test_a_fault_shows(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    told = honest(PROGRAMMES[name])
    assert any(run(PROGRAMMES[name], name) != told for _ in range(TRIES))
    # it lies as it was meant to, not by a mistake of ours
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "name", ["last.race", "state.lost-update", "state.add-overwrites", "robust.two-at-once"]
)
def test_races_do_not_show_on_an_honest_server(name: str) -> None:
    assert {run(PROGRAMMES[name]) for _ in range(3)} == {honest(PROGRAMMES[name])}


def test_faults_are_well_described() -> None:
    for name, fault in FAULTS.items():
        assert re.fullmatch(r"[a-z]+\.[a-z0-9.-]+", name)
        assert fault.description.endswith(".")
        assert ":" in fault.breaks
        assert fault.breaks.endswith(".")


def test_several_faults_at_once() -> None:
    faults = (
        "reply.no-return-desc",
        "values.sign",
        "state.neighbour",
        "code.swapped-lengths",
        "auth.403",
    )
    with emulating(options(faults=faults)) as client:
        assert "returnDesc" not in client.delete("+5245241").json
        assert client.held() == ["5245242"]
        assert client.delete("1" * 25).code == "02000004"
        assert client.delete("1", authorization="").status == 403


def test_faults_bear_each_other(capfd: pytest.CaptureFixture[str]) -> None:
    for name in FAULTS:
        for other in (
            "state.lost-update",
            "state.one-at-a-time",
            "atomic.valid-part",
            "reply.no-return-code",
        ):
            drive(name, other)
            drive(other, name)
    assert "Traceback" not in capfd.readouterr().err


def drive(*faults: str) -> None:
    """Handle some calls without sockets and without waiting."""
    handle = make_service(options(faults=faults)).handle
    for sequence, body in enumerate(
        (b"", one("5245241"), one("5245242", "x"), one("5245242", "5245243")), 1
    ):
        for method in ("DELETE", "POST"):
            unsigned = ReceivedCall(
                method=method,
                path=PLACE,
                query="",
                headers={"host": "h"},
                body=body,
                connection=1,
                sequence=sequence,
            )
            header = sign(unsigned)
            for _ in handle(
                dataclasses.replace(unsigned, headers={"host": "h", "authorization": header})
            ):
                pass


def one(*numbers: str) -> bytes:
    return json.dumps({"callerNo": [{"accessCode": number} for number in numbers]}).encode()


@pytest.mark.parametrize("code", NATURAL)
def test_the_programme_for_a_code_gets_it(code: str) -> None:
    assert f'"resultCode": "{code}"' in honest(NATURAL[code])


def test_an_unknown_fault() -> None:
    with pytest.raises(
        EmulatorError, match=r"There is no fault 'limit.nun'. Did you mean 'limit.none'?"
    ):
        asyncio.run(serving("limit.nun"))


async def serving(name: str) -> None:
    make_service(options(faults=(name,)))
