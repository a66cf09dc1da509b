"""`record`, `replay`, `judge`, `verify`: what a server answered once, kept and held against
others.
"""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace
from rich.text import Text

from conformance.campaigns import CampaignSet
from conformance.cli import planning
from conformance.cli.comparing import differs, show
from conformance.cli.planning import confirm
from conformance.compare import recording as recordings
from conformance.config import Target, load_target
from conformance.errors import UsageError
from conformance.exchange import Exchange, Reply
from conformance.generation.named_calls import CallContext
from conformance.oracle import judge as judged
from conformance.plugin.closing import suite_version
from conformance.plugin.folders import new_folder
from conformance.plugin.journals import own_folder, refuse_early
from conformance.plugin.opened_target import opened
from conformance.readable import one_line
from conformance.report.console import console
from conformance.rivals import recording as playing
from conformance.rivals.har import imported
from conformance.rivals.searching import place_of
from conformance.session import questions
from conformance.transport.journal_index import OpenJournals
from conformance.transport.lock import state_folder
from conformance.transport.redaction import known

GENTLE_PACE = 2.0
"""Calls a second to a production server, unless its target file asks for fewer."""
CALLS_PER_NAMED_CALL = 4
"""At most: the number put back, the call, the look."""
_PLANS = ("gentle",)


def record(
    target: Annotated[
        Path | None, typer.Option(help="Target file of the server to record.")
    ] = None,
    *,
    out: Annotated[Path, typer.Option(help="File of the recording (*.jsonl); it must not exist.")],
    plan: Annotated[
        str, typer.Option(help="gentle: each defect and each reading once, one call at a time.")
    ] = "gentle",
    from_har: Annotated[
        Path | None, typer.Option(help="Make the recording of a HAR file instead of a server.")
    ] = None,
    held: Annotated[
        str,
        typer.Option(
            help=(
                "With --from-har: what the campaign held at first, numbers with commas, where no"
                " look in the file shows it."
            )
        ),
    ] = "",
    by: Annotated[
        str, typer.Option(envvar="ISALES_RECORDED_BY", help="Who orders the recording.")
    ] = "not told",
    per_second: Annotated[float, typer.Option(help="Calls a second at most.")] = GENTLE_PACE,
    yes: Annotated[bool, typer.Option(help="Do not ask after the plan was printed.")] = False,
) -> None:
    """Record what a server answers to a small, paced, harmless plan, which is printed and confirmed
    first.
    """
    if out.exists():
        raise UsageError(
            f"{out} is there already. A recording is evidence and never overwritten: give another"
            " file."
        )
    if plan not in _PLANS:
        raise UsageError(f"There is no plan {plan!r}: gentle.")
    if from_har is not None:
        numbers = [number.strip() for number in held.split(",") if number.strip()]
        made = imported(from_har, by=by, suite_version=suite_version(), held=numbers)
        recordings.write(out, made)
        console().print(Text(_what_it_is_good_for(made)), soft_wrap=True)
    elif target is None:
        raise UsageError(
            "Name the server to record with --target FILE, or a HAR file with --from-har FILE."
        )
    else:
        _show_plan(load_target(target, os.environ), per_second)
        if not yes:
            _ask()
        refuse_early(load_target(target, os.environ), target)
        recordings.write(out, _recorded(target, out, by, plan, per_second))
    console().print(Text(f"Recorded: {out}"), soft_wrap=True)


def _what_it_is_good_for(made: recordings.Recording) -> str:
    """Of an imported recording: how many exchanges can be judged, and how many of them played
    again.
    """
    steps = sum(1 for _ in made.steps())
    playable = f"{steps} can be played again" if steps else f"none can be played again: {_NOT_TOLD}"
    return (
        f"{len(made.entries)} exchanges of {made.header.target['base_url']}, {made.header.plan}."
        f" All can be judged; {playable}."
    )


_NOT_TOLD = "no look shows all that the campaign held; --held NUMBER,NUMBER says it"


def _show_plan(target: Target, per_second: float) -> None:
    """What will be sent, before anything is."""
    out = console()
    campaigns = ", ".join(f"{vdn}/{campaign}" for vdn, campaign in target.disposable)
    nobody = CallContext(
        key=(target.vdn_id, 1),
        present=("1", "2", "3", "4"),
        absent=tuple("5678"),
        foreign=(2, 2),
        other=(1, 2),
    )
    names = list(dict.fromkeys(named_call.behaviour for named_call in questions.gentle(nobody)))
    calls = len(questions.gentle(nobody)) * CALLS_PER_NAMED_CALL
    out.print(f"Server: {target.base_url}. Campaigns: {campaigns}; what they hold is put back.")
    out.print(
        f"At most about {calls} calls, one at a time, {per_second:g} a second:"
        f" {calls / per_second / 60:.0f} min. No races."
    )
    out.print(Text(f"Once each: {', '.join(names)}."))


