"""What the flows of one pipeline have done so far, for sources that look back."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import closing
from itertools import chain

from pimflow.assemble import Assembly, Flow
from pimflow.chunks import chunked
from pimflow.flow_order import id_column
from pimflow.ledger import RecordStanding, Standing
from pimflow.model import Cause, FlowReport, Status, Who
from pimflow.report import advice, what_happened
from pimflow.state import open_items, standings
from pimflow.state.database import Database
from pimflow.state.kept_back import KeptBack
from pimflow.state.memory import KeptMemory
from pimflow.state.met_ids import new_met_ids
from pimflow.state.open_items import OpenItem
from pimflow.state.records import Scope
from pimflow.state.standings import Identified
from pimflow.words import full_stop

_BY_ITSELF = frozenset({Status.WAITING, Status.FAILED, Status.UNKNOWN})
_PAGE = 500
_NOTHING_TO_DO = "Nothing to do for you: your administrator was told; it goes by itself afterwards."


class FlowLedger:
    """The ledger of one pipeline: each flow by its first sink, at its address of today."""

    def __init__(self, assembly: Assembly, database: Database) -> None:
        self._assembly = assembly
        self._database = database

    @property
    def now(self) -> str:
        """The number of the run that goes on."""
        return str(standings.latest_run(self._database, self._assembly.pipeline.name))

    def standings(
        self, flow: str, returned_by: str | None, since: str | None, before: Sequence[str] = ()
    ) -> Iterator[RecordStanding]:
        """Tell how the records of a flow stand, each once: all, or those met since that run and those that are open.

        What the flows `before` it keep back is told first: it did not come as far as this one. What is no longer kept
        back, and never arrived, comes last.
        """
        told = self._flow(flow)
        back = self._open_back(told, self._flow(returned_by)) if returned_by else ()
        with new_met_ids() as met:
            for page in chunked(chain(*map(self._open, [*map(self._flow, before), told]), back), _PAGE):
                first = {one.id: one for one in reversed(page)}
                new = first.keys() - met.of(first.keys())
                met.add(new)
                self._kept_back(told).note(new)
                yield from (one for one in page if one.id in new and one is first[one.id])
            with closing(self._arrived(told, returned_by, since)) as pages:
                for arrived in pages:
                    known = met.of({one.id for one in arrived})
                    yield from (one for one in arrived if one.id not in known)
            for id_ in self._kept_back(told).withdrawn(met, lambda ids: self.keys(flow, ids), int(self.now), since):
                yield RecordStanding(id_, "", Standing.WITHDRAWN)

    def _kept_back(self, flow: Flow) -> KeptBack:
        address = self._assembly.address(flow.sinks[0])
        return KeptBack(KeptMemory(self._database, address), f"{self._assembly.pipeline.name} {flow.name}")

    def ids(self, flow: str, keys: Collection[str]) -> dict[str, str]:
        """Give the ids of the records that a flow has written under these keys, by key."""
        told = self._flow(flow)
        return standings.ids(self._database, self._whose(told), keys)

    def keys(self, flow: str, ids: Collection[str]) -> dict[str, str]:
        """Give the keys under which a flow has written the records with these ids, by id."""
        return standings.keys(self._database, self._whose(self._flow(flow)), ids)

    def _arrived(
        self, flow: Flow, returned_by: str | None, since: str | None
    ) -> Generator[Sequence[RecordStanding], None, None]:
        scope = self._scope(flow)
        back = self._scope(self._flow(returned_by)) if returned_by else None
        if scope is None:
            return
        for page in standings.arrived(self._database, scope, self._whose(flow), back, int(since or 0)):
            stand = (Standing.RETURNED if one.returned else Standing.SENT for one in page)
            yield [RecordStanding(one.id, one.key, standing) for one, standing in zip(page, stand, strict=True)]

    def _open(self, flow: Flow) -> Iterator[RecordStanding]:
        scope = self._scope(flow)
        column = id_column(flow.config, flow.source)
        report = FlowReport(flow.name, flow.source.title, flow.sinks[0].title, flow.sinks[0].noun)
        for item in open_items.of_scope(self._database, scope) if scope else ():
            known = item.source_row.get(str(column))
            if known not in {None, ""}:
                yield _kept_back(str(known), item, report)

    def _open_back(self, flow: Flow, back: Flow) -> Iterator[RecordStanding]:
        """Tell what a flow keeps back that returns records: it knows them by the keys that the other one gave them."""
        scope, column = self._scope(back), str(flow.config.key or flow.sinks[0].key)
        report = FlowReport(back.name, back.source.title, back.sinks[0].title, back.sinks[0].noun)
        for page in chunked(open_items.of_scope(self._database, scope) if scope else (), _PAGE):
            ids = self.ids(flow.name, {str(item.source_row.get(column)) for item in page})
            for item in page:
                if (key := str(item.source_row.get(column))) in ids:
                    yield _kept_back(ids[key], item, report)

    def _flow(self, name: str) -> Flow:
        return next(flow for flow in self._assembly.flows if flow.name == name)

    def _scope(self, flow: Flow) -> Scope | None:
        known = open_items.scopes_of(self._database, self._assembly.pipeline.name)
        return known.get((flow.name, *self._assembly.places(flow)[0]))

    def _whose(self, flow: Flow) -> Identified:
        system = self._assembly.system(flow.source) or self._assembly.pipeline.name
        return Identified(str(flow.config.entity), system, self._assembly.address(flow.sinks[0]))


def _kept_back(id_: str, item: OpenItem, report: FlowReport) -> RecordStanding:
    standing = Standing.WAITING if item.status in _BY_ITSELF else Standing.ATTENTION
    return RecordStanding(id_, item.key, standing, _reason(item, report), item.since)


def _reason(item: OpenItem, report: FlowReport) -> str:
    """Say what is wrong with one record, and what to do about it."""
    said = []
    for problem in item.problems:
        column = problem.field or ""
        cause = Cause(problem, item.status, 1, (item.key,), column.capitalize() if column.isalpha() else column)
        theirs = problem.who is Who.ADMINISTRATOR
        todo = _NOTHING_TO_DO if theirs else advice(problem) if problem.remedy else ""
        said.append(" ".join(part for part in (full_stop(what_happened(cause, report)), todo) if part))
    return "\n".join(said)
