"""One run of one pipeline: flow by flow, with its log, its report and its place in the history."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from loguru import logger

from pimflow.assemble import Assembly
from pimflow.context import Progress, RunContext
from pimflow.corrections import Corrections
from pimflow.delivering.load import Loader, Loading
from pimflow.errors import PimflowError, StateError
from pimflow.log import masker, run_log
from pimflow.model import FlowReport, Run, RunReport
from pimflow.notifying.telling import tell
from pimflow.observers import notify_observers
from pimflow.report import report_json
from pimflow.running.by_groups import ByGroups, GroupRun, check_under_way
from pimflow.running.first_run import begin, check_confirmed, run_of
from pimflow.running.flow import CarryOut, flow_by_flow, run_flow
from pimflow.running.holding import Pace, held
from pimflow.running.ledger import FlowLedger
from pimflow.running.showing import shown
from pimflow.sentences import said_by
from pimflow.sessions import Sessions
from pimflow.state import groups_done, history
from pimflow.state.database import Database

Keep = Callable[[RunReport], None]
_PREVIEW = ".preview.jsonl"
_PREVIEWS_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the person who starts a run asks for. `retry` sends what is open again, changed or not.

    `since` reads what changed from this time on; `allow` names guards that may be passed this once; `undoes` is the id
    of a run that this one undoes; `confirm` is the name of the production that a person lets be written for the first
    time; `by` says that it goes group by group; `tell`: those who are told of runs are told although it is of some
    records only.
    """

    full: bool = False
    only: tuple[str, ...] = ()
    limit: int | None = None
    strict: bool = False
    retry: bool = False
    dry: bool = False
    since: datetime | None = None
    allow: frozenset[str] = frozenset()
    corrections: Corrections | None = None
    undoes: str = ""
    confirm: str = ""
    by: ByGroups | None = None
    tell: bool = False

    @property
    def is_of_everything(self) -> bool:
        """Tell whether such a run brings whatever there is, at once."""
        some = self.only or self.limit is not None or self.since or self.corrections or self.undoes
        return not (some or self.dry or self.by)


def run_pipeline(
    assembly: Assembly,
    database: Database,
    options: RunOptions,
    progress: Progress = lambda _flow, _done, _total: None,
    make_loading: Callable[..., Loading] | None = None,
    pace: Pace = Pace(),  # noqa: B008 - frozen
    carry_out: CarryOut = run_flow,
) -> RunReport:
    """Run a pipeline and give its report; what ends one flow is in its report. `carry_out` is what a run does.

    Raises ConfigError, StateError, and BusyError while another run of the pipeline is under way. A dry run neither
    waits for others nor keeps them off.
    """
    database.examine()
    goes_on = options.dry or options.undoes  # where a run was, or writes nothing
    if not goes_on:
        check_confirmed(assembly, database, options.confirm, run_of(assembly))
    run = _new_run(assembly, options, _now())
    log = log_folder(assembly.pipeline.root, run.environment) / f"{run.id}{_PREVIEW if run.dry else '.jsonl'}"
    holding = nullcontext(database) if run.dry else held(database, run.pipeline, run.id, _now, pace)
    showing = shown(assembly, run, progress_folder(assembly.pipeline.root, run.environment), _now)
    with (
        holding as ours,
        run_log(log, assembly.secrets),
        showing as show,
        Sessions(assembly, FlowLedger(assembly, ours)) as sessions,
    ):
        number = history.begin_run(ours, run, str(log))
        if not goes_on:
            begin(assembly, ours, run.started, run_of(assembly))
        if not run.dry:
            _break_off(ours, run, number)
        context = RunContext(
            assembly,
            ours,
            run,
            number,
            partial(make_loading or Loader, may_write=ours.check_fence),
            sessions,
            show.also(progress),
            options.retry,
            options.strict,
            masker(assembly.secrets),
            options.allow,
            options.since,
            options.corrections,
            begun=show.begun,
            tells=options.tell,
        )
        report = _run_flows(context, partial(_keep, database, number), log, carry_out, options)
        if options.is_of_everything and not any(flow.error for flow in report.flows):
            groups_done.forget(ours, run.pipeline)
        if not run.dry:
            _prune(ours, assembly, run.started)
        return report


def _new_run(assembly: Assembly, options: RunOptions, started: datetime) -> Run:
    return Run(
        f"{started:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
        assembly.pipeline.name,
        started,
        options.full,
        options.only,
        options.limit,
        options.dry,
        options.strict,
        options.undoes,
        options.corrections.file if options.corrections else "",
        assembly.pipeline.environment_name,
        options.by.column if options.by else "",
    )


