"""The hooks of pimflow: when each is called, and what it is for.

Two hooks hand something to the core (`pimflow_components`, `pimflow_pages`), two answer a question
(`pimflow_resolve_secret`, `pimflow_check_project`), four observe. Observers are called one by one, from the thread that
keeps the state; what they return is ignored, and one that fails is logged and stops neither the run nor the next
observer.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pluggy

from pimflow.components import Component
from pimflow.errors import Mistake
from pimflow.model import FlowReport, Outcome, Page, Run, RunReport

PROJECT = "pimflow"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def pimflow_components(kind: str | None, name: str | None) -> list[type[Component]]:  # type: ignore[empty-body]
    """Give the component classes of this plugin.

    Called when a pipeline names one of them: for a plugin whose modules take long to load, `kind` (such as `sink`) and
    `name` (its type) tell which, and others may be left out. Both are None where all are wanted. Implementations
    without these arguments always give all.
    """


@hookspec
def pimflow_pages() -> list[Page]:  # type: ignore[empty-body]
    """Give the pages that this plugin adds to the web UI.

    Called once when the web server starts.
    """


@hookspec(firstresult=True)
def pimflow_resolve_secret(scheme: str, reference: str) -> str | None:
    """Give the value of `${scheme:reference}`, or None when the scheme is not this plugin's.

    Called while a pipeline is assembled, for each such value. Raises ValueError with a sentence when there is no value.
    """


@hookspec
def pimflow_check_project(root: Path, environment: str | None) -> Sequence[Mistake]:  # type: ignore[empty-body]
    """Give the mistakes in a key of the project file that this plugin reads, such as `serve`.

    Called by `pimflow validate` and `pimflow doctor`, of the plugin that is called as the key, where the file has it.
    """


@hookspec
def pimflow_run_started(run: Run) -> None:
    """Observe that a run begins, before anything is contacted."""


@hookspec
def pimflow_batch_loaded(run: Run, flow: str, outcomes: Sequence[Outcome]) -> None:
    """Observe the outcomes of one batch, after they were committed to the state."""


@hookspec
def pimflow_flow_finished(run: Run, report: FlowReport) -> None:
    """Observe that a flow ended, well or not."""


@hookspec
def pimflow_run_finished(run: Run, report: RunReport) -> None:
    """Observe that the run ended, after its report was kept."""
