from pathlib import Path

import pytest

from conformance.config import Secret, load_target
from conformance.config.keys import KEYS, variable
from conformance.config.target import Campaign, CodeTrigger
from conformance.errors import ConfigurationError

MINIMAL = 'base_url = "https://10.0.0.5:28443"\nvdn_id = 1\ncampaigns = [1001, 1002]\n'
OPEN = MINIMAL + '[auth]\nscheme = "none"\n'
KEYS_GIVEN = {"ISALES_AUTH_ACCESS_KEY": "ak", "ISALES_AUTH_SECRET_KEY": "sk"}

FULL = """
base_url = "https://gw.example/isales"
vdn_id = 1
campaigns = [1001, { id = 1002, numbers = ["5245241", "007"] }]
foreign = { vdn_id = 2, campaign_id = 2001 }
[auth]
access_key = "env:ISALES_AK"
secret_key = "file:secret.txt"
signed_headers = ["Host", "content-type"]
milliseconds = true
[tls]
ca_file = "ca.pem"
client_cert = "/abs/me.pem"
[pace]
requests_per_second = 2
concurrency = 3
timeout_seconds = 1.5
max_requests = 100
max_seconds = 60
max_added_numbers = 500
[numbers]
prefix = "990"
priority = 3
[observe]
query = "all"
[network]
proxy = "http://user:p%40ss@proxy:3128"
[safe]
unknown_campaigns = [999]
[[triggers]]
name = "hour"
query = "hour=1"
[[triggers]]
name = "big"
method = "POST"
body = "{}"
"""


@pytest.fixture
def write(tmp_path: Path) -> "Write":
    return Write(tmp_path)