def _break_off(database: Database, run: Run, number: int) -> None:
    for broken_off in history.break_off(database, run.pipeline, number, run.started):
        logger.warning("run {} was broken off: its process did not end it", broken_off)


def _prune(database: Database, assembly: Assembly, now: datetime) -> None:
    """Forget the runs, and the logs, that the project keeps no longer."""
    try:
        _forget_old(database, assembly, now)
    except StateError as error:  # the run has ended well and is kept; the next one forgets
        logger.warning("old runs were not forgotten: {}", error)


def _forget_old(database: Database, assembly: Assembly, now: datetime) -> None:
    keep = assembly.pipeline.history
    oldest = now - timedelta(days=keep.days) if keep.days else datetime.min.replace(tzinfo=UTC)
    of_runs = map(Path, history.prune(database, assembly.pipeline.name, oldest, keep.runs))
    for log in (*of_runs, *_old_previews(assembly, now)):
        try:
            log.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("the log {} of a run that is kept no longer cannot be removed: {}", log, error.strerror)


def _old_previews(assembly: Assembly, now: datetime) -> Iterator[Path]:
    """Give the logs of previews that are a week old: the state knows nothing of these."""
    folder = log_folder(assembly.pipeline.root, assembly.pipeline.environment_name)
    for log in folder.glob(f"*{_PREVIEW}"):
        if log.stat().st_mtime < (now - _PREVIEWS_KEPT).timestamp():
            yield log


def _now() -> datetime:
    return datetime.now(UTC)


def log_folder(root: Path, environment: str | None = None) -> Path:
    """Give the folder of a project's logs, one file a run; each environment has its own."""
    return root / ".pimflow" / (environment or "") / "logs"


def server_log_folder(root: Path, environment: str | None = None) -> Path:
    """Give the folder of the logs of a project's server; each environment has its own."""
    return root / ".pimflow" / (environment or "") / "server"


def progress_folder(root: Path, environment: str | None = None) -> Path:
    """Give the folder where runs that go on show how far they are; each environment has its own."""
    return root / ".pimflow" / (environment or "") / "under_way"


def state_file(root: Path, environment: str | None = None) -> Path:
    """Give the file of a project's state; each environment has its own."""
    return root / ".pimflow" / (environment or "") / "state.sqlite"


def _run_flows(context: RunContext, keep: Keep, log: Path, carry_out: CarryOut, options: RunOptions) -> RunReport:
    manager, run, began = context.assembly.registry.manager, context.run, time.monotonic()
    notify_observers(manager, "pimflow_run_started", run=run)
    reports: list[FlowReport] = []
    groups = GroupRun(context, options.by, reports) if options.by else None
    steps = groups.reports() if groups else flow_by_flow(context, context.assembly.flows, carry_out, set())
    with _kept(context, keep, reports, began, str(log)), closing(steps):
        if options.is_of_everything and "first_import" not in options.allow:
            check_under_way(context.assembly, context.database)
        for flow_reports in steps:
            reports.extend(flow_reports)
            for flow_report in flow_reports:
                notify_observers(manager, "pimflow_flow_finished", run=run, report=flow_report)
        exit_code = max((one.exit_code for one in reports), default=0)
        checkpoint = groups.checkpoint if groups else None
        seconds = time.monotonic() - began
        report = RunReport(run, tuple(reports), seconds, exit_code, str(log), checkpoint=checkpoint)
        keep(report)
    notify_observers(manager, "pimflow_run_finished", run=run, report=report)
    tell(context, report)
    return report


@contextmanager
def _kept(context: RunContext, keep: Keep, reports: list[FlowReport], began: float, log: str) -> Iterator[None]:
    """Keep what is known of a run that is broken off, so that the history does not show it as going on."""
    try:
        yield
    except PimflowError as error:
        report = RunReport(context.run, tuple(reports), time.monotonic() - began, error.exit_code, log, said_by(error))
        try:
            keep(report)
        finally:
            tell(context, report)
        raise
    except KeyboardInterrupt:
        flows = (*reports, *context.stopped)
        told = "" if context.stopped else "it was stopped"
        keep(RunReport(context.run, flows, time.monotonic() - began, 3, log, told))
        raise


def _keep(database: Database, number: int, report: RunReport) -> None:
    """Keep a report; also that of a run that lost its lock, which is its own to write."""
    history.finish_run(database, number, report_json(report), report.exit_code, _now())
