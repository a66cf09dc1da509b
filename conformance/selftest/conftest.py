"""Settings of every test of the suite."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from conformance.generation import storage
from conformance.transport import redaction

# a busy machine is no fault of the code: no test is timed
settings.register_profile("selftest", deadline=None)
settings.load_profile("selftest")

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # in the background of a shell Ctrl-C is ignored, and so it would be by every command that is
    # started here
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Locks and the index of open journals apart from those of the person who tests.

    An emulator of a later test may get the port of one that a killed run left in the index. What
    hypothesis computes once per machine is shared: it takes two seconds of each command.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.setenv(storage.VARIABLE, str(tmp_path_factory.getbasetemp().parent / "hypothesis"))
        yield


@pytest.fixture(autouse=True)
def _no_secrets_of_another_test() -> Iterator[None]:
    """A process remembers every secret that it reads, and leaves it out of all that it writes: here
    each test has its own.
    """
    yield
    redaction.forget()
