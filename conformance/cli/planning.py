"""Before a run: what it would send, and whether the user means this server."""

import os
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import typer
from rich.table import Table

from conformance.campaigns.campaign_set import WORKED_ON
from conformance.config import Target, load_target
from conformance.errors import UsageError, nearest
from conformance.finding import counted
from conformance.plugin.checks import ORDER, serve
from conformance.report.terminal import console
from conformance.session.amounts import AMOUNTS

LOOPBACK_NAMES = {"localhost", "localhost.localdomain"}


def overridden(pairs: list[str]) -> dict[str, str]:
    """`KEY=VALUE` options as a mapping."""
    return dict(pair.partition("=")[::2] for pair in pairs)


SMALLEST = """\
base_url = "https://10.0.0.5:28443"
vdn_id = 1
campaigns = [1001, 1002]        # disposable: numbers in them are deleted, added, and put back
[auth]
access_key = "env:ISALES_AK"
secret_key = "env:ISALES_SK"
[tls]
ca_file = "private-ca.pem"      # where a private authority signed the server's certificate
"""


def no_target_file(file: Path) -> str:
    """What to tell somebody who named a file that is not there: a file to begin with stands
    below.
    """
    return (
        f"There is no target file {file}. Give the path of one with --target; without --target the"
        f" emulator is judged. The smallest one is:\n\n{SMALLEST}"
    )


def plan(target_file: Path | None, effort: str, pairs: list[str]) -> None:
    """Print what a run would do. Sends nothing."""
    if effort not in AMOUNTS:
        raise UsageError(
            f"There is no effort {effort!r}{nearest(effort, AMOUNTS)}: quick, standard or thorough."
        )
    amounts, out = AMOUNTS[effort], console()
    if target_file is None and not os.environ.get("ISALES_BASE_URL"):
        out.print(
            f"Target: an emulator on this machine, started for the run. Effort {effort}: about"
            f" {amounts.calls:,} calls."
        )
        return
    target = load_target(target_file, os.environ, overridden(pairs))
    takes = f"about {amounts.calls:,} calls{_duration(target, amounts.calls)}"
    out.print(f"Target: {target.base_url} (VDN {target.vdn_id}). Effort {effort}: {takes}.")
    for line in touched(target):
        out.print(line)
    most = target.pace.max_added_numbers
    bound = "([pace] max_added_numbers sets a limit)"
    limit = (
        f"at most {most:,} are added in all"
        if most is not None
        else f"about {amounts.calls:,} are added {bound}"
    )
    out.print(
        f"Never more than {amounts.wide} numbers in one campaign, {limit}; they begin with"
        f" {target.numbers.prefix or 'any digits'}."
    )
    out.print(_kinds(target, amounts.calls))
    table = Table("check", "clauses it serves", box=None, pad_edge=False)
    for check in ORDER:
        table.add_row(check, ", ".join(serve(check)))
    out.print(table)
    out.print("Nothing was sent.")


_ORIGINALS = {
    "borrow": (
        "What they hold is taken out once and put back, in its order. Priorities come back only"
        " where the query shows them: where it does not, and yours matter, set [safety] originals ="
        ' "keep".'
    ),
    "keep": 'What they hold is not named ([safety] originals = "keep").',
}
"""What happens to the numbers that campaigns hold, by the policy of the target file."""


def touched(target: Target) -> Iterator[str]:
    """What a run may do, campaign by campaign, as far as is known without a call."""
    yield "Deletes and adds only here; what they hold is written to the journal first:"
    for place, campaign in enumerate(target.campaigns):
        name = f"    {campaign.vdn_id}/{campaign.campaign_id}: "
        if place >= WORKED_ON:
            yield f"{name}not touched, unless further workers (-n) are given"
        elif campaign.numbers == ():
            yield f"{name}own numbers; it is empty, and keeps one of them"
        elif campaign.numbers is None:
            yield (
                f"{name}own numbers; what it holds `check` tells (an empty one keeps one own"
                " number)"
            )
        else:
            size = counted(len(campaign.numbers), "number")
            fate = (
                "not named" if target.safety.originals == "keep" else "taken out once and put back"
            )
            yield f"{name}own numbers; its {size} {fate}"
    if target.foreign is not None:
        yield f"    {target.foreign.vdn_id}/{target.foreign.campaign_id}: own numbers only"
    yield _ORIGINALS[target.safety.originals]


# Of a hundred calls of a run; measured on the emulator, where quick and standard differ by a few.
_KINDS = (
    (
        "DELETE callerNo: faultless, or with a defect that must be refused",
        48,
        "the listed campaigns",
    ),
    ("GET campaign: what it holds now", 35, "the listed campaigns"),
    ("POST callerNo: fresh numbers, up to 100 a call", 14, "the listed campaigns"),
    (
        "DELETE with a missing or spoilt Authorization",
        2,
        "the listed campaigns; must change nothing",
    ),
    (
        "other methods, odd paths, ids that nobody has",
        1,
        "listed campaigns, or ids that can't exist",
    ),
)


def _kinds(target: Target, calls: int) -> Table:
    """Each kind of call, how many, and on which campaigns."""
    table = Table("kind of call", "about", "on", box=None, pad_edge=False)
    for kind, share, place in _KINDS:
        if target.auth.scheme != "none" or "Authorization" not in kind:
            table.add_row(kind, f"{calls * share // 100:,}", place)
    return table


def _duration(target: Target, calls: int) -> str:
    rate = target.pace.requests_per_second
    return f", {calls / rate / 60:.0f} min at {rate:g} calls per second" if rate else ""


def consent(target_file: Path | None, pairs: list[str], *, yes: bool) -> None:
    """Show the host and ask, unless it is this machine or `--yes` was given. Raises UsageError
    where nobody can be asked.
    """
    if target_file is None and not os.environ.get("ISALES_BASE_URL"):
        return
    target = load_target(target_file, os.environ, overridden(pairs))
    for warning in target.warnings:
        console(sys.stderr).print(f"Warning: {warning}")
    if yes or _is_this_machine(target.address.host):
        return
    named = ", ".join(str(key[1]) for key in target.disposable)
    originals = f" {_ORIGINALS[target.safety.originals]}"
    question = (
        f"The run will delete and add calling numbers in campaigns {named} on"
        f" {target.base_url}.{originals} Go on?"
    )
    if not sys.stdin.isatty():
        raise UsageError(
            f"{question} Nobody can be asked here: give --yes once you are sure, or --dry-run to"
            " see what would be sent."
        )
    confirm(question)


def confirm(question: str) -> None:
    """Ask; raises UsageError where the answer is no, or there is none (Ctrl-C, the end of the
    input).
    """
    try:
        agreed = typer.confirm(question)
    except typer.Abort:
        agreed = False
    if not agreed:
        raise UsageError("Nothing was sent.")


def _is_this_machine(host: str) -> bool:
    if host.lower() in LOOPBACK_NAMES:
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
