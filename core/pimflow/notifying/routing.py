"""Which problems are of records of a family or category: those that a recipient looks after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pimflow.assemble import Assembly, Flow
from pimflow.chunks import chunked
from pimflow.components import Notifier
from pimflow.model import FlowReport, RunReport
from pimflow.notifying.audience import concerns
from pimflow.state import open_items
from pimflow.state.changes import Changes
from pimflow.state.column_sets import ColumnSets
from pimflow.state.database import Database
from pimflow.state.open_items import OpenItem
from pimflow.state.records import Scope
from pimflow.tally import Tally
from pimflow.transforming.tracing import cells_behind
from pimflow.words import Lead

_AT_ONCE = 500
_FAMILY, _CATEGORIES = "family", "categories"


Items = Callable[[Scope], Iterable[OpenItem]]
"""Gives what is open at a place, as far as it is asked for."""


def routed(report: RunReport, notifier: Notifier, assembly: Assembly, database: Database, items: Items) -> RunReport:
    """Give a report with the problems of the records that a recipient looks after, counted again out of what is open.

    A record whose family and categories nobody knows is told to all: better twice than never. Raises StateError.
    """
    known = open_items.scopes_of(database, assembly.pipeline.name)
    flows = {flow.name: flow for flow in assembly.flows}
    met: Counter[str] = Counter()
    told = []
    for one in report.flows:
        flow = flows.get(one.name)
        places = assembly.places(flow)[met[one.name] :][:1] if flow else []  # a flow has a report for each of its sinks
        met[one.name] += 1
        scopes = [known[one.name, *place] for place in places if (one.name, *place) in known]
        told.append(_Routing(one, notifier, flow, database).report(scopes, items) if flow and scopes else one)
    return replace(report, flows=tuple(told))


def is_routed(notifier: Notifier) -> bool:
    """Tell whether a recipient looks after some of the records only."""
    return bool(notifier.families or notifier.categories)


@dataclass(frozen=True, slots=True)
class _Routing:
    told: FlowReport
    notifier: Notifier
    flow: Flow
    database: Database

    def report(self, scopes: Iterable[Scope], items: Items) -> FlowReport:
        labels = {cause.problem.field: cause.label for cause in self.told.causes if cause.problem.field and cause.label}
        named = {cause.keys[0]: cause.record for cause in self.told.causes if cause.record and cause.keys}
        tally, needy = Tally(partial(_label, labels)), 0
        for item in (item for scope in scopes for item in self._theirs(scope, items)):
            key = open_items.plain_key(item.key, item.row) or open_items.shown_key(item.key)
            problems = [problem for problem in item.problems if concerns(self.notifier, problem)]
            needy += bool(problems)
            for problem in problems:
                record = named.get(key, "") if problem.lead is Lead.RECORD else ""
                tally.add_problem(problem, item.status, key, record=record)
        of_no_record = (cause for cause in self.told.causes if not cause.count)
        return replace(self.told, causes=(*tally.causes(), *of_no_record), attention=needy)

    def _theirs(self, scope: Scope, items: Items) -> Iterator[OpenItem]:
        if not is_routed(self.notifier):
            yield from items(scope)
            return
        cells = cells_behind(self.flow, (_FAMILY, _CATEGORIES))
        for some in chunked(items(scope), _AT_ONCE):
            with self.database.reading() as connection:
                sent = Changes(scope, ColumnSets()).sent(connection, [(item.resource, item.key) for item in some])
            for item in some:
                last = sent.get((item.resource, item.key))
                if _is_theirs({**(last.values if last else {}), **cells(item.source_row)}, self.notifier):
                    yield item


def _label(labels: Mapping[str, str], column: str) -> str:
    return labels.get(column, column)


def _is_theirs(cells: Mapping[str, Any], notifier: Notifier) -> bool:
    family, categories = cells.get(_FAMILY), _listed(cells.get(_CATEGORIES))
    unknown = not (notifier.families and family) and not (notifier.categories and categories)
    return unknown or family in notifier.families or not categories.isdisjoint(notifier.categories)


def _listed(value: Any) -> frozenset[str]:
    if isinstance(value, str):
        value = value.split(",")
    return frozenset(str(one).strip() for one in value) if isinstance(value, list | tuple) else frozenset()
