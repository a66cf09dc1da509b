"""What a run can judge on this target, and what not, with the reason."""

from collections.abc import Iterator

from conformance.checking.campaigns import listed
from conformance.checking.step import Step, ok, warning
from conformance.config import Target
from conformance.exchange import QueryShows


def judged(target: Target, *, shows: QueryShows | None, can_add: bool | None) -> list[Step]:
    """One line for each thing that can't be judged; `None`: it was not found out."""
    missing = [*_left_out(target), *_unseen(target, shows), *_without_adding(can_add=can_add)]
    return missing or [
        ok("judgement", "every clause that has a check can be judged on this target")
    ]


def _left_out(target: Target) -> Iterator[Step]:
    if len(target.campaigns) < 2:
        yield _not(
            "whether other campaigns stay untouched (only one is listed)",
            "List a second disposable campaign.",
        )
    if target.foreign is None:
        yield _not(
            "whether a campaign of another VDN is refused (none is listed)",
            "Give `foreign`, a disposable campaign of another VDN.",
        )
    if target.auth.scheme == "none":
        yield _not(
            'authorization: [auth] scheme = "none"', "Test a target that asks for credentials."
        )
    if target.auth.scheme == "header":
        yield _not(
            "tampered signatures: the header is made elsewhere",
            'Only scheme = "auth-v2" has a signature to tamper with.',
        )
    if target.pace.concurrency < 2:
        yield _not("calls at the same time: [pace] concurrency = 1", "Allow 2 or more.")


def _unseen(target: Target, shows: QueryShows | None) -> Iterator[Step]:
    unknown = [str(campaign.campaign_id) for campaign in listed(target) if campaign.numbers is None]
    if shows in {"one", "nothing"} and unknown:
        advice = f'Give the complete list: {{ id = {unknown[0]}, numbers = ["…"] }}.'
        yield _not(
            f"the last-number rule and what else happens in {', '.join(unknown)}: all that they"
            " hold is not known",
            advice,
        )


def _without_adding(*, can_add: bool | None) -> Iterator[Step]:
    if can_add is False:
        yield _not("anything that needs numbers to be added first", "See what `adding` says above.")


def _not(what: str, do: str) -> Step:
    return warning("judgement", f"can't be judged: {what}", do)
