import contextlib
import gzip
import itertools
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.exchange import LONGEST_LOOK, Reply
from conformance.transport import reply as reply_module
from conformance.transport.failure import Broken
from conformance.transport.reply import BODY_KEPT, MAX_HEAD_BYTES, MAX_HEADERS, ReplyReader

BODY = b'{"resultCode":"0200000"}'


def framed(body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join(
        [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *headers, b"", body]
    )


RAW = zlib.compressobj(wbits=-15)
REPLIES = {
    "length": framed(BODY),
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n"
    + BODY[:5]
    + b"\r\n13\r\n"
    + BODY[5:]
    + b"\r\n0\r\nX-Late: 1\r\n\r\n",
    "gzip": framed(gzip.compress(BODY, mtime=0), b"Content-Encoding: gzip"),
    "gzip in two members": framed(
        gzip.compress(BODY[:9], mtime=0) + gzip.compress(BODY[9:], mtime=0),
        b"content-encoding: GZIP",
    ),
    "deflate": framed(zlib.compress(BODY), b"Content-Encoding: deflate"),
    "raw deflate": framed(RAW.compress(BODY) + RAW.flush(), b"Content-Encoding: deflate"),
    "interim": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    + framed(BODY),
    "identity": framed(BODY, b"Content-Encoding: identity"),
}
UNTIL_CLOSE = {
    "1.0": b"HTTP/1.0 200 OK\r\nContent-Type: a\r\n\r\n" + BODY,
    "1.1": b"HTTP/1.1 200 OK\r\n\r\n" + BODY,
}


def read(data: bytes, cuts: list[int], method: str = "GET", *, ends: bool = False) -> Reply:
    reader = ReplyReader(method)
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    for start, stop in itertools.pairwise(places):
        reader.feed(data[start:stop])
    if ends:
        reader.finish()
    assert reader.complete
    return reader.reply()


CUTS = st.lists(st.integers(0, 10_000), max_size=8)


@given(st.sampled_from(sorted(REPLIES)), CUTS)
def test_replies_split_anywhere_read_the_same(name: str, cuts: list[int]) -> None:
    reply = read(REPLIES[name], cuts)
    assert (reply.status, reply.body) == (200, BODY)
    assert reply.header("X-Late") is None
    assert reply.header("Link") is None


@given(st.sampled_from(sorted(UNTIL_CLOSE)), CUTS)
def test_bodies_that_end_with_the_connection(name: str, cuts: list[int]) -> None:
    assert read(UNTIL_CLOSE[name], cuts, ends=True).body == BODY


@given(st.sampled_from(sorted(REPLIES)), st.integers(0, 10_000))
def test_a_reply_cut_short_is_broken(name: str, at: int) -> None:
    data = REPLIES[name]
    reader = ReplyReader()
    if head := data[: at % len(data)]:
        reader.feed(head)
    with pytest.raises(Broken) as caught:
        reader.finish()
    assert caught.value.kind == ("protocol" if reader.received else "closed")


@given(
    st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=80).map(lambda tail: b"HTTP/1.1 200 OK\r\n" + tail),
    ),
    CUTS,
)
def test_no_bytes_escape_as_anything_but_broken(data: bytes, cuts: list[int]) -> None:
    try:
        reply = read(data, cuts, ends=True)
    except Broken:
        return
    assert reply.status >= 100


@given(st.sampled_from(sorted(REPLIES)), st.data())
def test_no_damaged_reply_escapes(name: str, data: st.DataObject) -> None:
    damaged = bytearray(REPLIES[name])
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=4)):
        damaged[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Broken):
        assert read(bytes(damaged), [], ends=True).status < 1000


def test_headers_keep_order_and_case() -> None:
    reply = read(framed(b"", b"X-b: 1", b"x-A: 2", b"X-b: 3", b"X-Empty:"), [])
    assert reply.headers == (
        ("Content-Length", "0"),
        ("X-b", "1"),
        ("x-A", "2"),
        ("X-b", "3"),
        ("X-Empty", ""),
    )


def test_a_reply_to_head_has_no_body() -> None:
    reader = ReplyReader("HEAD")
    reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
    assert reader.complete
    assert reader.reusable
    assert reader.reply().body == b""


@pytest.mark.parametrize(
    ("data", "reusable"),
    [
        (framed(BODY), True),
        (framed(BODY, b"Connection: close"), False),
        (framed(BODY) + b"HTT", False),
    ],
)
def test_when_a_connection_can_be_reused(data: bytes, reusable: bool) -> None:
    reader = ReplyReader()
    reader.feed(data)
    assert reader.complete
    assert reader.reusable is reusable


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_is_not_what_the_header_says(coding: str) -> None:
    with pytest.raises(Broken, match="Content-Encoding"):
        read(framed(b"plain text", f"Content-Encoding: {coding}".encode()), [])


