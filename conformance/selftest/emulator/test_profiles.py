"""The correct profiles: each loads, answers a basic programme rightly, and returns each of the 13
codes.
"""

import dataclasses
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.emulator import EmulatorError, Profile, load_profile, profile_names, profile_path
from conformance.emulator import profile as profile_module
from conformance.emulator.answer import FAILURES
from conformance.emulator.defects import DEFAULT_CODES
from conformance.selftest.emulator.speaking import EmulatorClient, RawReply, emulating, options

NAMES = profile_names()


def test_there_are_enough() -> None:
    assert len(NAMES) >= 45
    descriptions = {load_profile(profile_path(name)).description for name in NAMES}
    assert len(descriptions) == len(NAMES)
    assert all(re.fullmatch(r"[^\n]+\.", text) for text in descriptions)


def test_they_differ() -> None:
    texts = {
        re.sub(r"^(name|description) = .*$", "", profile_path(name).read_text(), flags=re.M)
        for name in NAMES
    }
    assert len(texts) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_basic_programme(name: str) -> None:
    profile = load_profile(profile_path(name))
    assert profile.name == name
    with emulating(options(profile=profile_path(name))) as client:
        arrange(client, profile)
        check_success(client.delete("5245241"))
        check_adding(client, profile)
        check_query(client, profile)
        check_failure(client.delete("6245241", "6245242", key=(1, 1002)))
        check_failure(client.delete("7245241", key=(1, 2001)))
        assert client.delete("5245242", authorization="x").status == 401
        other = client.call("PUT", "/rest/isales/v1/openapi/campaigns/1/callerNo/1001", b"{}")
        assert (
            other.status
            == {"405": 405, "404": 404, "200-code": 200}[profile.readings.other_methods]
        )
        check_success(client.delete("5245242"))


def arrange(client: EmulatorClient, profile: Profile) -> None:
    """Bear with slow servers, and with those that close without a word."""
    client.timeout = client.connection.timeout = 2
    client.is_fresh = bool(profile.reply.close_after)


STATUSES = {400, 404, 422}
"""Of the failures of two profiles."""


def check_members(reply: RawReply) -> str:
    assert reply.status in {200, *STATUSES}
    members = json.loads(reply.body)
    assert all(
        isinstance(members[name], str)
        for name in ("resultCode", "resultDesc", "returnCode", "returnDesc")
    )
    assert members["resultCode"] == members["returnCode"]
    return str(members["resultCode"])


def check_success(reply: RawReply) -> None:
    assert check_members(reply) == "0200000"


def check_failure(reply: RawReply) -> None:
    assert check_members(reply) in FAILURES


def check_adding(client: EmulatorClient, profile: Profile) -> None:
    reply = client.add("5245241", "990")
    (check_success if profile.readings.adding == "allowed" else check_failure)(reply)
    without = client.add("991", priority=None)
    is_free = profile.readings.adding == "allowed" and profile.readings.priority == "optional"
    (check_success if is_free else check_failure)(without)


def check_query(client: EmulatorClient, profile: Profile) -> None:
    reply = client.query((1, 1002))
    if profile.query.shows == "absent":
        assert reply.status == 404
        return
    check_success(reply)
    shown = reply.json["returnObject"]["callerNo"]
    assert isinstance(shown, str)
    numbers = {"first": ["6245241"], "last": ["6245242"]}.get(
        profile.query.shows, ["6245241", "6245242"]
    )
    assert re.findall("[0-9]+", shown) == numbers


def ways() -> Iterator[tuple[object, str, tuple[object, object]]]:
    """Yield natural ways to ask for codes: body, query, campaign."""
    place: tuple[object, object] = (1, 1001)
    one: object = {"accessCode": "5245241"}
    three = [{"accessCode": number} for number in ("5245241", "5245242", "5245243")]
    yield {"callerNo": three}, "", place
    values: list[object] = ["", None, 5, "5a", "1" * 25, "1" * 300, [], {}, True]
    for value in values:
        yield {"callerNo": [{"accessCode": value}]}, "", place
    lists: list[object] = [[], None, "x", {}, [None], [7], [{}], [one] * 101, [one, one]]
    for listed in lists:
        yield {"callerNo": listed}, "", place
    yield {"callerNo": [{"accessCode": str(number)} for number in range(101)]}, "", place
    yield {"callerNo": [{"accessCode": "4711"}]}, "", place
    for body in (b"", b"{", b"[]", b"{}"):
        yield body, "", place
    for query in ("?hour=1", "?minute=1", "?hour=1&minute=1"):
        yield {"callerNo": [one]}, query, place
    for bad in (
        (0, 1001),
        ("x", 1001),
        ("1" * 30, 1001),
        (1, "x"),
        (1, 0),
        (1, "1" * 30),
        (1, 4711),
        (2, 1001),
    ):
        yield {"callerNo": [one]}, "", bad


