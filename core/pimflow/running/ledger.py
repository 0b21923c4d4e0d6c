"""What the flows of one pipeline have done so far, for sources that look back."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pimflow.assemble import Assembly, Flow
from pimflow.ledger import RecordStanding, Standing
from pimflow.model import Cause, FlowReport, Status, Who
from pimflow.report import advice, what_happened
from pimflow.state import open_items, standings
from pimflow.state.database import Database
from pimflow.state.open_items import OpenItem
from pimflow.state.records import Scope
from pimflow.state.standings import Identified
from pimflow.words import full_stop

_BY_ITSELF = frozenset({Status.WAITING, Status.FAILED, Status.UNKNOWN})
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

    def standings(self, flow: str, returned_by: str | None, since: str | None) -> Iterator[RecordStanding]:
        """Tell how the records of a flow stand: all, or those met since that run and those that are open."""
        told = self._flow(flow)
        scope = self._scope(told)
        if scope is None:
            return
        back = self._scope(self._flow(returned_by)) if returned_by else None
        arrived = Standing.SENT
        for page in standings.arrived(self._database, scope, self._whose(told), back, int(since or 0)):
            for one in page:
                yield RecordStanding(one.id, one.key, Standing.RETURNED if one.returned else arrived)
        yield from self._open(told, scope)

    def ids(self, flow: str, keys: Collection[str]) -> dict[str, str]:
        """Give the ids of the records that a flow has written under these keys, by key."""
        told = self._flow(flow)
        return standings.ids(self._database, self._whose(told), keys)

    def _open(self, flow: Flow, scope: Scope) -> Iterator[RecordStanding]:
        column = flow.config.identity or flow.source.identity
        report = FlowReport(flow.name, flow.source.title, flow.sinks[0].title, flow.sinks[0].noun)
        for item in open_items.of_scope(self._database, scope):
            known = item.source_row.get(str(column))
            if known not in {None, ""}:
                standing = Standing.WAITING if item.status in _BY_ITSELF else Standing.ATTENTION
                yield RecordStanding(str(known), item.key, standing, _reason(item, report), item.since)

    def _flow(self, name: str) -> Flow:
        return next(flow for flow in self._assembly.flows if flow.name == name)

    def _scope(self, flow: Flow) -> Scope | None:
        known = open_items.scopes_of(self._database, self._assembly.pipeline.name)
        return known.get((flow.name, *self._assembly.places(flow)[0]))

    def _whose(self, flow: Flow) -> Identified:
        system = self._assembly.system(flow.source) or self._assembly.pipeline.name
        return Identified(str(flow.config.entity), system, self._assembly.address(flow.sinks[0]))


def _reason(item: OpenItem, report: FlowReport) -> str:
    """Say what is wrong with one record, and what to do about it."""
    said = []
    for problem in item.problems:
        cause = Cause(problem, item.status, 1, (item.key,))
        theirs = problem.who is Who.ADMINISTRATOR
        todo = _NOTHING_TO_DO if theirs else advice(problem) if problem.remedy else ""
        said.append(" ".join(part for part in (full_stop(what_happened(cause, report)), todo) if part))
    return "\n".join(said)
