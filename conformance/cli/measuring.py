"""`benchmark`: how fast the suite is beside a bare client, and whether its memory stays flat."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import to_builtins
from rich.table import Table

from conformance.errors import needing_the_emulator
from conformance.report.terminal import console

if TYPE_CHECKING:
    from conformance.benchmark.bench_run import Benched


def benchmark(
    seconds: Annotated[
        float,
        typer.Option(
            help="Seconds to measure for, all subjects together; one unit of each at least."
        ),
    ] = 12.0,
    https: Annotated[
        bool, typer.Option("--https", help="Over HTTPS instead of plain HTTP.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of everything that is drawn.")] = 1,
    soak: Annotated[
        int,
        typer.Option(
            metavar="CALLS", help="Instead: send so many calls and print the memory every 10,000."
        ),
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure the suite on an emulator of this machine: calls per second, processor time, ratio to
    a bare httpx.Client.
    """
    with needing_the_emulator():
        # the suite works without the emulator
        from conformance.benchmark.bench_run import (  # noqa: PLC0415
            benched,
        )
    with benched(https=https, seed=seed) as bench:
        if soak:
            _soak(bench, soak, as_json=as_json)
        else:
            _measure(bench, seconds, as_json=as_json)


def _measure(bench: "Benched", seconds: float, *, as_json: bool) -> None:
    # httpx and schemathesis take a while to load
    from conformance.benchmark.bare import (  # noqa: PLC0415
        bare_client,
    )
    from conformance.benchmark.measuring import measure  # noqa: PLC0415 - the same
    from conformance.benchmark.subjects import subjects, yardstick  # noqa: PLC0415 - the same

    call = yardstick(bench)
    with (
        bare_client(bench.base_url, call, bench.authorization(call), bench.context) as send,
        console(sys.stderr).status("…") as status,
    ):
        measured = measure(subjects(bench, send), seconds, told=status.update)
    if as_json:
        sys.stdout.write(json.dumps(to_builtins(measured), indent=1) + "\n")
        return
    table = Table("subject", box=None, pad_edge=False)
    for title in ("per second", "CPU µs each", "R", "measured"):
        table.add_column(title, justify="right")
    for each in measured:
        table.add_row(
            each.name,
            f"{each.rate:,.0f}",
            f"{each.cpu:,.0f}",
            f"{each.ratio:.2f}",
            f"{each.count:,} {each.per}s",
        )
        if each.cases_rate:
            table.add_row("  its cases", f"{each.cases_rate:,.0f}")
    out = console(width=80)
    out.print(table)
    out.print(
        "R: per second, divided by the bare client's in the same round; medians of interleaved"
        " rounds."
    )


def _soak(bench: "Benched", calls: int, *, as_json: bool) -> None:
    from conformance.benchmark.soak import growth, soak  # noqa: PLC0415 - loads schemathesis

    readings = []
    for reading in soak(bench, calls):
        readings.append(reading)
        if not as_json:
            console().print(f"{reading.calls:>9,} calls  {reading.mib:7.1f} MiB")
    if as_json:
        sys.stdout.write(
            json.dumps(
                {"readings": to_builtins(readings), "mib_per_100000_calls": growth(readings)}
            )
            + "\n"
        )
    elif readings:
        console().print(f"{growth(readings):+.1f} MiB for each 100,000 calls in the second half")
