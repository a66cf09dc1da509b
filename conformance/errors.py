"""What can go wrong for a person, as one tree of exceptions; each carries a paragraph that says
what, where and what to do.

SuiteError                  (exit code 2 unless a class says otherwise)
├── UsageError              wrong option, unknown clause, nothing selected
│   ├── ConfigurationError  target file, waivers file, environment: names file and key
│   └── EmulatorMissing     asked for in an installation that was made without it
├── SpecError               a file of specs/ is damaged (our own mistake)
└── CannotJudge             (exit code 3) the target can't be judged at all
    ├── TargetUnreachable   name, port, TLS
    ├── CredentialsRefused  401 on a call that was signed with the given keys
    ├── CampaignUnusable    not there, or numbers can't be added
    │   ├── CampaignInUse   another run is at work on it
    │   ├── OriginalsStay   exact contents are needed, and its own numbers are not taken out
    │   └── Unreadable      the interface answers, in a form that tells nobody what was done
    ├── TargetRefuses       it asks for longer waits than a run has
    ├── RestoringTimeSpent  the time in which campaigns are put back is over
    └── BudgetSpent         calls, time or added numbers are used up
"""

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class SuiteError(Exception):
    """A mistake that is reported as one paragraph and an exit code, never as a traceback."""

    exit_code = 2


class UsageError(SuiteError):
    """The command line asks for something that does not exist or makes no sense."""


class ConfigurationError(UsageError):
    """A file or an environment variable holds something that can't be used."""


class EmulatorMissing(UsageError):
    """The embedded emulator is asked for, and is not installed."""


class SpecError(SuiteError):
    """A file of `specs/` breaks its own rules."""


class CannotJudge(SuiteError):
    """The run can't come to a verdict on this target."""

    exit_code = 3


class TargetUnreachable(CannotJudge):
    """No reply comes from the target: name resolution, port, TLS."""


class CredentialsRefused(CannotJudge):
    """The target answers 401 to calls that carry the given credentials."""


class CampaignUnusable(CannotJudge):
    """A campaign of the target file is missing, in use, or can't be changed."""


class CampaignInUse(CampaignUnusable):
    """Another run holds the lock of a campaign."""


class OriginalsStay(CampaignUnusable):
    """A check needs a campaign with exact contents, and what it holds may not be taken out."""


class Unreadable(CampaignUnusable):
    """The replies are the interface's, but whether numbers were added can't be read from them. Only
    their form can be judged.
    """


class TargetRefuses(CannotJudge):
    """The target answers that it takes no calls now, for longer than a run waits."""


class RestoringTimeSpent(CannotJudge):
    """Putting back has taken as long as it may; what is missing stands in the journal."""


class BudgetSpent(CannotJudge):
    """A limit on calls, seconds or added numbers has been reached."""


@contextmanager
def needing_the_emulator() -> Iterator[None]:
    """Around an import of `conformance.emulator`, which an installation may leave out: raises
    EmulatorMissing where it is not there.
    """
    try:
        yield
    except ModuleNotFoundError as problem:
        if not (problem.name or "").startswith("conformance.emulator"):
            raise
        raise EmulatorMissing(
            "The embedded emulator is not installed here (conformance/emulator is missing). Name a"
            " server with --target FILE, or install the whole suite again."
        ) from None


def nearest(word: str, known: "Iterable[str]") -> str:
    """Words for a message: ` (did you mean "x"?)` with the nearest of `known`, or an empty text."""
    matches = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f' (did you mean "{matches[0]}"?)' if matches else ""
