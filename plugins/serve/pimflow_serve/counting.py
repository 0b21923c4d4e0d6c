"""What a server counts while it goes on, for whoever asks for its metrics."""

from __future__ import annotations

from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, GCCollector, PlatformCollector, ProcessCollector

from pimflow_serve.good_runs import GoodRuns

_QUIET = timedelta(minutes=1)


class Counts:
    """The counters of one server, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.events = Counter(
            "pimflow_events",
            "Events that came in, by hook and outcome: received, known (they came before), ignored, refused.",
            ["hook", "outcome"],
            registry=self.registry,
        )
        self.good_runs = GoodRuns()
        self._told: dict[str, datetime] = {}

    def may_log(self, what: str, now: datetime) -> bool:
        """Tell whether something is to be logged that strangers can cause: once a minute, so that no disk is filled."""
        last = self._told.get(what)
        if last is not None and timedelta(0) <= now - last < _QUIET:
            return False
        self._told[what] = now
        return True
