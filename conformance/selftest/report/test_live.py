import io
import threading
from dataclasses import dataclass

import pytest

from conformance.report.console import SafeConsole, console
from conformance.report.live import LiveView


@dataclass(frozen=True)
class Limits:
    max_requests: int | None = 1000
    max_seconds: float | None = 60.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("conformance.report.live.time.monotonic", lambda: now[0])
    return now


def run(view: LiveView, clock: list[float]) -> None:
    with view:
        for number in range(1, 5):
            view.started(f"check.{number}")
            clock[0] += 4.0
            view.tick(calls=number * 40, findings=number // 3)
            view.finished(f"check.{number}", ["found"] if number == 3 else [])


def test_plain_lines_every_few_seconds(clock: list[float]) -> None:
    out = io.StringIO()
    run(LiveView(4, Limits(), out=console(out)), clock)
    lines = out.getvalue().splitlines()
    assert (
        lines[0]
        == "1 of 4 checks done · 0 with deviations · 0 deviations · 80 of at most 1,000 calls · 10"
        " calls/s · 8.0 s, 52.0 s left"
    )
    assert "FOUND check.3: 1 deviation" in lines
    assert len(lines) == 3


def test_without_a_limit_the_time_left_is_estimated(clock: list[float]) -> None:
    out = io.StringIO()
    run(LiveView(4, expected=320, out=console(out)), clock)
    assert (
        out.getvalue()
        .splitlines()[0]
        .endswith("80 of about 320 calls · 10 calls/s · 8.0 s, about 24.0 s left")
    )


def test_the_users_own_limit_counts_once_it_is_known(clock: list[float]) -> None:
    out = io.StringIO()
    view = LiveView(4, expected=320, out=console(out))
    view.bound(Limits())
    run(view, clock)
    assert (
        out.getvalue()
        .splitlines()[0]
        .endswith("80 of at most 1,000 calls · 10 calls/s · 8.0 s, 52.0 s left")
    )


def test_verbose_names_every_check_and_quiet_says_nothing(clock: list[float]) -> None:
    out = io.StringIO()
    run(LiveView(4, None, out=console(out), verbose=True), clock)
    assert [line for line in out.getvalue().splitlines() if "check." in line] == [
        "done  check.1: nothing found",
        "done  check.2: nothing found",
        "FOUND check.3: 1 deviation",
        "done  check.4: nothing found",
    ]
    out = io.StringIO()
    run(LiveView(4, Limits(), out=console(out), quiet=True), clock)
    assert out.getvalue() == ""


def test_a_live_area_on_a_terminal_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    out = io.StringIO()
    view = LiveView(4, Limits(), out=SafeConsole(file=out, force_terminal=True, width=80))
    with view:
        view.started("check.one\x1b[2J")
        view.tick(12, 1)
        view.finished("check.one\x1b[2J", ["found"])
        view._live.refresh()  # type: ignore[union-attr]  # it is open here
    text = out.getvalue()
    assert "1 of 4 checks done" in text
    assert "\x1b[?25h" in text, "the cursor is shown again"
    assert "\x1b[2J" not in text


def test_many_threads() -> None:
    out = io.StringIO()
    view = LiveView(80, Limits(), out=console(out))

    def work(name: int) -> None:
        for number in range(10):
            view.started(f"{name}.{number}")
            view.tick(number, 0)
            view.finished(f"{name}.{number}")

    with view:
        threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert view._ended == 80
    assert view._running == []
