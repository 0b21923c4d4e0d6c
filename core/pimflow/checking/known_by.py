"""Records that are known by a code alone although their source gives them an id. Reads files only."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pimflow.assemble import Assembly, Flow
from pimflow.model import Problem, ProblemKind, Who
from pimflow.outlook import Finding, Severity
from pimflow.sentences import said
from pimflow.words import listed


def of_flow(flow: Flow) -> Iterator[Finding]:
    """Tell where `entity` is missing: two records with one code would overwrite each other.

    A key of which nobody knows where it comes from is not told, nor one that lasts as the id does; nor is a flow that
    names records by the ids that the target gave them.
    """
    lasting = {flow.config.identity} if flow.config.identity else flow.source.lasting
    keyed = next((sink for sink in flow.sinks if sink.renames), None)
    if flow.config.entity is not None or flow.config.returns is not None or keyed is None or not lasting:
        return
    if keyed.id is not None and not lasting.isdisjoint(_origins(flow, keyed.id, lasting)):
        return
    key = flow.config.key or keyed.key or ""
    origins = _origins(flow, key, lasting)
    if origins and lasting.isdisjoint(origins):
        code = listed([repr(name) for name in sorted(origins)])
        one, several = keyed.noun
        yield Finding(Severity.WARNING, _problem(flow, code, one, several, min(lasting)))


def unasked(assembly: Assembly) -> Iterator[tuple[str, Finding]]:
    """Tell of all flows, each with its name."""
    for flow in assembly.flows:
        for finding in of_flow(flow):
            yield flow.name, finding


def _origins(flow: Flow, key: str, lasting: Collection[str]) -> Collection[str]:
    """Name the columns of the source of which the key is made, as far as the transforms tell without its header."""
    names = {key}
    for placed in reversed(flow.transforms):
        names = {origin for name in names for origin in placed.transform.made_from(name, (name, *lasting))}
    return names


def _problem(flow: Flow, code: str, one: str, several: str, identity: str) -> Problem:
    reason = said(
        "{nouns} are known by {code} alone. Where two have the same, the one read last overwrites the other; where "
        "it changes, a new {noun} is made",
        nouns=said(several),
        code=code,
        noun=said(one),
    )
    remedy = said(
        "Add the line `{line}` below {place}: {nouns} are then known by {identity!r}, which never changes.",
        line=f"entity: {one.replace(' ', '_')}",
        place=flow.part.place,
        nouns=said(several),
        identity=identity,
    )
    return Problem(reason, ProblemKind.DUPLICATE, remedy=remedy, who=Who.ADMINISTRATOR)
