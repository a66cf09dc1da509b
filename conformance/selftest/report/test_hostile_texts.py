"""Whatever a server sends: everything is written, nothing in it is obeyed, and every file is of its
kind.
"""

import json
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conformance.readable import each_text, encoded, one_line, readable
from conformance.report import verdict_json
from conformance.selftest.report.everywhere import document, write_everything
from conformance.selftest.report.obeyed import obeyed
from conformance.verdict import VerdictDocument

NASTY = "\x00\x1b\x7f\x9b\r\n\u202e\u2066\u200f\ud800\udc00\ufeff\ufffe|`'"
ANYTHING = st.text(st.one_of(st.characters(exclude_categories=()), st.sampled_from(NASTY)))


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield key
            if key != "postData":  # what was sent is kept as it was sent, to be sent again
                yield from texts_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from texts_in(member)
    elif isinstance(value, str):
        yield value


@settings(max_examples=25)
@given(ANYTHING)
@example("02\ud80002")
@example("\x1b[2J\x00\u202e\x9b31m")
@example("\r\nHTTP/1.1 200 OK")
def test_everything_is_written_and_nothing_is_obeyed(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in write_everything(text, Path(folder)):
            assert obeyed(content) == [], name
            if name.endswith((".json", ".har", "--json")):
                assert [
                    each
                    for each in texts_in(json.loads(content))
                    if obeyed(each.replace("\r\n", "\n"))
                ] == [], name
            if name == verdict_json.FILE:
                jsonschema.validate(
                    json.loads(content), verdict_json.schema(), cls=jsonschema.Draft202012Validator
                )
            if name == "junit.xml":
                ET.fromstring(content)
            if name in {"profile.toml", "waivers"}:
                tomllib.loads(content)


@given(ANYTHING)
def test_what_is_readable_stays_so(text: str) -> None:
    assert readable(readable(text)) == readable(text)
    assert obeyed(readable(text)) == []
    assert "\n" not in one_line(text)
    assert readable(text).encode().decode() == readable(text)


def test_how_it_is_written() -> None:
    assert (
        readable("a\x1b[1m\x00\u202eb\ud800\U000e0041 中文\u3000é\n\t")
        == "a\\x1b[1m\\x00\\u202eb\\ud800\\U000e0041 中文\u3000é\n\t"
    )
    assert one_line("a\nb\tc\r") == "a\\nb\\tc\\x0d"


@given(ANYTHING)
def test_what_workers_hand_over_can_be_written(text: str) -> None:
    made = document(text)
    assert encoded(made).decode()
    assert each_text(made, str) == made
    assert isinstance(each_text(made, readable), VerdictDocument)
