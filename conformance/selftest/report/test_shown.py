import pytest

from conformance.exchange import NoAnswer
from conformance.report.shown import BODY_SHOWN, body_text, shown, url
from conformance.selftest.report.documents import BASE, OPTIONS, exchange, names, says
from conformance.transport.redaction import REMOVED, Redactor

HEADER = "auth-v2/AK123456/2026-11-23T09:15:00Z/content-length;content-type;host/" + "ab" * 32


def test_an_exchange_is_shown_whole() -> None:
    seen = shown(exchange(names("99000001"), says("0200000")), BASE, OPTIONS)
    assert seen.request.startswith(f"DELETE {BASE}/rest")
    assert seen.request.endswith('"99000001"}]}')
    assert seen.reply.startswith("HTTP 200\nContent-Type")
    assert seen.milliseconds == pytest.approx(12.3)
    assert "lab ca.pem" in seen.curl


def test_no_answer_says_which() -> None:
    seen = shown(exchange(b"{}", NoAnswer(kind="timeout", detail="after 10 s")), BASE)
    assert (seen.outcome, seen.status) == ("no answer (timeout: after 10 s)", None)


def test_long_bodies_are_cut_with_a_note_and_sent_whole() -> None:
    body = "é".encode() * BODY_SHOWN
    text = body_text(b"x" + body)
    assert text.endswith(f"[{BODY_SHOWN:,} of {len(body) + 1:,} bytes shown]")
    assert "\\x" not in text, "a character that the cut divides is left out"
    assert len(text) < BODY_SHOWN + 100


def test_bytes_that_are_no_text() -> None:
    assert body_text(b"a\xff\xc3(") == "a\\xff\\xc3(\n[not UTF-8: other bytes are written \\xNN]"


def test_an_odd_target_is_kept_apart_from_the_address() -> None:
    assert url("*", BASE) == f"{BASE} *"


@pytest.mark.parametrize(
    "form", [HEADER, HEADER.replace("/", "\\/"), HEADER.replace("/", "%2F"), HEADER.upper()]
)
def test_headers_are_removed_wherever_a_server_echoes_them(form: str) -> None:
    text = Redactor().text(f'{{"echo":"{form}","next":1}}')
    assert "abab" not in text.lower()
    assert "AK123456" not in text
    assert text.startswith(f'{{"echo":"{REMOVED}"')
    assert text.endswith(',"next":1}')


def test_exact_secrets_go_in_every_form() -> None:
    redactor = Redactor(['s3cr/et"k&y', "abc"])
    for form in ('s3cr/et"k&y', "s3cr%2Fet%22k%26y", 's3cr/et\\"k&y', "s3cr/et&quot;k&amp;y"):
        assert redactor.text(f"<{form}>") == f"<{REMOVED}>"
    assert redactor.text("abc") == "abc", "too short to be told from an ordinary word"
    assert redactor.data(b'\xff s3cr/et"k&y \xfe') == b"\xff " + REMOVED.encode() + b" \xfe"


def test_signatures_in_tracebacks() -> None:
    key = "0123456789abcdef" * 4
    assert Redactor(digests=True).text(f"key={key!r}") == f"key='{REMOVED}'"
    assert Redactor().text(key) == key


def test_redaction_of_a_whole_exchange() -> None:
    seen = shown(
        exchange(b'{"a":"topsecret"}', f"you sent {HEADER} topsecret".encode()),
        BASE,
        redactor=Redactor(["topsecret"]),
    )
    assert "topsecret" not in repr(seen)
    assert "abab" not in repr(seen)
