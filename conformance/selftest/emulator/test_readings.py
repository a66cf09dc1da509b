"""Each reading of what the document leaves open, one way and the other."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from conformance.selftest.emulator.speaking import (
    EmulatorClient,
    RawReply,
    emulating,
    options,
    path_of,
)

Reading = Callable[[str], AbstractContextManager[EmulatorClient]]
CAMPAIGNS = {(1, 1001): ("1", "2", "3"), (1, 1002): ("4", "5")}


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """Run a server with a profile given as text."""

    @contextmanager
    def run(text: str) -> Iterator[EmulatorClient]:
        path = tmp_path / "profile.toml"
        path.write_text(text)
        with emulating(options(campaigns=CAMPAIGNS, profile=path)) as client:
            yield client

    return run


def outcome(reply: RawReply) -> str:
    return (
        reply.code
        if reply.code != "0200000"
        else str(reply.json["resultDesc"]).rpartition("success")[2]
    )


def deleting(*numbers: str) -> Callable[[EmulatorClient], RawReply]:
    return lambda client: client.delete(*numbers)


def adding(*numbers: str) -> Callable[[EmulatorClient], RawReply]:
    return lambda client: client.add(*numbers)


CASES: list[tuple[str, Callable[[EmulatorClient], RawReply], str]] = [
    ("absent = 'ignore'", deleting("1", "9"), ".num:1"),
    ("absent = 'ignore'", deleting("9"), ".num:0"),
    ("absent = 'refuse'", deleting("1", "9"), "02000009"),
    ("absent = 'refuse-if-none-present'", deleting("1", "9"), ".num:1"),
    ("absent = 'refuse-if-none-present'", deleting("8", "9"), "02000009"),
    ("duplicate = 'ignore'", deleting("1", "1"), ".num:1"),
    ("duplicate = 'refuse'", deleting("1", "1"), "02000009"),
    ("num = 'deleted'", deleting("1", "1", "9"), ".num:1"),
    ("num = 'named'", deleting("1", "1", "9"), ".num:3"),
    ("num = 'distinct'", deleting("1", "1", "9"), ".num:2"),
    ("num = 'absent'", deleting("1"), ""),
    ("limit_counts = 'items'", deleting(*["1"] * 101), "02000011"),
    ("limit_counts = 'distinct'", deleting(*["1"] * 101), ".num:1"),
    ("limit_counts = 'distinct'", deleting(*(str(n) for n in range(101))), "02000011"),
    ("last_number = 'remaining'", deleting("1", "1", "9"), ".num:1"),
    ("last_number = 'remaining'", deleting("1", "2", "3"), "0200001"),
    ("last_number = 'remaining'", deleting("1", "2", "3", "9"), "0200001"),
    ("last_number = 'named-items'", deleting("1", "1", "9"), "0200001"),
    ("last_number = 'named-distinct'", deleting("1", "1", "9"), ".num:1"),
    ("last_number = 'named-distinct'", deleting("1", "8", "9"), "0200001"),
    ("existing_on_add = 'ignore'", adding("1", "9"), ".num:1"),
    ("existing_on_add = 'refuse'", adding("1", "9"), "02000009"),
    ("adding = 'refused'", adding("9"), "0200001"),
    ("cap = 4", adding("9"), ".num:1"),
    ("cap = 4", adding("8", "9"), "02000011"),
    ("priority = 'mandatory'", lambda client: client.add("9", priority=None), "02000001"),
    ("priority = 'mandatory'", adding("9"), ".num:1"),
]


@pytest.mark.parametrize(
    ("text", "call", "expected"), CASES, ids=lambda part: part if isinstance(part, str) else ""
)
def test_readings(
    reading: Reading, text: str, call: Callable[[EmulatorClient], RawReply], expected: str
) -> None:
    with reading(f"[readings]\n{text}\n") as client:
        before = client.held()
        assert outcome(call(client)) == expected
        assert (client.held() == before) is (expected.startswith("02") or expected == ".num:0")


@pytest.mark.parametrize(("text", "status"), [("405", 405), ("404", 404), ("200-code", 200)])
def test_other_methods(reading: Reading, text: str, status: int) -> None:
    with reading(f"[readings]\nother_methods = '{text}'\n") as client:
        reply = client.call("PUT", path_of((1, 1001)), b'{"callerNo":[{"accessCode":"1"}]}')
        assert reply.status == status
        assert status != 200 or reply.code == "0200001"
        assert client.held() == ["1", "2", "3"]


def test_status_for_ids_that_are_no_integers(reading: Reading) -> None:
    with reading("[readings]\npath_not_integer_status = 400\n") as client:
        reply = client.delete_body({}, key=("x", 1001))
        assert (reply.status, reply.code) == (400, "02000008")


SHOWN = [
    ("shows = 'all'", "1,2,3"),
    ("separator = ';'", "1;2;3"),
    ("separator = 'json'", '["1","2","3"]'),
    ("shows = 'first'", "1"),
    ("shows = 'last'", "3"),
]


@pytest.mark.parametrize(("text", "shown"), SHOWN)
def test_query(reading: Reading, text: str, shown: str) -> None:
    with reading(f"[query]\n{text}\n") as client:
        assert client.query().json["returnObject"]["callerNo"] == shown


def test_no_query(reading: Reading) -> None:
    with reading("[query]\nshows = 'absent'\n") as client:
        assert client.query().status == 404


def test_order(reading: Reading) -> None:
    def first(client: EmulatorClient) -> str:
        return client.delete("x", "1" * 25, key=(1, 4711)).code

    with reading("") as client:
        assert first(client) == "02000003"
    with reading("[order]\nchecks = ['access-code.invalid-characters']\n") as client:
        assert first(client) == "02000002"
    with reading("[order]\nchecks = ['campaign-id.unknown']\n") as client:
        assert first(client) == "0200007"


def test_first_item(reading: Reading) -> None:
    with reading("[order]\nitems = 'first-item'\n") as client:
        assert client.delete("1", "x", "1" * 25).code == "02000002"
        assert client.delete("1", "1" * 25, "x").code == "02000003"
        assert client.delete("1", "x" * 25, None).code == "02000003"
        assert client.delete(*["x"] * 101).code == "02000011"


def test_texts(reading: Reading) -> None:
    with reading(
        "[text]\ndeleted = { en_US = 'gone num:{num}' }\nreturn_desc = 'code'\n"
    ) as client:
        reply = client.delete("1")
        assert (reply.json["resultDesc"], reply.json["returnDesc"]) == ("gone num:1", "0200000")
        assert "主叫" in client.delete("2", locale="zh_CN").json["resultDesc"]
    with reading("") as client:
        texts = {
            client.delete("x", locale=locale).json["resultDesc"]
            for locale in ("zh_CN", "en_US", "de_DE", None)
        }
        assert len(texts) == 2


@pytest.mark.parametrize("refusal", ["members", "empty", "text", "html", "error"])
def test_refusals(reading: Reading, refusal: str) -> None:
    with reading(f"[auth]\nrefusal = '{refusal}'\n") as client:
        for header in (None, "", "x"):
            reply = client.delete("1", authorization=header)
            assert reply.status == 401
            assert bool(reply.body) is (refusal != "empty")
        assert client.held() == ["1", "2", "3"]


def test_no_authentication(reading: Reading) -> None:
    with reading("[auth]\nscheme = 'none'\n") as client:
        assert client.delete("1", authorization=None).code == "0200000"


def test_validity(reading: Reading) -> None:
    with reading("[auth]\nvalidity_seconds = 300\n") as client:
        assert client.delete("1").code == "0200000"


@pytest.mark.parametrize(
    ("text", "bad_number", "unknown"),
    [
        ("", 200, 200),
        ("failure_status = 400\n", 400, 400),
        ("failure_status = 400\nunknown_campaign_status = 404\n", 400, 404),
        ("unknown_campaign_status = 404\n", 200, 404),
    ],
)
def test_status_of_failures(reading: Reading, text: str, bad_number: int, unknown: int) -> None:
    with reading(f"[readings]\n{text}") as client:
        assert client.delete_body({"callerNo": [{"accessCode": "x"}]}).status == bad_number
        assert (
            client.delete_body({"callerNo": [{"accessCode": "1"}]}, key=(1, 4711)).status == unknown
        )
        assert client.delete_body({"callerNo": [{"accessCode": "1"}]}).status == 200
