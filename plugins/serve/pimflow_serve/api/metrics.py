"""What Prometheus asks: how runs went, what is open, what the server does. Names start with `pimflow_`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pimflow import __version__
from pimflow.state import history, open_items
from pimflow.state.database import Database
from pimflow.state.history import PastRun
from pimflow.state.open_counts import open_by_scope
from pimflow.state.requests import open_ones
from pimflow_serve.access.guard import Viewer
from pimflow_serve.project import Served
from pimflow_serve.serving import Serving, Shared

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def metrics(serving: Shared, _person: Viewer) -> Response:
    """Give all metrics in the text form of Prometheus; it asks with a token of a viewer."""
    of_state = CollectorRegistry()
    of_state.register(_OfState(serving))
    text = generate_latest(serving.counts.registry) + generate_latest(of_state)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


class _OfState(Collector):
    """What the state knows, read anew each time."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    def describe(self) -> list[Metric]:
        """Name nothing beforehand: that would read the state once more."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Read the state."""
        database, pipelines = self._serving.database, self._serving.project.pipelines()
        build = GaugeMetricFamily("pimflow_build_info", "The version of pimflow.", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        yield from _of_files(pipelines)
        yield from _of_last_runs([run for name in pipelines for run in history.past_runs(database, name, 1)])
        last_good = self._serving.counts.good_runs.last
        good = {name: run for name in pipelines if (run := last_good(database, name)) is not None}
        yield _gauge(
            "pimflow_last_good_run_end_timestamp_seconds",
            "When the last good run of everything, or of all changes, ended.",
            {(name,): _seconds(run.finished) for name, run in good.items()},
        )
        late = {(name,): int(name in self._serving.runner.late) for name in pipelines}
        yield _gauge("pimflow_pipeline_late", "Whether no good run ended in the time that the schedule gives it.", late)
        yield _gauge("pimflow_attention_records", "Records that need attention.", _open(database, pipelines))
        asked = Counter((one.pipeline, one.status) for one in open_ones(database))
        yield _gauge("pimflow_requests", "Runs that were asked for, and wait or run.", asked, "pipeline", "status")


def _open(database: Database, pipelines: Iterable[str]) -> dict[tuple[str], int]:
    numbers = open_by_scope(database)
    scopes = {name: open_items.scopes_of(database, name).values() for name in pipelines}
    return {(name,): sum(numbers.get(scope.id, 0) for scope in of_name) for name, of_name in scopes.items()}


def _of_files(pipelines: dict[str, Served]) -> Iterator[Metric]:
    mistakes = {(name,): len(served.mistakes) for name, served in pipelines.items()}
    yield _gauge("pimflow_pipeline_mistakes", "Mistakes in the file of a pipeline.", mistakes)


def _of_last_runs(latest: list[PastRun]) -> Iterator[Metric]:
    ended = [run for run in latest if run.report is not None]
    begun = {(run.pipeline,): _seconds(run.started) for run in latest}
    codes = {(run.pipeline,): run.exit_code or 0 for run in latest if run.finished}
    lasted = {(run.pipeline,): run.report["seconds"] for run in ended if run.report}
    records = {
        (run.pipeline, flow["name"], status): number
        for run in ended
        for flow in (run.report or {})["flows"]
        for status, number in flow["counts"].items()
    }
    yield _gauge("pimflow_last_run_start_timestamp_seconds", "When the last run began.", begun)
    yield _gauge("pimflow_last_run_exit_code", "How the last run ended: 0 is well, 3 broken off.", codes)
    yield _gauge("pimflow_last_run_duration_seconds", "How long the last run took.", lasted)
    names = ("pipeline", "flow", "status")
    yield _gauge("pimflow_last_run_records", "What became of the records of the last run.", records, *names)


def _gauge(name: str, about: str, values: Any, *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=labels or ("pipeline",))
    for of, value in values.items():
        family.add_metric(of, value)
    return family


def _seconds(moment: str | None) -> float:
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0
