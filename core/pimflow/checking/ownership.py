"""The ownership contract of a project held against its flows, and against what their targets have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from pimflow.assemble import Assembly, Flow
from pimflow.configuration.forms import Ownership
from pimflow.configuration.loading import Pipeline
from pimflow.configuration.neighbours import owners_in
from pimflow.configuration.parts import Part
from pimflow.delivering.ownership import not_owned
from pimflow.model import Problem, ProblemKind, Who
from pimflow.outlook import Finding, Severity
from pimflow.sentences import said
from pimflow.sinks import Sink, Writer
from pimflow.words import listed, nearest

_TREES = "categories"


def remarks(assembly: Assembly) -> Iterator[Finding]:
    """Tell what a contract promises and no run can keep, and whom it names without a flow. Reads files only."""
    pipeline = assembly.pipeline
    ownership, contract = pipeline.ownership, pipeline.contract
    if ownership is None or contract is None:
        return
    written = owners_in(pipeline.root) | {one.config.owner for one in assembly.flows if one.config.owner}
    yield from _without_flow(contract, ownership, written)
    for place, owners in ownership.places.items():
        if len(owners) > 1:
            yield from _order(contract, place, owners, written, has_history=pipeline.history.days > 0)


def of_writer(pipeline: Pipeline, flow: Flow, sink: Sink, writer: Writer, columns: Iterable[str]) -> Iterator[Finding]:
    """Tell what of the contract the target does not have, and which columns of the flow its owner does not own."""
    ownership, contract = pipeline.ownership, pipeline.contract
    if ownership is None or contract is None or not sink.owned:
        return
    sections = [(place[0], place[1]) for place in ownership.places if len(place) > 1]
    for place, wrong in writer.unknown_places(sections).items():
        told = replace(wrong.problem, field=None, value=None)
        yield Finding(Severity.ERROR, told, about=_about(contract, place))
    owner = flow.config.owner or ""
    writer.own(partial(ownership.allows, owner), frozenset(flow.config.once))
    for name in columns:
        owners = _owners(ownership, writer, name)
        if owners and owner not in owners and name not in flow.config.once:
            yield Finding(Severity.WARNING, not_owned(name, owners, owner, said("each run would leave it alone")))


def owned(pipeline: Pipeline, flow: Flow, writer: Writer, columns: Iterable[str]) -> frozenset[str]:
    """Give the columns that belong to the owner of a flow alone."""
    ownership, owner = pipeline.ownership, flow.config.owner
    if ownership is None or owner is None:
        return frozenset()
    return frozenset(name for name in columns if _owners(ownership, writer, name) == (owner,))


def is_put_back(assembly: Assembly, flow: Flow) -> bool:
    """Tell whether a flow of the pipeline undoes what people change in a target of this flow."""
    ours = {assembly.address(sink) for sink in flow.sinks}
    return any(
        other.config.diff == "target" and not ours.isdisjoint(assembly.address(sink) for sink in other.sinks)
        for other in assembly.flows
    )


def _owners(ownership: Ownership, writer: Writer, column: str) -> Sequence[str]:
    places = writer.places(column)
    return ownership.owners(places) if places else ()


def _without_flow(contract: Part, ownership: Ownership, written: set[str]) -> Iterator[Finding]:
    first: dict[str, tuple[str, ...]] = {}
    for place, owners in ownership.places.items():
        for owner in owners:
            first.setdefault(owner, place)
    for owner in sorted(first.keys() - written):
        meant = nearest(owner, written - first.keys())
        reason = said(
            "nothing in the project writes for {owner!r}: what it owns, only people change{meant}",
            owner=owner,
            meant=meant,
        )
        yield _remark(
            Severity.WARNING if meant else Severity.NOTE,
            contract,
            first[owner],
            reason,
            said("Nothing to do where that is meant."),
        )


def _order(
    contract: Part, place: tuple[str, ...], owners: Sequence[str], written: set[str], *, has_history: bool
) -> Iterator[Finding]:
    """Tell of an order of owners that cannot be kept."""
    people = [one for one in owners[:-1] if one not in written]
    behind = [one for one in owners if one in written and people and owners.index(one) > owners.index(people[0])]
    if place[0] == _TREES:
        reason = said("a category tree knows no order: each of its owners takes out what another has put in")
        yield _remark(Severity.WARNING, contract, place, reason, said("Give each owner a tree of its own."))
    elif behind:
        reason = said(
            "{people} stands before {behind}, and nothing writes for it: what people write is not known, and would be "
            "overwritten",
            people=listed([repr(one) for one in people]),
            behind=listed([repr(one) for one in behind]),
        )
        remedy = said("Leave it to people alone; or to the pipeline, with the column under `once` or without.")
        yield _remark(Severity.WARNING, contract, place, reason, remedy)
    elif not has_history:
        reason = said("without a history nobody knows which owner wrote first, so each writes over the others")
        yield _remark(Severity.WARNING, contract, place, reason, said("Let `history: {days: …}` be more than 0."))


def _remark(severity: Severity, contract: Part, place: tuple[str, ...], reason: str, remedy: str) -> Finding:
    problem = Problem(reason, ProblemKind.VALUE, remedy=remedy, who=Who.ADMINISTRATOR)
    return Finding(severity, problem, about=_about(contract, place))


def _about(contract: Part, place: Sequence[str]) -> str:
    there = contract.mistake("", *place)
    return f"{there.file}:{there.line}: {there.path}"
