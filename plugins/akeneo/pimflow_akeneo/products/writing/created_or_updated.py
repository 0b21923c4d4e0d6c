"""Whether a record that the PIM took was new, where the status of its answer does not say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from loguru import logger

from pimflow import FlowError, Status
from pimflow_akeneo.bulk import Answer
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.existence import lookup
from pimflow_akeneo.products.writing.pending import Pending
from pimflow_akeneo.session import Session

Answered = Sequence[tuple[Pending, Answer | None]]


def created(
    session: Session, kind: Kind, answered: Answered, there: Mapping[str, bool], opened: datetime
) -> dict[str, Status]:
    """Give the status of doubtful records by key. `there`: what is known of before; `opened`: when the run began."""
    doubtful = [one for one, answer in answered if answer and _doubtful(one, kind, answer)]
    unknown = [one.key for one in doubtful if one.key not in there]
    old = _older(session, kind, unknown, opened) if unknown else frozenset()
    was_there = {one.key: there.get(one.key, one.key.lower() in old) for one in doubtful}
    return {key: Status.UPDATED if was else Status.CREATED for key, was in was_there.items()}


def _doubtful(one: Pending, kind: Kind, answer: Answer) -> bool:
    """Tell whether the status does not say if the record is new.

    A line done by an earlier try answers 204 although that try created it; a simple product that gets a parent
    answers 201 although it was there.
    """
    if answer.status == 201:
        return kind.has_identifier and bool(one.payload.get("parent"))
    return answer.status == 204 and answer.repeated and not one.change.known


def _older(session: Session, kind: Kind, keys: Sequence[str], opened: datetime) -> frozenset[str]:
    """Give the lower-case keys of records that were created before this time; of all where the PIM cannot tell.

    The PIM's search finds a record a moment after its creation only: what it does not find is new.
    """
    model = session.catalog.model
    try:
        found = list(lookup.find(session, keys, [model.identifier.code], kind))
    except FlowError as error:
        logger.warning("{} records cannot be told created or updated: {}", len(keys), error)
        return _lower(keys)
    old = (one for one in found if datetime.fromisoformat(one["created"]) < opened)
    return _lower(str(lines.key_of(one, model, kind)) for one in old)


def _lower(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(key.lower() for key in keys)
