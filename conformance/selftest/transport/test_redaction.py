"""No form of a secret stays in a reply, and a reply that holds none is left as it is."""

import json
from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance.exchange import Reply
from conformance.selftest.transport.secret_forms import FORMS, secrets
from conformance.transport.redaction import REMOVED, SHORTEST_ON_THE_WIRE, Redactor, _sent

SECRET = 'k€y/"with 24 letters'
SIGNATURE = "0123456789abcdef" * 4
SENT = f"auth-v2/ak/2026-11-23T09:15:00Z/host/{SIGNATURE}"


def on_the_wire(*known: str) -> Redactor:
    return Redactor(known, shortest=SHORTEST_ON_THE_WIRE)


@given(secrets(), st.sampled_from(sorted(FORMS)), st.binary(max_size=9), st.binary(max_size=9))
@example("Zq7'x\\\"é", "shell", b"", b"")
@example("Zq7xxxx%25", "percent", b"%", b"%")
def test_no_form_of_a_secret_stays(secret: str, form: str, before: bytes, after: bytes) -> None:
    written = FORMS[form](secret)
    redactor = on_the_wire(secret)
    reply = redactor.reply(
        Reply(status=200, headers=(("X", written),), body=before + written.encode() + after)
    )
    assert written.lower().encode() not in reply.body.lower()
    assert written.lower() not in (reply.header("X") or "").lower()
    assert REMOVED in redactor.text(f"<{written}>")


@given(secrets(), st.integers(0, 8), st.integers(0, 8), st.booleans())
def test_base64_of_a_longer_text(secret: str, before: int, after: int, safe: bool) -> None:
    """Wherever the secret stands in the text that was encoded; its first and last byte may share a
    character with their neighbours.
    """
    text = b64encode(b"x" * before + secret.encode() + b"y" * after).decode()
    text = text.translate(str.maketrans("+/", "-_")).rstrip("=") if safe else text
    left = on_the_wire(secret).text(f'"{text}"')
    assert REMOVED in left
    assert len(left) <= len(REMOVED) + 2 + (before + after + 4) * 4 // 3 + 4


@given(secrets(), st.data())
def test_each_character_written_its_own_way(secret: str, data: st.DataObject) -> None:
    ways = ("plain", "unicode", "percent", "entity", "hexadecimal entity")
    secret = f"{secret.replace('%', '').replace(chr(92), '')} and more"
    written = "".join(FORMS[data.draw(st.sampled_from(ways))](sign) for sign in secret)
    assert on_the_wire(secret).text(f"<{written}>") == f"<{REMOVED}>"


@given(st.binary(max_size=50))
def test_a_reply_without_secrets_is_the_same_object(body: bytes) -> None:
    reply = Reply(status=200, headers=(("X", "ü"),), body=body)
    assert on_the_wire(SECRET, "").reply(reply, SENT) is reply


@pytest.mark.parametrize("form", sorted(set(FORMS) - {"hexadecimal entity", "entity"}))
@pytest.mark.parametrize(
    "sent", [SENT, "Bearer t0ken.of-the-day", "t0ken.of-the-day", "Basic dXNlcjpwYXNzd29yZA=="]
)
def test_what_was_sent_does_not_come_back(sent: str, form: str) -> None:
    """The whole header and the part of it that opens the door, echoed in any form, by a reply to
    that very call.
    """
    for part in {sent, sent.rpartition("/")[2] if sent == SENT else sent.rpartition(" ")[2]}:
        written = FORMS[form](part)
        reply = Redactor().reply(
            Reply(
                status=200, headers=(("X-Echo", written),), body=b'{"echo":"%b"}' % written.encode()
            ),
            sent,
        )
        assert written.lower() not in reply.body.decode().lower()
        assert written.lower() not in (reply.header("X-Echo") or "").lower()


def test_the_password_of_a_basic_header() -> None:
    assert (
        Redactor(["Basic dXNlcjpwYXNzd29yZA=="]).text("user is user, password password")
        == f"user is user, {REMOVED} {REMOVED}"
    )


def test_short_secrets_go_from_reports_and_stay_in_replies() -> None:
    """A reply is judged: what may be part of a number must not be taken out of it."""
    assert Redactor(["5245"]).text("key 5245") == f"key {REMOVED}"
    assert on_the_wire("5245").text("number 5245241") == "number 5245241"
    assert Redactor(["abc"]).text("abc") == "abc"


def test_what_was_removed_is_removed_once() -> None:
    redactor = Redactor(["secret removed", "removed]"])
    assert redactor.text(redactor.text("secret removed")) == REMOVED


def test_lone_surrogates_and_other_bytes_survive() -> None:
    assert Redactor([SECRET]).text(f"\ud800{SECRET}\udfff") == f"\ud800{REMOVED}\udfff"
    assert (
        Redactor([SECRET]).data(b"\xff" + SECRET.encode() + b"\xfe")
        == b"\xff" + REMOVED.encode() + b"\xfe"
    )


def test_keys_of_json_in_json() -> None:
    twice = json.dumps(json.dumps({"authorization": SECRET}))
    assert "letters" not in Redactor([SECRET]).text(twice)
    assert quote(SECRET) not in Redactor([SECRET]).text(quote(quote(SECRET)))


@pytest.mark.parametrize("joined", [";", ":", "/", "-", "&"])
def test_the_numbers_of_a_look_cost_no_pattern(
    joined: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers joined by one of these look like a long word. The pattern for a call's signature
    takes half a second to make.
    """
    body = f'{{"callerNo":"{joined.join(str(5245241 + place) for place in range(40))}"}}'.encode()
    monkeypatch.setattr(
        "conformance.transport.redaction._any_of",
        lambda patterns: pytest.fail("a pattern was made"),
    )
    _sent.cache_clear()
    assert (
        Redactor()
        .reply(Reply(status=200, headers=(("ETag", '"' + "0" * 64 + '"'),), body=body), SENT)
        .body
        == body
    )
    assert _sent.cache_info().misses == 1


def test_a_reply_in_escapes_is_no_echo_of_a_signature() -> None:
    """A redactor made for each call's signature took a third of a second for each such reply."""
    said = '{"resultCode":"0200000","resultDesc":"删除主叫号码成功.num:1"}'
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in said).encode()
    sent = f"auth-v2/ak/2026-11-25T12:00:00Z/host/{'0123456789abcdef' * 4}"
    _sent.cache_clear()
    assert Redactor().reply(Reply(status=200, body=escaped), sent).body == escaped
    assert _sent.cache_info().misses == 0
    for only in (str.isalpha, str.isdigit, str.isalnum):
        echoed = "".join(
            f"\\u{ord(letter):04x}" if only(letter) else letter for letter in sent[-64:]
        ).encode()
        assert b"removed" in Redactor().reply(Reply(status=200, body=echoed), sent).body
