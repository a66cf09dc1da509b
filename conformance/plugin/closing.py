"""The end of a run: ledgers merged, verdict, reports, the final words on the terminal."""

import hashlib
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path

import msgspec

from conformance.baseline import headlines
from conformance.clauses import all_clauses, specs_folder
from conformance.config import Target
from conformance.config.keys import SECRET, variable
from conformance.exchange import Call, Exchange, NoAnswer
from conformance.finding import RunVerdict, counted
from conformance.plugin import expecting
from conformance.plugin.emulator_restart import CA_FILE, FILE, command, write_target
from conformance.plugin.ending import Closing, Outcome
from conformance.plugin.expecting import changes_of
from conformance.plugin.known_programs import remember
from conformance.plugin.learning import tell, write_profile
from conformance.plugin.opening import TRAFFIC, needs_emulator
from conformance.plugin.options import Options
from conformance.plugin.waiving import excuse_of, server_values, standings
from conformance.plugin.worker_result import WorkerResult
from conformance.report import failure
from conformance.report.curl import CurlOptions, burst, curl
from conformance.report.shown import shown
from conformance.report.writing import Traffic
from conformance.session.evidence import Evidence
from conformance.session.outcome import (
    Scope,
    clause_results,
    code_of,
    code_results,
    missing,
    run_verdict,
)
from conformance.transport import recorder, redaction
from conformance.transport.journal_index import restore_command
from conformance.verdict import ClauseResult, Shown, VerdictDocument


def close(
    target: Target, options: Options, run_result: WorkerResult, *, interrupted: bool
) -> Outcome:
    """Write the reports and print the end. A part that fails takes no other with it, and never the
    verdict file.
    """
    tell(run_result.ledger)
    closing = Closing(options, _document(target, options, run_result, interrupted=interrupted))
    authenticated = target.auth.scheme != "none"
    closing.step(
        "writing profile.toml",
        lambda: write_profile(
            options.out, closing.document, run_result.ledger, authenticated=authenticated
        ),
    )
    traffic = Traffic(source=_traffic(options.out), base_url=target.base_url)
    closing.step("writing the reports", lambda: closing.write(traffic))
    closing.step(
        "keeping what was found",
        lambda: closing.problems.extend(remember(options, run_result.ledger)),
    )
    return closing.end()


def _verdict(judged: RunVerdict, *, whole: bool) -> RunVerdict:
    """A run that was cut short, or could not put back what it took, does not say that the target
    conforms.
    """
    return judged if whole or judged == "deviates" else "inconclusive"


def _traffic(out: Path) -> Callable[[], chain[Exchange]]:
    stem, _, suffix = TRAFFIC.partition(".")
    return lambda: chain.from_iterable(
        recorder.read(file) for file in sorted(out.glob(f"{stem}*.{suffix}"))
    )


def _document(
    target: Target, options: Options, run_result: WorkerResult, *, interrupted: bool
) -> VerdictDocument:
    ledger = run_result.ledger
    codes = target.codes
    scope = Scope(
        left_out=_left_out(target, options),
        not_applicable=dict.fromkeys(codes.not_applicable, codes.reason),
        promised=options.amounts.promised,
    )
    restart = restart_file(options, target.base_url)
    evidence = _evidence(target, options, run_result, restart)
    server = server_values(target, run_result.seen)
    results = clause_results(ledger, scope, evidence, excuse_of(options, server, ledger))
    waivers = standings(options, server, results, ledger, scope.left_out)
    changes = changes_of(options, ledger, evidence.shown)
    judged = "deviates" if any(each.red for each in waivers) else run_verdict(results, scope)
    told = _headline(
        run_result,
        options,
        scope,
        missing(results, scope),
        interrupted=interrupted,
    )
    document = VerdictDocument(
        verdict=_verdict(
            judged,
            whole=not (
                interrupted
                or run_result.cut_short
                or run_result.unrestored
                or ledger.errors
                or run_result.failures
            ),
        ),
        target=server,
        seed=options.seed,
        effort=options.effort,
        requests=run_result.requests,
        seconds=run_result.seconds,
        clauses=results,
        codes=code_results(ledger, evidence),
        headline=(*told, *headlines(waivers), *expecting.headlines(changes, options.expect)),
        suite_version=suite_version(),
        clause_set=_clause_set(),
        started=run_result.started,
        options={"target": str(options.target or "embedded emulator")},
        failures=tuple(run_result.failures),
        waivers=waivers,
        changes=changes,
        emulator=command(options, target.base_url) if restart else "",
        campaigns=tuple(run_result.campaigns),
    )
    return redaction.known().every(document)


def _left_out(target: Target, options: Options) -> dict[str, str]:
    left: dict[str, str] = {}
    if target.pace.concurrency < 2:
        left["effect.concurrent"] = "left out: concurrency = 1 in the target file"
    if target.auth.scheme == "none":
        left |= dict.fromkeys(
            ("header.authorization", "auth.changes-nothing", "open.signature-validity"),
            'left out: scheme = "none"',
        )
    if len(target.campaigns) < 2:
        left["effect.other-campaigns"] = "left out: the target file lists one campaign only"
    if options.only:
        left |= {name: "left out by --only" for name in all_clauses() if name not in options.only}
    return left