def test_an_unknown_coding_stays() -> None:
    assert read(framed(b"\x01\x02", b"Content-Encoding: br"), []).body == b"\x01\x02"


def test_too_large_replies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_module, "MAX_REPLY_BYTES", 1000)
    with pytest.raises(Broken, match="larger than 1000"):
        read(framed(b"x" * 1001), [])
    with pytest.raises(Broken, match="decoded reply is larger"):
        read(framed(gzip.compress(b"x" * 5000), b"Content-Encoding: gzip"), [])


def test_a_switch_of_protocols_ends_the_connection() -> None:
    reader = ReplyReader()
    reader.feed(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nabc")
    assert (reader.complete, reader.reusable, reader.reply().status) == (True, False, 101)


INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"


def feed(reader: ReplyReader, data: bytes, step: int) -> None:
    for start in range(0, len(data), step):
        reader.feed(data[start : start + step])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (framed(BODY, *[b"X: y"] * MAX_HEADERS), "more than 256 headers"),
        (framed(BODY, b"X: " + b"a" * MAX_HEAD_BYTES), "head of the reply is larger"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 4 * MAX_HEAD_BYTES, "head of the reply is larger"),
        (b"HTTP/1.1 200 " + b"a" * 4 * MAX_HEAD_BYTES, "head of the reply is larger"),
        (CHUNKED + b"X: y\r\n" * (MAX_HEADERS + 1) + b"\r\n", "more than 256 headers"),
        (CHUNKED + b"X: " + b"a" * 4 * MAX_HEAD_BYTES, "head of the reply is larger"),
        (INTERIM * (MAX_HEADERS + 1), "more than 256 headers"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 4000, "head of the reply is larger"),
    ],
)
@pytest.mark.parametrize("step", [500, 64 * 1024])
def test_heads_beyond_bounds(data: bytes, words: str, step: int) -> None:
    reader = ReplyReader()
    with pytest.raises(Broken, match=words) as caught:
        feed(reader, data, step)
    assert caught.value.kind == "protocol"
    assert caught.value.begun
    assert reader.received <= 4 * MAX_HEAD_BYTES


def test_heads_within_bounds() -> None:
    headers = [b"X: " + b"a" * 200] * (MAX_HEADERS - 1)
    assert len(read(framed(BODY, *headers), []).headers) == MAX_HEADERS
    assert read(INTERIM * 20 + framed(BODY), []).body == BODY


@pytest.mark.parametrize(
    ("method", "kept"), [("GET", LONGEST_LOOK), ("DELETE", BODY_KEPT), ("POST", BODY_KEPT)]
)
@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
def test_a_long_body_is_cut_and_says_how_long_it_was(method: str, kept: int, coding: str) -> None:
    body = b"0123456789" * 150_000
    sent = {
        "": body,
        "gzip": gzip.compress(body[:7]) + gzip.compress(body[7:]),
        "deflate": zlib.compress(body),
    }[coding]
    reply = read(
        framed(sent, *([b"Content-Encoding: " + coding.encode()] if coding else [])),
        [9, 70_001],
        method,
    )
    assert (reply.body, reply.size) == (body[:kept], len(body))
    assert read(framed(body[:kept]), [], method).size == 0


def test_a_bomb_is_never_unpacked_whole() -> None:
    bomb = gzip.compress(gzip.compress(bytes(2**26)))
    tracemalloc.start()
    with pytest.raises(Broken, match="decoded reply is larger"):
        read(framed(bomb, b"Content-Encoding: gzip, gzip"), [])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2 * 2**20


def test_members_without_content_count_as_content_does() -> None:
    """Many empty members, compressed once more: little comes out, and much must be read for it."""
    data = gzip.compress(gzip.compress(b"") * 2**20)
    with pytest.raises(Broken, match="decoded reply is larger"):
        read(framed(data, b"Content-Encoding: gzip, gzip"), [])


def test_codings_upon_codings() -> None:
    sent = BODY
    for _ in range(5):
        sent = gzip.compress(sent)
    with pytest.raises(Broken, match="more than 4 content codings"):
        read(framed(sent, b"Content-Encoding: gzip, gzip, gzip, gzip, gzip"), [])
    assert read(framed(b"", b"Content-Encoding: gzip, gzip"), []).body == b""
    with pytest.raises(Broken, match="cut short"):
        read(framed(gzip.compress(BODY)[:1], b"Content-Encoding: gzip"), [])


@pytest.mark.parametrize(
    "name", ["on_message_begin", "on_status", "on_header", "on_body", "on_message_complete"]
)
def test_an_interruption_within_the_parser_is_one(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ReplyReader, name, interrupted)
    with pytest.raises(KeyboardInterrupt):
        ReplyReader("GET").feed(framed(BODY))
