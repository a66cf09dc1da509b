"""Between a running pytest session and the live view."""

from conformance.exchange import Exchange
from conformance.plugin.opening import OpenRun
from conformance.plugin.options import Options
from conformance.report.live import LiveView
from conformance.transport import Budget


class Watcher:
    """Feeds the live view from pytest's hooks and the transport."""

    def __init__(self, checks: int, options: Options) -> None:
        quiet, verbose = options.view == "quiet", options.view == "verbose"
        self._view = LiveView(
            checks,
            expected=options.amounts.calls if not options.only else None,
            quiet=quiet,
            verbose=verbose,
        )
        self._view.__enter__()
        self._opened: OpenRun | None = None
        self._calls = 0
        self._before = 0

    def watch(self, opened: OpenRun) -> None:
        """Count the calls of an opened run."""
        self._opened = opened
        pace = opened.target.pace
        self._view.bound(Budget(max_requests=pace.max_requests, max_seconds=pace.max_seconds))
        opened.campaigns.transport.on_exchange(self._tick)

    def _tick(self, _: Exchange) -> None:
        self._calls += 1
        if self._calls % 16 == 0:
            self._view.tick(self._calls, self._found())

    def _found(self) -> int:
        return len(self._opened.run.ledger.deviations) if self._opened else 0

    def started(self, check: str) -> None:
        """A check begins."""
        self._before = self._found()
        self._view.started(check)

    def finished(self, check: str) -> None:
        """A check has ended."""
        self._view.finished(check, range(self._found() - self._before))

    def end(self) -> None:
        """Close the view."""
        self._view.__exit__(None, None, None)