def _ask() -> None:
    if not sys.stdin.isatty():
        raise UsageError(
            "Nobody can be asked here. Give --yes once the plan above is approved. Nothing was"
            " sent."
        )
    confirm("Go on?")


def _recorded(file: Path, out: Path, by: str, plan: str, per_second: float) -> recordings.Recording:
    folder = new_folder("record", root=out.parent)  # beside the recording, which is a file
    with opened(file, folder, name=out.stem, seed=1, per_second=per_second) as (
        target,
        campaign_set,
    ):
        context = playing.context_for(campaign_set)
        header = recordings.Provenance(
            target={"base_url": target.base_url, "vdn_id": str(target.vdn_id)},
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            suite_version=suite_version(),
            recorded_by=by,
            plan=plan,
            place=place_of(campaign_set),
            setting=campaign_set.setting,
        )
        return playing.record(campaign_set, questions.gentle(context), context, header, cleaner())


_PRIVATE = frozenset({"set-cookie", "authorization", "www-authenticate"})


def cleaner() -> Callable[[Exchange], Exchange]:
    """Takes secrets out of exchanges: what this process has read as one, and headers that nobody
    needs.
    """
    redactor = known()

    def clean(exchange: Exchange) -> Exchange:
        if not isinstance(exchange.outcome, Reply):
            return exchange
        kept = tuple(
            (name, redactor.text(value))
            for name, value in exchange.outcome.headers
            if name.lower() not in _PRIVATE
        )
        return replace(
            exchange,
            outcome=replace(
                exchange.outcome, headers=kept, body=redactor.data(exchange.outcome.body)
            ),
        )

    return clean


def replay(
    recording: Annotated[Path, typer.Argument(help="A recording.")],
    target: Annotated[Path, typer.Option(help="Target file of the server to play it on.")],
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Texts count as well.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, nothing else.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the journal; default: a new one in reports/.")
    ] = None,
    yes: Annotated[
        bool, typer.Option(help="Do not ask before a target that is not this machine.")
    ] = False,
) -> None:
    """Send the calls of a recording to another server and show what it answers otherwise. Exit 1
    when something differs.
    """
    kept = recordings.read(recording)
    if not any(entry.held for entry in kept.entries):
        told = (
            "does not say what the campaign held before each call, so it can be judged but not"
            " played again"
        )
        raise UsageError(f"{recording} {told} ({_NOT_TOLD} when it is imported).")
    planning.consent(target, [], yes=yes)
    refuse_early(load_target(target, os.environ), target)
    folder = own_folder(out, "replay", OpenJournals(state_folder()), target)
    with opened(target, folder, name="replay", seed=1) as (loaded, campaign_set):
        differences, compared = playing.replay(kept, campaign_set)
        figures = _figures(kept, loaded, campaign_set, recording) | {"compared": compared}
        show(differences, figures, json=json)
    raise typer.Exit(1 if differs(differences, strict=strict) else 0)


def _figures(
    kept: recordings.Recording, target: Target, campaign_set: CampaignSet, file: Path
) -> dict[str, object]:
    recorded = kept.header.target.get("base_url", "")
    told: dict[str, object] = {
        "a": f"{file}: {recorded}, {kept.header.started}",
        "b": target.base_url,
    }
    if recorded == target.base_url:
        told["pointed out"] = (
            "this recording was taken from this very server: it is compared with its own past"
        )
    if campaign_set.shows != "all":
        told["state"] = "not compared: this server does not show what a campaign holds"
    return told


def judge(recording: Annotated[Path, typer.Argument(help="A recording.")]) -> None:
    """Hold a recording to the document, offline. Exit 1 when it deviates."""
    kept = recordings.read(recording)
    judgement = judged(kept.history)
    out = console()
    out.print(
        Text(
            f"{kept.header.target.get('base_url', '')}, recorded {kept.header.started}:"
            f" {len(kept.entries)} exchanges"
        )
    )
    for finding in {found.key: found for found in judgement.findings}.values():
        out.print(Text(f"FAIL {finding.clause} ({finding.kind}): {one_line(finding.summary)}"))
    out.print(
        f"{len({found.clause for found in judgement.findings})} clause(s) broken,"
        f" {len(judgement.cases)} judged. Nothing was sent."
    )
    raise typer.Exit(1 if judgement.findings else 0)


def verify(recording: Annotated[Path, typer.Argument(help="A recording.")]) -> None:
    """Check that a recording is whole and as it was written."""
    kept = recordings.read(recording)
    header = kept.header
    said = (
        f"{len(kept.entries)} exchanges with {header.target.get('base_url', '?')},"
        f" {header.started}, by {header.recorded_by}"
    )
    console().print(Text(f"Whole and unchanged: {said}."), soft_wrap=True)