def owed(name: str) -> set[str]:
    """The codes that a server of a correct profile gives: `code-02000010-never` all but one."""
    return {code for code in FAILURES if name != f"code-{code}-never"}


@pytest.mark.parametrize("name", NAMES)
def test_every_code_is_reachable(name: str) -> None:
    with emulating(
        options(
            profile=profile_path(name), campaigns={(1, 1001): ("5245241", "5245242", "5245243")}
        )
    ) as c:
        arrange(c, load_profile(profile_path(name)))
        reached = {
            check_members(c.delete_body(body, query=query, key=key)) for body, query, key in ways()
        }
    assert reached >= owed(name)


def test_compressed_replies() -> None:
    with emulating(options(profile=profile_path("gzip"))) as client:
        reply = client.call(
            "GET", "/rest/isales/v1/openapi/campaigns/1/1001", b"", {"accept-encoding": "gzip"}
        )
        assert reply.headers["Content-Encoding"] == "gzip"
        assert json.loads(gzip.decompress(reply.body))["resultCode"] == "0200000"
        assert "Content-Encoding" not in client.query().headers


WRONG = [
    ("[reading]\nnum = 'named'", r"no setting 'reading'. Did you mean 'readings'\?"),
    ("[readings]\nnumm = 'named'", r"readings has no setting 'numm'. Did you mean 'num'\?"),
    ("[readings]\nnum = 'name'", r"'name' is no choice. Did you mean 'named'\?"),
    (
        "[codes]\n'access-code.emty' = '02000001'",
        r"no defect 'access-code.emty'. Did you mean 'access-code.empty'\?",
    ),
    ("[codes]\n'access-code.empty' = '02000012'", "'02000012' is no code"),
    ("[codes]\n'access-code.empty' = 'accept'", "can't be accepted"),
    ("[codes]\n'access-code.empty' = 2", "must be of type str, not 2"),
    ("[order]\nchecks = ['x.y']", "there is no defect 'x.y'"),
    ("[order]\nchecks = 'x'", "must be a list of texts"),
    ("[reply]\ndelay = 'x'", "must be of type float"),
    ("[reply]\nindent = true", "must be of type int"),
    ("reply = 3", "must be a table"),
    ("[text]\ndeleted = 3", "must be a table"),
    ("x", "is no TOML"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_wrong_profiles(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(EmulatorError, match=message):
        load_profile(path)


def test_missing_files() -> None:
    with pytest.raises(EmulatorError, match="can't be read"):
        load_profile("/nowhere/x.toml")
    with pytest.raises(EmulatorError, match=r"no profile 'plan'. Did you mean 'plain'\?"):
        profile_path("plan")


def test_learnt_tables_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "learnt.toml"
    path.write_text(
        "[fingerprint]\nserver = 'x'\n[learnt]\nlatency = [1, 2]\nby = { any = 'thing'"
        " }\n[reply]\ndelay = 1\n"
    )
    assert load_profile(path).reply.delay == 1.0


def test_readings_and_codes_agree() -> None:
    assert set(Profile().ranks()) == set(DEFAULT_CODES)
    for name in NAMES:
        assert set(load_profile(profile_path(name)).complete_codes().values()) >= owed(name)


def test_the_documented_example_is_the_default(tmp_path: Path) -> None:
    example = (profile_module.__doc__ or "").partition("::\n")[2].rpartition("`[fingerprint]`")[0]
    path = tmp_path / "example.toml"
    path.write_text(
        "\n".join(line.removeprefix("    ") for line in example.splitlines()), encoding="utf-8"
    )
    documented = load_profile(path)
    assert documented.codes == {"body.empty": DEFAULT_CODES["body.empty"]}
    assert dataclasses.replace(documented, codes={}, description="") == Profile()
    for table in ("order", "readings", "query", "text", "reply", "auth"):
        for setting in dataclasses.fields(getattr(documented, table)):
            assert f"\n    {setting.name} = " in example
