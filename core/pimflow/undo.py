"""One run undone: old values are put back where those of the run still stand, and what it created is taken out of use.

It is a run of its own, with its own changes, so it can be undone too. Fingerprints stay: what was undone is sent again
only when it changes in the source.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pimflow.assemble import Assembly, Flow
from pimflow.context import FlowProgress, Progress, RunContext
from pimflow.delivering.delivery import Delivery
from pimflow.delivering.diff import Candidate, Prepared
from pimflow.delivering.following import Reply
from pimflow.delivering.keys_back import Carry, Found, KeyBack, KeysBack, carrying
from pimflow.delivering.renaming import is_aside
from pimflow.errors import RemoteError
from pimflow.model import Change, FlowReport, Item, Outcome, Problem, ProblemKind, RunReport, Status, Who
from pimflow.plain import as_json
from pimflow.plan import OnPlanned, plan_pipeline
from pimflow.running.flow import close_delivery, open_deliveries, told
from pimflow.running.flow_reports import reports
from pimflow.running.run import RunOptions, run_pipeline
from pimflow.sentences import said
from pimflow.sinks import Moved, Sink, Writer
from pimflow.state.changes import Changes, Deed, PastChange, Written, deeds_of_run
from pimflow.state.database import Database
from pimflow.state.history import PastRun
from pimflow.state.records import Place, all_places


def undo_run(
    assembly: Assembly, database: Database, past: PastRun, progress: Progress = lambda _flow, _done, _total: None
) -> RunReport:
    """Undo what a run changed, the last flow first, and give the report of doing so. Raises as `run_pipeline`."""
    carry_out = partial(undo_flow, number=past.number)
    touched = _touched(assembly, database, past)
    return run_pipeline(touched, database, RunOptions(undoes=past.id), progress, carry_out=carry_out)


def plan_undo(assembly: Assembly, database: Database, past: PastRun, on_planned: OnPlanned) -> RunReport:
    """Tell what `undo_run` would do, and write nothing."""
    carry_out = partial(undo_flow, number=past.number)
    touched = _touched(assembly, database, past)
    return plan_pipeline(touched, database, RunOptions(undoes=past.id), on_planned, carry_out=carry_out)


def _touched(assembly: Assembly, database: Database, past: PastRun) -> Assembly:
    """Give the flows in which the run did something, the last one first."""
    names = {place.flow for place in places_of_run(database, past)}
    return replace(assembly, flows=tuple(flow for flow in assembly.flows[::-1] if flow.name in names))


def places_of_run(database: Database, past: PastRun) -> Mapping[Place, Mapping[Deed, int]]:
    """Count what a run did, by the place into which it wrote."""
    deeds = deeds_of_run(database, past.number)
    places = {place.scope.id: place for place in all_places(database, past.pipeline)}
    found: dict[Place, dict[Deed, int]] = {}
    for (scope, deed), number in deeds.items():
        found.setdefault(places[scope], {})[deed] = number
    return found


def undo_flow(context: RunContext, flow: Flow, number: int) -> list[FlowReport]:
    """Undo what the run of this number did in one flow, and give one report for each of its sinks."""
    done = FlowProgress(time.monotonic())
    deliveries: list[Delivery] = []
    with ExitStack() as closing, told(done):
        for delivery in open_deliveries(context, flow, done):
            deliveries.append(delivery)
            closing.callback(close_delivery, context, delivery, done)
        for delivery in reversed(deliveries):
            done.read += _undo(delivery, context.database, number)
        done.complete = True
    return reports(context, flow, deliveries, done)


def _undo(delivery: Delivery, database: Database, number: int) -> int:
    """Undo the changes of one sink, page by page, the latest first; give how many there were."""
    target, count, keys = delivery.target, 0, KeysBack(delivery.target)
    keep = partial(_keep, delivery, database, carrying(database, target))
    with delivery.second_loading(target.writer, keep) as loading:
        for page in _pages(delivery.changes, database, number, target.sink):
            count += sum(not is_aside(change.was, change.given) for change in page)
            there, moved = _now_in_target(target.writer, target.sink, page)
            values = _values(delivery, database, page)
            standing = [one for one in page if one.key in there and values[one.key].ours is not None]
            back = keys.of(standing, there, moved)
            for change in page:
                decided = _decide(change, values[change.key], there, back.get(change.key, KeyBack()), target.sink)
                if isinstance(decided, Outcome):
                    delivery.tell([decided])
                else:
                    loading.put(decided)
            loading.drain()
        loading.finish()
    return count


def _pages(changes: Changes, database: Database, number: int, sink: Sink) -> Iterator[list[PastChange]]:
    """Give the changes of a run the latest first, no record twice in one page, one kind of record in each.

    A key that one record gives up is taken by another in a later page: what is known of the first is kept by then, so
    that an undo that is killed can tell the two apart when it is begun again.
    """
    before: int | None = None
    while True:
        with database.reading() as connection:
            found = changes.of_run(connection, number, before, sink.batch_size)
        page: list[PastChange] = []
        keys: set[str] = set()
        for change in found:
            wanted = {sink.folded(key) for key in (change.key, change.was) if key}
            if change.resource != found[0].resource or wanted & keys:
                break
            page.append(change)
            keys.add(sink.folded(change.key))
        if not page:
            return
        yield page
        before = page[-1].number


def _now_in_target(writer: Writer, sink: Sink, page: Sequence[PastChange]) -> tuple[Found, Mapping[str, Moved]]:
    """Give what the target has of records, and which of them have another key there."""
    columns = {name for change in page for name in change.columns}
    columns |= {sink.enabled} if sink.enabled and any(one.deed is Deed.CREATED for one in page) else set()
    columns |= {sink.id} if sink.id and any(one.was for one in page) else set()
    resource, keys = page[0].resource, [change.key for change in page]
    try:
        moved = writer.moved(resource, keys)  # what has another key there is found all the same from then on
        return writer.current(resource, keys, sorted(columns)), moved
    except NotImplementedError:
        text = said("{title} cannot tell what it has now, so nothing can be put back there", title=said(sink.title))
        raise RemoteError(text) from None


@dataclass(frozen=True, slots=True)
class _Values:
    """What an update left in a record, as it was given and as the target holds it; and what it had replaced.

    `ours` is None where the record was made or deleted anew since.
    """

    ours: Sequence[Mapping[str, Any]] | None
    old: Mapping[str, Any]


def _values(delivery: Delivery, database: Database, page: Sequence[PastChange]) -> Mapping[str, _Values]:
    with database.reading() as connection:
        left = {change.key: delivery.changes.after(connection, change) for change in page}
    updated = [change for change in page if change.deed is Deed.UPDATED and left[change.key] is not None]
    writer = delivery.target.writer
    held = _payloads(writer.as_held(writer.fit([_change(one, left[one.key] or {}) for one in updated])))
    old = _payloads(writer.as_held([_change(one, one.before) for one in updated]))
    return {
        change.key: _Values(
            None if (ours := left[change.key]) is None else (ours, held.get(change.key, {})), old.get(change.key, {})
        )
        for change in page
    }


def _payloads(changes: Sequence[Change]) -> dict[str, Any]:
    return {change.key: as_json(dict(change.payload)) for change in changes}


def _change(change: PastChange, values: Mapping[str, Any], problems: Sequence[Problem] = ()) -> Change:
    item = Item(change.resource, change.key, values, tuple(problems))
    return Change(item, 0, known=True, fingerprint=b"")


def _decide(change: PastChange, values: _Values, there: Found, back: KeyBack, sink: Sink) -> Candidate | Outcome:
    """Say what is to be put back into one record, or why nothing is."""
    now = there.get(change.key)
    if change.deed is Deed.DELETED:
        return _outcome(change, Status.REFUSED, _DELETED)
    if now is None:
        return (
            _outcome(change, Status.UNCHANGED)
            if change.deed is Deed.CREATED
            else _outcome(change, Status.REFUSED, _GONE)
        )
    if values.ours is None:
        return _outcome(change, Status.REFUSED, _ANEW)
    if change.deed is Deed.CREATED:
        return _taken_out_of_use(change, now, sink)
    return _put_back(change, values.ours, values.old, now, back, sink.key)


def _taken_out_of_use(change: PastChange, now: Mapping[str, Any], sink: Sink) -> Candidate | Outcome:
    if sink.enabled is None:
        return _outcome(change, Status.REFUSED, _STAYS)
    if now.get(sink.enabled) is False:
        return _outcome(change, Status.UNCHANGED)
    return _candidate(change, {sink.enabled: False}, {sink.enabled: now.get(sink.enabled)}, (), KeyBack())


def _put_back(
    change: PastChange,
    ours: Sequence[Mapping[str, Any]],
    old: Mapping[str, Any],
    now: Mapping[str, Any],
    back: KeyBack,
    key: str | None,
) -> Candidate | Outcome:
    present = as_json(dict(now))
    problems = [back.problem] if back.problem else []
    problems += [replace(_UNKNOWN, field=name) for name in change.columns if name not in old]
    values: dict[str, Any] = {}
    for name, before in old.items():
        if present.get(name) == before or (name == key and not before):  # what it is known by stays
            continue
        if any(name in form and present.get(name) == form[name] for form in ours):
            values[name] = before
        else:
            problems.append(replace(_CHANGED, field=name, value=present.get(name)))
    if not values and not back.columns:
        return _outcome(change, Status.UNCHANGED, *problems)
    return _candidate(change, values, {name: present.get(name) for name in values}, problems, back)


def _candidate(
    change: PastChange,
    values: Mapping[str, Any],
    before: Mapping[str, Any],
    problems: Sequence[Problem],
    back: KeyBack,
) -> Candidate:
    named = replace(change, key=back.key or change.key)
    sending = _change(named, {**values, **back.columns}, problems)
    was, aside = (change.key, back.key) if back.key else ("", "")
    aside = aside if is_aside(aside, change.given) else ""
    prepared = Prepared(0, (), sending.item, was=was, renaming=back.columns, aside=aside)
    return Candidate(prepared, sending, {}, frozenset(), before=before)


def _keep(delivery: Delivery, database: Database, carry: Carry, replies: Sequence[Reply]) -> None:
    target = delivery.target
    written = [
        _written(candidate, target.sink)
        for candidate, outcome in replies
        if candidate.sent and outcome.status in _WRITTEN
    ]
    with database.writing() as connection:
        for one in written:
            if one.was:
                carry(connection, one.resource, one.was, one.key)
        delivery.changes.keep(connection, written, target.rules.run)
    told = [one for one in replies if not one[0].prepared.aside or one[1].status not in _WRITTEN]
    delivery.tell([_told(candidate, outcome) for candidate, outcome in told])


def _written(candidate: Candidate, sink: Sink) -> Written:
    prepared, sent = candidate.prepared, candidate.sent or {}
    values = {name: value for name, value in sent.items() if name not in (prepared.renaming or {})}
    resource, key = prepared.record
    if prepared.was and sink.key not in sent:  # the target took the values, and not the key
        return Written(resource, prepared.was, Deed.UPDATED, values, candidate.before)
    return Written(resource, key, Deed.UPDATED, values, candidate.before, was=prepared.was)


def _told(candidate: Candidate, outcome: Outcome) -> Outcome:
    told = candidate.prepared.item.problems
    return replace(outcome, problems=(*told, *(one for one in outcome.problems if one not in told)))


def _outcome(change: PastChange, status: Status, *problems: Problem) -> Outcome:
    return Outcome(change.resource, change.key, status, problems)


_WRITTEN = frozenset({Status.CREATED, Status.UPDATED})
_ADMINISTRATOR = Who.ADMINISTRATOR
_CHANGED = Problem(
    said("which is not what the run wrote: somebody changed it since, so it was left"),
    remedy=said("Look whether it is right."),
    who=Who.PRODUCT_MANAGER,
    detail="`pimflow explain` tells the values before.",
)
_UNKNOWN = Problem(
    said("what stood there before the run is not known, so it was left"),
    ProblemKind.MISSING,
    remedy=said("Correct it by hand where it is wrong."),
    who=Who.PRODUCT_MANAGER,
)
_GONE = Problem(said("it is no longer there, so nothing was put back"), ProblemKind.MISSING, who=Who.PRODUCT_MANAGER)
_ANEW = Problem(said("it was created or deleted anew since, so it was left"), who=Who.PRODUCT_MANAGER)
_STAYS = Problem(
    said("the run created it, and such a record cannot be taken out of use"),
    remedy=said("Delete it there if it is not wanted."),
    who=Who.PRODUCT_MANAGER,
)
_DELETED = Problem(
    said("the run deleted it, and that cannot be undone"),
    remedy=said("Once the source has it again, the next run creates it anew."),
    who=_ADMINISTRATOR,
)
