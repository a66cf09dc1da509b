"""Traces of a server's inside are found, and looking for them never takes long."""

import subprocess
import sys

import pytest

from conformance.oracle.internals import HEAD, SMALL, TAIL, internals_in

TRACES = {
    "Traceback (most recent call last)\n": "Traceback (most recent call last)",
    'in File "/x/y.py", line 12': 'File "/x/y.py", line 1',
    "at com.x.Y.run(Y.java:12)": "at com.x.Y.run(Y.java:12)",
    "at async Promise.all [index 0] (file:///a/b.mjs:1:23)": (
        "at async Promise.all [index 0] (file:///a/b.mjs:1:23)"
    ),
    "at Object.<anonymous> (C:\\a\\b.js:1:23)": "at Object.<anonymous> (C:\\a\\b.js:1:23)",
    "at /srv/app.js:10:2": "at /srv/app.js:10:2",
    "node:internal/process": "node:internal/",
    "caused by java.lang.IllegalStateException: no": "java.lang.IllegalStateException",
    "x.org.apache.y.FooError": "x.org.apache.y.FooError",
    "a NullPointerException": "NullPointerException",
    "ORA-01234: table": "ORA-01234",
    "DELETE  FROM numbers WHERE": "DELETE  FROM numbers WHERE",
    "select a, b from t where x": "select a, b from t where",
    "insert into t (a)": "insert into t (",
    "insert into t values": "insert into t values",
    "update t set x": "update t set",
    "goroutine 12 [running]": "goroutine 12 [",
    "open /usr/lib/python3/x.py failed": "/usr/lib/python3/x.py",
    "file:///opt/app/conf/a.properties": "///opt/app/conf/a.properties",
    "TypeError: x is undefined": "TypeError: ",
    "in cn.isales.core.CallerNoService now": "cn.isales.core.CallerNoService",
    "a.b.c.d.e.f.g.h.Foo": "c.d.e.f.g.h.Foo",
    "sqlite3.OperationalError": "sqlite3.",
}
PLAIN = (
    "num:3",
    "The value of accessCode is wrong. See section 4.2.1.",
    "https://example.com/usr/share",
    "a.b.c",
    "Error 5 at line 3",
    "select one of them from the list",
    "/usr/bin",
)


@pytest.mark.parametrize("text", TRACES)
@pytest.mark.parametrize("around", ["{}", '{{"resultDesc":"{}"}}', "é {} é"])
def test_traces_are_found(text: str, around: str) -> None:
    assert internals_in(around.format(text).encode()) == TRACES[text]


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_none(text: str) -> None:
    assert internals_in(text.encode()) is None


def test_both_ends_of_a_long_body_are_searched() -> None:
    trace = b" NullPointerException "
    filling = b"x " * (HEAD + TAIL)
    assert internals_in(trace + filling) == internals_in(filling + trace) == "NullPointerException"
    assert internals_in(filling + trace + filling) is None
    assert internals_in(b"x " * (SMALL // 2) + trace) == "NullPointerException"


SLOW = (
    '"a." * 100_000',
    '"/usr/a" * 30_000',
    '"/usr/" * 40_000',
    '"java." * 40_000',
    '"java.Exceptio" * 15_000',
    '"at " * 66_000',
    '"at a(" * 40_000',
    '"at /" + ".js:1" * 40_000',
    '"delete " + " " * 200_000',
    '"select from " * 17_000',
    '"insert into " * 17_000',
    '"File \\"" * 33_000',
    '"a.a." + "A" * 200_000 + "é"',
    '"." * 200_000',
)
CPU_SECONDS = 12
"""For all of them together, this machine being busy; each of the quadratic ones took a minute or
more before, by itself.
"""


def test_no_text_takes_long() -> None:
    program = (
        "import resource\nfrom conformance.oracle.internals import TRACES\n"
        f"resource.setrlimit(resource.RLIMIT_CPU, ({CPU_SECONDS}, {CPU_SECONDS}))\n"
        + "".join(
            f"TRACES.search({text})\nprint({number}, flush=True)\n"
            for number, text in enumerate(SLOW)
        )
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    ended = len(result.stdout.split())
    assert ended == len(SLOW), (
        f"{SLOW[ended]} was not searched within {CPU_SECONDS} s of CPU time\n{result.stderr}"
    )
