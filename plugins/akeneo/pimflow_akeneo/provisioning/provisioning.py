"""Brings the PIM's structure to what a file says: resource by resource, each in as few calls as can be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from pimflow import Outcome, Problem, ProblemKind, Status, Who, said
from pimflow_akeneo.provisioning.deciding import Decision, decide, refused
from pimflow_akeneo.provisioning.references import absent
from pimflow_akeneo.provisioning.there import There
from pimflow_akeneo.provisioning.wish import Wish
from pimflow_akeneo.provisioning.wishes import Wishes
from pimflow_akeneo.session import Session
from pimflow_akeneo.structure import resources
from pimflow_akeneo.structure.description import Resource
from pimflow_akeneo.structure.writing import StructureWriter

_BATCH = 100
_SETTLED = frozenset({Status.CREATED, Status.UPDATED})
_AGAIN = said("Correct the file, and call again.")


def provision(session: Session, wishes: Wishes, once: Collection[str], *, dry: bool) -> Iterator[Decision]:
    """Give what became of each wish, or would become of it; what is there already is not written. Raises FlowError."""
    wished = {resource.noun[0]: {wish.code for wish in some} for resource, some in wishes.items()}
    there = There(session, wished)
    for resource, some in wishes.items():
        if not some:
            continue
        writer = StructureWriter(session, resource)
        decisions = _decided(writer, some, there, once)
        for decision in decisions if dry else _written(writer, decisions):
            if decision.change is not None and decision.status in _SETTLED and resource is resources.FAMILIES:
                there.extend(decision.wish.code, decision.change.payload.get("attributes") or ())
            if decision.status is Status.CREATED:
                there.add(resource.noun[0], decision.wish.code, str(decision.wish.cells.get("type", "")))
            yield decision


def _decided(writer: StructureWriter, wishes: Sequence[Wish], there: There, once: Collection[str]) -> list[Decision]:
    """Decide on all records of a resource; those of one owner are in a list of their own."""
    found: list[Decision] = []
    for owner, group in groupby(wishes, key=lambda wish: wish.owner):
        some = list(group)
        trouble = _owner_trouble(some[0].resource, owner, there)
        if trouble is not None:
            found += [refused(wish, trouble) for wish in some]
            continue
        records = writer.records(some[0].resource.list_of(owner), [wish.code for wish in some])
        found += [decide(wish, records.get(wish.code), there, once) for wish in some]
    return found


def _owner_trouble(resource: Resource, owner: str, there: There) -> Problem | None:
    if resource.owner is None:
        return None
    noun = resource.owner.words.lower()
    if owner not in there.codes(noun):
        return absent(resource.owner.name, owner, noun, there)
    if resource is resources.ATTRIBUTE_OPTIONS and not there.is_select(owner):
        reason = said("only simple and multi selects have options, and this attribute is of another type")
        return Problem(reason, ProblemKind.VALUE, resource.owner.name, owner, _AGAIN, Who.ADMINISTRATOR)
    return None


def _written(writer: StructureWriter, decisions: Sequence[Decision]) -> Iterator[Decision]:
    """Send what is to be sent, and give every decision with what became of it."""
    going = [decision for decision in decisions if decision.change]
    yield from (decision for decision in decisions if not decision.change)
    for _, group in groupby(going, key=lambda decision: decision.wish.owner):
        some = list(group)
        for start in range(0, len(some), _BATCH):
            yield from _sent(writer, some[start : start + _BATCH])


def _sent(writer: StructureWriter, batch: Sequence[Decision]) -> Iterator[Decision]:
    changes = [decision.change for decision in batch if decision.change]
    outcomes: Mapping[str, Outcome] = {outcome.key: outcome for outcome in writer.load(changes)}
    for decision in batch:
        outcome = outcomes[decision.wish.code]
        status = Status.REFUSED if outcome.status is Status.WAITING else outcome.status
        told = tuple(replace(one, remedy=_remedy(one), who=Who.ADMINISTRATOR) for one in outcome.problems)
        yield replace(decision, status=status, problems=(*decision.problems, *told))


def _remedy(problem: Problem) -> str:
    """Say what to do about the PIM's refusal: most advice is for sources that a pipeline reads again."""
    if problem.kind is ProblemKind.PERMISSION:
        return problem.remedy
    if problem.kind is ProblemKind.CONNECTION:
        return said("Call again: what is there already is not sent twice.")
    return _AGAIN
