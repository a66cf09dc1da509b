"""Each kind of mistake in a target file: the message names the file, the line and the key, says
what is wrong, and what would be right.
"""

from pathlib import Path

import pytest

from conformance.config import load_target
from conformance.errors import ConfigurationError

GOOD = """base_url = "https://10.0.0.5:28443"
vdn_id = 1
campaigns = [1001, 1002]
[auth]
access_key = "lab"
secret_key = "env:LAB_SK"
"""
ENVIRONMENT = {"LAB_SK": "secret", "EMPTY_SK": "", "BROKEN_SK": "two\nlines"}
FOREIGN = "leave it out where there is none"

# (the text that is exchanged, the text in its place or behind the file, the place that is named,
# what is said)
MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "unknown key": (
        "vdn_id",
        "vdnid",
        "line 2: ",
        'the key vdnid is unknown (did you mean "vdn_id"?)',
    ),
    "unknown key in a section": (
        "",
        "[pace]\nrequests_per_secnod = 2",
        "line 8: ",
        'did you mean "requests_per_second"?',
    ),
    "key in the wrong section": (
        "vdn_id = 1",
        "vdn_id = 1\nconcurrency = 2",
        "line 3: ",
        "(it is [pace] concurrency)",
    ),
    "unknown section": (
        "",
        "[pacing]\nconcurrency = 2",
        "line 8: ",
        'there is no section [pacing] (did you mean "pace"?)',
    ),
    "base_url missing": (
        'base_url = "https://10.0.0.5:28443"\n',
        "",
        ": ",
        'Write base_url = "https://10.0.0.5:28443"',
    ),
    "campaigns missing": ("campaigns = [1001, 1002]\n", "", ": ", "Write campaigns = [1001, 1002]"),
    "access_key missing": (
        'access_key = "lab"\n',
        "",
        ": ",
        '[auth] access_key is missing; the scheme "auth-v2" needs it',
    ),
    "wrong type": (
        "vdn_id = 1",
        'vdn_id = "one"',
        "line 2: ",
        "vdn_id must be a whole number in 1..9999, not 'one'",
    ),
    "vdn_id 0": (
        "vdn_id = 1",
        "vdn_id = 0",
        "line 2: ",
        "vdn_id must be a whole number in 1..9999, not 0",
    ),
    "campaigns empty": (
        "[1001, 1002]",
        "[]",
        "line 3: ",
        "a list of at least one campaign, as in [1001, 1002], not []",
    ),
    "campaigns no list": ("[1001, 1002]", "1001", "line 3: ", "as in [1001, 1002], not 1001"),
    "campaign as text": (
        "[1001, 1002]",
        '["1001"]',
        "line 3: ",
        "each a whole number in 1..2147483647",
    ),
    "campaign twice": (
        "[1001, 1002]",
        "[1001, 1001]",
        "line 3: ",
        "names campaign 1001 2 times. Name each once.",
    ),
    "number with a letter": (
        "[1001, 1002]",
        '[{ id = 1001, numbers = ["5a"] }]',
        "line 3: ",
        "each a text of 1 to 24 digits 0-9",
    ),
    "foreign in the same VDN": (
        "vdn_id = 1",
        "vdn_id = 1\nforeign = { vdn_id = 1, campaign_id = 2001 }",
        "line 3: ",
        "must differ from the target's own, 1",
    ),
    "foreign listed as well": (
        "vdn_id = 1",
        "vdn_id = 1\nforeign = { vdn_id = 2, campaign_id = 1001 }",
        "line 3: ",
        FOREIGN,
    ),
    "foreign without a campaign": (
        "vdn_id = 1",
        "vdn_id = 1\nforeign = { vdn_id = 2 }",
        "line 3: ",
        "{ vdn_id = 2, campaign_id = 2001 }",
    ),
    "variable not set": (
        "LAB_SK",
        "LAB_SL",
        "line 6: ",
        'LAB_SL is not set (did you mean "LAB_SK"?). Set it: export LAB_SL=',
    ),
    "variable empty": ("LAB_SK", "EMPTY_SK", "line 6: ", "EMPTY_SK is empty. Set it"),
    "secret of two lines": (
        "LAB_SK",
        "BROKEN_SK",
        "line 6: ",
        "holds a line break or another control character. Give the key alone",
    ),
    "secret file missing": (
        "env:LAB_SK",
        "file:no.txt",
        "line 6: ",
        "can't be read (No such file or directory",
    ),
    "secret file empty": (
        "env:LAB_SK",
        "file:empty.txt",
        "line 6: ",
        "is empty. It must hold the text and nothing else",
    ),
    "secret file is a folder": ("env:LAB_SK", "file:.", "line 6: ", "(Is a directory"),
    "secret empty": ("env:LAB_SK", "", "line 6: ", "must be a text that is not empty"),
    "no scheme": (
        "https://10",
        "10",
        "line 1: ",
        "it must start with https:// or http:// and name a host. An example",
    ),
    "another scheme": (
        "https://10",
        "ftp://10",
        "line 1: ",
        "it must start with https:// or http://",
    ),
    "a query": (":28443", ":28443?x=1", "line 1: ", "it must end with the path, without ? and #"),
    "the interface's path": (
        ":28443",
        ":28443/gw/rest/isales/v1",
        "line 1: ",
        "Leave /rest/isales and what follows out: https://10.0.0.5:28443/gw",
    ),
    "credentials in the URL": (
        "https://10",
        "https://me:hidden-word@10",
        "line 1: ",
        "credentials belong into [auth]",
    ),
    "a port that can't be": (":28443", ":99999", "line 1: ", "the port must lie in 1..65535"),
    "key without certificate": (
        "",
        '[tls]\nclient_key = "x"',
        "line 8: ",
        "without [tls] client_cert, its certificate. Give both",
    ),
    "verify as text": (
        "",
        '[tls]\nverify = "no"',
        "line 8: ",
        "[tls] verify must be true or false, not 'no'",
    ),
    "rate 0": (
        "",
        "[pace]\nrequests_per_second = 0",
        "line 8: ",
        "must be a number greater than 0, not 0",
    ),
    "concurrency negative": (
        "",
        "[pace]\nconcurrency = -1",
        "line 8: ",
        "must be a whole number in 1..1000, not -1",
    ),
    "seconds with a unit": (
        "",
        '[pace]\ntimeout_seconds = "30s"',
        "line 8: ",
        "must be a number greater than 0, not '30s'",
    ),
    "half a call": (
        "",
        "[pace]\nmax_requests = 1.5",
        "line 8: ",
        "must be a whole number, 1 or more, not 1.5",
    ),
    "codes without a reason": (
        "",
        '[codes]\nnot_applicable = ["02000010"]',
        "line 8: ",
        "is given without a reason",
    ),
    "code that is none": (
        "",
        '[codes]\nnot_applicable = ["02000099"]',
        "line 8: ",
        'a list of result codes, as in ["02000010"]',
    ),
    "prefix with a letter": (
        "",
        '[numbers]\nprefix = "99O"',
        "line 8: ",
        "must be a text of 1 to 12 digits 0-9, not '99O'",
    ),
    "prefix too long": (
        "",
        '[numbers]\nprefix = "9900000000001"',
        "line 8: ",
        "must be a text of 1 to 12 digits 0-9",
    ),
    "priority 9": (
        "",
        "[numbers]\npriority = 9",
        "line 8: ",
        "must be a whole number in 1..5, not 9",
    ),
    "query unknown": (
        "",
        '[observe]\nquery = "some"',
        "line 8: ",
        'one of "auto", "all", "first", "none"',
    ),
    "signed_headers no list": (
        "",
        'signed_headers = "host"',
        "line 7: ",
        "must be a list of header names, not 'host'",
    ),
    "signed_headers no name": (
        "",
        'signed_headers = ["host:"]',
        "line 7: ",
        "each the name of a header",
    ),
    "scheme unknown": (
        "",
        'scheme = "basic"',
        "line 7: ",
        'one of "auth-v2", "header", "none", not ' + "'basic'",
    ),
    "scheme header without one": (
        "",
        'scheme = "header"',
        "line 7: ",
        "needs one of [auth] header (a text, env: or file:) and",
    ),
    "proxy without scheme": (
        "",
        '[network]\nproxy = "proxy:3128"',
        "line 8: ",
        "must be a URL such as http://proxy.example:3128",
    ),
    "proxy of another kind": (
        "",
        '[network]\nproxy = "socks5://proxy:1080"',
        "line 8: ",
        "must be a URL such as http://proxy.example:3128",
    ),
    "proxy with a wrong port": (
        "",
        '[network]\nproxy = "http://proxy:port"',
        "line 8: ",
        "must end with a port in digits",
    ),
    "trigger without name": (
        "",
        '[[triggers]]\nbody = "{}"',
        "line 7: ",
        "each a table of name and, where wanted, method, query and body",
    ),
    "unknown campaign that is listed": (
        "",
        "[safe]\nunknown_campaigns = [1001]",
        "line 8: ",
        "Name ids that nobody has.",
    ),
    "a list that does not end": ("[1001, 1002]", "[1001, 1002", "is not valid TOML: ", "at line 4"),
    "a text without quotes": (
        '"env:LAB_SK"',
        "env:LAB_SK",
        "is not valid TOML: ",
        "Texts stand in quotes",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_place_and_remedy(tmp_path: Path, mistake: str) -> None:
    old, new, place, words = MISTAKES[mistake]
    assert old in GOOD
    file = tmp_path / "target.toml"
    file.write_text(GOOD.replace(old, new) if old else f"{GOOD}{new}\n")
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(ConfigurationError) as caught:
        load_target(file, ENVIRONMENT)
    message = str(caught.value)
    assert str(file) in message
    assert place in message
    assert words in message
    assert "hidden-word" not in message


def test_the_file_without_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(GOOD)
    assert load_target(file, ENVIRONMENT).warnings == ()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            'signed_headers = ["host", "x-date"]',
            'names "x-date", which no call carries, so it is never signed',
        ),
        ('header = "x"', '[auth] header is not used: the scheme is "auth-v2"'),
    ],
)
def test_what_is_of_no_use_is_a_warning(tmp_path: Path, more: str, words: str) -> None:
    file = tmp_path / "target.toml"
    file.write_text(f"{GOOD}{more}\n")
    file.chmod(0o600)
    assert any(words in warning for warning in load_target(file, ENVIRONMENT).warnings)


def test_tls_of_a_plain_address_is_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(GOOD.replace("https:", "http:") + '[tls]\nca_file = "ca.pem"\n')
    (warning,) = load_target(file, ENVIRONMENT).warnings
    assert "[tls] ca_file is not used: base_url begins with http://" in warning