class Write:
    """Writes a target file that only its owner may read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, text: str) -> Path:
        file = self.folder / "target.toml"
        file.write_text(text)
        file.chmod(0o600)
        return file


def test_everything(write: Write) -> None:
    (write.folder / "secret.txt").write_text("s3cret-key\n")
    target = load_target(write(FULL), {"ISALES_AK": "ak"})
    assert target.address.base_path == "/isales"
    assert target.campaigns[1] == Campaign(vdn_id=1, campaign_id=1002, numbers=("5245241", "007"))
    assert target.disposable == ((1, 1001), (1, 1002), (2, 2001))
    assert (target.auth.access_key, target.auth.secret_key, target.auth.milliseconds) == (
        "ak",
        Secret("s3cret-key"),
        True,
    )
    assert target.auth.signed_headers == ("host", "content-type")
    assert target.tls.ca_file == str(write.folder / "ca.pem")
    assert target.tls.client_cert == "/abs/me.pem"
    assert (
        target.pace.requests_per_second,
        target.pace.concurrency,
        target.pace.max_added_numbers,
    ) == (2.0, 3, 500)
    assert (target.numbers.prefix, target.numbers.priority, target.query) == ("990", 3, "all")
    assert target.proxy is not None
    assert (target.proxy.url, target.proxy.user, target.proxy.password) == (
        "http://proxy:3128",
        "user",
        Secret("p@ss"),
    )
    assert target.safe_unknown_campaigns == (999,)
    assert target.triggers == (
        CodeTrigger(name="hour", query="hour=1"),
        CodeTrigger(name="big", method="POST", body="{}"),
    )
    assert target.warnings == ()
    assert set(target.secrets()) == {"s3cret-key", "p@ss"}
    assert "s3cret" not in repr(target)
    assert "p@ss" not in repr(target)


def test_defaults(write: Write) -> None:
    target = load_target(write(OPEN), {})
    assert (target.query, target.numbers.prefix, target.numbers.priority) == ("auto", "", None)
    assert target.pace.requests_per_second is None
    assert target.tls.verify


def test_without_a_file() -> None:
    given = {
        "ISALES_BASE_URL": "http://h",
        "ISALES_VDN_ID": "7",
        "ISALES_CAMPAIGNS": "5, 6",
        "ISALES_FOREIGN": "8/9",
    }
    target = load_target(None, given | KEYS_GIVEN)
    assert target.disposable == ((7, 5), (7, 6), (8, 9))


def test_option_wins_over_environment_over_file(write: Write) -> None:
    file = write(OPEN + "[pace]\nconcurrency = 2\nrequests_per_second = 1\ntimeout_seconds = 9\n")
    environ = {
        "ISALES_PACE_CONCURRENCY": "3",
        "ISALES_PACE_REQUESTS_PER_SECOND": "5.5",
        "ISALES_PACE_MAX_SECONDS": "",
    }
    pace = load_target(file, environ, {"pace.concurrency": "4"}).pace
    assert (pace.concurrency, pace.requests_per_second, pace.timeout_seconds, pace.max_seconds) == (
        4,
        5.5,
        9.0,
        None,
    )


TEXTS = {
    "base_url": "https://other",
    "vdn_id": "5",
    "campaigns": '[1, {id = 2, numbers = ["3"]}]',
    "foreign": "{ vdn_id = 2, campaign_id = 3 }",
    "auth.scheme": "header",
    "auth.access_key": "a",
    "auth.secret_key": "b",
    "auth.signed_headers": "host, content-type",
    "auth.milliseconds": "yes",
    "auth.header": "Bearer x",
    "auth.command": "./sign --now 'a b'",
    "tls.ca_file": "x.pem",
    "tls.verify": "false",
    "tls.client_cert": "c.pem",
    "tls.client_key": "k.pem",
    "pace.requests_per_second": "0.5",
    "pace.concurrency": "1",
    "pace.timeout_seconds": "3",
    "pace.patience_seconds": "3",
    "pace.max_requests": "10",
    "pace.max_seconds": "1",
    "pace.max_added_numbers": "0",
    "numbers.prefix": "12",
    "numbers.priority": "5",
    "observe.query": "none",
    "observe.settle_seconds": "0",
    "safety.originals": "keep",
    "safety.restore_seconds": "600",
    "codes.not_applicable": "02000010,02000005",
    "codes.reason": "Ticket 7",
    "network.proxy": "http://p:1",
    "safe.unknown_campaigns": "7,8",
    "triggers": '[{name = "x", body = "{}"}]',
}


def test_every_key_has_a_text_form() -> None:
    assert TEXTS.keys() == KEYS.keys()


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_every_key_as_option_and_as_variable(write: Write, key: str) -> None:
    needs = {
        "auth.header": '[auth]\nscheme = "header"\n',
        "auth.command": '[auth]\nscheme = "header"\n',
    }
    file = write(MINIMAL + needs.get(key, '[auth]\nscheme = "none"\n'))
    also = {
        "auth.scheme": {"auth.header": "x"},
        "tls.client_key": {"tls.client_cert": "c.pem"},
        "codes.not_applicable": {"codes.reason": "Ticket 7"},
    }.get(key, {})
    plain = (
        load_target(file, {}, also)
        if key not in {"auth.header", "auth.command", "auth.scheme"}
        else None
    )
    by_option = load_target(file, {}, {key: TEXTS[key], **also})
    by_variable = load_target(file, {variable(key): TEXTS[key]}, also)
    for field in by_option.__struct_fields__:
        if field != "warnings":
            assert getattr(by_option, field) == getattr(by_variable, field)
    assert by_option != plain


def test_what_is_borrowed_and_how_long_putting_back_may_take(write: Write) -> None:
    plain = load_target(write(OPEN), {})
    assert (plain.safety.originals, plain.safety.restore_seconds, plain.settle_seconds) == (
        "borrow",
        None,
        None,
    )
    given = (
        OPEN
        + "[safety]\noriginals = 'keep'\nrestore_seconds = 90\n[observe]\nsettle_seconds = 0.5\n"
    )
    target = load_target(write(given), {})
    assert (target.safety.originals, target.safety.restore_seconds, target.settle_seconds) == (
        "keep",
        90.0,
        0.5,
    )


def test_a_command_is_split_as_a_shell_does(write: Write) -> None:
    assert load_target(
        write(MINIMAL), {}, {"auth.scheme": "header", "auth.command": "./sign 'a b'"}
    ).auth.command == ("./sign", "a b")


def complaint(
    write: Write,
    text: str,
    environ: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_target(write(text), environ or {}, options or {})
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (OPEN.replace("vdn_id", "vdn_di"), ["line 2", "vdn_di", 'did you mean "vdn_id"']),
        (
            OPEN + "[pace]\nconcurency = 2\n",
            ["line 7", "[pace] concurency", 'did you mean "concurrency"'],
        ),
        (
            OPEN + "[safety]\noriginals = 'lend'\n",
            ["line 7", "[safety] originals", '"borrow", "keep"', "not 'lend'"],
        ),
        (OPEN + "[safety]\nrestore_seconds = 0\n", ["[safety] restore_seconds", "greater than 0"]),
        (OPEN + "[observe]\nsettle_seconds = -1\n", ["[observe] settle_seconds", "0 or more"]),
        (OPEN + "[observe]\nsettle_seconds = inf\n", ["[observe] settle_seconds", "0 or more"]),
        (OPEN + "[pase]\nconcurrency = 2\n", ["line 7", "[pase]", 'did you mean "pace"']),
        (
            OPEN.replace("vdn_id = 1", "vdn_id = 1\nconcurrency = 2"),
            ["line 3", "(it is [pace] concurrency)"],
        ),
        ("pace.concurency = 2\n" + OPEN, ["line 1", "concurency"]),
        ("pace = { concurency = 2 }\n" + OPEN, ["line 1", "concurency"]),
        (OPEN.replace("vdn_id = 1", "vdn_id = 0"), ["line 2", "1..9999", "not 0"]),
        (OPEN.replace("vdn_id = 1", 'vdn_id = "1"'), ["line 2", "whole number", "not '1'"]),
        (OPEN.replace("vdn_id = 1", "vdn_id = true"), ["line 2", "whole number"]),
        (OPEN.replace("vdn_id = 1\n", ""), ["vdn_id is missing", "ISALES_VDN_ID"]),
        (OPEN.replace("[1001, 1002]", "[]"), ["line 3", "at least one campaign"]),
        (OPEN.replace("[1001, 1002]", "[1001, 1001]"), ["line 3", "1001 2 times"]),
        (OPEN.replace("[1001, 1002]", "[1001, -2]"), ["line 3", "1..2147483647"]),
        (OPEN.replace("[1001, 1002]", '[{ id = 1, numbers = ["x"] }]'), ["line 3", "digits 0-9"]),
        (OPEN.replace("[1001, 1002]", '[{ id = 1, numbers = ["1", "1"] }]'), ["line 3", "twice"]),
        (OPEN.replace("[1001, 1002]", "[{ nid = 1 }]"), ["line 3", "{ id = 1001"]),
        ("foreign = { vdn_id = 2, campaign_id = 1001 }\n" + OPEN, ["line 1", "also in campaigns"]),
        ("foreign = { vdn_id = 1, campaign_id = 2001 }\n" + OPEN, ["line 1", "must differ"]),
        ("foreign = 5\n" + OPEN, ["line 1", "{ vdn_id = 2"]),
        (OPEN + "[safe]\nunknown_campaigns = [1001]\n", ["line 7", "so it exists"]),
        (OPEN + "[pace]\nrequests_per_second = 0\n", ["line 7", "greater than 0"]),
        (OPEN + "[pace]\ntimeout_seconds = inf\n", ["line 7", "greater than 0"]),
        (
            OPEN + '[observe]\nquery = "some"\n',
            ["line 7", '"auto", "all", "first", "none"', "not 'some'"],
        ),
        (OPEN + '[numbers]\nprefix = "99O"\n', ["line 7", "digits 0-9"]),
        (OPEN + "[numbers]\npriority = 6\n", ["line 7", "1..5"]),
        (OPEN + '[tls]\nverify = "no"\n', ["line 7", "true or false"]),
        (OPEN + '[tls]\nclient_key = "x"\n', ["line 7", "client_cert"]),
        (OPEN + '[network]\nproxy = "proxy:3128"\n', ["line 7", "http://proxy"]),
        (OPEN + '[[triggers]]\nname = "a"\n[[triggers]]\nname = "a"\n', ["triggers", "2 triggers"]),
        (OPEN + '[[triggers]]\nbody = "a"\n', ["triggers", "name"]),
        (
            MINIMAL,
            [
                "[auth] access_key is missing",
                "[auth] secret_key is missing",
                "ISALES_AUTH_SECRET_KEY",
            ],
        ),
        (MINIMAL + '[auth]\nscheme = "header"\n', ["line 5", "[auth] header"]),
        (MINIMAL + '[auth]\nscheme = "basic"\n', ["line 5", '"auth-v2"']),
        (
            MINIMAL + '[auth]\naccess_key = "env:NO_AK"\nsecret_key = "env:NO_SK"\n',
            ["line 5", "line 6", "NO_AK is not set", "export NO_SK"],
        ),
        (
            MINIMAL + '[auth]\naccess_key = "a"\nsecret_key = "file:none.txt"\n',
            ["line 6", "none.txt", "No such file"],
        ),
        (OPEN.replace("https://10.0.0.5:28443", "10.0.0.5"), ["base_url", "An example"]),
        (OPEN + "[pace\n", ["not valid TOML", "line 6"]),
        (OPEN + "[auth]\n", ["not valid TOML", "line 6"]),
    ],
)
def test_a_mistake_names_place_and_remedy(write: Write, text: str, words: list[str]) -> None:
    message = complaint(write, text)
    for word in words:
        assert word in message


def test_mistakes_are_named_all_at_once(write: Write) -> None:
    message = complaint(
        write,
        OPEN.replace("vdn_id = 1", "vdn_id = 0") + "[pace]\nx = 1\nconcurrency = 0\n",
        {},
        {"pace.concurency": "1"},
    )
    assert message.count("\n\n") == 3
    assert "option pace.concurency" in message


def test_a_wrong_variable_is_named(write: Write) -> None:
    assert "environment variable ISALES_VDN_ID: vdn_id must be" in complaint(
        write, OPEN, {"ISALES_VDN_ID": "one"}
    )


def test_a_secret_that_is_not_utf_8_is_refused_before_it_can_stand_in_a_traceback(
    write: Write,
) -> None:
    assert "secret_key is not UTF-8" in complaint(
        write, MINIMAL, {"ISALES_AUTH_ACCESS_KEY": "a", "ISALES_AUTH_SECRET_KEY": "x\udcff"}
    )


def test_a_wrong_secret_is_not_shown(write: Write) -> None:
    assert "12345678" not in complaint(write, MINIMAL + "[auth]\nsecret_key = 12345678\n")


def test_files_that_can_not_be_read(write: Write, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--target"):
        load_target(tmp_path / "none.toml", {})
    with pytest.raises(ConfigurationError, match="can't be read"):
        load_target(tmp_path, {})
    file = write("")
    file.write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_target(file, {})


def warning(
    write: Write, text: str, environ: dict[str, str] | None = None, mode: int = 0o600
) -> str:
    file = write(text)
    file.chmod(mode)
    return "\n".join(load_target(file, environ or {}).warnings)


def test_warnings(write: Write) -> None:
    plain = MINIMAL + '[auth]\naccess_key = "a"\nsecret_key = "top-secret"\n'
    assert warning(write, plain) == ""
    assert "chmod 600" in warning(write, plain, mode=0o644)
    assert "top-secret" not in warning(write, plain, mode=0o644)
    assert (
        warning(write, plain.replace("top-secret", "env:ISALES_SK"), {"ISALES_SK": "x"}, mode=0o644)
        == ""
    )
    assert "certificate is not checked" in warning(write, OPEN + "[tls]\nverify = false\n")
    assert "is not used" in warning(write, OPEN + 'access_key = "x"\n')
    assert "Is ISALES_PACE_CONCURRENCY meant?" in warning(
        write, OPEN, {"ISALES_PACE_CONCURENCY": "3", "ISALES_HOME": "/"}
    )
