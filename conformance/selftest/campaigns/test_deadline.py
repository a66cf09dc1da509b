"""What never ends by itself is ended. Each runs in a process of its own, whose CPU time is limited:
were it not ended, that would be.
"""

import signal
import subprocess
import sys

import pytest

CPU_SECONDS = 20
SEARCH = 're.search(r"(?:[a-z][.])+B", "a." * 2_000_000)  # quadratic: hours'
LOOP = "all(True for _ in iter(int, 1))"

PROGRAM = """
import re, resource, signal, threading
from conformance.campaigns import deadline
resource.setrlimit(resource.RLIMIT_CPU, ({cpu}, {cpu}))
deadline.REPEAT_SECONDS = {repeat}
told = []
def once():
    try:
        {work}
    except KeyboardInterrupt:
        print("interrupted")
with deadline.{kind}(0.05, lambda: told.append("passed")):
    once()
    {then}
print(told[:1], signal.getsignal(signal.SIGALRM) == signal.SIG_DFL, threading.active_count())
"""


def ended(work: str, *, kind: str = "deadline", then: str = "pass", repeat: float = 1000) -> str:
    program = PROGRAM.format(work=work, kind=kind, then=then, repeat=repeat, cpu=CPU_SECONDS)
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, (
        f"{result.returncode} (-{signal.SIGXCPU:d} or -9: it did not end)\n{result.stderr}"
    )
    return result.stdout


posix = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="this system has no such signal"
)


@posix
@pytest.mark.parametrize("work", [SEARCH, LOOP])
def test_by_signal(work: str) -> None:
    assert ended(work) == "interrupted\n['passed'] True 1\n"


@posix
def test_what_swallows_the_first_is_interrupted_once_more() -> None:
    assert ended(LOOP, then="once()", repeat=2) == "interrupted\ninterrupted\n['passed'] True 1\n"


def test_by_thread() -> None:
    assert ended(LOOP, kind="_by_thread") == "interrupted\n['passed'] True 1\n"


@posix
def test_who_is_in_time_is_left_alone() -> None:
    program = """
import signal, time
from conformance.campaigns.deadline import deadline
signal.signal(signal.SIGALRM, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 1000)
for limit in (deadline, ):
    with limit(1000, lambda: print("passed")):
        pass
left, _ = signal.getitimer(signal.ITIMER_REAL)
print(signal.getsignal(signal.SIGALRM) == signal.SIG_IGN, 900 < left <= 1000)
"""
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout == "True True\n"