def restart_file(options: Options, base_url: str) -> Path | None:
    """The target file for the emulator that ended with the run, or None where a target was
    given.
    """
    if not needs_emulator(options):
        return None
    with suppress(OSError):  # a folder that can't be written is named when the reports are
        return write_target(options, base_url)
    return options.out.resolve() / FILE


def _evidence(
    target: Target, options: Options, run_result: WorkerResult, restart: Path | None
) -> Evidence:
    curl_options = CurlOptions(
        target_file=str(restart or options.target or ""),
        ca_file=str(restart.with_name(CA_FILE) if restart else target.tls.ca_file or ""),
        verify=target.tls.verify,
        scheme=target.auth.scheme,
        signed_headers=target.auth.signed_headers,
    )

    def show(exchange: Exchange) -> Shown:
        return shown(exchange, target.base_url, curl_options, redaction.known())

    def show_call(call: Call) -> Shown:
        exchange = Exchange(
            number=0,
            call=call,
            outcome=NoAnswer(kind="withheld", detail="set-up"),
            start=0.0,
            end=0.0,
        )
        made = show(exchange)
        return msgspec.structs.replace(made, outcome="set-up: send this first", part="set-up")

    def line(calls: Sequence[Call]) -> str:
        return (
            curl(calls[0], target.base_url, curl_options)
            if len(calls) == 1
            else burst(calls, target.base_url, curl_options)
        )

    def rerun(clause: str) -> str:
        at = (
            f" --target {shlex.quote(str(options.target))}"
            if options.target
            else "".join(f" --fault {name}" for name in options.faults)
        )
        read = f" --profile {shlex.quote(str(options.profile))}" if options.profile else ""
        given = "".join(f" --set {option(text)}" for text in options.overrides)
        return (
            f"isales-conformance run{at}{read}{given} --effort {options.effort} --only {clause}"
            f" --seed {options.seed}"
        )

    return Evidence(
        show,
        show_call,
        line=line,
        rerun=rerun,
        priority=run_result.priority,
        originals=dict(run_result.originals),
    )


def option(text: str) -> str:
    """A `KEY=VALUE` as a word for a shell; in the place of a secret stands the variable that it can
    be given by.
    """
    key = text.partition("=")[0]
    return f'{key}="${variable(key)}"' if key in SECRET else shlex.quote(text)


def _headline(
    run_result: WorkerResult,
    options: Options,
    scope: Scope,
    lacking: Sequence[ClauseResult],
    *,
    interrupted: bool,
) -> list[str]:
    told = []
    if interrupted:
        told.append("The run was interrupted before its end.")
    told += run_result.told
    told += [
        f"Campaign {each.campaign_id} of VDN {each.vdn_id} could not be put back: {each.problem}."
        for each in run_result.unrestored
    ]
    told += failure.headlines(run_result.failures)
    if run_result.unrestored:
        told.append(
            "Once the target is well again, put back what is missing:"
            f" {restore_command([options.out], options.target)}"
        )
    told += _lacking_in_words(lacking)
    if given := sorted(scope.not_applicable.keys() & run_result.ledger.witnesses.keys()):
        told.append(
            f"[codes] not_applicable names {', '.join(given)}, and the target gives"
            f" {'it' if len(given) == 1 else 'them'}: correct the target file."
        )
    if scope.left_out:
        reasons = dict.fromkeys(scope.left_out.values())
        told.append(
            "; ".join(
                f"{counted(list(scope.left_out.values()).count(reason), 'clause')} {reason}"
                for reason in reasons
            )
            + "."
        )
    return told


def _lacking_in_words(lacking: Sequence[ClauseResult]) -> Iterator[str]:
    """What was not judged, then which codes were not reached: never one sum."""
    unjudged = [result.id for result in lacking if result.verdict == "not-tested"]
    if unjudged:
        clauses = counted(len(unjudged), "clause")
        yield f"{clauses} could not be judged on this target: {', '.join(unjudged)}."
    codes = [code_of(result.id) for result in lacking if result.verdict == "not-reached"]
    if codes:
        quoted = ", ".join(f'"{code}"' for code in codes)
        yield (
            f"{counted(len(codes), 'result code')} could not be reached, which proves nothing:"
            f" {', '.join(codes)}. Where the vendor confirms that this server has no use for"
            f" {'it' if len(codes) == 1 else 'them'},"
            f' write into the target file: [codes] not_applicable = [{quoted}] and reason = "…".'
        )


def suite_version() -> str:
    """The version of this suite."""
    try:
        return version("isales-conformance")
    except PackageNotFoundError:
        return "0 (not installed)"


def _clause_set() -> str:
    files = sorted((specs_folder() / "clauses").glob("*.toml"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
