"""Which links between source and target count for a flow: its own, and those of flows that read the same system."""

from __future__ import annotations

from pimflow.assemble import Flow
from pimflow.context import RunContext
from pimflow.delivering.references import References
from pimflow.state.database import Database
from pimflow.state.links import Links
from pimflow.state.records import Scope, all_places


def links_of(database: Database, scope: Scope) -> Links | None:
    """Give the links of one flow and target, if there are any."""
    links = Links(database, scope)
    return links if links.any() else None


def references_of(context: RunContext, flow: Flow, address: str, scope: Scope) -> References | None:
    """Give what a flow needs to name linked records by the target's keys; None where nothing is linked.

    A record may be linked by another flow, as the models above products are. It is the same record where both flows
    read the same system; a link of the flow's own comes first.
    """
    assembly = context.assembly
    system = assembly.system(flow.source)
    flows = {one.name for one in assembly.flows if assembly.system(one.source) == system}
    places = [one for one in all_places(context.database, assembly.pipeline.name) if one.address == address]
    found: dict[str, list[Links]] = {}
    for place in sorted(places, key=lambda one: (one.scope.id != scope.id, one.flow != flow.name)):
        if place.flow in flows and (links := links_of(context.database, place.scope)):
            found.setdefault(place.sink.partition(" ")[0], []).append(links)
    return References(found) if found else None
