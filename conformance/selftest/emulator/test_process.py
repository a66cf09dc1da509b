"""The emulator as a process: it starts, answers over HTTPS, and never outlives its parent."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conformance.emulator import EmulatorError, EmulatorOptions, parse_campaign, profile_path, start
from conformance.emulator.options import from_json, to_json
from conformance.emulator.world import World
from conformance.selftest.emulator.speaking import EmulatorClient, path_of

COMMAND = [sys.executable, "-m", "conformance.emulator"]


def test_https_with_an_authority_of_its_own(tmp_path: Path) -> None:
    with start(
        EmulatorOptions(ca_dir=tmp_path, campaigns={(1, 1001): ("1", "2")}, base_path="/isales")
    ) as running:
        assert running.ca_file == tmp_path / "emulator-ca.pem"
        assert running.base_url.endswith("/isales")
        address = running.base_url.split("/")[2]
        context = ssl.create_default_context(cafile=running.ca_file)
        client = EmulatorClient(address, keys=(running.access_key, running.secret_key))
        client.connection = http.client.HTTPSConnection(address, context=context, timeout=2)
        reply = client.call(
            "DELETE", f"/isales{path_of((1, 1001))}", b'{"callerNo":[{"accessCode":"1"}]}'
        )
        assert reply.code == "0200000"
        client.close()
        with pytest.raises(ssl.SSLCertVerificationError):
            untrusting(address)
    assert running.process.returncode == 0
    running.stop()


def untrusting(address: str) -> None:
    host, _, port = address.partition(":")
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, int(port))) as plain,
        context.wrap_socket(plain, server_hostname=host),
    ):
        pass


def test_plain_http_with_profile_and_faults() -> None:
    given = EmulatorOptions(
        http=True, profile=profile_path("english"), faults=("reply.no-return-desc",), latency_ms=1
    )
    with start(given) as running:
        assert running.ca_file is None
        client = EmulatorClient(
            running.base_url.split("/")[2], keys=(running.access_key, running.secret_key)
        )
        assert client.delete("5245241").json.keys() == {"resultCode", "resultDesc", "returnCode"}
        client.close()
        assert "secret" not in repr(given).replace("secret_key", "")


def test_it_ends_with_its_parent() -> None:
    script = (
        "import time\nfrom conformance.emulator import EmulatorOptions, start\nwith"
        " start(EmulatorOptions(http=True)) as running:\n print(running.process.pid, flush=True)\n"
        " time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        assert ends(child)


def ends(process: int, patience: float = 5.0) -> bool:
    """Wait until a process is gone, or only its entry is left for want of someone to collect it."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
            os.kill(process, 0)
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


def test_in_the_foreground() -> None:
    keys = {"ISALES_EMULATOR_AK": "ak", "ISALES_EMULATOR_SK": "sk", "ISALES_SK": "the user's"}
    command = [*COMMAND, "--http", "--campaign", "1/1001=150", "--fault", "limit.none"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **keys}
    ) as process:
        assert process.stdout
        told = [process.stdout.readline() for _ in range(7)]
        assert told[2:6] == [
            "access key  ak\n",
            "secret key  sk\n",
            "campaign    1/1001: 150 numbers\n",
            "fault       limit.none\n",
        ]
        client = EmulatorClient(told[0].split("/")[-1].strip())
        client.delete("1", "2")
        client.close()
        line = process.stdout.readline()
        assert line.split()[1:5] == ["DELETE", path_of((1, 1001)), "1,2", "0200000"]
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "stopped\n"
        assert process.wait(5) == 0


def test_errors_reach_the_caller() -> None:
    with (
        pytest.raises(EmulatorError, match=r"no fault 'limit.nine'"),
        start(EmulatorOptions(faults=("limit.nine",))),
    ):
        pass
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(EmulatorError, match=f"can't listen on 127.0.0.1:{port}"),
            start(EmulatorOptions(port=port)),
        ):
            pass
    result = subprocess.run([*COMMAND, "--fault", "x"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr.partition(".")[0]) == (2, "There is no fault 'x'")


def test_options_survive_the_way_to_the_child(tmp_path: Path) -> None:
    given = EmulatorOptions(
        campaigns={(1, 2): ("3",)}, profile=tmp_path, ca_dir=tmp_path, faults=("a", "b"), log=True
    )
    assert from_json(to_json(given)) == given
    assert from_json(to_json(EmulatorOptions(secret_key="s"))) == EmulatorOptions(secret_key="s")
    assert json.loads(to_json(given))["profile"] == str(tmp_path)


def test_campaigns_as_text() -> None:
    key, numbers = parse_campaign("1/1001=150")
    assert key == (1, 1001)
    assert len(set(numbers)) == 150
    assert all(len(number) <= 24 and number.isdigit() for number in numbers)
    assert parse_campaign("1/1001=5245241,5245242") == ((1, 1001), ("5245241", "5245242"))
    assert parse_campaign("1/1001=123,") == ((1, 1001), ("123",))
    assert parse_campaign("9999/7=5245241") == ((9999, 7), ("5245241",))
    assert not set(numbers) & set(parse_campaign("1/2001=150")[1])


@pytest.mark.parametrize(
    "text", ["", "1", "1/1", "1/x=3", "0/1=3", "10000/1=3", "1/0=3", "1/1=5x", "1/1=12345,12345"]
)
def test_campaigns_that_cannot_be_read(text: str) -> None:
    with pytest.raises(EmulatorError, match="can't be read"):
        parse_campaign(text)


def test_two_vdns_may_each_have_a_campaign_of_one_id() -> None:
    world = World({(1, 7): ("1",), (2, 7): ("2",)})
    assert {key: list(numbers) for key, numbers in world.campaigns.items()} == {
        (1, 7): ["1"],
        (2, 7): ["2"],
    }


def test_nothing_of_the_suite_is_imported() -> None:
    script = (
        "import sys, conformance.emulator.__main__, conformance.emulator.certificates\nnames ="
        " sorted(sys.modules)\nprint([name for name in names if"
        " name.startswith('conformance.')])\nprint([name for name in ('pytest', 'hypothesis',"
        " 'schemathesis', 'httpx') if name in names])\n"
    )
    lines = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split("\n")
    assert all(
        name.strip(" '[]").startswith("conformance.emulator") for name in lines[0].split(",")
    )
    assert lines[1] == "[]"
