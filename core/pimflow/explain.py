"""Where the values of a record came from: source row, rule, run, time, and what stood there before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pimflow.assemble import Assembly, Flow
from pimflow.delivering.diff import DISABLED
from pimflow.errors import ConfigError
from pimflow.model import Problem
from pimflow.running.correcting import corrected
from pimflow.sinks import Sink
from pimflow.state import corrections, history, open_items
from pimflow.state.changes import Changes, Deed, PastChange, Sent
from pimflow.state.column_sets import ColumnSets
from pimflow.state.corrections import Correction
from pimflow.state.database import Database
from pimflow.state.history import PastRun
from pimflow.state.links import Links
from pimflow.state.records import Place, Records, all_places
from pimflow.transforming.tracing import Trace, trace

Find = Callable[[str], Assembly | None]
"""Gives the pipeline of a name, None where it is no longer there or has mistakes."""


@dataclass(frozen=True, slots=True)
class Past:
    """A value that a column had, and the run that wrote it: None for one that somebody else had put there."""

    value: Any
    run: str | None
    time: str | None
    deed: Deed | None
    undid: str = ""


@dataclass(frozen=True, slots=True)
class ExplainedValue:
    """One column of a record: the value sent last, how it came about, and the values before, the latest first.

    `trace` is the way of the source row through the mapping as it is now; `trouble` tells why there is none. `once`:
    it is written when the record is created only.
    """

    column: str
    value: Any
    past: tuple[Past, ...]
    trace: Trace | None = None
    trouble: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True)
class PastKey:
    """A key that a run gave to a record in place of another one."""

    was: str
    given: str
    run: str | None
    time: str | None


@dataclass(frozen=True, slots=True)
class ExplainedRecord:
    """One record as a flow sent it. `noun` is what people call it; `run` and `time` are those of the last change.

    `called` is what people know it by in a source that is a system: `'Office chair' (id 12)`; `source_key` is its
    key there, where the target has another. `disabled`: the column that took it out of use when the source no longer
    had it. `keys` tell how it came to its key, the latest first; `corrections` are cells of the source that a person
    corrected, and `source_row` is what the source said.
    """

    place: Place
    noun: str
    resource: str
    key: str
    row: int
    source: str
    run: str | None
    time: str | None
    values: tuple[ExplainedValue, ...]
    problems: tuple[Problem, ...] = ()
    deleted: bool = False
    disabled: str = ""
    called: str = ""
    source_key: str = ""
    keys: tuple[PastKey, ...] = ()
    corrections: tuple[Correction, ...] = ()
    source_row: Mapping[str, Any] = field(default_factory=dict)


def explain(database: Database, key: str, column: str | None, find: Find) -> list[ExplainedRecord]:
    """Explain a record, or one attribute of it in all its locales and scopes, for each flow that sent it.

    A record that the target has under another key is found by both.
    """
    found = []
    for place in all_places(database):
        kept = _kept(database, place, key) or _kept(database, place, Links(database, place.scope).of([key]).get(key))
        if kept:
            assembly = find(place.pipeline)
            flow = next((one for one in assembly.flows if one.name == place.flow), None) if assembly else None
            found += [_record(database, place, flow, sent, past, column) for sent, past in kept]
    return [record for record in found if record.values or record.problems or record.deleted or column is None]


def _kept(database: Database, place: Place, key: str | None) -> list[tuple[Sent, Sequence[PastChange]]]:
    """Give what was sent to a place under a key, each record with its past."""
    if key is None:
        return []
    changes = Changes(place.scope, ColumnSets())
    with database.reading() as connection:
        return [(one, changes.past(connection, one.resource, key)) for one in changes.sent_under(connection, key)]


def _record(
    database: Database, place: Place, flow: Flow | None, sent: Sent, past: Sequence[PastChange], column: str | None
) -> ExplainedRecord:
    runs = history.runs_numbered(database, {sent.run, *(change.run for change in past)})
    chosen = [name for name in sent.values if column is None or name == column or name.startswith(f"{column}-")]
    (source_key,) = Links(database, place.scope).source_keys([sent.key])
    told = open_items.of_keys(database, place.scope, [(sent.resource, sent.key)])
    given = [one for one in corrections.of_scope(database, place.scope) if one.is_about(sent.source)]
    row = _as_sent(flow, sent, given)
    return ExplainedRecord(
        place,
        _noun(flow, place),
        sent.resource,
        sent.key,
        sent.row,
        flow.source.title if flow else "the source",
        _id(runs.get(sent.run)),
        _time(runs.get(sent.run)),
        tuple(_value(flow, row, past, runs, name, traced=column is not None) for name in chosen),
        tuple(problem for item in told.values() for problem in item.problems if _concerns(problem, column)),
        deleted=bool(past) and past[0].deed is Deed.DELETED,
        disabled=_disabled(database, place, flow, sent),
        called=_called(flow, sent),
        source_key=source_key if source_key != sent.key else "",
        keys=tuple(
            PastKey(one.was, one.given, _id(runs.get(one.run)), _time(runs.get(one.run))) for one in past if one.was
        ),
        corrections=tuple(given),
        source_row=sent.source,
    )


def _as_sent(flow: Flow | None, sent: Sent, given: Sequence[Correction]) -> Sent:
    """Give what was sent with its source row as a person corrected it."""
    if flow is None or not given:
        return sent
    cells = {one.column: corrected(flow.source, one, sent.source[one.column]) for one in given}
    return replace(sent, source={**sent.source, **cells})


def _called(flow: Flow | None, sent: Sent) -> str:
    """Say what people know a record by in its system; rows of a file have a number, which tells more."""
    if flow is None:
        return ""
    name, id_ = (sent.source.get(column or "") for column in (flow.source.named, flow.source.identity))
    if name in {None, ""}:
        return f"record {id_}" if id_ not in {None, ""} else ""
    return f"'{name}' (id {id_})" if id_ not in {None, ""} else f"'{name}'"


def _disabled(database: Database, place: Place, flow: Flow | None, sent: Sent) -> str:
    record = (sent.resource, sent.key)
    known = Records(database, place.scope).known([record]).get(record)
    if known is None or DISABLED not in known.columns:
        return ""
    sink = _sink(flow, place)
    return sink.enabled or "" if sink else ""


def _concerns(problem: Problem, column: str | None) -> bool:
    field = problem.field or ""
    return column is None or field == column or field.startswith(f"{column}-")


def _noun(flow: Flow | None, place: Place) -> str:
    sink = _sink(flow, place)
    return sink.noun[0] if sink else "record"


def _sink(flow: Flow | None, place: Place) -> Sink | None:
    sinks = flow.sinks if flow else ()
    return next((sink for sink in sinks if sink.type == place.sink.partition(" ")[0]), None)


def _value(
    flow: Flow | None, sent: Sent, past: Sequence[PastChange], runs: Mapping[int, PastRun], name: str, *, traced: bool
) -> ExplainedValue:
    values = tuple(_values_over_time(name, sent, past, runs))
    way, trouble = _way(flow, sent, name) if traced else (None, "")
    once = flow is not None and name in flow.config.once
    return ExplainedValue(name, sent.values[name], values, way, trouble, once)


def _way(flow: Flow | None, sent: Sent, name: str) -> tuple[Trace | None, str]:
    if flow is None:
        return None, "the pipeline that sent it is no longer there, or has mistakes (`pimflow validate`)"
    if not sent.source:
        return None, "it did not come from a row of the source"
    try:
        return trace(flow, sent.source, name, lambda column: column in sent.values), ""
    except ConfigError as error:
        return None, f"the mapping of today does not fit the row as it was: {error.mistakes[0]}"


def _values_over_time(name: str, sent: Sent, past: Sequence[PastChange], runs: Mapping[int, PastRun]) -> list[Past]:
    """Go back from the value sent last: each change tells what stood there before it."""
    found: list[Past] = []
    value: Any = sent.values[name]
    for change in past:
        if change.deed is Deed.UPDATED and name not in change.columns:
            continue
        run = runs.get(change.run)
        found.append(Past(value, _id(run), _time(run), change.deed, run.undid if run else ""))
        if change.deed is not Deed.UPDATED or name in change.unknown:
            return found
        value = change.before[name]
        if name in change.sent:
            found.append(Past(value, None, None, None))
            value = change.sent[name]
    return [*found, Past(value, None, None, None)]


def _id(run: PastRun | None) -> str | None:
    return run.id if run else None


def _time(run: PastRun | None) -> str | None:
    return run.started if run else None
