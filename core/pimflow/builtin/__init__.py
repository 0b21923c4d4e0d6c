"""What comes with the core as a plugin: values from the environment and from files, runs told to the log, outcomes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pimflow.components import Component
from pimflow.hookspecs import hookimpl
from pimflow.many_outcomes import Alike, counted
from pimflow.model import SETTLED, FlowReport, Outcome, Run, RunReport


@hookimpl
def pimflow_components() -> list[type[Component]]:
    """Give the source that looks back."""
    from pimflow.builtin.outcomes import Outcomes

    return [Outcomes]


@hookimpl
def pimflow_resolve_secret(scheme: str, reference: str) -> str | None:
    """Give `${env:NAME}` and `${file:PATH}`; the file's last line break is not part of the value."""
    if scheme == "env":
        if reference not in os.environ:
            msg = f"environment variable {reference} is not set; set it, or write the value into the file"
            raise ValueError(msg)
        return os.environ[reference]
    if scheme == "file":
        try:
            return Path(reference).read_text("utf-8").removesuffix("\n")
        except OSError as error:
            msg = f"file {reference} cannot be read: {error.strerror}"
            raise ValueError(msg) from None
        except UnicodeDecodeError:
            msg = f"file {reference} is not UTF-8 text"
            raise ValueError(msg) from None
    return None


@hookimpl
def pimflow_run_started(run: Run) -> None:
    """Tell the log that a run begins."""
    from loguru import logger

    logger.info("run {} of {} begins", run.id, run.pipeline)


@hookimpl
def pimflow_batch_loaded(run: Run, flow: str, outcomes: Sequence[Outcome]) -> None:
    """Tell the log how many records a batch had and what became of them, and of each that needs attention, why."""
    from loguru import logger

    log = logger.bind(run=run.id, flow=flow)
    counts = {str(status): number for status, number in counted(outcomes).items()}
    log.bind(counts=counts, first=outcomes[0].key if outcomes else None).debug("batch of {}", len(outcomes))
    for outcome in () if isinstance(outcomes, Alike) else outcomes:
        if outcome.problems or outcome.status not in SETTLED:
            problems = [{"problem": str(problem), "detail": problem.detail} for problem in outcome.problems]
            log.bind(key=outcome.key, problems=problems).debug("{} {}", outcome.key, outcome.status)


@hookimpl
def pimflow_flow_finished(run: Run, report: FlowReport) -> None:
    """Tell the log how a flow ended."""
    from loguru import logger

    counts = {str(status): number for status, number in report.counts.items()}
    log = logger.bind(run=run.id, flow=report.name, read=report.read, counts=counts, error=report.error)
    log.bind(detail=report.detail).info("flow {} {}", report.name, "was stopped" if report.error else "ended")


@hookimpl
def pimflow_run_finished(run: Run, report: RunReport) -> None:
    """Tell the log how the run ended."""
    from loguru import logger

    logger.bind(run=run.id).info("run {} ended with exit code {}", run.id, report.exit_code)
