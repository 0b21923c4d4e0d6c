"""A plan saved for somebody to approve, and carried out later exactly as it was: or not at all.

The source is read and the target asked again before anything is written. If what a run would do differs from the plan
by then, nothing is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from pimflow.assemble import Assembly
from pimflow.context import Progress
from pimflow.delivering.batches import Settle
from pimflow.delivering.diff import Candidate, Rules
from pimflow.delivering.load import Loader
from pimflow.delivering.new_records import NewRecords
from pimflow.errors import ConfigError, GuardError
from pimflow.model import RunReport
from pimflow.plain import as_json
from pimflow.plan import OnPlanned, PlannedChange, digest_of, plan_pipeline
from pimflow.running.basis import basis_of
from pimflow.running.run import RunOptions, run_pipeline
from pimflow.sentences import joined, said, together
from pimflow.sinks import Sink, Writer
from pimflow.state import history
from pimflow.state.database import Database
from pimflow.state.plans import SavedChange, SavedPlan
from pimflow.words import plainly

_NAMED = 20


def save_plan(
    assembly: Assembly,
    database: Database,
    options: RunOptions,
    plan: SavedPlan,
    on_planned: OnPlanned,
    progress: Progress,
) -> RunReport:
    """Make a plan and keep it, as `plan_pipeline` does; nothing is kept of one that a flow could not finish."""
    report = plan_pipeline(
        assembly, database, options, on_planned, progress, on_looked=lambda change: plan.add(_saved(change))
    )
    if not any(flow.error for flow in report.flows):
        plan.finish({**_fitting(assembly, database), "options": _options(options), "made": report.run.started})
    return report


def apply_plan(
    assembly: Assembly, database: Database, plan: SavedPlan, progress: Progress, confirm: str = ""
) -> RunReport:
    """Carry out a plan; where that is no longer right, nothing is written. `confirm` is that of `RunOptions`.

    Raises ConfigError where it does not fit pipeline or state, GuardError where the target or the source moved since.
    """
    _refuse_unfit(assembly, database, plan)
    options = replace(_options_of(plan), confirm=confirm)
    _refuse_moved(assembly, database, options, plan)
    return run_pipeline(assembly, database, options, progress, partial(Approved, plan))


class Approved(Loader):
    """A loader that writes what a plan says, and stops at anything else."""

    def __init__(
        self,
        plan: SavedPlan,
        sink: Sink,
        writer: Writer,
        rules: Rules,
        settle: Settle,
        max_failed: int,
        may_write: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(sink, writer, rules, settle, max_failed, may_write)
        self._plan = plan
        self._place = (rules.flow, rules.place)

    def put(self, candidate: Candidate) -> None:
        """Take a candidate that the plan has as it is. Raises GuardError for another."""
        change = candidate.change
        if change.row:  # what is taken out of use because it is missing comes from no row, and is not in the plan
            planned = self._plan.find(*self._place, change.resource, change.key)
            if planned is None or planned.digest != digest_of(candidate):
                raise GuardError(
                    said(
                        "{key} changed in the source while the plan was carried out. What was written until then "
                        "stays; make a new plan for the rest",
                        key=change.key,
                    )
                )
        super().put(candidate)

    def put_all(self, records: NewRecords) -> None:
        """Take new records that the plan has as they are. Raises GuardError for another."""
        for candidate in records:
            self.put(candidate)


@dataclass(slots=True)
class _Held:
    """A new plan held against a saved one: how many records only one of them has, or both otherwise, and the first."""

    plan: SavedPlan
    common: int = 0
    differing: int = 0
    told: list[str] = field(default_factory=list)

    def see(self, change: PlannedChange) -> None:
        planned = self.plan.find(*change.place, change.key)
        self.common += planned is not None
        differences = list(_differences(planned, change))
        self.differing += bool(differences)
        self.told.extend(differences[: _NAMED - len(self.told)])


def _differences(planned: SavedChange | None, now: PlannedChange) -> Iterator[str]:
    if planned is None:
        yield said("{key} is not in the plan", key=now.key)
        return
    before = {name: (old, new) for name, old, new in planned.values}
    after = {one.column: (as_json(one.old), as_json(one.new)) for one in now.values}
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield said(
                "{key} {column}: {planned} in the plan, {now} now",
                key=now.key,
                column=name,
                planned=_shown(before.get(name)),
                now=_shown(after.get(name)),
            )
    if planned.digest != now.digest and before == after:
        yield said("{key} would be sent with other values", key=now.key)


def _shown(values: tuple[Any, Any] | None) -> str:
    if values is None:
        return said("nothing to do")
    return together("{old} -> {new}", old=_quoted(values[0]), new=_quoted(values[1]))


def _quoted(value: Any) -> str:
    return said("(empty)") if value is None else f"'{plainly(value)}'"


def _refuse_moved(assembly: Assembly, database: Database, options: RunOptions, plan: SavedPlan) -> None:
    held = _Held(plan)
    report = plan_pipeline(assembly, database, options, lambda _change: None, on_looked=held.see)
    errors = [flow.error for flow in report.flows if flow.error]
    if errors:
        raise GuardError(
            said(
                "the plan could not be held against what is there now: {error}. Nothing was written",
                error=said(errors[0]),
            )
        )
    gone = plan.count() - held.common
    if held.differing or gone:
        samples = [*held.told, _nothing_left(gone)] if gone else held.told
        raise GuardError(
            said(
                "source or target moved since the plan was made, so it was not carried out and nothing was written. "
                "Make a new plan. {records}: {samples}",
                records=_counted(held.differing + gone),
                samples=joined(samples, "; "),
            )
        )


def _counted(records: int) -> str:
    if records == 1:
        return said("1 record differs")
    return said("{number:,} records differ", number=records)


def _nothing_left(gone: int) -> str:
    if gone == 1:
        return said("{number} of the plan has nothing to do any longer", number=gone)
    return said("{number} of the plan have nothing to do any longer", number=gone)


def _refuse_unfit(assembly: Assembly, database: Database, plan: SavedPlan) -> None:
    kept, now = plan.facts, as_json(_fitting(assembly, database))
    reasons = {
        "pipeline": "it is a plan of another pipeline, {kept!r}",
        "environment": "it is a plan for another environment, {kept!r}",
        "flows": "the mapping, an option or a table changed since it was made",
        "places": "the pipeline writes to another address by now",
        "last_run": "the pipeline ran since it was made",
    }
    for name, reason in reasons.items():
        if kept.get(name) != now[name]:
            raise ConfigError(f"the plan does not fit any longer: {reason.format(kept=kept.get(name))}. Make a new one")


def _fitting(assembly: Assembly, database: Database) -> dict[str, Any]:
    """Give what must be as it was when a plan was made."""
    past = history.past_runs(database, assembly.pipeline.name, 1)
    return {
        "pipeline": assembly.pipeline.name,
        "environment": assembly.pipeline.environment_name,
        "flows": {flow.name: basis_of(flow) for flow in assembly.flows},
        "places": {flow.name: assembly.places(flow) for flow in assembly.flows},
        "last_run": past[0].id if past else None,
    }


def _options(options: RunOptions) -> dict[str, Any]:
    return {
        "full": options.full,
        "only": options.only,
        "limit": options.limit,
        "since": options.since,
        "allow": sorted(options.allow),
    }


def _options_of(plan: SavedPlan) -> RunOptions:
    kept = plan.facts["options"]
    since = datetime.fromisoformat(kept["since"]) if kept["since"] else None
    return RunOptions(kept["full"], tuple(kept["only"]), kept["limit"], since=since, allow=frozenset(kept["allow"]))


def _saved(change: PlannedChange) -> SavedChange:
    values = tuple((one.column, one.old, one.new) for one in change.values)
    return SavedChange(*change.place, change.key, change.noun, str(change.status), change.digest, values)
