"""hypothesis is told what it would have found."""

import sys

import pytest
from hypothesis import strategies as st
from hypothesis.internal import charmap

from conformance.generation import characters, exploring


def test_it_is_what_can_be_written() -> None:
    encodable, others = charmap.intervals_from_codec("utf-8")
    edges = {0, 0x7F, 0x80, 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFFFF, 0x10000, sys.maxunicode}
    for point in edges:
        try:
            chr(point).encode()
        except UnicodeEncodeError:
            assert point not in encodable
        else:
            assert point in encodable
    assert len(encodable) == sys.maxunicode + 1 - 2048
    assert not others


def test_it_is_in_use_and_equals_the_original(monkeypatch: pytest.MonkeyPatch) -> None:
    assert charmap.intervals_from_codec is characters.intervals_from_codec
    assert charmap.intervals_from_codec("utf-8") == characters._tried("utf-8")
    assert charmap.intervals_from_codec("ascii") == characters._tried("ascii")
    asked: list[str] = []

    def listening(codec: str) -> object:
        asked.append(codec)
        return characters.intervals_from_codec(codec)

    monkeypatch.setattr(charmap, "intervals_from_codec", listening)
    exploring.explore(
        st.text(st.characters(codec="utf-8", max_codepoint=0x9FFF)),
        lambda text: None,
        examples=2,
        seed_with=1,
    )
    assert asked == ["utf-8"], "hypothesis asks where it is told to"
