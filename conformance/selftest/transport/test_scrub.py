import json
from base64 import b64encode
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from conformance.exchange import Reply
from conformance.transport.scrub import Scrubber

SECRET = 'k€y/"with 24 letters'
FORMS = [SECRET, quote(SECRET, safe=""), json.dumps(SECRET)[1:-1], b64encode(SECRET.encode()).decode()]


@given(st.sampled_from(FORMS), st.binary(max_size=20), st.binary(max_size=20))
def test_no_form_of_a_secret_stays(form: str, before: bytes, after: bytes) -> None:
    reply = Scrubber([SECRET]).reply(Reply(status=200, headers=(("X", form),), body=before + form.encode() + after), "")
    assert form.encode() not in reply.body
    assert form not in (reply.header("X") or "")


@given(st.binary(max_size=50))
def test_a_reply_without_secrets_is_the_same_object(body: bytes) -> None:
    reply = Reply(status=200, headers=(("X", "ü"),), body=body)
    assert Scrubber([SECRET, ""]).reply(reply, "auth-v2/ak/t/host/" + "0" * 64) is reply


def test_texts() -> None:
    assert Scrubber([SECRET]).text(f"a {SECRET} b") == "a (secret removed) b"
