"""What a server counts while it goes on, for whoever asks for its metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, GCCollector, PlatformCollector, ProcessCollector


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
